"""Loop rotation: turning, closing ends, and a solver that is checked against trying everything."""

import random
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.errors import IllegalMove
from envs.games.lookalikes.loops import BOARD, SIDE, Loops, oracle
from envs.games.lookalikes.loops_solver import EAST, NORTH, SOUTH, WEST, fewest_turns, turned
from envs.games.lookalikes.squares import cell_name

LEVELS = st.integers(1, Loops.levels)
SEEDS = st.integers(0, 2**32)


@st.composite
def small_boards(draw):
    """Two by two: mostly a solved board with its tiles turned, sometimes any four tiles."""
    if draw(st.integers(0, 3)) == 0:
        return [[draw(st.integers(0, 15)) for _ in range(2)] for _ in range(2)]
    top, bottom, left, right = (draw(st.booleans()) for _ in range(4))
    solved = [
        [top * EAST | left * SOUTH, top * WEST | right * SOUTH],
        [bottom * EAST | left * NORTH, bottom * WEST | right * NORTH],
    ]
    return [[turned(tile, draw(st.integers(0, 3))) for tile in row] for row in solved]


def closed(tiles) -> bool:
    """Whether every end meets another, asked in the plainest way."""
    rows, columns = len(tiles), len(tiles[0])
    across = all(
        bool(tiles[row][column] & EAST) == bool(column + 1 < columns and tiles[row][column + 1] & WEST)
        and bool(tiles[row][column] & SOUTH) == bool(row + 1 < rows and tiles[row + 1][column] & NORTH)
        for row, column in product(range(rows), range(columns))
    )
    return across and not any(tile & NORTH for tile in tiles[0]) and not any(row[0] & WEST for row in tiles)


def after(tiles, turns):
    return [[turned(tile, n) for tile, n in zip(*pair, strict=True)] for pair in zip(tiles, turns, strict=True)]


@settings(max_examples=40, deadline=None)
@given(small_boards())
@example([[NORTH, NORTH], [NORTH, NORTH]])  # Can be joined downwards, in 4 turns, and across, in 8.
def test_the_solver_agrees_with_trying_every_turn(tiles):
    rows, columns = len(tiles), len(tiles[0])
    every = (
        [choice[start : start + columns] for start in range(0, rows * columns, columns)]
        for choice in product(range(4), repeat=rows * columns)
    )
    cheapest = min((sum(map(sum, turns)) for turns in every if closed(after(tiles, turns))), default=None)
    found = fewest_turns(tuple(map(tuple, tiles)))
    assert (None if found is None else sum(map(sum, found))) == cheapest
    assert found is None or closed(after(tiles, found))


@given(st.integers(0, 15))
def test_four_quarters_are_a_whole_turn(tile):
    assert turned(turned(tile, 3)) == tile
    assert turned(NORTH) == EAST


@settings(max_examples=40, deadline=None)
@given(LEVELS, SEEDS, st.lists(st.integers(0, SIDE * SIDE - 1), max_size=30))
def test_a_board_is_solved_exactly_when_no_end_is_open(level, seed, moves):
    game = Loops.start(level, random.Random(seed))
    assert game.progress == 0 and not game.over
    for move in moves:
        if game.legal()[move]:
            game.play(move)
        assert 0 <= game.progress <= 1
        assert game.solved == game.over == closed(game.tiles) == (game.progress == 1)


@settings(max_examples=20, deadline=None)
@given(LEVELS, SEEDS)
def test_the_oracle_takes_the_fewest_turns(level, seed):
    game = Loops.start(level, random.Random(seed))
    needed = sum(map(sum, fewest_turns(game.tiles)))
    for _ in range(needed):
        assert not game.over
        game.play(oracle(game))
    assert game.solved and needed <= game.max_steps


def test_a_click_means_the_tile_under_it():
    for number, move in enumerate(Loops.moves):
        row, column = divmod(number, SIDE)
        assert move == f"turn {cell_name((column, row))}"
        game = Loops.start(1, random.Random(0))
        assert game.move_at(*BOARD.center((column, row))) == number
    assert game.move_at(0.01, 0.5) is None


def test_the_text_names_what_is_still_open():
    ring = ((0,) * 5, (0, 6, 12, 0, 0), (0, 3, 3, 0, 0), (0,) * 5, (0,) * 5)
    game = Loops(1, ring)
    assert game.text().endswith("Open ends at: B3, C3")
    for _ in range(3):
        game.play(Loops.moves.index("turn C3"))
    assert game.text().endswith("Open ends at: none") and game.solved


def test_harder_levels_need_more_turns():
    def needed(level):
        boards = [Loops.start(level, random.Random(seed)).tiles for seed in range(20)]
        return sum(sum(map(sum, fewest_turns(tiles))) for tiles in boards)

    assert needed(1) < needed(3) < needed(5) < needed(8)


@pytest.mark.parametrize("move", [-1, SIDE * SIDE])
def test_there_are_no_other_moves(move):
    with pytest.raises(IllegalMove, match="has no move"):
        Loops.start(1, random.Random(0)).play(move)
