"""An expert without a network: it paints one colour, step by step; jobs, recipes and router around it are real."""

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from generators.image.job import ImageJob
from generators.image.recipe import Recipe, hash_of_picture, opened, png_of
from generators.image.request import checked
from generators.jobs.kinds import Made
from generators.jobs.shelf import Shelf
from generators.watch import Watch

CARD = """
title = "{name}"
weights = "/nowhere/{name}"
size = "embedded"
licence = "Apache-2.0"
memory_mb = 50
multiple = 4
subjects = ["animal"]
styles = ["{style}"]
example_prompts = ["a red fox"]
[presets.draft]
steps = 4
width = 16
height = 16
"""
NAMES = ("tiny", "other", "third")


class Painter(ImageJob):
    """As an image job, but for who draws."""

    hold_at = 0
    """The step at which it waits until it is cancelled; 0 for none."""

    def make(self, request: Mapping[str, Any], inputs: Mapping[str, Path], shelf: Shelf, watch: Watch) -> Made:
        asked = checked(**dict(request))
        colour = hashlib.sha256(asked.model_dump_json().encode()).digest()[:3]
        image = Image.new("RGB", (asked.width or 16, asked.height or 16), (colour[0], colour[1], colour[2]))
        for step in range(1, (asked.steps or 1) + 1):
            watch.step(step, asked.steps or 1, lambda: image)
            while step == self.hold_at:
                # Told again and again, since a follower may come late.
                watch.step(step, asked.steps or 1, lambda: image)
                time.sleep(0.01)
        begun = opened(inputs["image"]) if "image" in inputs else None
        recipe = Recipe(
            request=asked,
            task="text" if begun is None else "image",
            source_sha256="" if begun is None else hash_of_picture(begun),
        )
        return Made(png_of(image, recipe), ".png", {"recipe": recipe.model_dump(mode="json")})


def install(folder: Path, painter: Painter, patch: Any, *names: str) -> None:
    """Put cards of experts into `folder` and let `painter` draw for them; `patch(target, value)` replaces."""
    cards = folder / "seedbed" / "experts"
    cards.mkdir(parents=True, exist_ok=True)
    for name, style in zip(names, ("watercolour", "pixel art", "oil"), strict=False):
        (cards / f"{name}.toml").write_text(CARD.format(name=name, style=style))
    patch("generators.jobs.jobs.kind_named", lambda kind: painter)
    patch("generators.jobs.worker.kind_named", lambda kind: painter)
    # What ships with the program is trained now and then; these tests are about experts that they know.
    patch("generators.router.dispatch.available", lambda card: card.name in NAMES)
