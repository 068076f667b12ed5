"""What a reader may rely on in the statistics of games, whatever the scores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.protocol import (
    ProtocolError,
    budget_curve,
    improvement_interval,
    interquartile_mean,
    iqm_interval,
    normalised,
    optimality_gap,
    paired_differences,
    performance_profile,
    pooled_iqm,
    probability_of_improvement,
    round_budgets,
    stratified_interval,
)

SCORES = st.lists(st.floats(-5, 5), min_size=1, max_size=20)
STRATA = st.dictionaries(st.sampled_from("abcd"), SCORES, min_size=1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0], 3.0),
        ([0.0, 1.0], 0.5),
        ([0.0, 1.0, 2.0, 100.0], 1.5),
        ([100.0, 0.0, 2.0, 1.0, 3.0], 2.0),
        ([0, 0, 1, 1, 1, 2, 9, 9], 1.25),
    ],
)
def test_the_interquartile_mean_is_the_mean_of_the_middle_half(values, expected):
    """By hand: floor(n/4) of the sorted scores go at either end."""
    assert interquartile_mean(values) == expected


@given(STRATA)
def test_an_interquartile_mean_stays_within_the_scores_and_repeats_itself(strata):
    pooled = sorted(value for values in strata.values() for value in values)
    low, high = iqm_interval(strata, resamples=100)
    assert pooled[0] - 1e-9 <= pooled_iqm(strata) <= pooled[-1] + 1e-9
    assert pooled[0] - 1e-9 <= low <= high <= pooled[-1] + 1e-9
    assert iqm_interval(dict(reversed(strata.items())), resamples=100) == (low, high)


@given(SCORES, SCORES)
def test_improvement_is_a_probability_and_turns_round(first, second):
    share = probability_of_improvement({"a": first}, {"a": second})
    assert 0 <= share <= 1
    assert probability_of_improvement({"a": second}, {"a": first}) == pytest.approx(1 - share)
    by_hand = [(x > y) + 0.5 * (x == y) for x in first for y in second]
    assert share == pytest.approx(sum(by_hand) / len(by_hand))


def test_a_clear_improvement_is_certain():
    better, worse = {"a": [1.0, 2.0, 3.0]}, {"a": [0.0, -1.0]}
    assert probability_of_improvement(better, worse) == 1.0
    assert improvement_interval(better, worse, resamples=50) == (1.0, 1.0)


def test_pairs_are_of_the_same_seed_and_others_are_left_out():
    ours = {"a": {1: 1.0, 2: 0.5, 9: 9.0}, "b": {1: 0.0}, "only ours": {1: 1.0}}
    theirs = {"a": {2: 0.25, 1: 0.0}, "b": {2: 5.0}}
    assert paired_differences(ours, theirs) == {"a": [1.0, 0.25]}
    with pytest.raises(ProtocolError, match="common seed"):
        paired_differences({"a": {1: 1.0}}, {"a": {2: 1.0}})


def test_pairing_sees_a_small_steady_gain_that_two_separate_means_hide():
    difficulty = [0.1 * number for number in range(10)]
    ours = {"a": dict(enumerate(hard + 0.01 for hard in difficulty))}
    theirs = {"a": dict(enumerate(difficulty))}
    low, high = stratified_interval(paired_differences(ours, theirs))
    assert 0 < low <= 0.01 + 1e-9 and high == pytest.approx(0.01)
    apart = [stratified_interval({"a": list(side["a"].values())}) for side in (ours, theirs)]
    assert apart[0].low < apart[1].high, "the separate intervals overlap"


def test_a_profile_falls_and_weighs_games_alike():
    profile = performance_profile({"a": [0.0, 1.0], "b": [0.4]}, (-0.1, 0.0, 0.4, 1.0))
    assert profile.shares == (1.0, 0.75, 0.25, 0.0)
    assert all(band.low <= share <= band.high for share, band in zip(profile.shares, profile.bands, strict=True))


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(0.1, 50))
def test_normalised_is_zero_at_random_and_one_at_the_reference(score, low, gap):
    assert normalised(low, low, low + gap) == 0
    assert normalised(low + gap, low, low + gap) == pytest.approx(1)
    assert (normalised(score, low, low + gap) > 0) == (score > low)


@pytest.mark.parametrize("high", [0.3, 0.2, float("nan")])
def test_a_reference_that_does_not_beat_random_play_is_refused(high):
    with pytest.raises(ProtocolError, match="measures nothing"):
        normalised(0.5, 0.3, high)


def test_a_budget_curve_is_what_had_been_reached_by_then():
    episodes = {"a": [[0.0, 0.5, 1.0], [0.0]], "b": [[0.0, 0.0, 0.0, 1.0]]}
    curve = budget_curve(episodes, (0, 1, 2, 3, 100))
    assert curve.means == (0.0, 0.125, 0.25, 0.75, 0.75)
    assert all(band.low <= value <= band.high for value, band in zip(curve.means, curve.bands, strict=True))


@given(st.integers(1, 100_000))
def test_budgets_are_round_and_end_with_the_largest(largest):
    budgets = round_budgets(largest)
    assert list(budgets) == sorted(set(budgets))
    assert budgets[-1] == largest
    assert all(str(budget).rstrip("0") in ("1", "2", "5") for budget in budgets[:-1])


def test_the_optimality_gap_counts_what_is_above_the_target_as_the_target():
    assert optimality_gap({"a": [0.5, 3.0], "b": [1.0]}) == pytest.approx(0.125)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: interquartile_mean([]),
        lambda: pooled_iqm({}),
        lambda: iqm_interval({"a": []}),
        lambda: optimality_gap({}),
        lambda: performance_profile({"a": [1.0]}, ()),
        lambda: probability_of_improvement({"a": [1.0]}, {"b": [1.0]}),
        lambda: probability_of_improvement({"a": [1.0]}, {"a": []}),
        lambda: budget_curve({"a": [[]]}, (1,)),
        lambda: budget_curve({"a": [[0.0]]}, ()),
        lambda: round_budgets(0),
    ],
)
def test_statistics_of_nothing_are_refused(ask):
    with pytest.raises(ProtocolError):
        ask()
