"""Blocks that slide along their own length: every position that can be reached, and how far each is from free.

A block keeps its row or its column; where it is, is one number, so a position of the whole board is a tuple.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

Position = tuple[int, ...]
"""For each block, how far its first square is from the left edge, or from the top."""

SIDE = 5
"""Columns and rows."""


@dataclass(frozen=True)
class Block:
    """`length` squares in the row `lane`, or in the column `lane` if it stands upright."""

    lane: int
    length: int
    upright: bool

    def squares(self, place: int) -> tuple[tuple[int, int], ...]:
        """The columns and rows that it covers with its first square at `place`."""
        along = range(place, place + self.length)
        return tuple((self.lane, n) if self.upright else (n, self.lane) for n in along)

    def covers(self, place: int) -> int:
        """The same squares as bits, row by row."""
        return sum(1 << row * SIDE + column for column, row in self.squares(place))


Blocks = tuple[Block, ...]
"""The first one is the key, which lies in a row and is free at the right edge."""


def is_free(blocks: Blocks, position: Position) -> bool:
    return position[0] == SIDE - blocks[0].length


def slides(blocks: Blocks, position: Position) -> Iterator[tuple[int, int, Position]]:
    """What can be slid by one square: the block, -1 for left or up or 1 for right or down, the position then."""
    masks = _masks(blocks)
    taken = 0
    for block, place in enumerate(position):
        taken |= masks[block][place]
    for block, place in enumerate(position):
        others = taken & ~masks[block][place]
        for step in (-1, 1):
            if 0 <= place + step < len(masks[block]) and not masks[block][place + step] & others:
                yield block, step, (*position[:block], place + step, *position[block + 1 :])


@lru_cache(maxsize=64)
def distances(blocks: Blocks, position: Position) -> dict[Position, int]:
    """For every position that can be reached from this one, the fewest slides to a free key; empty if there is
    no way to free it."""
    reached, edge = {position}, [position]
    while edge:
        edge = [after for before in edge for _, _, after in slides(blocks, before) if not _seen(after, reached)]
    far = {each: 0 for each in reached if is_free(blocks, each)}
    edge = list(far)
    while edge:
        following = []
        for before in edge:
            for _, _, after in slides(blocks, before):
                if after not in far:
                    far[after] = far[before] + 1
                    following.append(after)
        edge = following
    return far


def _seen(position: Position, reached: set[Position]) -> bool:
    """Whether `reached` has the position already; from now on it has."""
    if position in reached:
        return True
    reached.add(position)
    return False


@lru_cache(maxsize=256)
def _masks(blocks: Blocks) -> tuple[tuple[int, ...], ...]:
    """For each block and each place that it can be at, the squares that it covers."""
    return tuple(tuple(block.covers(place) for place in range(SIDE - block.length + 1)) for block in blocks)
