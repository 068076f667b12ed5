"""Who plays 2048 well: expectimax over one's own moves and what may appear after them."""

from functools import lru_cache

from envs.games.lookalikes.game_2048 import Board, Game2048, placed, slid

MOVES = Game2048.moves


def oracle(game: Game2048) -> int:
    """The legal move after which, over the tiles that may appear, the best answer is worth most on average."""
    choices = [(_after(game.board, move), number) for number, move in enumerate(MOVES)]
    best = max((_expected(board), -number) for board, number in choices if board != game.board)
    return -best[1]


def _expected(board: Board) -> float:
    """The mean worth of the player's best answer. New tiles are taken for 2s: a 4 is rare, and half the work."""
    empty = [(row, at) for row, line in enumerate(board) for at, number in enumerate(line) if not number]
    return sum(_best(placed(board, row, at, 2)) for row, at in empty) / len(empty)


def _best(board: Board) -> float:
    # No move is left: as bad as anything can be.
    return max((_worth(after) for move in MOVES if (after := _after(board, move)) != board), default=0.0)


@lru_cache(maxsize=1 << 14)
def _after(board: Board, move: str) -> Board:
    return slid(board, move)[0]


@lru_cache(maxsize=1 << 14)
def _worth(board: Board) -> float:
    """How promising a board is: large tiles along a snake of cells that begins in a corner, and room to move."""
    cells = [number for line in board for number in line]
    best = max(
        sum(cells[cell] * weight for cell, weight in zip(snake, WEIGHTS, strict=False))
        for snake in _snakes(len(board))
    )
    return best * (1 + 0.05 * cells.count(0))


WEIGHTS = tuple(0.5**place for place in range(16))
"""Along the snake: a tile is worth half of what it would be one cell nearer to the corner."""


@lru_cache(maxsize=4)
def _snakes(side: int) -> tuple[tuple[int, ...], ...]:
    """The cells' numbers in a line that turns back at each row's end: from each corner, in both directions."""
    snakes = []
    rows = [[row * side + at for at in range(side)] for row in range(side)]
    for lines in (rows, [list(line) for line in zip(*rows, strict=True)]):
        for upright in (lines, lines[::-1]):
            for ways in (upright, [line[::-1] for line in upright]):
                snakes.append(
                    tuple(cell for n, line in enumerate(ways) for cell in (line[::-1] if n % 2 else line))
                )
    return tuple(snakes)
