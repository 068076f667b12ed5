"""Wood blocks, in the manner of Wood Blocks 3D: fill rows and columns of a square board."""

from typing import ClassVar

from envs.games.lookalikes.blocks import HAND, INK, Blocks, Level
from envs.games.lookalikes.blocks_board import Board, Spot, board_of
from envs.games.lookalikes.drawing import Point, Rect, Shape
from envs.games.lookalikes.squares import Squares, cell_name

SIDE = 7
"""Columns and rows of the board."""
SQUARES = Squares(SIDE, SIDE, side=0.79)

_STEPS: tuple[Spot, ...] = ((1, 0), (0, 1), (-1, 0), (0, -1))
_PATTERNS = ("#", "##", "###", "####", "##/#.", "##/##", "##./.##", "###/#..", "###/.#.", "#../#../###", "###/###")
"""Pieces in one position, rows apart by `/`."""


def _shapes() -> list[list[Spot]]:
    """Every pattern in every different position: turned and, where that makes a difference, turned over."""
    shapes: list[list[Spot]] = []
    for pattern in _PATTERNS:
        spots = [(x, y) for y, row in enumerate(pattern.split("/")) for x, mark in enumerate(row) if mark == "#"]
        for turned_over in (False, True):
            for _ in range(4):
                spots = [(-y, x) for x, y in spots]
                position = [(-x, y) if turned_over else (x, y) for x, y in spots]
                left, top = min(x for x, _ in position), min(y for _, y in position)
                position = sorted((x - left, y - top) for x, y in position)
                if position not in shapes:
                    shapes.append(position)
    return shapes


def _board() -> Board:
    spots = [(x, y) for y in range(SIDE) for x in range(SIDE)]
    lines = [[spot for spot in spots if spot[axis] == place] for axis in range(2) for place in range(SIDE)]
    return board_of(spots, lines, _STEPS, _shapes())


BOARD = _board()


class WoodBlocks(Blocks):
    """49 squares and 14 lines of seven."""

    name: ClassVar[str] = "wood-blocks"
    title: ClassVar[str] = "Wood blocks"
    help: ClassVar[str] = (
        "Choose one of the three pieces below with hold, then put it: its dotted cell goes where you say. "
        "Full rows and columns vanish; clear as many as are asked for before nothing fits."
    )
    levels: ClassVar[int] = 6
    max_steps: ClassVar[int] = 100
    board: ClassVar[Board] = BOARD
    names: ClassVar[tuple[str, ...]] = tuple(cell_name(spot) for spot in BOARD.spots)
    moves: ClassVar[tuple[str, ...]] = (
        *(f"hold {place + 1}" for place in range(HAND)),
        *(f"put {name}" for name in names),
    )
    plan: ClassVar[tuple[Level, ...]] = (
        Level(sizes=(1, 3), filled=12, lines=3),
        Level(sizes=(2, 4), filled=0, lines=5),
        Level(sizes=(2, 4), filled=12, lines=7),
        Level(sizes=(3, 5), filled=0, lines=8),
        Level(sizes=(3, 5), filled=10, lines=10),
        Level(sizes=(3, 6), filled=10, lines=12),
    )
    color: ClassVar[str] = "#9a6234"

    def center(self, cell: int) -> Point:
        return SQUARES.center(self.board.spots[cell])

    def offset(self, x: int, y: int) -> Point:
        return x * SQUARES.pitch, y * SQUARES.pitch

    def cell_shape(self, center: Point, scale: float, fill: str) -> Shape:
        side = SQUARES.pitch * scale
        return Rect(center[0] - side / 2, center[1] - side / 2, side, side, fill, side * 0.12)

    def cell_at(self, x: float, y: float) -> int | None:
        square = SQUARES.at(x, y)
        return None if square is None else square[1] * SIDE + square[0]

    def labels(self) -> list[Shape]:
        return list(SQUARES.labels(INK))

    def rows(self) -> list[str]:
        head = "  " + " ".join(chr(ord("A") + column) for column in range(SIDE))
        rows = [
            f"{row + 1} " + " ".join("#" if self.filled >> row * SIDE + x & 1 else "." for x in range(SIDE))
            for row in range(SIDE)
        ]
        return [head, *rows]
