"""Snake solver: let a snake grow through every free cell of a board, once each."""

import random
from typing import Self

from envs.games.lookalikes.drawing import Circle, Drawing, Line, Rect, Shape
from envs.games.lookalikes.frame import BOARD, GROUND, button_at, buttons, column
from envs.games.lookalikes.game import Game
from envs.games.lookalikes.grid import STEPS, Cell, inside, name_of, stepped
from envs.games.lookalikes.snake_solver import completion

LEVELS = ((4, 2), (4, 0), (5, 3), (5, 0), (6, 4))
"""Side of the board and the number of stones on it, for each level."""

_FLOOR, _FREE, _STONE, _BODY, _HEAD, _EYE = "#2d4a3e", "#3d6353", "#22332c", "#e9a23b", "#f6c35b", "#22332c"


class Snake(Game):
    """A board with stones, and a snake that grows by a cell with each step and can be pulled back by one."""

    name = "snake"
    title = "Snake Solver"
    help = (
        "Let the snake grow left, right, up or down into free cells, or take its last step back. The level is won "
        "when it fills every cell that is not a stone, each exactly once."
    )
    levels = len(LEVELS)
    max_steps = 100
    moves = ("left", "right", "up", "down", "back")

    def __init__(self, level: int, free: frozenset[Cell], tail: Cell) -> None:
        self.level = level
        self.side = LEVELS[level - 1][0]
        self.free = free
        """Every cell without a stone, those that the snake is in too."""
        self.body: tuple[Cell, ...] = (tail,)
        """The snake's cells from its tail to its head."""

    @classmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        side, stones = LEVELS[level - 1]
        cells = [(x, y) for y in range(side) for x in range(side)]
        while True:
            free = frozenset(cells) - frozenset(rng.sample(cells, stones))
            tail = rng.choice(sorted(free))
            # Most boards have no way through all cells from most places; the solver says which do.
            if completion((tail,), free) is not None:
                return cls(level, free, tail)

    @property
    def head(self) -> Cell:
        return self.body[-1]

    def legal(self) -> tuple[bool, ...]:
        if self.solved:
            return (False,) * len(self.moves)
        room = [self._room(stepped(self.head, move)) for move in STEPS]
        return (*room, len(self.body) > 1)

    def _room(self, cell: Cell) -> bool:
        return cell in self.free and cell not in self.body

    def _play(self, move: int) -> None:
        name = self.moves[move]
        self.body = self.body[:-1] if name == "back" else (*self.body, stepped(self.head, name))

    @property
    def progress(self) -> float:
        """The share of the cells to be filled that are filled."""
        return (len(self.body) - 1) / (len(self.free) - 1)

    @property
    def score(self) -> float:
        """Cells that the snake fills."""
        return float(len(self.body))

    @property
    def solved(self) -> bool:
        return len(self.body) == len(self.free)

    def text(self) -> str:
        """Stones as `#`, free cells as `.`, the head as `@`, the body as the way on towards the head: `<>^v`."""
        signs = dict(zip(STEPS, "<>^v", strict=True))
        canvas = [["." if (x, y) in self.free else "#" for x in range(self.side)] for y in range(self.side)]
        for cell, after in zip(self.body, self.body[1:], strict=False):
            canvas[cell[1]][cell[0]] = next(sign for step, sign in signs.items() if stepped(cell, step) == after)
        canvas[self.head[1]][self.head[0]] = "@"
        left = len(self.free) - len(self.body)
        where = f"The head @ is at {name_of(self.head)} (column,row); {left} cells are left to fill."
        return "\n".join([where, *(" ".join(row) for row in canvas)])

    def draw(self) -> Drawing:
        cell = BOARD / self.side
        gap = cell * 0.05
        shapes: list[Shape] = [Rect(0, 0, BOARD, BOARD, _FLOOR, radius=0.02)]
        for y in range(self.side):
            for x in range(self.side):
                color = _FREE if (x, y) in self.free else _STONE
                size = cell - 2 * gap
                shapes.append(Rect(x * cell + gap, y * cell + gap, size, size, color, radius=cell * 0.12))
                if (x, y) not in self.free:
                    shapes.append(Circle((x + 0.5) * cell, (y + 0.5) * cell, cell * 0.3, "#6f7f78"))
        middles = [((x + 0.5) * cell, (y + 0.5) * cell) for x, y in self.body]
        if len(middles) > 1:
            shapes.append(Line(tuple(middles), _BODY, cell * 0.42))
        shapes.append(Circle(*middles[0], cell * 0.14, _FLOOR))
        shapes.append(Circle(*middles[-1], cell * 0.36, _HEAD))
        for side in (-1, 1):
            shapes.append(Circle(middles[-1][0] + side * cell * 0.14, middles[-1][1], cell * 0.07, _EYE))
        shapes += buttons(self.moves)
        shapes += column(self.level, self.progress, str(len(self.free) - len(self.body)))
        return Drawing(GROUND, tuple(shapes))

    def move_at(self, x: float, y: float) -> int | None:
        """A button, or the cell next to the head that the snake is to grow into."""
        name = button_at(x, y, self.moves)
        if name is not None:
            return self.moves.index(name)
        cell = (int(x * self.side / BOARD), int(y * self.side / BOARD))
        if x < 0 or y < 0 or not inside(cell, self.side, self.side):
            return None
        return next((n for n, step in enumerate(STEPS) if stepped(self.head, step) == cell), None)

    def move_for(self, key: str) -> int | None:
        return self.moves.index("back") if key == "Backspace" else super().move_for(key)


def oracle(game: Snake) -> int:
    """The next step of a way through all cells that are left; one step back where there is none."""
    way = completion(game.body, game.free)
    if not way:
        return game.moves.index("back")
    return next(number for number, step in enumerate(STEPS) if stepped(game.head, step) == way[0])
