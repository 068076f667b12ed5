"""Choosing: terms that sum to the score, doubt that becomes a pair, seconds that have a price, filters that
hold.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.router.arms import Allowed, Arm, arm_named, arms_of, prior_mean
from generators.router.choice import (
    calibrate,
    calibrated,
    choose,
    look,
    price_of_seconds,
    propensities,
    win_shares,
)
from generators.router.costs import costs_of
from generators.router.errors import RouterError
from generators.router.explain import shown, terms_of
from generators.router.extension import extend, lost_terms
from generators.router.features import EMBEDDING, Features, features_of, layout_of
from generators.router.parse.rules import parse
from generators.router.taxonomy import embedded_taxonomy, read_taxonomy

from . import simulator

TREE = embedded_taxonomy()
LAYOUT = layout_of(TREE)
WORDS = st.lists(
    st.sampled_from(["red", "fox", "vixen", "cube", "8-bit", "lake", "two", "quixotic", "a", '"Open"', "painted"]),
    min_size=1, max_size=8,
).map(" ".join)  # fmt: skip
VECTORS = st.integers(0, 10_000).map(lambda seed: np.random.default_rng(seed).standard_normal(5))


def outlook(utility, spread=0.1, noise=0.0, **given):
    means = np.array(utility, dtype=float)
    return look(means, np.full(len(means), spread**2), noise, np.ones(len(means)), 0.0, **given)


@given(WORDS, st.integers(0, 100), st.floats(-1, 1), st.floats(0, 1))
def test_an_explanation_sums_to_the_score_whole_and_cut(text, seed, taste, cost):
    phi = features_of(text).phi()
    mean = np.random.default_rng(seed).standard_normal(LAYOUT.size)
    score = float(phi @ mean) + taste - cost
    terms = terms_of(phi, mean, TREE, LAYOUT, taste, cost)
    assert sum(term.value for term in terms) == pytest.approx(score, abs=1e-9)
    assert sum(term.value for term in shown(terms)) == pytest.approx(score, abs=1e-9)
    assert len(shown(terms)) <= 4


def test_a_routes_terms_sum_to_its_score(router):
    for mode in ("fast", "balanced", "best"):
        found = router.route("a red cube, pixel art", mode=mode, loaded=frozenset())
        assert sum(term.value for term in found.terms) == pytest.approx(found.score, abs=1e-9)
        assert found.score == pytest.approx({row[0]: row[1] for row in found.table}[found.arm.name])


@given(WORDS)
def test_extending_never_loses_a_term(text):
    parsed = parse(text)
    for arm in simulator.arms():
        assert not lost_terms(extend(parsed, arm).prompt, parsed.must_keep, TREE)


@given(WORDS)
def test_features_are_probabilities_and_come_back_from_their_bytes(text):
    features = features_of(text)
    assert features.subjects.sum() == pytest.approx(1, abs=1e-5)
    assert features.styles.sum() == pytest.approx(1, abs=1e-5)
    again = Features.stored(features.embedding.tobytes(), features.leaf_probs, len(TREE.subjects))
    assert again.digest() == features.digest()
    assert features.phi().shape == (LAYOUT.size,) and features.embedding.shape == (EMBEDDING,)


def test_synonyms_are_seen_alike_and_other_things_are_not():
    fox, vixen, chart = (features_of(text) for text in ("a red fox", "a scarlet vixen", "a red pie chart"))
    assert fox.digest() == vixen.digest()
    assert float(fox.embedding @ chart.embedding) < 0.7


def test_doubt_becomes_a_pair_and_certainty_does_not():
    sure = choose(outlook([1.0, 0.0, -1.0]), 0)
    torn = choose(outlook([0.1, 0.1, 0.1, 0.1], spread=1.0), 0)
    assert (sure.kind, sure.arm) == ("single", 0)
    assert torn.kind == "pair" and torn.runner_up is not None and torn.runner_up != torn.arm


def test_where_nothing_is_fit_the_generalist_draws():
    choice = choose(outlook([-1.0, -0.9, -2.0]), generalist=2)
    assert (choice.kind, choice.arm) == ("generalist", 2)


def test_without_arms_it_says_so():
    with pytest.raises(RouterError, match="no expert is left"):
        outlook([])


@given(VECTORS)
def test_certainty_is_the_chance_to_win(means):
    """Against the exact probability of two arms, by the normal distribution of their difference."""
    from statistics import NormalDist

    pair = means[:2]
    share = win_shares(pair[None], np.ones((1, 2)))[0, 0]
    assert share == pytest.approx(NormalDist(0, 2**0.5).cdf(pair[0] - pair[1]), abs=0.08)


@given(VECTORS, st.floats(0.1, 3), st.floats(-1, 1))
def test_corrected_certainty_is_still_a_distribution(means, slope, offset):
    best = win_shares(means[None], np.ones((1, 5)))[0]
    corrected = calibrated(best, (slope, offset))
    assert corrected.sum() == pytest.approx(1)
    assert (corrected >= 0).all()


def test_overconfidence_is_corrected():
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.2, 0.9, 4000)
    claimed = 1 / (1 + np.exp(-2 * np.log(truth / (1 - truth))))
    slope, offset = calibrate(claimed, rng.random(4000) < truth)
    assert (slope, offset) == pytest.approx((0.5, 0.0), abs=0.06)


def test_explored_decisions_know_how_likely_they_were():
    torn = outlook([0.1, 0.0, 0.0], spread=1.0)
    chances = propensities(torn, 0, 0.05)
    assert chances.sum() == pytest.approx(1)
    rng = np.random.default_rng(0)
    seen = [choose(torn, 0, rng) for _ in range(4000)]
    assert np.mean([choice.arm == 1 for choice in seen]) == pytest.approx(chances[1], abs=0.01)
    assert all(choice.propensity == pytest.approx(chances[choice.arm]) for choice in seen)


def test_the_price_of_a_second_keeps_the_quality_that_was_promised():
    rng = np.random.default_rng(0)
    advantage, seconds = rng.standard_normal((300, 4)), np.array([1.0, 2.0, 4.0, 8.0])
    level, scale = np.full(300, 0.6), 0.1
    price = price_of_seconds(advantage, seconds, level, scale, 0.99)
    rows = np.arange(300)

    def mean_score(price_of_one: float) -> float:
        return float(
            (level + scale * advantage[rows, np.argmax(advantage - price_of_one * seconds, axis=1)]).mean()
        )

    assert price > 0 and mean_score(price) >= 0.99 * mean_score(0)
    assert mean_score(price * 1.5) < 0.99 * mean_score(0), "a higher price would break the promise"
    assert price_of_seconds(advantage, seconds, level, scale, 1.0) == 0


def test_filters_are_hard_and_tags_are_not(router):
    arms = router.arms
    only = router.route("a lake in watercolour", allowed=Allowed(experts=frozenset({arms[0].expert})))
    assert only.arm == arms[0]
    for refused in (Allowed(media="video"), Allowed(memory_mb=1), Allowed(licences=frozenset({"GPL"}))):
        with pytest.raises(RouterError, match="no expert is left"):
            router.route("a lake", allowed=refused)
    assert {row[0] for row in router.route("a lake").table} == {arm.name for arm in arms}


def test_seconds_follow_finished_jobs_and_loading_costs():
    first, second = (
        Arm("a", name, steps=steps, size_px=1000, memory_mb=1000) for name, steps in (("x", 10), ("y", 40))
    )
    costs = costs_of([first, second], {"a/x": (5.0, 1000)})
    assert costs.seconds(first) == pytest.approx(5.0)
    assert costs.seconds(second) == pytest.approx(20.0), "four times the steps"
    assert costs.seconds(first, frozenset()) == pytest.approx(7.0)
    assert costs.seconds(first, frozenset({"a"})) == pytest.approx(5.0)


def test_tags_are_a_prior_that_scores_can_overrule():
    arm = simulator.arms()[1]
    weights = prior_mean(arm, TREE, LAYOUT)
    fits, other = (features_of(text).phi() @ weights for text in ("a pixel art knight", "a watercolour beach"))
    assert fits > 0 > other


def test_tags_in_other_words_find_their_node_and_unknown_ones_none():
    assert TREE.nodes_of(["scenery", "8-bit"], "subjects") == {"landscape"}
    assert TREE.nodes_of(["8-bit", "vaporwave"], "styles") == {"pixel"}


def test_cards_become_arms_one_for_each_preset():
    from generators.zoo.zoo import load_cards

    cards = load_cards()
    arms = arms_of(cards.values(), TREE)
    assert len(arms) == sum(len(card.presets) for card in cards.values())
    solids = arm_named("solids/balanced", arms)
    assert (solids.subjects, solids.styles, solids.size_px) == ({"geometry"}, {"render"}, 64)
    with pytest.raises(RouterError, match="the nearest is 'solids/balanced'"):
        arm_named("solids/balance", arms)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("subjects: [", "not YAML"),
        ("subjects: {a: {b: []}}\nstyles: {c: {d: []}}\nusual: {z: [c]}", "no subject 'z'"),
        ("subjects: {a: {b: []}}\nstyles: {c: {d: []}}\nmore: 1", "more"),
    ],
)
def test_a_broken_taxonomy_is_refused_in_one_line(text, says):
    with pytest.raises(RouterError, match=says) as caught:
        read_taxonomy(text, "mine.yaml")
    assert "\n" not in str(caught.value)
