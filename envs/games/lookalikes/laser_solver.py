"""Where a laser beam goes through a board of prisms, and the fewest turns that light every gem.

Directions are 0 north, 1 east, 2 south, 3 west; a cell is (column, row) from the top left corner. A prism that
lies at `n` is open to the directions `n` and `n + 1` and sends light from the one to the other; its back stops it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Cell = tuple[int, int]

STEPS: tuple[Cell, ...] = ((0, -1), (1, 0), (0, 1), (-1, 0))


@dataclass(frozen=True)
class Bench:
    """What does not move: the beam comes in from the left, in row `entry`."""

    size: int
    """Columns and rows."""
    entry: int
    gems: frozenset[Cell]
    walls: frozenset[Cell]


@dataclass(frozen=True)
class Leg:
    """The beam crosses `cell` on its way in direction `heading`, and leaves it in direction `leaving`: None where
    it ends there."""

    cell: Cell
    heading: int
    leaving: int | None


def beam(bench: Bench, prisms: Mapping[Cell, int]) -> Iterator[Leg]:
    """Every cell that the beam enters, in order.

    It always ends: light could come back the same way, so a beam from outside never runs into a ring.
    """
    cell, heading = (0, bench.entry), 1
    while inside(bench.size, cell):
        leaving = None if cell in bench.walls else heading
        if cell in prisms:
            leaving = reflected(prisms[cell], heading)
        yield Leg(cell, heading, leaving)
        if leaving is None:
            return
        cell, heading = moved(cell, leaving), leaving


def lit(bench: Bench, prisms: Mapping[Cell, int]) -> frozenset[Cell]:
    """The gems that the beam crosses."""
    return bench.gems & {leg.cell for leg in beam(bench, prisms)}


def reflected(lying: int, heading: int) -> int | None:
    """Where light that travels in direction `heading` leaves a prism; None where it meets its back."""
    source = (heading + 2) % 4
    first, second = lying, (lying + 1) % 4
    return {first: second, second: first}.get(source)


def facing(heading: int, leaving: int) -> int:
    """How a prism has to lie to turn a beam from one direction to the other, which must be at right angles."""
    return next(lying for lying in range(4) if reflected(lying, heading) == leaving)


def moved(cell: Cell, direction: int) -> Cell:
    return cell[0] + STEPS[direction][0], cell[1] + STEPS[direction][1]


def inside(size: int, cell: Cell) -> bool:
    return 0 <= cell[0] < size and 0 <= cell[1] < size


def fewest_turns(bench: Bench, prisms: Mapping[Cell, int]) -> dict[Cell, int] | None:
    """Quarter turns clockwise for each prism that has to turn, the fewest in all; None where nothing helps.

    Follows the beam and tries, at each prism that it meets for the first time, both ways to turn the beam: a beam
    that meets k prisms costs at most 2^k paths, and what it never meets is left as it lies.
    """
    best: dict[Cell, int] | None = None
    stack: list[tuple[dict[Cell, int], int]] = [({}, 0)]
    while stack:
        chosen, cost = stack.pop()
        if best is not None and cost >= sum(best.values()):
            continue
        lying = {cell: (prisms[cell] + turns) % 4 for cell, turns in chosen.items()}
        crossed, undecided = _follow(bench, prisms, lying)
        if bench.gems <= crossed:
            best = {cell: turns for cell, turns in chosen.items() if turns}
        elif undecided is not None:
            heading = undecided.heading
            for leaving in ((heading + 1) % 4, (heading + 3) % 4):
                turns = (facing(heading, leaving) - prisms[undecided.cell]) % 4
                stack.append(({**chosen, undecided.cell: turns}, cost + turns))
    return best


def _follow(
    bench: Bench, prisms: Mapping[Cell, int], decided: Mapping[Cell, int]
) -> tuple[frozenset[Cell], Leg | None]:
    """The cells that the beam crosses until it ends, or until the first prism that nobody decided about."""
    crossed: set[Cell] = set()
    for leg in beam(bench, {**prisms, **decided}):
        if leg.cell in prisms and leg.cell not in decided:
            return frozenset(crossed), leg
        crossed.add(leg.cell)
    return frozenset(crossed), None
