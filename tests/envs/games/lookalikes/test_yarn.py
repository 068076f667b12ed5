"""Yarn: crossings are what geometry says, every board comes apart, and the oracle gets there from anywhere."""

import random
from itertools import combinations
from math import hypot

from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.yarn import NAMES, Yarn, oracle
from envs.games.lookalikes.yarn_solver import CHORDS, CROSSED_BY, HOLES, chords_of, crossings, tangled

LEVELS = st.integers(1, Yarn.levels)
SEEDS = st.integers(0, 2**32)
RADIUS = 0.05
"""Of a pin, in the picture."""


def test_no_thread_runs_under_a_pin_that_it_does_not_end_at():
    for one, other in combinations(range(len(HOLES)), 2):
        (ax, ay), (bx, by) = HOLES[one], HOLES[other]
        for hole in set(range(len(HOLES))) - {one, other}:
            x, y = HOLES[hole]
            along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / hypot(bx - ax, by - ay) ** 2
            along = min(1.0, max(0.0, along))
            assert hypot(ax + along * (bx - ax) - x, ay + along * (by - ay) - y) > RADIUS


def test_on_the_ring_two_threads_cross_when_their_ends_alternate():
    for a, b, c, d in combinations(range(len(HOLES) - 1), 4):
        assert CROSSED_BY[CHORDS[a, c]] >> CHORDS[b, d] & 1
        assert not CROSSED_BY[CHORDS[a, b]] >> CHORDS[c, d] & 1
        assert not CROSSED_BY[CHORDS[a, d]] >> CHORDS[b, c] & 1


@given(st.lists(st.sampled_from(range(len(CROSSED_BY))), unique=True, max_size=20))
def test_crossings_are_counted_once_for_each_pair(chords):
    pairs = [(one, other) for one, other in combinations(chords, 2) if CROSSED_BY[one] >> other & 1]
    assert crossings(chords) == len(pairs)
    assert tangled(chords) == [any(chord in pair for pair in pairs) for chord in chords]


@settings(max_examples=40, deadline=None)
@given(LEVELS, SEEDS, st.lists(st.integers(0, len(HOLES) - 1), max_size=12))
def test_moving_pins_keeps_them_all(level, seed, moves):
    game = Yarn.start(level, random.Random(seed))
    assert game.progress == 0 and crossings(chords_of(game.threads, game.home)) == 0
    pins = sorted(pin for pin in game.places if pin is not None)
    for move in moves:
        if game.legal()[move]:
            game.play(move)
        assert sorted(pin for pin in game.places if pin is not None) == pins
        assert 0 <= game.progress <= 1
        assert game.solved == game.over == (game.progress == 1)


@settings(max_examples=15, deadline=None)
@given(LEVELS, SEEDS, st.lists(st.integers(0, len(HOLES) - 1), max_size=5))
def test_the_oracle_untangles_whatever_others_left(level, seed, moves):
    game = Yarn.start(level, random.Random(seed))
    for move in moves:
        if game.legal()[move]:
            game.play(move)
    for _ in range(game.max_steps):
        if game.over:
            break
        game.play(oracle(game))
    assert game.solved


def test_touching_an_empty_hole_means_nothing_until_a_pin_is_lifted():
    game = Yarn.start(1, random.Random(1))
    empty, full = game.places.index(None), next(h for h, pin in enumerate(game.places) if pin is not None)
    pin = game.places[full]
    assert not game.legal()[empty]
    game.play(full)
    assert all(game.legal()) and game.text().endswith(f"Lifted: {NAMES[full]}")
    game.play(empty)
    assert game.places[empty] == pin and game.places[full] is None and game.held is None


def test_a_click_means_the_hole_near_it():
    game = Yarn.start(1, random.Random(1))
    for hole, (x, y) in enumerate(HOLES):
        assert game.move_at(x + 0.03, y - 0.03) == hole
    assert game.move_at(0.02, 0.02) is None
