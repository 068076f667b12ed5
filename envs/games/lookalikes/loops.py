"""Loop rotation, in the manner of Infinity Loop: turn tiles until no line has an open end."""

import random
from itertools import product
from typing import ClassVar, Self

from envs.games.lookalikes.drawing import Circle, Drawing, Rect, Shape
from envs.games.lookalikes.game import Game
from envs.games.lookalikes.grid import Cell
from envs.games.lookalikes.loops_solver import EAST, NORTH, SOUTH, WEST, Tiles, fewest_turns, turned
from envs.games.lookalikes.squares import Squares, cell_name

SIDE = 5
"""Columns and rows of the tray: the same at every level, so that a tile's name always means the same place."""
BOARD = Squares(SIDE, SIDE)

_LEVELS = (
    (2, 2, 0.75),
    (3, 2, 0.7),
    (3, 3, 0.7),
    (4, 3, 0.65),
    (4, 4, 0.65),
    (5, 4, 0.65),
    (5, 5, 0.65),
    (5, 5, 0.8),
)
"""Per level: columns and rows that have tiles, and how likely two neighbours are connected in the solution."""
_CELLS: list[Cell] = [(column, row) for row, column in product(range(SIDE), range(SIDE))]
_STEPS = {NORTH: (0, -1), EAST: (1, 0), SOUTH: (0, 1), WEST: (-1, 0)}
_GLYPHS = " ╹╺┗╻┃┏┣╸┛━┻┓┫┳╋"
"""A tile as a letter, by its bits."""

_GROUND, _TILE, _LABEL = "#f4f1ea", "#e3ddcf", "#6b6558"
_OPEN, _CLOSED = "#d9622b", "#1f7a78"


class Loops(Game):
    """Tiles with up to four ends each; a tile's bits say where they point (see `loops_solver`)."""

    name: ClassVar[str] = "loops"
    title: ClassVar[str] = "Loops"
    help: ClassVar[str] = (
        "Each move turns one tile a quarter clockwise. "
        "Turn them until every end of a line meets the end of a neighbour: orange tiles still have an open end."
    )
    levels: ClassVar[int] = len(_LEVELS)
    max_steps: ClassVar[int] = 100
    moves: ClassVar[tuple[str, ...]] = tuple(
        f"turn {cell_name((column, row))}" for row in range(SIDE) for column in range(SIDE)
    )

    def __init__(self, level: int, tiles: Tiles) -> None:
        self.level = level
        self.tiles = tiles
        self._closed_at_start = self._closed_ends()
        self._turns = 0

    @classmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        columns, rows, density = _LEVELS[level - 1]
        while True:
            joined = _solution(columns, rows, density, rng)
            mixed = tuple(tuple(turned(tile, rng.randrange(4)) for tile in row) for row in joined)
            turns = fewest_turns(mixed)
            # Boards with too many bare tiles, or almost solved from the start, are drawn again.
            bare = sum(tile == 0 for row in mixed for tile in row) - (SIDE * SIDE - columns * rows)
            if turns is not None and sum(map(sum, turns)) >= columns * rows / 2 and bare * 4 <= columns * rows:
                return cls(level, mixed)

    def legal(self) -> tuple[bool, ...]:
        going = not self.solved
        return tuple(going and tile not in (0, 15) for row in self.tiles for tile in row)

    def _play(self, move: int) -> None:
        row, column = divmod(move, SIDE)
        rows = [list(tiles) for tiles in self.tiles]
        rows[row][column] = turned(rows[row][column])
        self.tiles = tuple(map(tuple, rows))
        self._turns += 1

    @property
    def progress(self) -> float:
        """The share of the ends open at the start that are closed now: those closed minus those opened."""
        ends = sum(tile.bit_count() for row in self.tiles for tile in row)
        return max(0.0, (self._closed_ends() - self._closed_at_start) / (ends - self._closed_at_start))

    @property
    def score(self) -> float:
        """Ends that meet another."""
        return float(self._closed_ends())

    @property
    def solved(self) -> bool:
        return not any(self._open_ends(cell) for cell in _CELLS)

    def text(self) -> str:
        head = "  " + " ".join(chr(ord("A") + column) for column in range(SIDE))
        lines = [f"{row + 1} " + " ".join(_GLYPHS[tile] for tile in tiles) for row, tiles in enumerate(self.tiles)]
        opened = [cell_name(cell) for cell in _CELLS if self._open_ends(cell)]
        return "\n".join([head, *lines, f"Open ends at: {', '.join(opened) or 'none'}"])

    def draw(self) -> Drawing:
        shapes: list[Shape] = list(BOARD.labels(_LABEL))
        for cell in _CELLS:
            shapes += self._draw_tile(cell)
        return Drawing(_GROUND, tuple(shapes))

    def move_at(self, x: float, y: float) -> int | None:
        cell = BOARD.at(x, y)
        return None if cell is None else cell[1] * SIDE + cell[0]

    def _draw_tile(self, cell: Cell) -> list[Shape]:
        (x, y), pitch, gap = BOARD.corner(cell), BOARD.pitch, BOARD.pitch * 0.03
        ground = Rect(x + gap, y + gap, pitch - 2 * gap, pitch - 2 * gap, _TILE, pitch * 0.08)
        tile = self.tiles[cell[1]][cell[0]]
        if not tile:
            return [ground]
        color = _OPEN if self._open_ends(cell) else _CLOSED
        middle, half = BOARD.center(cell), pitch * 0.11
        lines = [
            Rect(
                middle[0] - half if dx == 0 else middle[0] + min(dx, 0) * pitch / 2,
                middle[1] - half if dy == 0 else middle[1] + min(dy, 0) * pitch / 2,
                2 * half if dx == 0 else pitch / 2,
                2 * half if dy == 0 else pitch / 2,
                color,
            )
            for end, (dx, dy) in _STEPS.items()
            if tile & end
        ]
        return [ground, *lines, Circle(*middle, pitch * 0.21 if tile.bit_count() == 1 else half, color)]

    def _closed_ends(self) -> int:
        ends = sum(tile.bit_count() for row in self.tiles for tile in row)
        return ends - sum(map(self._open_ends, _CELLS))

    def _open_ends(self, cell: Cell) -> int:
        """How many of a tile's ends meet nothing."""
        column, row = cell
        opened = 0
        for end, (dx, dy) in _STEPS.items():
            if self.tiles[row][column] & end:
                inside = 0 <= column + dx < SIDE and 0 <= row + dy < SIDE
                meets = inside and self.tiles[row + dy][column + dx] & turned(end, 2)
                opened += not meets
        return opened


def oracle(game: Loops) -> int:
    """The first tile, in reading order, that the cheapest solution turns: the fewest moves in all."""
    turns = fewest_turns(game.tiles)
    assert turns is not None, "every board is a solved one with its tiles turned"
    row, column = next(
        (row, column) for row, line in enumerate(turns) for column, quarters in enumerate(line) if quarters
    )
    return row * SIDE + column


def _solution(columns: int, rows: int, density: float, rng: random.Random) -> Tiles:
    """A tray without open ends: somewhere in it, neighbours are connected by chance."""
    left, top = rng.randint(0, SIDE - columns), rng.randint(0, SIDE - rows)
    tiles = [[0] * SIDE for _ in range(SIDE)]
    for row, column in product(range(top, top + rows), range(left, left + columns)):
        if column + 1 < left + columns and rng.random() < density:
            tiles[row][column] |= EAST
            tiles[row][column + 1] |= WEST
        if row + 1 < top + rows and rng.random() < density:
            tiles[row][column] |= SOUTH
            tiles[row + 1][column] |= NORTH
    return tuple(map(tuple, tiles))
