"""Yarn untangle: move pins until no two threads cross."""

import random
from itertools import combinations
from typing import ClassVar, Self

from envs.games.lookalikes.drawing import Circle, Drawing, Line, Shape, Text
from envs.games.lookalikes.game import Game
from envs.games.lookalikes.yarn_solver import (
    CHORDS,
    CROSSED_BY,
    HOLES,
    Places,
    Threads,
    chords_of,
    crossings,
    next_swap,
    swapped,
    tangled,
)

NAMES = "ABCDEFGHIJKL"
"""Of the holes: clockwise from the top, the one in the middle last."""

_LEVELS = ((5, 5, 2), (6, 7, 4), (7, 9, 6), (8, 11, 8), (9, 13, 11), (10, 15, 14), (11, 17, 16), (12, 18, 18))
"""Per level: pins, threads, and how many crossings there are to begin with, at least."""
_REACH = 0.07
"""A click this close to a hole's centre means the hole."""
_GROUND, _HOLE, _DARK, _LIGHT = "#f3efe6", "#ddd5c4", "#4a4538", "#ffffff"
_TANGLED, _FREE = "#d64545", "#2f9e6e"
_PIN, _HELD = "#3a4a63", "#f2a93b"


class Yarn(Game):
    """Pins in some of twelve holes, threads between pins; the geometry is in `yarn_solver`."""

    name: ClassVar[str] = "yarn"
    title: ClassVar[str] = "Yarn"
    help: ClassVar[str] = (
        "Touch a pin to lift it, then another hole to put it there; a pin that is there already changes places "
        "with it. Move pins until no two threads cross: red threads still do."
    )
    levels: ClassVar[int] = len(_LEVELS)
    max_steps: ClassVar[int] = 40
    moves: ClassVar[tuple[str, ...]] = tuple(f"touch {hole}" for hole in NAMES)

    def __init__(self, level: int, threads: Threads, places: Places, home: Places) -> None:
        self.level = level
        self.threads = threads
        self.places = places
        self.home = home
        """A board without crossings; only the oracle looks at it."""
        self.held: int | None = None
        """The hole whose pin is lifted."""
        self._crossings_at_start = self.crossings

    @classmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        pins, threads, wanted = _LEVELS[level - 1]
        while True:
            woven = _weave(pins, threads, rng)
            if woven is None:
                continue
            joined, home = woven
            for _ in range(20):
                mixed = list(home)
                rng.shuffle(mixed)
                if crossings(chords_of(joined, tuple(mixed))) >= wanted:
                    return cls(level, joined, tuple(mixed), home)

    @property
    def crossings(self) -> int:
        """Pairs of threads that cross."""
        return crossings(chords_of(self.threads, self.places))

    def legal(self) -> tuple[bool, ...]:
        going = not self.solved
        return tuple(going and (self.held is not None or pin is not None) for pin in self.places)

    def _play(self, move: int) -> None:
        if self.held is None:
            self.held = move
        else:
            self.places, self.held = swapped(self.places, self.held, move), None

    @property
    def progress(self) -> float:
        """The share of the crossings at the start that are gone; 0 while there are more."""
        return max(0.0, 1.0 - self.crossings / self._crossings_at_start)

    @property
    def score(self) -> float:
        """Threads that cross no other."""
        return float(tangled(chords_of(self.threads, self.places)).count(False))

    @property
    def solved(self) -> bool:
        return self.crossings == 0

    def text(self) -> str:
        lines = ["Holes A to K are a ring, clockwise from the top; L is in its middle."]
        lines.append(
            "Pins in: " + " ".join(NAMES[hole] for hole, pin in enumerate(self.places) if pin is not None)
        )
        crossing = tangled(chords_of(self.threads, self.places))
        for title, wanted in (("Threads that cross", True), ("Free threads", False)):
            ends = [
                "-".join(sorted(NAMES[self.places.index(pin)] for pin in thread))
                for thread, is_tangled in zip(self.threads, crossing, strict=True)
                if is_tangled == wanted
            ]
            lines.append(f"{title}: {' '.join(sorted(ends)) or 'none'}")
        lines.append(f"Lifted: {'none' if self.held is None else NAMES[self.held]}")
        return "\n".join(lines)

    def draw(self) -> Drawing:
        shapes: list[Shape] = []
        crossing = tangled(chords_of(self.threads, self.places))
        # Free threads first: where they meet at a pin, the red ones lie on top.
        for is_tangled, color in ((False, _FREE), (True, _TANGLED)):
            for (a, b), red in zip(self.threads, crossing, strict=True):
                if red == is_tangled:
                    ends = (HOLES[self.places.index(a)], HOLES[self.places.index(b)])
                    shapes.append(Line(ends, color, 0.018))
        for hole, (center, name) in enumerate(zip(HOLES, NAMES, strict=True)):
            bare, lifted = self.places[hole] is None, hole == self.held
            fill = _HOLE if bare else _HELD if lifted else _PIN
            shapes += [
                Circle(*center, 0.062 if lifted else 0.05, fill),
                Text(*center, name, 0.085, _DARK if bare or lifted else _LIGHT),
            ]
        return Drawing(_GROUND, tuple(shapes))

    def move_at(self, x: float, y: float) -> int | None:
        def distance(hole: int) -> float:
            return ((HOLES[hole][0] - x) ** 2 + (HOLES[hole][1] - y) ** 2) ** 0.5

        nearest = min(range(len(HOLES)), key=distance)
        return nearest if distance(nearest) <= _REACH else None


def oracle(game: Yarn) -> int:
    """Lifts and puts down the pins of `next_swap`; what is held but of no use goes back where it was."""
    one, other = next_swap(game.threads, game.places, game.home)
    if game.held is None:
        return one if game.places[one] is not None else other
    return {one: other, other: one}.get(game.held, game.held)


def _weave(pins: int, threads: int, rng: random.Random) -> tuple[Threads, Places] | None:
    """Pins and threads on a board without crossings; None where chance leaves no room for all the threads.

    Every pin has at least one thread.
    """
    holes = rng.sample(range(len(HOLES)), pins)
    pairs = list(combinations(range(pins), 2))
    rng.shuffle(pairs)
    taken = 0
    joined: list[tuple[int, int]] = []
    # Pins without a thread first, so that none is left bare.
    for bare_only in (True, False):
        for a, b in pairs:
            chord = CHORDS[holes[a], holes[b]]
            bare = not all(any(pin in thread for thread in joined) for pin in (a, b))
            fits = not CROSSED_BY[chord] & taken and (a, b) not in joined
            if len(joined) < threads and fits and (bare or not bare_only):
                taken |= 1 << chord
                joined.append((a, b))
    if len(joined) < threads or len({pin for thread in joined for pin in thread}) < pins:
        return None
    places: list[int | None] = [None] * len(HOLES)
    for pin, hole in enumerate(holes):
        places[hole] = pin
    return tuple(sorted(joined)), tuple(places)
