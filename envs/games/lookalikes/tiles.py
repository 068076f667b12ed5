"""Tile matching: take tiles off a heap into a small tray, where three of a kind vanish."""

import random
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from envs.games.lookalikes.drawing import Drawing, Rect, Shape
from envs.games.lookalikes.frame import BOARD, GROUND, STRIP, column
from envs.games.lookalikes.game import Game
from envs.games.lookalikes.tile_signs import SIGNS, sign

TRAY = 5
"""The tray's places. The game is lost when all of them are taken."""

LAYERS = (4, 3, 2)
"""Tiles along a side of each layer, the lowest first; each lies half a tile further in than the one below it."""

LEVELS = (((9, 0, 0), 3), ((12, 3, 0), 4), ((13, 5, 0), 5), ((14, 6, 1), 6), ((15, 8, 4), 8))
"""How many tiles lie in each layer and how many signs there are, for each level."""

_TABLE, _FACE, _EDGE, _DIM, _DIM_EDGE, _SLOT = "#5b7f95", "#fffaf0", "#c9b48f", "#9fb0b4", "#7f9298", "#dcded8"
_PLACES = tuple(
    (x, y) for y in range(2 * LAYERS[0] - 1) for x in range(2 * LAYERS[0] - 1) if x % 2 == y % 2
)  # fmt: skip
"""Where tiles can lie, in half tiles from the upper left: a move for each takes the uppermost tile there."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A tile with its upper left corner at (x, y), in half tiles."""

    layer: int
    y: int
    x: int
    sign: str

    def covers(self, other: "Tile") -> bool:
        """Whether this tile lies on a part of the other one."""
        return self.layer > other.layer and abs(self.x - other.x) < 2 and abs(self.y - other.y) < 2


class Tiles(Game):
    """A heap of tiles with signs, and a tray."""

    name = "tiles"
    title = "Tile Match"
    help = (
        "Take bright tiles, which no other tile covers, off the heap into the tray below, where three tiles with "
        "the same sign vanish. The level is won when no tile is left, and lost when all five places of the tray "
        "are full."
    )
    levels = len(LEVELS)
    max_steps = 60
    moves = tuple(f"take {x + 1},{y + 1}" for x, y in _PLACES)

    def __init__(self, level: int, heap: frozenset[Tile]) -> None:
        self.level = level
        self.heap = heap
        self.tray: tuple[str, ...] = ()
        """The signs in the tray, in the order in which they came, equal ones together."""
        self._total = len(heap)

    @classmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        counts, kinds = LEVELS[level - 1]
        spots = [
            Tile(layer, y, x, "")
            for layer, (side, count) in enumerate(zip(LAYERS, counts, strict=True))
            for y, x in rng.sample(
                [(layer + 2 * j, layer + 2 * i) for j in range(side) for i in range(side)], count
            )
        ]
        return cls(level, signed(spots, rng.sample(list(SIGNS), kinds), rng))

    def legal(self) -> tuple[bool, ...]:
        if self.over:
            return (False,) * len(self.moves)
        open_places = {(tile.x, tile.y) for tile in self.free()}
        return tuple(place in open_places for place in _PLACES)

    def free(self) -> list[Tile]:
        """The tiles that nothing covers, from the upper left."""
        return list(uncovered(self.heap))

    def _play(self, move: int) -> None:
        taken = next(tile for tile in self.free() if (tile.x, tile.y) == _PLACES[move])
        self.heap -= {taken}
        self.tray = dropped(self.tray, taken.sign)

    @property
    def progress(self) -> float:
        """The share of the tiles that have vanished."""
        return 1.0 - (len(self.heap) + len(self.tray)) / self._total

    @property
    def score(self) -> float:
        """Tiles that have vanished."""
        return float(self._total - len(self.heap) - len(self.tray))

    @property
    def solved(self) -> bool:
        return not self.heap and not self.tray

    @property
    def over(self) -> bool:
        return self.solved or len(self.tray) >= TRAY

    def text(self) -> str:
        free = self.free()
        lines = [f"Tray ({len(self.tray)} of {TRAY} places): {', '.join(self.tray) or 'empty'}."]
        lines += [f"{name_of(tile)} {tile.sign}" for tile in free]
        covered = [f"{name_of(tile)} {tile.sign}" for tile in sorted(self.heap - set(free))]
        return "\n".join([*lines, f"Covered: {', '.join(covered) or 'none'}."])

    def draw(self) -> Drawing:
        free = set(self.free())
        shapes: list[Shape] = [Rect(0, 0, BOARD, BOARD, _TABLE, radius=0.02)]
        for tile in sorted(self.heap):
            shapes += _tile(tile.x * _HALF, tile.y * _HALF, 2 * _HALF, tile.sign, bright=tile in free)
        slot = BOARD / TRAY
        for place in range(TRAY):
            x, y = place * slot, BOARD + (STRIP - slot) / 2
            shapes.append(Rect(x + 0.01, y + 0.01, slot - 0.02, slot - 0.02, _SLOT, radius=0.02))
            if place < len(self.tray):
                shapes += _tile(x, y, slot, self.tray[place], bright=True)
        shapes += column(self.level, self.progress, str(len(self.heap)))
        return Drawing(GROUND, tuple(shapes))

    def move_at(self, x: float, y: float) -> int | None:
        """The uppermost tile at this place; none where it is covered in part."""
        across, down = x / _HALF, y / _HALF
        hit = [tile for tile in self.heap if 0 <= across - tile.x < 2 and 0 <= down - tile.y < 2]
        return _PLACES.index((max(hit).x, max(hit).y)) if hit else None


_HALF = BOARD / LAYERS[0] / 2
"""Half a tile's side, as a fraction of the picture's."""


def signed(spots: list[Tile], signs: list[str], rng: random.Random) -> frozenset[Tile]:
    """Give tiles their signs so that there is an order of taking them that never fills the tray."""
    kinds = signs * (len(spots) // 3 // len(signs) + 1)
    left = Counter({name: 3 * kinds[: len(spots) // 3].count(name) for name in signs})
    heap = frozenset(spots)
    tray: tuple[str, ...] = ()
    done = set()
    while heap:
        spot = rng.choice(uncovered(heap))
        name = rng.choice([name for name in signs if left[name] and can_go_on(dropped(tray, name))])
        left[name] -= 1
        tray = dropped(tray, name)
        heap -= {spot}
        done.add(Tile(spot.layer, spot.y, spot.x, name))
    return frozenset(done)


@lru_cache(maxsize=1 << 10)
def uncovered(heap: frozenset[Tile]) -> tuple[Tile, ...]:
    """The tiles of a heap that nothing covers, from the upper left."""
    free = (tile for tile in heap if not any(other.covers(tile) for other in heap))
    return tuple(sorted(free, key=lambda tile: (tile.y, tile.x)))


def dropped(tray: tuple[str, ...], sign: str) -> tuple[str, ...]:
    """The tray with one more sign, beside its like; three of a kind vanish."""
    if tray.count(sign) == 2:
        return tuple(other for other in tray if other != sign)
    last = max((place for place, other in enumerate(tray) if other == sign), default=len(tray) - 1)
    return (*tray[: last + 1], sign, *tray[last + 1 :])


def can_go_on(tray: tuple[str, ...]) -> bool:
    """Whether some sign in the tray can still be brought to three before the tray is full."""
    most = max(Counter(tray).values(), default=0)
    return len(tray) + (3 - most) <= TRAY


def name_of(tile: Tile) -> str:
    """`column,row` of a tile in half tiles from 1, as its move names it."""
    return f"{tile.x + 1},{tile.y + 1}"


def _tile(x: float, y: float, side: float, name: str, *, bright: bool) -> list[Shape]:
    gap, edge = side * 0.03, side * 0.08
    size = side - 2 * gap
    return [
        Rect(x + gap, y + gap, size, size, _EDGE if bright else _DIM_EDGE, radius=side * 0.14),
        Rect(x + gap, y + gap, size, size - edge, _FACE if bright else _DIM, radius=side * 0.14),
        *sign(name, x + side / 2, y + side / 2 - edge / 2, side * 0.3, bright=bright),
    ]
