"""The bench on a simulated matrix: rules learn, the gates' figures are there, files that are none are refused."""

import json

import numpy as np
import pytest

from generators.router.bench import replay
from generators.router.bench.baselines.diffusiongpt import DiffusionGPT
from generators.router.bench.baselines.registry import RULES, rule_named
from generators.router.bench.baselines.tree import hanging
from generators.router.bench.data import scored
from generators.router.bench.gates import GATES
from generators.router.bench.metrics import calibration_error, regret_ratio_upper, rises, risk_coverage
from generators.router.bench.run import run
from generators.router.errors import RouterError
from generators.router.matrix import ScoreMatrix, load_matrix, save_matrix
from generators.router.taxonomy import embedded_taxonomy

from . import simulator
from .conftest import ARMS, same_bits


@pytest.fixture(scope="module")
def report():
    """With few simulated votes: each takes two solutions of the whole model, and here only their figures' keys
    count.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(replay, "NEW_EXPERT_VOTES", 20)
        patched.setattr(replay, "STATIONARY_VOTES", 20)
        yield run(simulator.matrix(seed=1, prompts=360), simulator.arms(), embedded_taxonomy())


def test_it_writes_every_figure_and_a_row_for_each_rule(report):
    assert [row["name"] for row in report["baselines"]] == list(RULES)
    assert [gate["figure"] for gate in report["gates"]] == [gate.figure for gate in GATES]
    for name in (
        "gap_closed",
        "gap_closed_synonyms",
        "regret_ratio_upper95",
        "calibration_error",
        "decision_p95_ms",
    ):
        assert np.isfinite(report[name])
    assert json.loads(json.dumps(report))["gap_closed"] == report["gap_closed"], "plain data"


def test_the_ends_of_the_gap_are_where_they_are_defined(report):
    rows = {row["name"]: row for row in report["baselines"]}
    assert rows["best-single"]["gap_closed"] == 0
    assert (rows["oracle"]["gap_closed"], rows["oracle"]["regret"], rows["oracle"]["top1"]) == (1, 0, 1)
    assert rows["random"]["quality"] < rows["best-single"]["quality"]


def test_ours_loses_less_than_the_rule_that_it_replaces(report):
    rows = {row["name"]: row for row in report["baselines"]}
    assert rows["seedbed"]["regret"] < 0.7 * rows["diffusiongpt"]["regret"]
    assert report["regret_ratio_upper95"] < 0.8
    assert rows["seedbed"]["gap_closed"] > 0.45 < report["gap_closed_synonyms"]


def test_templates_that_training_never_saw_are_read_right(report):
    assert report["form_accuracy"] >= 0.95
    assert report["media_accuracy"] >= 0.95
    assert report["must_keep_retention"] >= 0.98


@pytest.mark.parametrize("name", RULES)
def test_every_rule_returns_chances_that_sum_to_one(name, small_matrix, taxonomy):
    data = scored(small_matrix, ARMS, taxonomy)
    rule = rule_named(name)
    rule.learn(data.at(small_matrix.where("train")), data.at(small_matrix.where("val")))
    asked = data.at(small_matrix.where("test"))
    chances = rule.choose(asked)
    assert chances.shape == asked.quality.shape
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(chances)))


def test_only_the_oracle_looks_at_the_scores_that_are_asked_for(small_matrix, taxonomy):
    data = scored(small_matrix, ARMS, taxonomy)
    train, val = data.at(small_matrix.where("train")), data.at(small_matrix.where("val"))
    asked = data.at(small_matrix.where("test"))
    turned = type(asked)(asked.features, 1 - asked.quality, asked.seconds, asked.arms, taxonomy)
    for name in RULES:
        rule = rule_named(name)
        rule.learn(train, val)
        assert same_bits(rule.choose(asked), rule.choose(turned)) == (name != "oracle"), name


def test_an_unknown_rule_names_the_nearest():
    with pytest.raises(RouterError, match="nearest is 'diffusiongpt'"):
        rule_named("diffusion-gpt")


def test_diffusiongpts_rule_counts_and_intersects():
    """By hand: arm 2 is named most often, but hangs at another leaf; of the leaf's arms 1 is named more often."""
    rule = DiffusionGPT()
    rule._ranked = np.array([[2, 1], [2, 0], [2, 1]])
    near = np.array([0, 1, 2])
    assert rule._ranked_first(near, leaf=[0, 1]) == 1
    assert rule._ranked_first(near, leaf=[3]) == 2, "nobody at the leaf was named: the votes decide"
    rule._ranked = np.array([[0, 1], [1, 0], [1, 0]])
    assert rule._ranked_first(near, leaf=[0, 1]) == 1, "as often, but nearer the top"


def test_a_leaf_holds_what_is_tagged_with_both_or_climbs_up():
    arms = simulator.arms()
    assert hanging(arms, "geometry", "render") == [0]
    assert hanging(arms, "geometry", "pixel") == [1], "the style decides where no expert has both"
    assert hanging(arms, "geometry", "cartoon") == [0]
    assert hanging(arms, "person", "cartoon") == list(range(8))


def test_the_ratio_of_regrets_is_bounded_from_above():
    ours, theirs = np.full(50, 0.1), np.full(50, 0.4)
    assert regret_ratio_upper(ours, theirs) == pytest.approx(0.25)
    rng = np.random.default_rng(0)
    noisy = regret_ratio_upper(rng.random(200), rng.random(200))
    assert 1.0 < noisy < 1.3
    assert regret_ratio_upper(ours, np.zeros(50)) == np.inf


def test_calibration_error_is_the_distance_between_said_and_seen():
    said = np.repeat([0.2, 0.8], 500)
    seen = np.concatenate([np.arange(500) % 10 < 2, np.arange(500) % 10 < 5])
    assert calibration_error(said, seen) == pytest.approx((0.0 + 0.3) / 2)


def test_risk_rises_where_certainty_means_something():
    regret = np.linspace(0, 1, 100)
    assert rises(risk_coverage(1 - regret, regret))
    assert not rises(risk_coverage(regret, regret))


def test_a_matrix_comes_back_from_its_file(tmp_path, small_matrix):
    path = tmp_path / "scores.npz"
    save_matrix(small_matrix, path)
    again = load_matrix(path)
    assert same_bits(again.scores, small_matrix.scores)
    for name in ("arms", "scorer", "prompts", "split", "slice", "form", "must_keep"):
        assert getattr(again, name) == getattr(small_matrix, name)
    assert [each.name for each in tmp_path.iterdir()] == ["scores.npz"]


def test_files_that_are_no_matrix_are_refused_in_one_line(tmp_path, small_matrix):
    for name, content in (("text.npz", b"hello"), ("empty.npz", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RouterError, match="no score matrix") as caught:
            load_matrix(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(RouterError, match="cannot read"):
        load_matrix(tmp_path / "nothing.npz")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"arms": ("a", "a", "b")}, "twice"),
        ({"split": ("holdout",) * 60}, "'holdout' is none of train"),
        ({"scores": np.full((60, 3, 3), 2.0, np.float32)}, "between 0 and 1"),
        ({"prompts": ("one",)}, "1 entries of prompts"),
    ],
)
def test_a_matrix_that_does_not_hold_together_is_refused(change, says, small_matrix):
    with pytest.raises(RouterError, match=says):
        ScoreMatrix(**(vars(small_matrix) | change))


def test_scores_in_the_database_are_those_of_the_matrix(database, small_matrix):
    count = database.put_matrix(small_matrix)
    learned = np.concatenate([small_matrix.where("train"), small_matrix.where("val")])
    assert count == len(learned) * 9
    table = database.scores(small_matrix.arms)
    texts = database.texts(table.prompt_ids)
    first = next(index for index in learned if small_matrix.prompts[index] == texts[0])
    assert table.quality.shape[1] == 3 and not np.isnan(table.quality).any()
    twins = [index for index in learned if small_matrix.prompts[index] == texts[0]]
    assert table.quality[0] == pytest.approx(small_matrix.quality()[twins[-1]]), first
