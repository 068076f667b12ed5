"""Experts of the zoo draw for the matrix through diffusers itself: a tiny one with random weights."""

import numpy as np
import pytest

from generators.router.arms import Arm
from generators.router.matrix import load_matrix
from tests.generators.image.small import card, saved
from trainer.errors import TrainerError
from trainer.router.drawing import loader
from trainer.router.prompts import bench_prompts
from trainer.router.run import arms_named
from trainer.router.scores import make_matrix

PRESETS = {
    "one": {"steps": 1, "width": 16, "height": 16},
    "three": {"steps": 3, "width": 16, "height": 16},
}


@pytest.fixture(scope="module")
def cards(tmp_path_factory):
    return {"tiny": card(saved(tmp_path_factory.mktemp("weights")), presets=PRESETS)}


def test_a_picture_depends_on_its_prompt_and_seed_and_not_on_its_batch(cards):
    draw = loader(cards, "cpu")(Arm("tiny", "three"))
    alone = draw(["a red fox"], [7])[0]
    first, other, reseeded = draw(["a red fox", "a blue fox", "a red fox"], [7, 7, 8])
    assert alone.shape == (16, 16, 3) and alone.dtype == np.uint8
    # Products of other shapes are rounded otherwise: a last digit may differ, a picture may not.
    assert np.abs(first.astype(int) - alone.astype(int)).max() <= 1
    assert np.abs(first.astype(int) - reseeded.astype(int)).max() > 1
    assert first.tobytes() != other.tobytes()


def test_real_pipelines_make_a_matrix(cards, tmp_path):
    arms = (Arm("tiny", "one"), Arm("tiny", "three"))
    out = tmp_path / "scores.npz"
    named = {arm.name for arm in arms}
    make_matrix(
        bench_prompts(40), arms, loader(cards, "cpu"), lambda prompt, picture: picture.mean() / 255, "b", out, 1
    )
    assert set(load_matrix(out).arms) == named
    assert (load_matrix(out).seconds > 0).all()


def test_what_cannot_draw_is_named():
    with pytest.raises(TrainerError, match="no expert has a preset 'slow'"):
        arms_named(["solids", "sprites"], ["slow"])
