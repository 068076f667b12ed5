"""An app to measure: `seedbed app` as a process of its own, over an expert as large as the embedded ones.

Its weights are random: nothing that is measured depends on how well it draws.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXPERT = "untrained"
STEPS, SIZE_PX = 20, 64
"""Of a picture, as the embedded experts draw by default."""
STOP_WITHIN_S = 60
CARD = f"""
title = "Untrained"
weights = "./weights"
size = "embedded"
licence = "Apache-2.0"
memory_mb = 300
multiple = 8
subjects = ["animal", "landscape"]
styles = ["watercolour"]
example_prompts = ["a red fox"]
[presets.balanced]
steps = {STEPS}
width = {SIZE_PX}
height = {SIZE_PX}
guidance = 2.0
"""


@dataclass(frozen=True, slots=True)
class Running:
    """An app that serves."""

    url: str
    """With `/v1`."""
    tokens: dict[str, str]
    """From a user to that user's token."""
    card: Path
    """Of the expert that draws."""


@contextmanager
def running(folder: Path, users: Sequence[str]) -> Iterator[Running]:
    """The app in an empty folder for the length of the block; the user's own experts are not there."""
    card = _expert(folder / "config" / "seedbed" / "experts")
    tokens = {user: f"token-of-the-user-{user}" for user in users}
    (folder / "tokens").write_text("".join(f"{user} {token}\n" for user, token in tokens.items()))
    options = ("--port", "0", "--device", "cpu", "--token-file", "tokens")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "seedbed.py"), "app", *options],
        env=os.environ | {"XDG_CONFIG_HOME": str(folder / "config")},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = re.search(r"http://\S+/v1", process.stdout.readline())
        if address is None:
            raise RuntimeError("the app did not start; what it said stands above")
        yield Running(address[0], tokens, card)
    finally:
        process.terminate()
        process.wait(STOP_WITHIN_S)


def _expert(folder: Path) -> Path:
    """A card and weights of the default architecture that `seedbed train image` begins with."""
    from trainer.image.config import ImageConfig
    from trainer.image.model import pipeline
    from trainer.image.vocabulary import train

    config = ImageConfig()
    captions = ["a red fox in the snow", "a watercolour of a harbour at dawn"]
    folder.mkdir(parents=True)
    pipeline(config, train(captions, config.vocabulary)).save_pretrained(folder / "weights")
    card = folder / f"{EXPERT}.toml"
    card.write_text(CARD)
    return card
