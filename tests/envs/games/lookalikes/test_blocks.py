"""Block fitting on hexagons and on squares: what fits, what vanishes, and that every level can be won."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.blocks import HAND, oracle
from envs.games.lookalikes.blocks_board import board_of
from envs.games.lookalikes.hex_blocks import HexBlocks
from envs.games.lookalikes.raster import rasterize
from envs.games.lookalikes.wood_blocks import WoodBlocks

GAMES = pytest.mark.parametrize("kind", [HexBlocks, WoodBlocks], ids=lambda kind: kind.name)
EITHER = st.sampled_from([HexBlocks, WoodBlocks])
SEEDS = st.integers(0, 2**32)


def test_the_boards_are_as_described():
    assert sorted(line.bit_count() for line in HexBlocks.board.lines) == sorted([4, 5, 6, 7, 6, 5, 4] * 3)
    assert [line.bit_count() for line in WoodBlocks.board.lines] == [7] * 14
    assert HexBlocks.names[0] == "A1" and HexBlocks.names[-1] == "G4" and len(set(HexBlocks.names)) == 37
    assert len(HexBlocks.moves) == 40 and len(WoodBlocks.moves) == 52


@GAMES
def test_pieces_are_in_one_part_and_all_different(kind):
    board = kind.board
    shapes = [piece.spots for piece in board.pieces]
    assert len(set(shapes)) == len(shapes)
    assert all(shape[0] == (0, 0) for shape in shapes)
    for piece in board.pieces:
        covered = next(covered for covered in piece.covers if covered is not None)
        cells = {cell for cell in range(len(board.spots)) if covered >> cell & 1}
        assert len(cells) == len(piece.spots)
        reached = {min(cells)}
        while more := {c for c in cells - reached if any(board.beside[c] >> r & 1 for r in reached)}:
            reached |= more
        assert reached == cells


def test_lines_that_are_full_together_vanish_together():
    spots = [(x, y) for y in range(3) for x in range(3)]
    rows = [[(x, y) for x in range(3)] for y in range(3)]
    columns = [[(x, y) for y in range(3)] for x in range(3)]
    board = board_of(spots, [*rows, *columns], [(1, 0), (-1, 0), (0, 1), (0, -1)], [[(0, 0)], [(0, 0), (1, 0)]])
    cross = 0b010_101_010  # The middle row and column lack only the middle.
    assert board.put(cross, 0, 4) == (0, 2, 5)
    assert board.put(cross, 1, 4) is None
    assert board.put(cross, 1, 2) is None, "it would stick out at the right"
    assert board.put(0, 1, 0) == (0b11, 0, 0)


@settings(max_examples=30, deadline=None)
@given(EITHER, st.integers(1, 6), SEEDS, SEEDS)
def test_cells_are_neither_lost_nor_made(kind, level, seed, player):
    game, rng = kind.start(level, random.Random(seed)), random.Random(player)
    assert game.progress == 0 and game.text()
    while not game.over:
        legal = [move for move, can in enumerate(game.legal()) if can and move >= HAND]
        move = rng.choice(legal) if legal else rng.choice([n for n in range(HAND) if n != game.chosen])
        before, size = game.filled.bit_count(), len(game.board.pieces[game.hand[game.chosen]].spots)
        lines = game.lines
        game.play(move)
        if move >= HAND:
            gone = before + size - game.filled.bit_count()
            assert (gone > 0) == (game.lines > lines) and gone >= 0
        assert not any(line & game.filled == line for line in game.board.lines)
        assert 0 <= game.progress <= 1 and (game.progress == 1) == game.solved


@GAMES
def test_the_oracle_wins_every_level(kind):
    for level in range(1, kind.levels + 1):
        for seed in range(3):
            game, steps = kind.start(level, random.Random(seed)), 0
            while not game.over:
                game.play(oracle(game))
                steps += 1
            assert game.solved and steps <= game.max_steps


@GAMES
def test_it_is_over_when_nothing_in_hand_fits(kind):
    game = kind.start(4, random.Random(0))
    cells = len(game.names)
    game.filled = (1 << cells) - 1
    assert game.over and not game.solved and not any(game.legal())


@GAMES
def test_a_click_means_the_cell_or_the_piece_under_it(kind):
    game = kind.start(1, random.Random(0))
    for cell in range(len(game.names)):
        assert kind.moves[game.move_at(*game.center(cell))] == f"put {game.names[cell]}"
    assert [game.move_at((n + 0.5) / HAND, 0.9) for n in range(HAND)] == [0, 1, 2]
    assert game.move_at(0.01, 0.01) is None
    assert game.move_for("2") == 1 and game.move_for("Enter") is None


@GAMES
def test_holding_another_piece_changes_what_is_put(kind):
    game = kind.start(6, random.Random(1))
    assert game.legal()[:HAND] == (False, True, True)
    wanted = game.hand[2]
    game.play(2)
    cell = next(n for n, can in enumerate(game.legal()) if can and n >= HAND) - HAND
    expected, _, _ = game.board.put(game.filled, wanted, cell)
    game.play(HAND + cell)
    assert game.filled == expected


@GAMES
def test_the_longest_count_stays_inside_the_picture(kind):
    game = kind.start(6, random.Random(1))
    game.lines = game.aim
    picture = rasterize(game.draw(), 160)
    assert len(set(map(tuple, picture[:16, -3:].reshape(-1, 3)))) == 1, "a digit touches the edge"
    assert len(set(map(tuple, picture[:16, 136:157].reshape(-1, 3)))) > 1, "and yet there is a count"
