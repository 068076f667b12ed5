"""The score matrix is made as promised: new test prompts, scores that a batch does not change, runs that go on."""

import numpy as np
import pytest

from generators.router.arms import Arm
from generators.router.matrix import FORMS, SLICES, load_matrix
from generators.router.parse.rules import parse
from trainer.errors import TrainerError
from trainer.router import scores as module
from trainer.router.prompts import TEST_FORMS, bench_prompts
from trainer.router.scores import make_matrix

ARMS = (Arm("dark", "fast"), Arm("bright", "fast"))
PROMPTS = bench_prompts(60)


class Painter:
    """Fills a picture with its seed and the arm's brightness; counts what it drew."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def __call__(self, arm):
        def draw(prompts, seeds):
            self.drawn += [arm.name] * len(prompts)
            return [np.full((4, 4, 3), 100 * (arm.expert == "bright") + seed % 97, np.uint8) for seed in seeds]

        return draw


def brightness(prompt, picture):
    return float(picture.mean()) / 255


def test_prompts_are_the_same_for_a_seed_and_cover_every_slice_and_form():
    prompts = bench_prompts(400)
    assert prompts == bench_prompts(400) != bench_prompts(400, seed=1)
    assert len({prompt.text for prompt in prompts}) == len(prompts) == pytest.approx(400, abs=10)
    assert {prompt.slice for prompt in prompts} == set(SLICES)
    assert {prompt.form for prompt in prompts} == set(FORMS) == set(TEST_FORMS)
    assert all(term in prompt.text for prompt in prompts for term in prompt.must_keep)


def test_what_is_unseen_is_in_the_test_alone():
    for prompt in bench_prompts(400):
        assert (prompt.slice == "in-distribution") or prompt.split == "test"


def test_the_offline_reader_tells_their_forms():
    prompts = [prompt for prompt in bench_prompts(600) if prompt.slice != "not-media"]
    right = [parse(prompt.text).form == prompt.form for prompt in prompts]
    assert np.mean(right) >= 0.95


def test_every_arm_draws_every_prompt_with_every_seed(tmp_path):
    painter, out = Painter(), tmp_path / "scores.npz"
    matrix = make_matrix(PROMPTS, ARMS, painter, brightness, "brightness", out, seeds=2)
    media = [prompt.slice != "not-media" for prompt in PROMPTS]
    assert matrix.scores.shape == (len(PROMPTS), 2, 2)
    assert not np.isnan(matrix.scores[media]).any() and np.isnan(matrix.scores[np.logical_not(media)]).all()
    assert (matrix.scores[media][:, 1] > matrix.scores[media][:, 0]).all()
    assert load_matrix(out).prompts == matrix.prompts
    assert [each.name for each in tmp_path.iterdir()] == ["scores.npz"], "parts are gone when it is whole"


def test_a_batch_does_not_change_a_score(tmp_path, monkeypatch):
    whole = make_matrix(PROMPTS, ARMS, Painter(), brightness, "b", tmp_path / "a.npz", seeds=1)
    monkeypatch.setattr(module, "_BATCH", 7)
    assert make_matrix(
        PROMPTS, ARMS, Painter(), brightness, "b", tmp_path / "b.npz", seeds=1
    ).scores.tobytes() == (whole.scores.tobytes())


def test_a_killed_run_goes_on_with_the_arms_that_are_left(tmp_path):
    out, first, second = tmp_path / "scores.npz", Painter(), Painter()

    def killed(arm, done, of):
        if arm == ARMS[1].name:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_matrix(PROMPTS, ARMS, first, brightness, "b", out, seeds=1, told=killed)
    assert not out.exists()
    make_matrix(PROMPTS, ARMS, second, brightness, "b", out, seeds=1)
    assert set(second.drawn) == {ARMS[1].name}


def test_parts_of_other_prompts_are_not_taken(tmp_path):
    out, painter = tmp_path / "scores.npz", Painter()

    def killed(arm, done, of):
        if arm == ARMS[1].name:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_matrix(bench_prompts(60, seed=1), ARMS, Painter(), brightness, "b", out, seeds=1, told=killed)
    make_matrix(PROMPTS, ARMS, painter, brightness, "b", out, seeds=1)
    assert set(painter.drawn) == {arm.name for arm in ARMS}


def test_one_arm_is_no_comparison(tmp_path):
    with pytest.raises(TrainerError, match="compares arms"):
        make_matrix(PROMPTS, ARMS[:1], Painter(), brightness, "b", tmp_path / "scores.npz")
