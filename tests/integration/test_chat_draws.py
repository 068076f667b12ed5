"""`seedbed chat` with a real, untrained diffusers pipeline: as a person runs it, one message after the other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generators.image.recipe import opened, recipe_in

from ..generators.image.small import saved
from .test_jobs_kill import CARD

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A person's own expert and nothing else that they configured."""
    cards = tmp_path / "config" / "seedbed" / "experts"
    cards.mkdir(parents=True)
    (cards / "tiny.toml").write_text(CARD.format(weights=saved(tmp_path / "weights")))
    return tmp_path


def _said(home: Path, *arguments: str, lines: str = "") -> str:
    environment = os.environ | {"XDG_CONFIG_HOME": str(home / "config")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "seedbed.py"), "chat", *arguments, "--device", "cpu", "--no-compare"],
        cwd=home, env=environment, input=lines, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_draw_change_list_and_go_back(home: Path) -> None:
    first = _said(home, "a red fox at night")
    assert "draws, P(best)" in first
    (path,) = re.findall(r"#1  a red fox at night  (\S+\.png)", first)
    recipe = recipe_in(opened(home / path), path)
    assert recipe.request.prompt.startswith("a red fox at night")

    out = _said(
        home, lines="make it blue\nsame, but wider\n/pictures\ngo back to before the blue one\n/pictures\n"
    )
    blue, wide = re.findall(r"#[23]  a blue fox at night  (\S+\.png)", out)
    assert recipe_in(opened(home / blue), blue).task == "image"
    assert opened(home / wide).width > opened(home / blue).width == opened(home / path).width
    assert "We are back after turn 1, with 1 picture." in out
    assert out.count("(turn 1, ") == 2
    assert out.count("(turn 3, ") == 1
