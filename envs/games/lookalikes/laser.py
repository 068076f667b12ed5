"""Laser mirrors, in the manner of Laser Maze: turn prisms until one beam lights every gem."""

import random
from itertools import product
from typing import ClassVar, Self

from envs.games.lookalikes.drawing import Circle, Drawing, Line, Polygon, Rect, Shape
from envs.games.lookalikes.drawing import moved as placed
from envs.games.lookalikes.game import Game
from envs.games.lookalikes.grid import Cell
from envs.games.lookalikes.laser_levels import SIZE, bench_for
from envs.games.lookalikes.laser_solver import STEPS, Bench, beam, fewest_turns, lit
from envs.games.lookalikes.squares import Squares, cell_name

BOARD = Squares(SIZE, SIZE)

_GROUND, _SQUARE, _LABEL = "#1b2330", "#2a3444", "#aab4c4"
_BEAM, _GLASS, _FACE, _WALL = "#ff4d4d", "#7fb2d9", "#ffffff", "#8a6f52"
_GEM_DARK, _GEM_LIT = "#8468c8", "#ffd24a"
_GEM = ((0.0, -0.3), (0.26, 0.0), (0.0, 0.3), (-0.26, 0.0))
_SOURCE = ((-0.36, -0.45), (0.5, 0.0), (-0.36, 0.45))
_PRISM = ((-0.36, -0.36), (0.36, 0.36), (-0.36, 0.36))
"""A prism that lies at 0, open to the north and to the east; its first two corners are the ends of the face."""
_GLYPHS = "\u25e3\u25e4\u25e5\u25e2"
"""A prism as a letter, by how it lies: the filled corner is its back."""


class Laser(Game):
    """A bench with prisms; how the beam runs is in `laser_solver`, how benches are made in `laser_levels`."""

    name: ClassVar[str] = "laser"
    title: ClassVar[str] = "Laser"
    help: ClassVar[str] = (
        "A move turns one prism, a blue triangle, a quarter clockwise: its white face reflects the red beam and "
        "its back stops it. Turn prisms until the beam, which comes in from the left, crosses every gem."
    )
    levels: ClassVar[int] = 8
    max_steps: ClassVar[int] = 40
    moves: ClassVar[tuple[str, ...]] = tuple(
        f"turn {cell_name((column, row))}" for row in range(SIZE) for column in range(SIZE)
    )

    def __init__(self, level: int, bench: Bench, prisms: dict[Cell, int]) -> None:
        self.level = level
        self.bench = bench
        self.prisms = prisms
        """How each prism lies, 0 to 3."""

    @classmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        return cls(level, *bench_for(level, rng))

    def legal(self) -> tuple[bool, ...]:
        going = not self.solved
        return tuple(going and cell in self.prisms for cell in _CELLS)

    def _play(self, move: int) -> None:
        cell = _CELLS[move]
        self.prisms = {**self.prisms, cell: (self.prisms[cell] + 1) % 4}

    @property
    def progress(self) -> float:
        """The share of the gems that are lit."""
        return self.score / len(self.bench.gems)

    @property
    def score(self) -> float:
        """Gems that are lit."""
        return float(len(lit(self.bench, self.prisms)))

    @property
    def solved(self) -> bool:
        return lit(self.bench, self.prisms) == self.bench.gems

    def text(self) -> str:
        shining = lit(self.bench, self.prisms)
        lines = ["   " + " ".join(chr(ord("A") + column) for column in range(SIZE))]
        for row in range(SIZE):
            squares = " ".join(self._glyph((column, row), shining) for column in range(SIZE))
            lines.append(f"{row + 1}{'>' if row == self.bench.entry else ' '} {squares}")
        path = " ".join(cell_name(leg.cell) for leg in beam(self.bench, self.prisms))
        lines += ["> laser  # wall  o dark gem  * lit gem  triangles: prisms, filled at their back"]
        return "\n".join([*lines, f"Beam: {path}"])

    def draw(self) -> Drawing:
        pitch, gap = BOARD.pitch, BOARD.pitch * 0.03
        shapes: list[Shape] = list(BOARD.labels(_LABEL))
        for cell in _CELLS:
            x, y = BOARD.corner(cell)
            fill = _WALL if cell in self.bench.walls else _SQUARE
            shapes.append(Rect(x + gap, y + gap, pitch - 2 * gap, pitch - 2 * gap, fill, pitch * 0.06))
        for cell, lying in self.prisms.items():
            shapes.append(Polygon(_turned(_PRISM, cell, lying), _GLASS))
        shapes += self._draw_beam()
        for cell, lying in self.prisms.items():
            shapes.append(Line(_turned(_PRISM[:2], cell, lying), _FACE, pitch * 0.09))
        shining = lit(self.bench, self.prisms)
        for gem in sorted(self.bench.gems):
            color = _GEM_LIT if gem in shining else _GEM_DARK
            shapes += [Circle(*BOARD.center(gem), pitch * 0.36, _SQUARE), Polygon(_turned(_GEM, gem, 0), color)]
        return Drawing(_GROUND, tuple(shapes))

    def move_at(self, x: float, y: float) -> int | None:
        cell = BOARD.at(x, y)
        return None if cell is None else cell[1] * SIZE + cell[0]

    def _draw_beam(self) -> list[Shape]:
        """The beam from the left edge of the board, bending in the middle of squares."""
        pitch = BOARD.pitch
        x, y = BOARD.corner((0, self.bench.entry))
        points = [(x, y + pitch / 2)]
        for leg in beam(self.bench, self.prisms):
            middle, in_wall = BOARD.center(leg.cell), leg.cell in self.bench.walls
            if in_wall:
                dx, dy = STEPS[leg.heading]
                points.append((middle[0] - dx * pitch / 2, middle[1] - dy * pitch / 2))
            else:
                points.append(middle)
            if leg.leaving is not None:
                dx, dy = STEPS[leg.leaving]
                points.append((middle[0] + dx * pitch / 2, middle[1] + dy * pitch / 2))
        source = placed(_SOURCE, x - pitch * 0.08, y + pitch / 2, pitch * 0.24)
        return [Line(tuple(points), _BEAM, pitch * 0.1), Polygon(source, _BEAM)]

    def _glyph(self, cell: Cell, shining: frozenset[Cell]) -> str:
        if cell in self.prisms:
            return _GLYPHS[self.prisms[cell]]
        if cell in self.bench.gems:
            return "*" if cell in shining else "o"
        return "#" if cell in self.bench.walls else "."


_CELLS: list[Cell] = [(column, row) for row, column in product(range(SIZE), range(SIZE))]


def _turned(points: tuple[tuple[float, float], ...], cell: Cell, quarters: int) -> tuple[tuple[float, float], ...]:
    """A shape around the origin, turned clockwise and put into a square."""
    for _ in range(quarters):
        points = tuple((-y, x) for x, y in points)
    return placed(points, *BOARD.center(cell), BOARD.pitch)


def oracle(game: Laser) -> int:
    """The first prism, in the order of the names, that the cheapest solution turns."""
    turns = fewest_turns(game.bench, game.prisms)
    assert turns, "every bench is a solved one with its prisms turned"
    return min(column + row * SIZE for column, row in turns)
