"""The fewest quarter turns that close every end of a board of connected tiles: dynamic programming, cell by cell.

Works on plain numbers: a tile is four bits, an end to the north is 1, east 2, south 4, west 8.
"""

NORTH, EAST, SOUTH, WEST = 1, 2, 4, 8

Tiles = tuple[tuple[int, ...], ...]
"""Rows of tiles, from the top."""


def turned(tile: int, quarters: int = 1) -> int:
    """The tile after so many quarter turns clockwise."""
    for _ in range(quarters % 4):
        tile = (tile << 1 | tile >> 3) & 15
    return tile


def fewest_turns(tiles: Tiles) -> tuple[tuple[int, ...], ...] | None:
    """How many quarter turns clockwise each tile needs, the fewest in all; None where no turning closes all ends.

    Cells are decided in reading order. All that the rest has to know of those above is which ends hang down into
    it and whether one reaches in from the left: at most 2^(columns + 1) situations, each kept with the cheapest
    way there.
    """
    rows, columns = len(tiles), len(tiles[0])
    # From (ends hanging down, one bit a column; end from the left) to (turns so far, turns of each cell so far).
    open_ends: dict[tuple[int, bool], tuple[int, tuple[int, ...]]] = {(0, False): (0, ())}
    for row in range(rows):
        for column in range(columns):
            after: dict[tuple[int, bool], tuple[int, tuple[int, ...]]] = {}
            for (hanging, from_left), (cost, chosen) in open_ends.items():
                for quarters, tile in _orientations(tiles[row][column]):
                    if bool(tile & NORTH) != bool(hanging >> column & 1) or bool(tile & WEST) != from_left:
                        continue
                    if (tile & EAST and column == columns - 1) or (tile & SOUTH and row == rows - 1):
                        continue
                    below = hanging & ~(1 << column) | bool(tile & SOUTH) << column
                    state, total = (below, bool(tile & EAST)), cost + quarters
                    if state not in after or total < after[state][0]:
                        after[state] = (total, (*chosen, quarters))
            open_ends = after
    if (0, False) not in open_ends:
        return None
    _, chosen = open_ends[0, False]
    return tuple(chosen[start : start + columns] for start in range(0, rows * columns, columns))


def _orientations(tile: int) -> list[tuple[int, int]]:
    """Each way that a tile can lie, with the fewest quarter turns that bring it there."""
    ways: dict[int, int] = {}
    for quarters in range(4):
        ways.setdefault(turned(tile, quarters), quarters)
    return [(quarters, way) for way, quarters in ways.items()]
