"""2048: slide all tiles, equal ones merge, until one of them is large enough."""

import random
from typing import Self

from envs.games.lookalikes.drawing import Drawing, Rect, Shape, Text
from envs.games.lookalikes.frame import BOARD, GROUND, button_at, buttons, column
from envs.games.lookalikes.game import Game

Board = tuple[tuple[int, ...], ...]
"""Rows from the top, of tiles' numbers; 0 is an empty cell."""

LEVELS = ((3, 64), (3, 128), (4, 256))
"""Side of the board and the tile to be made, for each level. The last board is of the well-known size."""

FOUR = 0.1
"""How often a new tile is a 4 instead of a 2."""

_TRAY = "#bbada0"
_COLORS = {
    0: "#cdc1b4", 2: "#eee4da", 4: "#ede0c8", 8: "#f2b179", 16: "#f59563", 32: "#f67c5f", 64: "#f0452f",
    128: "#e8c547", 256: "#b8c43c", 512: "#5fae57", 1024: "#2f8fa8",
}  # fmt: skip


class Game2048(Game):
    """A board of numbers; a move slides and merges, and a new tile appears in an empty cell."""

    name = "2048"
    title = "2048"
    help = (
        "Slide all tiles left, right, up or down; two equal tiles that meet become one of twice the number, and a "
        "new tile appears after each move. Make the tile that is asked for before the board is full."
    )
    levels = len(LEVELS)
    max_steps = 200
    moves = ("left", "right", "up", "down")

    def __init__(self, level: int, board: Board, rng: random.Random) -> None:
        self.level = level
        self.board = board
        self.target = LEVELS[level - 1][1]
        """The number of the tile to be made."""
        self._points = 0
        self._rng = rng

    @classmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        side = LEVELS[level - 1][0]
        board: Board = ((0,) * side,) * side
        return cls(level, dropped(dropped(board, rng), rng), rng)

    def legal(self) -> tuple[bool, ...]:
        if self.solved:
            return (False,) * len(self.moves)
        return tuple(slid(self.board, move)[0] != self.board for move in self.moves)

    def _play(self, move: int) -> None:
        board, points = slid(self.board, self.moves[move])
        self.board = dropped(board, self._rng)
        self._points += points

    @property
    def progress(self) -> float:
        """The largest tile's share of the target, counted from the largest that a start can bring."""
        return max(0.0, min(1.0, (self.largest - 4) / (self.target - 4)))

    @property
    def largest(self) -> int:
        return max(max(row) for row in self.board)

    @property
    def score(self) -> float:
        """The sum of all tiles that merging made, as in the original."""
        return float(self._points)

    @property
    def solved(self) -> bool:
        return self.largest >= self.target

    def text(self) -> str:
        rows = [" ".join(f"{number or '.':>4}" for number in row) for row in self.board]
        return "\n".join([f"Make {self.target}. Score {self._points}.", *rows])

    def draw(self) -> Drawing:
        side = len(self.board)
        cell = BOARD / side
        gap = cell * 0.05
        shapes: list[Shape] = [Rect(0, 0, BOARD, BOARD, _TRAY, radius=0.02)]
        for row, numbers in enumerate(self.board):
            for at, number in enumerate(numbers):
                x, y = at * cell, row * cell
                color = _COLORS.get(number, _COLORS[1024])
                shapes.append(Rect(x + gap, y + gap, cell - 2 * gap, cell - 2 * gap, color, radius=cell * 0.1))
                if number:
                    size = cell * (0.62, 0.62, 0.56, 0.44, 0.36)[len(str(number))]
                    ink = "#5b5148" if number <= 4 else "#ffffff"
                    shapes.append(Text(x + cell / 2, y + cell / 2, str(number), size, ink))
        shapes += buttons(self.moves)
        shapes += column(self.level, self.progress, str(self.target))
        return Drawing(GROUND, tuple(shapes))

    def move_at(self, x: float, y: float) -> int | None:
        name = button_at(x, y, self.moves)
        return None if name is None else self.moves.index(name)


def slid(board: Board, move: str) -> tuple[Board, int]:
    """The board after sliding, before a new tile appears, and the points for what merged.

    Each tile merges at most once in a move, those nearest to the wall first.
    """
    if move in ("up", "down"):
        turned, points = slid(_transposed(board), "left" if move == "up" else "right")
        return _transposed(turned), points
    rows, points = [], 0
    for row in board:
        packed, gained = _packed(row if move == "left" else row[::-1])
        rows.append(packed if move == "left" else packed[::-1])
        points += gained
    return tuple(rows), points


def dropped(board: Board, rng: random.Random) -> Board:
    """The board with one more tile in an empty cell."""
    row, at = rng.choice([(y, x) for y, line in enumerate(board) for x, number in enumerate(line) if not number])
    return placed(board, row, at, 4 if rng.random() < FOUR else 2)


def placed(board: Board, row: int, at: int, number: int) -> Board:
    """The board with `number` in one cell."""
    line = board[row]
    return (*board[:row], (*line[:at], number, *line[at + 1 :]), *board[row + 1 :])


def _packed(row: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """One row, slid to its beginning, and its points."""
    tiles = [number for number in row if number]
    merged: list[int] = []
    points, number = 0, 0
    while number < len(tiles):
        if number + 1 < len(tiles) and tiles[number] == tiles[number + 1]:
            merged.append(2 * tiles[number])
            points += 2 * tiles[number]
            number += 2
        else:
            merged.append(tiles[number])
            number += 1
    return (*merged, *[0] * (len(row) - len(merged))), points


def _transposed(board: Board) -> Board:
    return tuple(zip(*board, strict=True))
