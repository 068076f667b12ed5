"""Threads between pins on a fixed pattern of holes: which of them cross, and how to pull them apart.

A thread lies between two holes, a chord; sets of chords are kept as the bits of one integer, so that asking
whether any of them cross is a handful of operations.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import cos, pi, sin

Point = tuple[float, float]
Threads = tuple[tuple[int, int], ...]
"""Pairs of pins."""
Places = tuple[int | None, ...]
"""For each hole, the pin that sticks in it."""


RING = 11
"""Holes on the ring: an odd number, so that no thread across it runs through the one in the middle."""
MIDDLE: Point = (0.5, 0.5)
RADIUS = 0.42


def _holes() -> tuple[Point, ...]:
    """A ring clockwise from the top, and the middle: every thread keeps 0.05 away from all holes but its ends."""
    angles = [2 * pi * hole / RING for hole in range(RING)]
    return (*((MIDDLE[0] + RADIUS * sin(angle), MIDDLE[1] - RADIUS * cos(angle)) for angle in angles), MIDDLE)


HOLES: tuple[Point, ...] = _holes()
"""Centres of the holes as fractions of the picture."""

CHORDS: dict[tuple[int, int], int] = {
    pair: number for number, (a, b) in enumerate(combinations(range(len(HOLES)), 2)) for pair in ((a, b), (b, a))
}
"""The number of the chord between two holes, in either order."""


def _crossed_by() -> tuple[int, ...]:
    """For each chord, the bits of those that cross it. Chords that share a hole do not."""
    chords = list(combinations(range(len(HOLES)), 2))
    crossed = [0] * len(chords)
    for (one, first), (other, second) in combinations(enumerate(chords), 2):
        if not set(first) & set(second) and _cross(*(HOLES[hole] for hole in (*first, *second))):
            crossed[one] |= 1 << other
            crossed[other] |= 1 << one
    return tuple(crossed)


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the segments a-b and c-d cross, given that no three of the points lie on a line."""
    return _left(a, b, c) != _left(a, b, d) and _left(c, d, a) != _left(c, d, b)


def _left(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0


CROSSED_BY: tuple[int, ...] = _crossed_by()


def chords_of(threads: Threads, places: Places) -> list[int]:
    """The chord that each thread lies on."""
    hole_of = {pin: hole for hole, pin in enumerate(places) if pin is not None}
    return [CHORDS[hole_of[a], hole_of[b]] for a, b in threads]


def tangled(chords: Sequence[int]) -> list[bool]:
    """For each chord, whether any other of them crosses it."""
    taken = _bits(chords)
    return [bool(CROSSED_BY[chord] & taken) for chord in chords]


def crossings(chords: Sequence[int]) -> int:
    """How many pairs of chords cross."""
    taken = _bits(chords)
    return sum((CROSSED_BY[chord] & taken).bit_count() for chord in chords) // 2


def swapped(places: Places, one: int, other: int) -> Places:
    """What sticks in one hole goes to the other, and the other way round."""
    after = list(places)
    after[one], after[other] = after[other], after[one]
    return tuple(after)


def next_swap(threads: Threads, places: Places, home: Places) -> tuple[int, int]:
    """Two holes to swap on a short way to a board without crossings; `home` is one such board.

    A board that one or two swaps untangle is untangled so. Any other is brought closer to `home`: of the swaps
    that put a pin where it belongs, the one that leaves the fewest crossings. Every step of the one kind leaves
    fewer pins astray and the other kind ends within two, so this never goes in circles.
    """
    if (last := _untangling_swap(threads, places)) is not None:
        return last
    for swap in _useful_swaps(places):
        if _untangling_swap(threads, swapped(places, *swap)) is not None:
            return swap
    homeward = [
        (hole, home.index(pin)) for hole, pin in enumerate(places) if pin is not None and home[hole] != pin
    ]
    return min(homeward, key=lambda swap: crossings(chords_of(threads, swapped(places, *swap))))


def _untangling_swap(threads: Threads, places: Places) -> tuple[int, int] | None:
    """The first swap that leaves no crossing. It has to move a pin of every pair of threads that cross now: asking
    that first spares counting crossings for almost all swaps."""
    ends = [_bits(hole for hole, pin in enumerate(places) if pin in thread) for thread in threads]
    chords = chords_of(threads, places)
    knots = [
        ends[one] | ends[other]
        for one, other in combinations(range(len(threads)), 2)
        if CROSSED_BY[chords[one]] >> chords[other] & 1
    ]
    for swap in _useful_swaps(places):
        holes = 1 << swap[0] | 1 << swap[1]
        if all(knot & holes for knot in knots) and not crossings(chords_of(threads, swapped(places, *swap))):
            return swap
    return None


def _useful_swaps(places: Places) -> list[tuple[int, int]]:
    """Pairs of holes of which at least one holds a pin."""
    return [
        (one, other)
        for one, other in combinations(range(len(places)), 2)
        if places[one] is not None or places[other] is not None
    ]


def _bits(numbers: Iterable[int]) -> int:
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits
