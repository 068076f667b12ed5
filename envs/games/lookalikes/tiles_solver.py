"""Finds an order of taking tiles that clears the heap, by depth-first search."""

from functools import lru_cache

from envs.games.lookalikes.tiles import TRAY, Tile, Tiles, name_of

EFFORT = 20_000
"""Dead ends that a search finds before it takes a heap for hopeless."""


def oracle(game: Tiles) -> int:
    """The next tile of an order that clears the heap; where none is found, one whose sign the tray has most of."""
    order = solution(game.heap, game.tray)
    tile = order[0] if order else max(game.free(), key=lambda tile: game.tray.count(tile.sign))
    return game.moves.index(f"take {name_of(tile)}")


@lru_cache(maxsize=1 << 12)
def solution(heap: frozenset[Tile], tray: tuple[str, ...]) -> tuple[Tile, ...] | None:
    """Tiles in the order to take them; None if no order was found."""
    return _Search(sorted(heap), tray).order()


class _Search:
    """Over sets of tiles that are left, as bits of a number; what is in the tray follows from what was taken."""

    def __init__(self, tiles: list[Tile], tray: tuple[str, ...]) -> None:
        self.tiles = tiles
        signs = sorted({tile.sign for tile in tiles} | set(tray))
        self._sign = [signs.index(tile.sign) for tile in tiles]
        self._tray = tuple(tray.count(sign) for sign in signs)
        self._above = [sum(1 << n for n, other in enumerate(tiles) if other.covers(tile)) for tile in tiles]
        self._dead: set[int] = set()

    def order(self) -> tuple[Tile, ...] | None:
        order = self._order((1 << len(self.tiles)) - 1, self._tray)
        return None if order is None else tuple(self.tiles[number] for number in order)

    def _order(self, left: int, tray: tuple[int, ...]) -> list[int] | None:
        if not left:
            return None if any(tray) else []
        if left in self._dead or len(self._dead) >= EFFORT:
            return None
        for number in self._choices(left, tray):
            sign = self._sign[number]
            after = (*tray[:sign], (tray[sign] + 1) % 3, *tray[sign + 1 :])
            if sum(after) + 3 - max(after) <= TRAY:
                rest = self._order(left & ~(1 << number), after)
                if rest is not None:
                    return [number, *rest]
        self._dead.add(left)
        return None

    def _choices(self, left: int, tray: tuple[int, ...]) -> list[int]:
        """The free tiles, most promising first."""
        free = [n for n, above in enumerate(self._above) if left >> n & 1 and not left & above]
        for number in free:
            # A third one frees the tray and uncovers tiles, and takes away nothing: it is never wrong.
            if tray[self._sign[number]] == 2:
                return [number]
        at_hand = [0] * len(tray)
        for number in free:
            at_hand[self._sign[number]] += 1
        return sorted(free, key=lambda n: -tray[self._sign[n]] - at_hand[self._sign[n]])
