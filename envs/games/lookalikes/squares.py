"""A board of squares inside a picture: where each lies, which one a point is in, and how they are called.

Columns are lettered from A and rows numbered from 1, both from the top left corner, as `C2`: moves are named after
squares, and the letters and numbers along the edges let whoever sees the picture name one.
"""

from dataclasses import dataclass

from envs.games.lookalikes.drawing import Point, Shape, Text
from envs.games.lookalikes.grid import Cell

EDGE = 0.08
"""Width of the strips on the left and at the top that hold numbers and letters."""
FAR_EDGE = 0.02
"""Width of the strips on the right and at the bottom, which hold nothing."""


def cell_name(cell: Cell) -> str:
    """`C2`, as the letters and numbers along the edges say; boards without them use `grid.name_of`."""
    return f"{chr(ord('A') + cell[0])}{cell[1] + 1}"


@dataclass(frozen=True)
class Squares:
    """`columns` by `rows` equal squares, as large as fit, in the middle of a square of the picture.

    That square has its corner at (`x`, `y`) and sides of `side`, the strips for letters and numbers included; all
    are fractions of the picture.
    """

    columns: int
    rows: int
    x: float = 0.0
    y: float = 0.0
    side: float = 1.0

    @property
    def pitch(self) -> float:
        """The side of one square."""
        return (self.side - EDGE - FAR_EDGE) / max(self.columns, self.rows)

    @property
    def origin(self) -> Point:
        """The top left corner of the first square."""
        room = self.side - EDGE - FAR_EDGE
        return (
            self.x + EDGE + (room - self.columns * self.pitch) / 2,
            self.y + EDGE + (room - self.rows * self.pitch) / 2,
        )

    def corner(self, cell: Cell) -> Point:
        """The top left corner of a square."""
        return self.origin[0] + cell[0] * self.pitch, self.origin[1] + cell[1] * self.pitch

    def center(self, cell: Cell) -> Point:
        x, y = self.corner(cell)
        return x + self.pitch / 2, y + self.pitch / 2

    def at(self, x: float, y: float) -> Cell | None:
        """The square that a point is in."""
        column, row = (x - self.origin[0]) // self.pitch, (y - self.origin[1]) // self.pitch
        return (int(column), int(row)) if 0 <= column < self.columns and 0 <= row < self.rows else None

    def labels(self, color: str) -> tuple[Shape, ...]:
        """Letters above the columns and numbers left of the rows."""
        x, y = self.origin
        letters = [
            Text(self.center((column, 0))[0], y - EDGE / 2, chr(ord("A") + column), EDGE * 0.9, color)
            for column in range(self.columns)
        ]
        numbers = [
            Text(x - EDGE / 2, self.center((0, row))[1], str(row + 1), EDGE * 0.9, color)
            for row in range(self.rows)
        ]
        return (*letters, *numbers)
