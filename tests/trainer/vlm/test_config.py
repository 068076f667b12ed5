"""A setting that cannot be is refused in one line that names it, and the command ends with exit code 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from trainer.cli import CONFIGS
from trainer.errors import TrainerError
from trainer.vlm.config import read

COMMAND = Path(sys.executable).parent / "seedbed"
GOOD = 'stage = "perception"\nsteps = 500\n[mix]\nperception = 1.0\n'

WRONG = [
    ("colour = 1\n" + GOOD, "colour: Extra inputs are not permitted"),
    (GOOD + "pages = 1\n", "mix.pages: Extra inputs are not permitted"),
    (GOOD.replace("500", "0"), "steps: Input should be greater than 0"),
    (GOOD.replace("500", "50"), "warmup_steps 100 must be below steps 50"),
    (GOOD.replace("perception = 1.0", "perception = 0"), "at least one of perception, pixels, elements, games"),
    (GOOD + "elements = 1.0\n", "the stage perception has no demonstrations"),
    (GOOD.replace('"perception"', '"imitate"') + "elements = 1.0\n[weights]\nanswer = -1\n", "weights.answer:"),
    (
        "seeing_steps = 10\n" + GOOD.replace('"perception"', '"imitate"') + "elements = 1.0\n",
        "seeing_steps needs a mix of pictures only",
    ),
    ('preset = "huge"\n' + GOOD, "no model preset 'huge'; there are tiny, seed1_5_vl"),
    (GOOD.replace('"perception"', '"dream"'), "stage: Input should be 'perception' or 'imitate'"),
    ("steps = = 3", "is not TOML"),
    ("", "stage: Field required"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(TrainerError) as caught:
        read(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_file_that_is_no_text_or_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    with pytest.raises(TrainerError, match=r"cannot read .*run\.toml"):
        read(path)
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(TrainerError, match="is not TOML"):
        read(path)


@pytest.mark.parametrize("stage", ["perception", "imitate"])
def test_the_shipped_settings_are_valid(stage: str) -> None:
    config = read(CONFIGS / f"vlm-{stage}.toml")
    assert config.stage == stage
    assert config.preset == "tiny"


def seedbed(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=300)


def test_the_command_says_it_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("colour = 1\n" + GOOD)
    done = seedbed("train", "vlm", "perception", "--config", str(path))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"seedbed: {path}: colour: Extra inputs are not permitted"]


def test_a_file_for_another_stage_is_answered_with_the_right_command() -> None:
    done = seedbed("train", "vlm", "imitate", "--config", str(CONFIGS / "vlm-perception.toml"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "run `seedbed train vlm perception`" in done.stderr


def test_print_config_shows_the_resolved_settings_and_stops(tmp_path: Path) -> None:
    done = seedbed("train", "vlm", "perception", "--print-config", "--out", str(tmp_path / "out"))
    assert done.returncode == 0
    assert '"peak_lr": 0.001' in done.stdout
    assert not (tmp_path / "out").exists()
