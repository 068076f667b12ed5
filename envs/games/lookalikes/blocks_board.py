"""What block-fitting games share: cells, lines that vanish when they are full, and pieces that are put on cells.

Sets of cells are the bits of one integer, so that whether a piece fits and which lines are full are single
operations whatever the board looks like.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Spot = tuple[int, int]
"""Where a cell is, in coordinates of the board's own, in which a piece keeps its shape when it is shifted."""


@dataclass(frozen=True)
class Piece:
    """A shape, as spots relative to its anchor: the first one of its top row, which is (0, 0)."""

    spots: tuple[Spot, ...]
    covers: tuple[int | None, ...]
    """For each cell, the cells that are covered when the anchor is put there; None where it sticks out."""


@dataclass(frozen=True)
class Board:
    """A board without what lies on it."""

    spots: tuple[Spot, ...]
    lines: tuple[int, ...]
    """Each a set of cells."""
    beside: tuple[int, ...]
    """For each cell, the cells that touch it."""
    pieces: tuple[Piece, ...]

    def put(self, filled: int, piece: int, cell: int) -> tuple[int, int, int] | None:
        """Put a piece, which makes all full lines vanish at once: what is filled then, how many lines vanished
        and how many cells; None where the piece does not fit."""
        covered = self.pieces[piece].covers[cell]
        if covered is None or covered & filled:
            return None
        filled |= covered
        full = [line for line in self.lines if line & filled == line]
        gone = 0
        for line in full:
            gone |= line
        return filled & ~gone, len(full), gone.bit_count()

    def fits(self, filled: int, piece: int) -> bool:
        """Whether there is room for a piece anywhere."""
        return any(covered is not None and not covered & filled for covered in self.pieces[piece].covers)


def board_of(
    spots: Sequence[Spot], lines: Iterable[Iterable[Spot]], steps: Sequence[Spot], shapes: Iterable[Sequence[Spot]]
) -> Board:
    """A board with these cells, where a cell touches those that are one of `steps` away."""
    number = {spot: cell for cell, spot in enumerate(spots)}

    def bits(some: Iterable[Spot]) -> int:
        return sum(1 << number[spot] for spot in some if spot in number)

    def covers(shape: Sequence[Spot], x: int, y: int) -> int | None:
        shifted = [(x + dx, y + dy) for dx, dy in shape]
        return bits(shifted) if all(spot in number for spot in shifted) else None

    pieces = []
    for shape in shapes:
        x, y = min(shape, key=lambda spot: (spot[1], spot[0]))
        anchored = tuple(sorted(((px - x, py - y) for px, py in shape), key=lambda spot: (spot[1], spot[0])))
        pieces.append(Piece(anchored, tuple(covers(anchored, *spot) for spot in spots)))
    beside = tuple(bits((x + dx, y + dy) for dx, dy in steps) for x, y in spots)
    return Board(tuple(spots), tuple(bits(line) for line in lines), beside, tuple(pieces))
