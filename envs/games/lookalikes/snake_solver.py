"""Finds a way through all free cells of a board, by depth-first search that sees dead ends early."""

from functools import lru_cache

from envs.games.lookalikes.grid import STEPS, Cell, stepped


def completion(body: tuple[Cell, ...], free: frozenset[Cell]) -> tuple[Cell, ...] | None:
    """The cells that a snake in `body` has still to enter, in order; None if it cannot fill all of `free`."""
    return _way(body[-1], free.difference(body))


@lru_cache(maxsize=1 << 14)
def _way(head: Cell, left: frozenset[Cell]) -> tuple[Cell, ...] | None:
    if not left:
        return ()
    ahead = [cell for cell in _around(head) if cell in left]
    if not ahead or _hopeless(head, left):
        return None
    # Warnsdorff's rule: the cell with the fewest ways on first, since it is the hardest to come back to.
    for cell in sorted(ahead, key=lambda cell: (sum(near in left for near in _around(cell)), cell)):
        way = _way(cell, left - {cell})
        if way is not None:
            return (cell, *way)
    return None


def _hopeless(head: Cell, left: frozenset[Cell]) -> bool:
    """Whether some cell cannot be reached, or more than one could only be the last."""
    ends = 0
    for cell in left:
        ways = sum(near in left or near == head for near in _around(cell))
        if ways == 0:
            return True
        ends += ways == 1
    if ends > 1:
        return True
    start = next(iter(left))
    reached, waiting = {start}, [start]
    while waiting:
        for near in _around(waiting.pop()):
            if near in left and near not in reached:
                reached.add(near)
                waiting.append(near)
    return len(reached) < len(left) or _unbalanced(head, left)


def _unbalanced(head: Cell, left: frozenset[Cell]) -> bool:
    """Whether a chessboard's colours rule a way out: it alternates between them and begins with the other one."""
    same = sum((x + y + head[0] + head[1]) % 2 == 0 for x, y in left)
    other = len(left) - same
    return other - same not in (0, 1)


@lru_cache(maxsize=256)
def _around(cell: Cell) -> tuple[Cell, ...]:
    return tuple(stepped(cell, step) for step in STEPS)
