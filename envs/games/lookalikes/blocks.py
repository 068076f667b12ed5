"""Block fitting: put pieces on a board, full lines vanish, until enough have. The board's form is a subclass's."""

import random
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

from envs.games.lookalikes.blocks_board import Board
from envs.games.lookalikes.blocks_solver import best_put
from envs.games.lookalikes.drawing import Circle, Drawing, Point, Rect, Shape, Text
from envs.games.lookalikes.game import Game

HAND = 3
"""Pieces in hand."""

GROUND = "#f4efe6"
TRAY, CHOSEN = "#dfd3bd", "#fffdf8"
BORDER = "#c9772b"
INK = "#5c5140"
FAINT = "#85775e"
_TRAY_TOP = 0.79


@dataclass(frozen=True)
class Level:
    """How hard it is."""

    sizes: tuple[int, int]
    """Cells of the smallest and the largest pieces."""
    filled: int
    """Cells that are filled at the start."""
    lines: int
    """Lines that have to vanish."""


class Blocks(Game):
    """A board, three pieces in hand of which one is chosen, and a queue that refills the hand."""

    board: ClassVar[Board]
    names: ClassVar[tuple[str, ...]]
    """Of the cells."""
    plan: ClassVar[tuple[Level, ...]]
    color: ClassVar[str]
    """Of what is filled."""

    def __init__(self, level: int, filled: int, queue: tuple[int, ...]) -> None:
        self.level = level
        self.filled = filled
        """The filled cells, as bits."""
        self.hand = queue[:HAND]
        self.chosen = 0
        """The place in hand of the piece that the next `put` puts."""
        self.lines = 0
        """Lines that vanished."""
        self._queue = queue[HAND:]
        self._points = 0

    @classmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        plan = cls.plan[level - 1]
        smallest, largest = plan.sizes
        kinds = [n for n, piece in enumerate(cls.board.pieces) if smallest <= len(piece.spots) <= largest]
        while True:
            filled = sum(1 << cell for cell in rng.sample(range(len(cls.board.spots)), plan.filled))
            if any(line & filled == line for line in cls.board.lines):
                continue
            game = cls(level, filled, tuple(rng.choices(kinds, k=cls.max_steps + HAND)))
            if game._can_be_won():
                return game

    @property
    def aim(self) -> int:
        """How many lines have to vanish."""
        return self.plan[self.level - 1].lines

    def legal(self) -> tuple[bool, ...]:
        none = (False,) * len(self.moves)
        if self.solved or not any(self.board.fits(self.filled, piece) for piece in self.hand):
            return none
        holds = [place != self.chosen for place in range(HAND)]
        covers = self.board.pieces[self.hand[self.chosen]].covers
        return (*holds, *(covered is not None and not covered & self.filled for covered in covers))

    def _play(self, move: int) -> None:
        if move < HAND:
            self.chosen = move
            return
        after = self.board.put(self.filled, self.hand[self.chosen], move - HAND)
        assert after is not None, "a legal move fits"
        before, (self.filled, lines, gone) = self.filled, after
        self.lines += lines
        self._points += (self.filled.bit_count() + gone - before.bit_count()) + 2 * gone * lines
        hand = list(self.hand)
        hand[self.chosen] = self._queue[0]
        self.hand, self._queue = tuple(hand), self._queue[1:]

    @property
    def progress(self) -> float:
        """The share of the lines that have to vanish which have."""
        return min(1.0, self.lines / self.aim)

    @property
    def score(self) -> float:
        """A point for each cell put, two for each that vanished, times the lines that vanished together."""
        return float(self._points)

    @property
    def solved(self) -> bool:
        return self.lines >= self.aim

    @abstractmethod
    def center(self, cell: int) -> Point:
        """Where a cell is in the picture."""

    @abstractmethod
    def cell_shape(self, center: Point, scale: float, fill: str) -> Shape:
        """One cell, `scale` times as large as on the board."""

    @abstractmethod
    def offset(self, x: int, y: int) -> Point:
        """How far apart two cells of the board are whose spots differ by (x, y)."""

    @abstractmethod
    def cell_at(self, x: float, y: float) -> int | None:
        """The cell that a point is in."""

    @abstractmethod
    def labels(self) -> list[Shape]:
        """What tells the names of the cells, painted over them."""

    @abstractmethod
    def rows(self) -> list[str]:
        """The board as text, `#` for filled and `.` for empty."""

    def text(self) -> str:
        lines = [*self.rows(), f"Lines cleared: {self.lines} of {self.aim}"]
        for place, piece in enumerate(self.hand):
            spots = self.board.pieces[piece].spots
            shape = " ".join(f"({x:+d},{y:+d})" for x, y in spots)
            lines.append(f"Piece {place + 1}{', held' if place == self.chosen else ''}: {shape}")
        return "\n".join(lines)

    def draw(self) -> Drawing:
        shapes: list[Shape] = []
        for cell in range(len(self.names)):
            fill = self.color if self.filled >> cell & 1 else TRAY
            shapes.append(self.cell_shape(self.center(cell), 0.94, fill))
        shapes += self.labels()
        for place in range(HAND):
            shapes += self._draw_hand(place)
        count = f"{self.lines}/{self.aim}"
        shapes.append(Text(0.9, 0.05, count, 0.075 if len(count) < 5 else 0.06, INK))
        return Drawing(GROUND, tuple(shapes))

    def move_at(self, x: float, y: float) -> int | None:
        if y >= _TRAY_TOP:
            return min(int(x * HAND), HAND - 1) if x >= 0 else None
        cell = self.cell_at(x, y)
        return None if cell is None else HAND + cell

    def move_for(self, key: str) -> int | None:
        """The keys 1 to 3 choose a piece."""
        return int(key) - 1 if key in ("1", "2", "3") else None

    def _draw_hand(self, place: int) -> list[Shape]:
        """A piece in its place below the board; the one that is chosen has a border, its anchor a dot."""
        width = 1 / HAND
        left, margin = place * width, 0.012
        chosen = place == self.chosen
        box = (left + margin, _TRAY_TOP + margin, width - 2 * margin, 1 - _TRAY_TOP - 2 * margin)
        shapes: list[Shape] = [Rect(*box, BORDER if chosen else TRAY, 0.02)]
        if chosen:
            shapes.append(Rect(box[0] + 0.012, box[1] + 0.012, box[2] - 0.024, box[3] - 0.024, CHOSEN, 0.015))
        spots = [self.offset(*spot) for spot in self.board.pieces[self.hand[place]].spots]
        xs, ys = [x for x, _ in spots], [y for _, y in spots]
        cell = self.offset(1, 0)[0]
        scale = min(0.62, 0.26 / (max(xs) - min(xs) + cell), 0.15 / (max(ys) - min(ys) + cell))
        middle = (left + width / 2, (1 + _TRAY_TOP) / 2)
        for number, (x, y) in enumerate(spots):
            at = (
                middle[0] + (x - (min(xs) + max(xs)) / 2) * scale,
                middle[1] + (y - (min(ys) + max(ys)) / 2) * scale,
            )
            shapes.append(self.cell_shape(at, scale * 0.94, self.color))
            if number == 0:
                shapes.append(Circle(*at, cell * scale * 0.2, "#ffffff"))
        return shapes

    def _can_be_won(self) -> bool:
        """Whether the oracle wins from here in time; then so can a player."""
        trial = self.clone()
        for _ in range(self.max_steps):
            if trial.over:
                break
            trial.play(oracle(trial))
        return trial.solved


def oracle(game: Blocks) -> int:
    """Chooses the piece that `best_put` wants, then puts it. It sees the hand, never the queue."""
    best = best_put(game.board, game.filled, game.hand)
    assert best is not None, "a game that is not over has room for a piece in hand"
    place, cell = best
    return place if place != game.chosen else HAND + cell
