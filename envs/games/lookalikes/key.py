"""Free the key: slide blocks out of the way until the key can leave the box."""

import random
from typing import ClassVar, Self

from envs.games.lookalikes.drawing import Circle, Drawing, Line, Rect, Shape, Text
from envs.games.lookalikes.game import Game
from envs.games.lookalikes.key_solver import SIDE, Block, Blocks, Position, distances, is_free, slides
from envs.games.lookalikes.squares import Squares

NAMES = "KABCDEF"
"""Of the blocks, the key first."""
LANE = 1
"""The row of the key, and of the gap that it leaves through: not the middle one, which an upright block of three
never leaves."""
BOARD = Squares(SIDE, SIDE)
WAYS = {"left": (False, -1), "right": (False, 1), "up": (True, -1), "down": (True, 1)}
"""For each direction, whether it is for upright blocks, and the step."""

_LEVELS = ((3, 3, 5), (4, 6, 8), (5, 9, 11), (6, 12, 14), (6, 14, 20))
"""Per level: blocks beside the key, and the fewest and most slides that the shortest solution may have."""

_GROUND, _FLOOR, _WALL = "#e9e4da", "#cfc6b4", "#7a6a53"
_KEY, _ACROSS, _UPRIGHT = "#e0a100", "#4f86c6", "#6aa84f"
_NAME, _HOLE = "#ffffff", "#5a4100"


class Key(Game):
    """A box of sliding blocks; where they can go is in `key_solver`."""

    name: ClassVar[str] = "key"
    title: ClassVar[str] = "Free the key"
    help: ClassVar[str] = (
        "Each move slides one block by one square along its own length, if the square is free. "
        "Make way for K, the yellow key, and slide it right until it reaches the gap in the wall."
    )
    levels: ClassVar[int] = len(_LEVELS)
    max_steps: ClassVar[int] = 40
    moves: ClassVar[tuple[str, ...]] = (
        "K left",
        "K right",
        *(f"{block} {way}" for block in NAMES[1:] for way in WAYS),
    )

    def __init__(self, level: int, blocks: Blocks, position: Position) -> None:
        self.level = level
        self.blocks = blocks
        self.position = position
        self._at_start = position

    @classmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        count, fewest, most = _LEVELS[level - 1]
        while True:
            blocks, position = _box(count, rng)
            far = distances(blocks, position)
            # Sorted, because the order of a set's members is not fixed by the seed.
            hard = sorted(each for each, needed in far.items() if fewest <= needed <= most)
            if hard:
                return cls(level, blocks, rng.choice(hard))

    @property
    def distance(self) -> int:
        """The fewest slides that free the key from here."""
        return distances(self.blocks, self._at_start)[self.position]

    def legal(self) -> tuple[bool, ...]:
        if self.solved:
            return (False,) * len(self.moves)
        able = {self._move(block, step) for block, step, _ in slides(self.blocks, self.position)}
        return tuple(move in able for move in range(len(self.moves)))

    def _play(self, move: int) -> None:
        self.position = next(
            after for block, step, after in slides(self.blocks, self.position) if self._move(block, step) == move
        )

    @property
    def progress(self) -> float:
        """How much shorter the way to free the key has become, as a share of the way at the start; 0 while it is
        longer."""
        return max(0.0, 1.0 - self.distance / distances(self.blocks, self._at_start)[self._at_start])

    @property
    def score(self) -> float:
        """1 when the key is free."""
        return float(self.solved)

    @property
    def solved(self) -> bool:
        return is_free(self.blocks, self.position)

    def text(self) -> str:
        rows = [["."] * SIDE for _ in range(SIDE)]
        for name, block, place in zip(NAMES, self.blocks, self.position, strict=False):
            for column, row in block.squares(place):
                rows[row][column] = name
        lines = [" ".join(row) + (" > gap" if number == LANE else "") for number, row in enumerate(rows)]
        return "\n".join(lines)

    def draw(self) -> Drawing:
        (left, top), pitch, rim = BOARD.origin, BOARD.pitch, 0.02
        width = SIDE * pitch
        shapes: list[Shape] = [
            Rect(left - rim, top - rim, width + 2 * rim, width + 2 * rim, _WALL, 0.02),
            Rect(left, top, width, width, _FLOOR),
            Rect(left + width, top + LANE * pitch, 1 - left - width, pitch, _FLOOR),
        ]
        for name, block, place in zip(NAMES, self.blocks, self.position, strict=False):
            shapes += _draw_block(name, block, place)
        return Drawing(_GROUND, tuple(shapes))

    def move_at(self, x: float, y: float) -> int | None:
        """The end of a block that is nearer to the click says which way it slides."""
        square = BOARD.at(x, y)
        for number, (block, place) in enumerate(zip(self.blocks, self.position, strict=True)):
            if square in block.squares(place):
                along = (y - BOARD.origin[1] if block.upright else x - BOARD.origin[0]) / BOARD.pitch - place
                return self._move(number, -1 if along < block.length / 2 else 1)
        return None

    def _move(self, block: int, step: int) -> int:
        upright = self.blocks[block].upright
        way = next(name for name, meant in WAYS.items() if meant == (upright, step))
        return self.moves.index(f"{NAMES[block]} {way}")


def oracle(game: Key) -> int:
    """The first slide on a shortest way to the free key."""
    far = game.distance
    for block, step, after in slides(game.blocks, game.position):
        if distances(game.blocks, game._at_start)[after] < far:
            return game._move(block, step)
    raise AssertionError("every position of the box can still be solved")


def _box(count: int, rng: random.Random) -> tuple[Blocks, Position]:
    """A key and `count` other blocks that chance has put down, none on another and none in the key's row but
    upright ones."""
    while True:
        blocks, position = [Block(LANE, 2, upright=False)], [rng.randint(0, 1)]
        taken = blocks[0].covers(position[0])
        for _ in range(60):
            if len(blocks) == count + 1:
                return tuple(blocks), tuple(position)
            upright = rng.random() < 0.6
            lane = rng.randrange(SIDE)
            block = Block(lane, rng.choice((2, 2, 3)), upright)
            place = rng.randint(0, SIDE - block.length)
            # A block that lies in the key's row can never leave it.
            if (upright or lane != LANE) and not block.covers(place) & taken:
                taken |= block.covers(place)
                blocks.append(block)
                position.append(place)


def _draw_block(name: str, block: Block, place: int) -> list[Shape]:
    """A block with its name and an arrow's head at either end."""
    pitch, gap = BOARD.pitch, BOARD.pitch * 0.06
    squares = block.squares(place)
    x, y = BOARD.corner(squares[0])
    wide = pitch if block.upright else block.length * pitch
    high = block.length * pitch if block.upright else pitch
    fill = _KEY if name == NAMES[0] else _UPRIGHT if block.upright else _ACROSS
    shapes: list[Shape] = [Rect(x + gap, y + gap, wide - 2 * gap, high - 2 * gap, fill, pitch * 0.15)]
    middle = (x + wide / 2, y + high / 2)
    dx, dy = (0.0, 1.0) if block.upright else (1.0, 0.0)
    tip, back = block.length * pitch / 2 - 0.028, block.length * pitch / 2 - 0.052
    for side in (-1, 1):
        at = [
            (middle[0] + side * dx * reach + dy * off, middle[1] + side * dy * reach + dx * off)
            for reach, off in ((back, -0.03), (tip, 0.0), (back, 0.03))
        ]
        shapes.append(Line(tuple(at), _NAME, 0.012))
    if name == NAMES[0]:
        shapes.append(Circle(*middle, pitch * 0.3, _HOLE))
    return [*shapes, Text(*middle, name, pitch * 0.55, _NAME)]
