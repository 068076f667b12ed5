"""Path of light: lead a light through a maze to the star."""

import random
from collections import deque
from math import cos, pi, sin
from typing import Self

from envs.games.lookalikes.drawing import Circle, Drawing, Line, Polygon, Rect, Shape, moved
from envs.games.lookalikes.frame import BOARD, GROUND, button_at, buttons, column
from envs.games.lookalikes.game import Game
from envs.games.lookalikes.grid import STEPS, Cell, inside, name_of, stepped

SIDES = (4, 5, 6, 8)
"""Cells along a side of the maze, for each level."""

Passages = dict[Cell, frozenset[Cell]]
"""From each cell to those next to it that no wall parts it from."""

_DARK, _WALL, _SEEN, _LIGHT, _CORE, _GOAL = "#161c33", "#5d78c9", "#2b3766", "#f2b632", "#fff6d5", "#ff5d8f"
_STAR = tuple(
    (
        (1.0 if point % 2 == 0 else 0.45) * sin(point * pi / 5),
        -(1.0 if point % 2 == 0 else 0.45) * cos(point * pi / 5),
    )
    for point in range(10)
)


class Maze(Game):
    """A maze without loops, whose two cells that are furthest apart are the start and the goal."""

    name = "maze"
    title = "Path of Light"
    help = (
        "Lead the yellow light left, right, up or down, one cell at a time, through the gaps between the blue "
        "walls. The level is won when it reaches the pink star."
    )
    levels = len(SIDES)
    max_steps = 100
    moves = ("left", "right", "up", "down")

    def __init__(self, level: int, passages: Passages, start: Cell, goal: Cell) -> None:
        self.level = level
        self.side = SIDES[level - 1]
        self.passages = passages
        self.goal = goal
        self.path: tuple[Cell, ...] = (start,)
        """The way from the start to where the light is, without the detours that were walked back."""
        self._seen = {start}
        self._distances = distances(passages, goal)

    @classmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        passages = carved(SIDES[level - 1], rng)
        ends = _furthest(passages, next(iter(passages)))
        goal = _furthest(passages, ends)
        start, goal = (ends, goal) if rng.random() < 0.5 else (goal, ends)
        return cls(level, passages, start, goal)

    @property
    def light(self) -> Cell:
        """Where the light is."""
        return self.path[-1]

    def legal(self) -> tuple[bool, ...]:
        if self.solved:
            return (False,) * len(self.moves)
        return tuple(stepped(self.light, move) in self.passages[self.light] for move in self.moves)

    def _play(self, move: int) -> None:
        cell = stepped(self.light, self.moves[move])
        self.path = self.path[:-1] if self.path[-2:-1] == (cell,) else (*self.path, cell)
        self._seen.add(cell)

    @property
    def distance(self) -> int:
        """Steps from the light to the goal."""
        return self._distances[self.light]

    @property
    def progress(self) -> float:
        """The share of the shortest way that lies behind the light."""
        return 1.0 - self.distance / self._distances[self.path[0]]

    @property
    def score(self) -> float:
        """1 when the star is reached."""
        return float(self.solved)

    @property
    def solved(self) -> bool:
        return self.light == self.goal

    def text(self) -> str:
        """The walls as `#`, the light as `@`, the goal as `*`; cells stand in the odd rows and columns."""
        canvas = [["#"] * (2 * self.side + 1) for _ in range(2 * self.side + 1)]
        for (x, y), neighbours in self.passages.items():
            canvas[2 * y + 1][2 * x + 1] = " "
            for other_x, other_y in neighbours:
                canvas[y + other_y + 1][x + other_x + 1] = " "
        for (x, y), sign in ((self.goal, "*"), (self.light, "@")):
            canvas[2 * y + 1][2 * x + 1] = sign
        where = (
            f"The light @ is at {name_of(self.light)}, the star * at {name_of(self.goal)} (column,row); "
            f"{self.distance} steps to go."
        )
        return "\n".join([where, *("".join(row) for row in canvas)])

    def draw(self) -> Drawing:
        cell = BOARD / self.side
        shapes: list[Shape] = [Rect(0, 0, BOARD, BOARD, _DARK, radius=0.02)]
        shapes += [Circle(*self._middle(seen), cell * 0.1, _SEEN) for seen in sorted(self._seen)]
        shapes += self._walls()
        if len(self.path) > 1:
            shapes.append(Line(tuple(self._middle(step) for step in self.path), _LIGHT, cell * 0.16))
        shapes.append(Polygon(moved(_STAR, *self._middle(self.goal), cell * 0.4), _GOAL))
        shapes.append(Circle(*self._middle(self.light), cell * 0.32, _LIGHT))
        shapes.append(Circle(*self._middle(self.light), cell * 0.17, _CORE))
        shapes += buttons(self.moves)
        shapes += column(self.level, self.progress, str(self.distance))
        return Drawing(GROUND, tuple(shapes))

    def move_at(self, x: float, y: float) -> int | None:
        name = button_at(x, y, self.moves)
        return None if name is None else self.moves.index(name)

    def _middle(self, cell: Cell) -> tuple[float, float]:
        size = BOARD / self.side
        return (cell[0] + 0.5) * size, (cell[1] + 0.5) * size

    def _walls(self) -> list[Shape]:
        """A line at the right of and below each cell where no passage leads, and one around all."""
        size, edge = BOARD / self.side, 0.006
        corners = (
            (edge, edge),
            (BOARD - edge, edge),
            (BOARD - edge, BOARD - edge),
            (edge, BOARD - edge),
            (edge, edge),
        )
        walls: list[Shape] = [Line(corners, _WALL, 2 * edge)]
        for (x, y), neighbours in self.passages.items():
            if x + 1 < self.side and (x + 1, y) not in neighbours:
                walls.append(Line((((x + 1) * size, y * size), ((x + 1) * size, (y + 1) * size)), _WALL, 2 * edge))
            if y + 1 < self.side and (x, y + 1) not in neighbours:
                walls.append(Line(((x * size, (y + 1) * size), ((x + 1) * size, (y + 1) * size)), _WALL, 2 * edge))
        return walls


def oracle(game: Maze) -> int:
    """The step that shortens the way to the goal: the only one, in a maze without loops."""
    away = distances(game.passages, game.goal)
    return min(
        (number for number, legal in enumerate(game.legal()) if legal),
        key=lambda number: away[stepped(game.light, game.moves[number])],
    )


def carved(side: int, rng: random.Random) -> Passages:
    """A maze of `side` by `side` cells without loops, by a walk that goes back where it cannot go on."""
    first = (rng.randrange(side), rng.randrange(side))
    links: dict[Cell, set[Cell]] = {(x, y): set() for y in range(side) for x in range(side)}
    trail = [first]
    while trail:
        cell = trail[-1]
        around = (stepped(cell, step) for step in STEPS)
        fresh = [near for near in around if inside(near, side, side) and not links[near]]
        if not fresh:
            trail.pop()
            continue
        near = rng.choice(fresh)
        links[cell].add(near)
        links[near].add(cell)
        trail.append(near)
    return {cell: frozenset(near) for cell, near in links.items()}


def distances(passages: Passages, goal: Cell) -> dict[Cell, int]:
    """Steps from each cell to the goal."""
    away = {goal: 0}
    waiting = deque([goal])
    while waiting:
        cell = waiting.popleft()
        for near in passages[cell]:
            if near not in away:
                away[near] = away[cell] + 1
                waiting.append(near)
    return away


def _furthest(passages: Passages, cell: Cell) -> Cell:
    away = distances(passages, cell)
    return max(away, key=lambda other: (away[other], other))
