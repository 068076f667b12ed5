"""Tic-tac-toe against the page's opponent, which plays at random more than half of the time.

A draw counts as lost, so even the best play wins only some 85% of the games, unless it knows the opponent's dice.
This oracle does: it looks ahead in the page's random numbers, which stay what they were.
"""

from collections.abc import Sequence
from functools import cache

from envs.suites.miniwob.oracles import oracle
from envs.suites.miniwob.page import Decision, TaskPage

Board = tuple[int, ...]
"""Nine squares in reading order: 1 is ours (X), -1 the opponent's, 0 free."""
Dice = Sequence[float]
"""The page's next random numbers, in [0, 1)."""

LINES = ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))
RANDOM_MOVES = 0.55
"""How often the opponent moves at random; otherwise it completes or blocks a line if it sees one."""
_WAYS = ((0, 1, 2), (1, 0, 2), (2, 0, 1))
_SHARP_ORDER = (
    *(tuple((row + a, row + b, row + c) for row in (0, 3, 6)) for a, b, c in _WAYS),
    ((0, 4, 8), (4, 0, 8), (8, 0, 4), (2, 4, 6), (4, 2, 6), (6, 2, 4)),
    *(tuple((column + 3 * a, column + 3 * b, column + 3 * c) for a, b, c in _WAYS) for column in (0, 1, 2)),
)
"""The page's own searches for two of a kind: (free square, and the two beside it). Each search takes its first
find, and the last search that finds something has its way."""
_STATE = """() => {
  const roll = Math.random;
  // Whoever asks next gets the numbers in the order in which they were rolled: the episode stays the same.
  if (!roll.seedbedAhead) {
    const queue = Array.from({length: 24}, () => roll());
    Math.random = () => (queue.length ? queue.shift() : roll());
    Math.random.seedbedAhead = queue;
  }
  return [gameState, Math.random.seedbedAhead];
}"""


@oracle("tic-tac-toe")
async def tic_tac_toe(page: TaskPage) -> Decision | None:
    """The square that wins for certain; where none does, the one with the best chance against other dice."""
    state, dice = await page.evaluate(_STATE)
    board = tuple(state)
    squares = await page.query(".ttt-row span")
    # Sound moves first: of those that win, the one that an honest player would choose.
    ranked = sorted(_free(board), key=lambda square: _wins_after(board, square), reverse=True)
    certain = (square for square in ranked if _wins_with(_put(board, square, 1), dice))
    return page.click(squares[next(certain, ranked[0])])


def _wins_with(board: Board, dice: Dice) -> bool:
    """Whether we can win from `board`, where it is the opponent's turn and `dice` fall."""
    if _won(board, 1):
        return True
    free = _free(board)
    if not free:
        return False
    reply, rest = _reply(board, free, dice)
    board = _put(board, reply, -1)
    if _won(board, -1):
        return False
    return any(_wins_with(_put(board, square, 1), rest) for square in _free(board))


def _reply(board: Board, free: Sequence[int], dice: Dice) -> tuple[int, Dice]:
    """What the page's opponent does, and the dice that are left."""
    sharp = None if int(dice[0] * 100) < 100 * RANDOM_MOVES else _sharp(board)
    if sharp is not None:
        return sharp, dice[1:]
    return free[int(dice[1] * len(free))], dice[2:]


def _sharp(board: Board) -> int | None:
    """The opponent's winning square, else the one that blocks us, as its own search finds them."""
    for player in (-1, 1):
        found = None
        for search in _SHARP_ORDER:
            for free, first, second in search:
                if board[free] == 0 and board[first] == board[second] == player:
                    found = free
                    break
        if found is not None:
            return found
    return None


def _wins_after(board: Board, square: int) -> float:
    """Our chance to win, not knowing the dice, if we take `square` now and play as well as we can from then on."""
    board = _put(board, square, 1)
    if _won(board, 1):
        return 1.0
    free = _free(board)
    if not free:
        return 0.0
    chance = dict.fromkeys(free, 0.0)
    sharp = _completing(board, -1) or _completing(board, 1) or free
    for reply in free:
        chance[reply] += RANDOM_MOVES / len(free)
    for reply in sharp:
        chance[reply] += (1 - RANDOM_MOVES) / len(sharp)
    return sum(share * _wins(_put(board, reply, -1)) for reply, share in chance.items())


@cache
def _wins(board: Board) -> float:
    """Our chance to win when it is our turn."""
    free = _free(board)
    if _won(board, -1) or not free:
        return 0.0
    return max(_wins_after(board, square) for square in free)


def _completing(board: Board, player: int) -> list[int]:
    return [square for square in _free(board) if _won(_put(board, square, player), player)]


def _free(board: Board) -> list[int]:
    return [square for square, owner in enumerate(board) if owner == 0]


def _put(board: Board, square: int, player: int) -> Board:
    return (*board[:square], player, *board[square + 1 :])


def _won(board: Board, player: int) -> bool:
    return any(all(board[square] == player for square in line) for line in LINES)
