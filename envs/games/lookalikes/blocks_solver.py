"""How well a board of blocks stands, and where to put which of the pieces in hand: a greedy heuristic."""

from collections.abc import Sequence

from envs.games.lookalikes.blocks_board import Board

LINE = 12.0
"""What a line that vanishes is worth, in edges between filled and empty cells."""
STUCK = 25.0
"""What it costs, for each piece that stays in hand, if there is no room for it any more."""
CROWDED = 0.6
"""What a filled cell costs."""


def best_put(board: Board, filled: int, hand: Sequence[int]) -> tuple[int, int] | None:
    """The place in hand and the cell whose board afterwards stands best; None if nothing fits.

    The first among equals, so that the same board is always answered alike.
    """
    best: tuple[float, int, int] | None = None
    for place, piece in enumerate(hand):
        if piece in hand[:place]:
            continue
        rest = [other for number, other in enumerate(hand) if number != place]
        for cell in range(len(board.spots)):
            after = board.put(filled, piece, cell)
            if after is None:
                continue
            value = LINE * after[1] + _standing(board, after[0], rest)
            if best is None or value > best[0]:
                best = (value, place, cell)
    return None if best is None else best[1:]


def _standing(board: Board, filled: int, rest: Sequence[int]) -> float:
    """Few filled cells, few edges between filled and empty ones, and room for what is still in hand."""
    edges, left = 0, filled
    empty = ~filled
    while left:
        low = left & -left
        edges += (board.beside[low.bit_length() - 1] & empty).bit_count()
        left ^= low
    stuck = sum(not board.fits(filled, piece) for piece in rest)
    return -(edges + CROWDED * filled.bit_count() + STUCK * stuck)
