"""Benches for the laser game: a beam is led through prisms by chance, gems are laid on its way, prisms turned."""

import random
from collections.abc import Mapping
from itertools import product

from envs.games.lookalikes.laser_solver import Bench, Cell, facing, fewest_turns, inside, lit, moved

SIZE = 6
"""Columns and rows of the bench, the same at every level."""

_LEVELS = ((2, 1, 0), (2, 2, 1), (3, 2, 1), (3, 3, 2), (4, 3, 2), (5, 4, 3), (6, 4, 3), (7, 5, 3))
"""Per level: prisms that the beam needs, prisms that it does not, and walls. A gem lies behind each needed one."""


def bench_for(level: int, rng: random.Random) -> tuple[Bench, dict[Cell, int]]:
    """A bench and how its prisms lie: no gem is lit, and some turning lights them all."""
    bends, spare, walls = _LEVELS[level - 1]
    while True:
        entry = rng.randrange(SIZE)
        led = _lead(entry, bends, rng)
        if led is None:
            continue
        way, needed, gems = led
        free = [cell for cell in product(range(SIZE), range(SIZE)) if cell not in way]
        if len(free) < spare + walls:
            continue
        rng.shuffle(free)
        bench = Bench(SIZE, entry, frozenset(gems), frozenset(free[:walls]))
        assert lit(bench, needed) == bench.gems, "the beam was led over every gem"
        cells = sorted([*needed, *free[walls : walls + spare]])
        prisms = {cell: rng.randrange(4) for cell in cells}
        # The shortest way may need fewer prisms than the one that was laid out: then the board is too easy.
        turns = None if lit(bench, prisms) else fewest_turns(bench, prisms)
        if turns is not None and len(turns) >= (bends + 1) // 2:
            return bench, prisms


def _lead(entry: int, bends: int, rng: random.Random) -> tuple[set[Cell], Mapping[Cell, int], set[Cell]] | None:
    """Lead a beam through `bends` prisms and out: the cells on its way, the prisms as they lie, and one gem behind
    each. None where it got stuck."""
    way: set[Cell] = set()
    prisms: dict[Cell, int] = {}
    gems: set[Cell] = set()
    cell, heading = (0, entry), 1
    for bend in range(bends + 1):
        run: list[Cell] = []
        while inside(SIZE, cell) and cell not in prisms:
            run.append(cell)
            cell = moved(cell, heading)
        if bend == bends:
            fresh = [place for place in run if place not in way]
            if not fresh or (run and inside(SIZE, cell)):
                return None  # Nowhere to put the last gem, or the beam runs on into one of its own prisms.
            gems.add(rng.choice(fresh))
            return way | set(run), prisms, gems
        # The prism goes where the beam has not been; behind an earlier prism there is room for a gem before it.
        first = 1 if bend else 0
        corners = [
            number for number, place in enumerate(run) if place not in way and number >= first
            and (bend == 0 or any(before not in way for before in run[:number]))
        ]  # fmt: skip
        if not corners:
            return None
        corner = rng.choice(corners)
        if bend:
            gems.add(rng.choice([place for place in run[:corner] if place not in way]))
        way |= set(run[: corner + 1])
        leaving = (heading + rng.choice((1, 3))) % 4
        prisms[run[corner]] = facing(heading, leaving)
        cell, heading = moved(run[corner], leaving), leaving
    return None
