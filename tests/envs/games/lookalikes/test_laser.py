"""Laser: how light runs, benches that can be solved, and a solver that is checked against trying everything."""

import random
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.laser import BOARD, Laser, oracle
from envs.games.lookalikes.laser_levels import SIZE
from envs.games.lookalikes.laser_solver import Bench, beam, facing, fewest_turns, lit, reflected

CELLS = [(column, row) for row, column in product(range(4), range(4))]
LEVELS = st.integers(1, Laser.levels)
SEEDS = st.integers(0, 2**32)


@st.composite
def benches(draw):
    """Four by four, with up to four prisms and some gems; not all of them can be lit."""
    cells = draw(st.permutations(CELLS))
    prisms = {cell: draw(st.integers(0, 3)) for cell in cells[: draw(st.integers(0, 4))]}
    gems = frozenset(cells[4 : 4 + draw(st.integers(1, 3))])
    return Bench(4, draw(st.integers(0, 3)), gems, frozenset(cells[7 : 7 + draw(st.integers(0, 3))])), prisms


@given(st.integers(0, 3), st.integers(0, 3))
def test_light_can_go_back_the_way_it_came(lying, heading):
    leaving = reflected(lying, heading)
    assert leaving is None or (leaving - heading) % 4 in (1, 3)
    assert leaving is None or reflected(lying, (leaving + 2) % 4) == (heading + 2) % 4
    assert sum(reflected(lying, each) is not None for each in range(4)) == 2


@given(st.integers(0, 3), st.sampled_from((1, 3)))
def test_some_prism_turns_the_beam_either_way(heading, turn):
    leaving = (heading + turn) % 4
    assert reflected(facing(heading, leaving), heading) == leaving


def test_a_prism_that_lies_at_zero_is_open_to_the_north_and_east():
    north, east, south, west = range(4)
    assert reflected(0, south) == east
    assert reflected(0, west) == north
    assert reflected(0, north) is None


@settings(deadline=None)
@given(benches())
def test_a_beam_ends(bench_and_prisms):
    legs = list(beam(*bench_and_prisms))
    assert legs[0].cell == (0, bench_and_prisms[0].entry)
    assert len({(leg.cell, leg.heading) for leg in legs}) == len(legs)


@settings(max_examples=25, deadline=None)
@given(benches())
def test_the_solver_agrees_with_trying_every_turn(bench_and_prisms):
    bench, prisms = bench_and_prisms
    costs = [
        sum(turns)
        for turns in product(range(4), repeat=len(prisms))
        if lit(bench, {c: (n + t) % 4 for (c, n), t in zip(prisms.items(), turns, strict=True)}) == bench.gems
    ]
    found = fewest_turns(bench, prisms)
    assert (None if found is None else sum(found.values())) == min(costs, default=None)


@settings(max_examples=20, deadline=None)
@given(LEVELS, SEEDS)
def test_every_bench_starts_dark_and_the_oracle_lights_it(level, seed):
    game = Laser.start(level, random.Random(seed))
    assert game.progress == 0
    for _ in range(sum(fewest_turns(game.bench, game.prisms).values())):
        assert not game.solved
        game.play(oracle(game))
    assert game.solved and game.over and game.progress == 1 and game.score == len(game.bench.gems)


def test_only_prisms_can_be_turned_and_a_click_means_the_one_under_it():
    game = Laser.start(5, random.Random(3))
    for number, legal in enumerate(game.legal()):
        cell = (number % SIZE, number // SIZE)
        assert legal == (cell in game.prisms)
        assert game.move_at(*BOARD.center(cell)) == number


def test_the_text_follows_the_beam():
    bench = Bench(SIZE, 1, frozenset({(2, 3)}), frozenset())
    game = Laser(1, bench, {(2, 1): 3})
    assert game.text().endswith("Beam: A2 B2 C2 C1")
    assert "2> . . \u25e2 . . ." in game.text()
    for _ in range(3):
        game.play(Laser.moves.index("turn C2"))
    assert game.text().endswith("Beam: A2 B2 C2 C3 C4 C5 C6") and game.solved
