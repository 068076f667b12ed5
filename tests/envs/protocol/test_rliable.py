"""Our statistics and rliable's, by the authors of the paper that we cite, say the same."""

import numpy as np
import pytest

from envs.protocol import (
    improvement_interval,
    interquartile_mean,
    iqm_interval,
    mean,
    optimality_gap,
    performance_profile,
    pooled_iqm,
    probability_of_improvement,
    stratified_interval,
)

rliable = pytest.importorskip("rliable.library", reason="a development dependency")
metrics = pytest.importorskip("rliable.metrics")

REPS = 1500
THRESHOLDS = (0.0, 0.25, 0.5, 0.75, 0.99)


def matrix(runs: int, seed: int, shift: float = 0.0) -> np.ndarray:
    """Scores `[runs, games]` of three games, rounded so that there are ties."""
    drawn = np.random.default_rng(seed).beta([1, 2, 5], [3, 2, 1], size=(runs, 3))
    return np.round(np.clip(drawn + shift, 0, 1), 1)


def strata(scores: np.ndarray) -> dict[str, list[float]]:
    return {f"game {game}": scores[:, game].tolist() for game in range(scores.shape[1])}


@pytest.mark.parametrize("runs", [1, 2, 3, 5, 10, 23])
def test_point_estimates_are_the_same(runs):
    scores = matrix(runs, seed=runs)
    ours = strata(scores)
    assert pooled_iqm(ours) == pytest.approx(metrics.aggregate_iqm(scores))
    assert mean([mean(values) for values in ours.values()]) == pytest.approx(metrics.aggregate_mean(scores))
    assert optimality_gap(ours) == pytest.approx(metrics.aggregate_optimality_gap(scores))
    column = scores[:, [0]]
    assert interquartile_mean(column[:, 0].tolist()) == pytest.approx(metrics.aggregate_iqm(column))


@pytest.mark.parametrize(("runs", "others"), [(8, 8), (5, 12), (1, 1)])
def test_the_probability_of_improvement_is_the_same(runs, others):
    first, second = matrix(runs, 1, shift=0.1), matrix(others, 2)
    expected = metrics.probability_of_improvement(first, second)
    assert probability_of_improvement(strata(first), strata(second)) == pytest.approx(expected)
    assert probability_of_improvement(strata(first), strata(first)) == metrics.probability_of_improvement(
        first, first
    )


def test_profiles_are_the_same():
    scores = matrix(20, seed=5)
    ours = performance_profile(strata(scores), THRESHOLDS)
    theirs, bands = rliable.create_performance_profile({"x": scores}, np.array(THRESHOLDS), reps=REPS)
    assert ours.shares == pytest.approx(theirs["x"])
    assert [band.low for band in ours.bands] == pytest.approx(bands["x"][0], abs=0.03)
    assert [band.high for band in ours.bands] == pytest.approx(bands["x"][1], abs=0.03)


def test_intervals_agree_within_the_noise_of_resampling():
    np.random.seed(0)  # What rliable draws from.
    scores, others = matrix(30, seed=7), matrix(30, seed=8)

    def both(matrix):
        return np.array([metrics.aggregate_mean(matrix), metrics.aggregate_iqm(matrix)])

    _, theirs = rliable.get_interval_estimates({"x": scores}, both, reps=REPS)
    ours = np.array([stratified_interval(strata(scores)), iqm_interval(strata(scores))]).T
    assert ours == pytest.approx(theirs["x"], abs=0.015)

    def improvement(first, second):
        return np.array([metrics.probability_of_improvement(first, second)])

    _, theirs = rliable.get_interval_estimates({"x": [scores, others]}, improvement, reps=500)
    ours = np.array([improvement_interval(strata(scores), strata(others))]).T
    assert ours == pytest.approx(theirs["x"], abs=0.03)
