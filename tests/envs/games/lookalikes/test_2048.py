"""2048: sliding and merging, against the rules said in another way."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.game_2048 import LEVELS, Game2048, dropped, slid
from envs.games.lookalikes.game_2048_oracle import oracle

TILES = st.sampled_from([0, 0, 0, 2, 2, 4, 8, 16])
BOARDS = st.integers(3, 4).flatmap(lambda side: st.tuples(*[st.tuples(*[TILES] * side)] * side))
MOVES = st.sampled_from(Game2048.moves)


def board_of(*rows: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(number) for number in row.split()) for row in rows)


def row_after(row: str) -> tuple[tuple[int, ...], int]:
    board, points = slid(board_of(row), "left")
    return board[0], points


@pytest.mark.parametrize(
    ("row", "after", "points"),
    [
        ("0 2 0 2", (4, 0, 0, 0), 4),
        ("2 2 2 2", (4, 4, 0, 0), 8),
        ("4 2 2 0", (4, 4, 0, 0), 4),
        ("2 2 2 0", (4, 2, 0, 0), 4),
        ("2 4 8 2", (2, 4, 8, 2), 0),
        ("0 0 0 0", (0, 0, 0, 0), 0),
    ],
)
def test_a_tile_merges_once_and_the_nearest_to_the_wall_first(
    row: str, after: tuple[int, ...], points: int
) -> None:
    assert row_after(row) == (after, points)


@settings(deadline=None)
@given(BOARDS, MOVES)
def test_sliding_keeps_the_sum_and_leaves_no_gap_on_the_side_it_goes_to(board, move) -> None:
    after, points = slid(board, move)
    assert sum(map(sum, after)) == sum(map(sum, board))
    assert points % 4 == 0 and (points > 0) == (_tiles(after) < _tiles(board))
    lines = after if move in ("left", "right") else tuple(zip(*after, strict=True))
    for line in lines:
        towards = line if move in ("left", "up") else line[::-1]
        assert not any(
            empty and number for empty, number in zip((n == 0 for n in towards), towards[1:], strict=False)
        )


def _tiles(board) -> int:
    return sum(number > 0 for row in board for number in row)


@settings(deadline=None)
@given(BOARDS)
def test_directions_are_mirror_images(board) -> None:
    mirrored = tuple(row[::-1] for row in board)
    assert slid(board, "right")[0] == tuple(row[::-1] for row in slid(mirrored, "left")[0])
    turned = tuple(zip(*board, strict=True))
    assert slid(board, "up")[0] == tuple(zip(*slid(turned, "left")[0], strict=True))
    assert slid(board, "down")[0] == slid(board[::-1], "up")[0][::-1]


@settings(deadline=None)
@given(BOARDS, st.integers(0, 2**32))
def test_a_new_tile_is_a_two_or_a_four_in_an_empty_cell(board, seed) -> None:
    if _tiles(board) == len(board) ** 2:
        return
    after = dropped(board, random.Random(seed))
    changed = [
        (old, new) for rows in zip(board, after, strict=True) for old, new in zip(*rows, strict=True) if old != new
    ]
    assert changed in ([(0, 2)], [(0, 4)])


def test_it_is_won_with_the_tile_and_lost_on_a_full_board() -> None:
    won = Game2048(1, board_of("32 32 0", "0 0 0", "0 0 0"), random.Random(1))
    assert won.legal() == (True, True, False, True)
    won.play(0)
    assert won.solved and won.over and won.progress == 1 and won.score == 64
    lost = Game2048(1, board_of("2 4 2", "4 2 4", "2 4 2"), random.Random(1))
    assert lost.over and not lost.solved and not any(lost.legal())


def test_progress_is_the_largest_tiles_share_of_the_target() -> None:
    side, target = LEVELS[0]
    assert (side, target) == (3, 64)
    game = Game2048(1, board_of("16 0 0", "0 0 0", "0 0 2"), random.Random(1))
    assert game.progress == pytest.approx((16 - 4) / (64 - 4))


def test_the_oracle_takes_the_merge_that_wins() -> None:
    game = Game2048(3, board_of("128 2 4 8", "128 4 8 16", "2 8 4 2", "4 2 8 4"), random.Random(1))
    assert game.moves[oracle(game)] in ("up", "down")
