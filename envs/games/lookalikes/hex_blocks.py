"""Hexagonal block fit, in the manner of Hex FRVR: fill lines of a board of hexagons in any of three directions."""

from math import sqrt
from typing import ClassVar

from envs.games.lookalikes.blocks import FAINT, HAND, Blocks, Level
from envs.games.lookalikes.blocks_board import Board, Spot, board_of
from envs.games.lookalikes.drawing import Point, Polygon, Shape, Text, moved

SIDE = 4
"""Cells along each side of the board: rows of 4, 5, 6, 7, 6, 5 and 4."""
WIDTH = 0.121
"""Of a cell, between its upright sides, as a fraction of the picture."""
MIDDLE: Point = (0.5, 0.4)

_STEPS: tuple[Spot, ...] = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
"""From a cell to its neighbours, in axial coordinates: the first of the two grows to the right, the second to the
lower right."""
_CORNER = 1 / sqrt(3)
_HEXAGON = ((0.0, -_CORNER), (0.5, -_CORNER / 2), (0.5, _CORNER / 2), (0.0, _CORNER), (-0.5, _CORNER / 2),
            (-0.5, -_CORNER / 2))  # fmt: skip
"""A hexagon of width 1 around the origin."""


def _shapes() -> list[list[Spot]]:
    """A single cell, straight pieces of two to four, triangles, rhombi and bent pieces, each in all directions."""
    shapes: list[list[Spot]] = [[(0, 0)]]
    for direction, (dx, dy) in enumerate(_STEPS):
        nx, ny = _STEPS[(direction + 1) % 6]
        bx, by = _STEPS[(direction + 2) % 6]
        if direction < 3:
            shapes += [[(dx * n, dy * n) for n in range(length)] for length in (2, 3, 4)]
            shapes.append([(0, 0), (dx, dy), (nx, ny), (dx + nx, dy + ny)])
        if direction < 2:
            shapes.append([(0, 0), (dx, dy), (nx, ny)])
        shapes.append([(dx, dy), (0, 0), (bx, by), (bx * 2, by * 2)])
    return shapes


def _board() -> Board:
    reach = SIDE - 1
    spots = [
        (x, y)
        for y in range(-reach, reach + 1)
        for x in range(-reach, reach + 1)
        if abs(x + y) <= reach
    ]  # fmt: skip
    lines = [
        [spot for spot in spots if (spot[0], spot[1], spot[0] + spot[1])[axis] == place]
        for axis in range(3)
        for place in range(-reach, reach + 1)
    ]
    return board_of(spots, lines, _STEPS, _shapes())


BOARD = _board()


def _names() -> tuple[str, ...]:
    """Rows are lettered from the top, the cells of a row numbered from the left."""
    first = {y: min(x for x, row in BOARD.spots if row == y) for _, y in BOARD.spots}
    return tuple(f"{chr(ord('A') + y + SIDE - 1)}{x - first[y] + 1}" for x, y in BOARD.spots)


class HexBlocks(Blocks):
    """37 hexagons and 21 lines of four to seven cells."""

    name: ClassVar[str] = "hex-blocks"
    title: ClassVar[str] = "Hex blocks"
    help: ClassVar[str] = (
        "Choose one of the three pieces below with hold, then put it: its dotted cell goes where you say. "
        "Full lines vanish, in all three directions; clear as many as are asked for before nothing fits."
    )
    levels: ClassVar[int] = 6
    max_steps: ClassVar[int] = 100
    board: ClassVar[Board] = BOARD
    names: ClassVar[tuple[str, ...]] = _names()
    moves: ClassVar[tuple[str, ...]] = (
        *(f"hold {place + 1}" for place in range(HAND)),
        *(f"put {name}" for name in names),
    )
    plan: ClassVar[tuple[Level, ...]] = (
        Level(sizes=(1, 3), filled=0, lines=10),
        Level(sizes=(1, 4), filled=0, lines=12),
        Level(sizes=(2, 4), filled=0, lines=14),
        Level(sizes=(2, 4), filled=8, lines=16),
        Level(sizes=(3, 4), filled=0, lines=18),
        Level(sizes=(3, 4), filled=8, lines=22),
    )
    color: ClassVar[str] = "#3f7fb5"

    def center(self, cell: int) -> Point:
        x, y = self.offset(*self.board.spots[cell])
        return MIDDLE[0] + x, MIDDLE[1] + y

    def offset(self, x: int, y: int) -> Point:
        return (x + y / 2) * WIDTH, y * WIDTH * 1.5 * _CORNER

    def cell_shape(self, center: Point, scale: float, fill: str) -> Shape:
        return Polygon(moved(_HEXAGON, *center, WIDTH * scale), fill)

    def cell_at(self, x: float, y: float) -> int | None:
        def distance(cell: int) -> float:
            center = self.center(cell)
            return (center[0] - x) ** 2 + (center[1] - y) ** 2

        # The hexagons are those places that are nearest to their own centre; a little is lost at the board's rim.
        nearest = min(range(len(self.names)), key=distance)
        return nearest if distance(nearest) <= (WIDTH / 2) ** 2 else None

    def labels(self) -> list[Shape]:
        """The name of every empty cell, in it."""
        return [
            Text(*self.center(cell), name, 0.055, FAINT)
            for cell, name in enumerate(self.names)
            if not self.filled >> cell & 1
        ]

    def rows(self) -> list[str]:
        """The board as text, each row moved as far as in the picture."""
        lines = []
        for y in range(1 - SIDE, SIDE):
            row = [cell for cell, spot in enumerate(self.board.spots) if spot[1] == y]
            squares = " ".join("#" if self.filled >> cell & 1 else "." for cell in row)
            lines.append(f"{self.names[row[0]][0]} {' ' * abs(y)}{squares}")
        return lines
