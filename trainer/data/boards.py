"""Says where things lie on the pictures of games: what a player must see before it can choose.

Each game's things become elements with a name and a box, as a page's do, so that the same questions can be asked
of a board as of a page, and the visual tokens of a board get the same labels.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from envs.browser.observation import Box, Element
from envs.games.adapter.game import Game
from envs.games.lookalikes.env import LookalikeEnv
from envs.games.lookalikes.frame import BOARD, STRIP
from envs.games.lookalikes.grid import STEPS, stepped
from envs.games.lookalikes.key import BOARD as SQUARES
from envs.games.lookalikes.key import NAMES as BLOCK_NAMES
from envs.games.lookalikes.tiles import LAYERS, TRAY
from envs.games.lookalikes.yarn import NAMES as HOLE_NAMES
from envs.games.lookalikes.yarn_solver import HOLES

HEADINGS = ("right", "down", "left", "up")
"""MiniGrid's directions, in the order of its numbers."""
PIN = 0.05
"""Half the side of a pin's box in Yarn."""
NEVER_NAMED = frozenset({"wall", "unseen", "empty", "floor"})


@dataclass(frozen=True, slots=True)
class Board:
    """What there is to see on one picture."""

    elements: tuple[Element, ...] = ()
    """Its things; what is their role is `word`, since their names label the visual tokens that show them."""
    minded: tuple[int, ...] = ()
    """Those that a player thinks of before it moves: mostly itself and where it wants to go."""
    steps: dict[str, Box] | None = None
    """From a move to the cell that it leads to, where moves are steps."""


def board_of(game: Game) -> Board:
    """The things on the picture of `game` as it is now; an empty board for games that none are known of."""
    inner: Any = game.env.unwrapped
    if isinstance(inner, LookalikeEnv):
        see = _LOOKALIKES.get(inner.game.name)
        return see(inner.game) if see else Board()
    return _minigrid(inner) if hasattr(inner, "agent_dir") and hasattr(inner, "grid") else Board()


def regions(game: Game, fine: int = 40) -> dict[str, Box]:
    """From a move to the box of the places where a click means it, sampled `fine` by `fine`."""
    inner: Any = game.env.unwrapped
    found: dict[int, list[tuple[int, int]]] = {}
    for row in range(fine):
        for column in range(fine):
            move = inner.game.move_at((column + 0.5) / fine, (row + 0.5) / fine)
            if move is not None:
                found.setdefault(move, []).append((column, row))
    return {game.moves[move].name: _around(places, fine) for move, places in found.items()}


def _around(places: Sequence[tuple[int, int]], fine: int) -> Box:
    columns, rows = [column for column, _ in places], [row for _, row in places]
    left, top = min(columns) / fine, min(rows) / fine
    return Box(left, top, (max(columns) + 1) / fine - left, (max(rows) + 1) / fine - top)


def _elements(named: Iterable[tuple[str, Box]]) -> tuple[Element, ...]:
    return tuple(Element(index, "word", name, box) for index, (name, box) in enumerate(named))


def _cell(cell: tuple[int, int], side: int, board: float = 1.0) -> Box:
    size = board / side
    return Box(cell[0] * size, cell[1] * size, size, size)


def _maze(game: Any) -> Board:
    named = [("light", _cell(game.light, game.side, BOARD)), ("star", _cell(game.goal, game.side, BOARD))]
    return Board(_elements(named), (0, 1), _steps(game.light, game.side))


def _snake(game: Any) -> Board:
    stones = [(x, y) for x in range(game.side) for y in range(game.side) if (x, y) not in game.free]
    named = [("head", game.head), ("tail", game.body[0]), *(("stone", stone) for stone in stones)]
    boxes = [(name, _cell(cell, game.side, BOARD)) for name, cell in named]
    return Board(_elements(boxes), (0,), _steps(game.head, game.side))


def _steps(cell: tuple[int, int], side: int) -> dict[str, Box]:
    around = {move: stepped(cell, move) for move in STEPS}
    return {move: _cell(near, side, BOARD) for move, near in around.items() if min(near) >= 0 and max(near) < side}


def _numbers(game: Any) -> Board:
    tiles = [
        (str(number), _cell((column, row), len(game.board), BOARD))
        for row, line in enumerate(game.board)
        for column, number in enumerate(line)
        if number
    ]
    return Board(_elements(tiles))


def _minigrid(inner: Any) -> Board:
    width, height = inner.width, inner.height

    def box(column: int, row: int) -> Box:
        return Box(column / width, row / height, 1 / width, 1 / height)

    column, row = (int(part) for part in inner.agent_pos)
    named = [(HEADINGS[int(inner.agent_dir)], box(column, row))]
    for x in range(width):
        for y in range(height):
            thing = inner.grid.get(x, y)
            if thing is not None and thing.type not in NEVER_NAMED:
                named.append(("goal" if thing.type == "goal" else f"{thing.color} {thing.type}", box(x, y)))
    mission = inner.mission.lower()
    wanted = [number for number, (name, _) in enumerate(named) if number and name in mission]
    if not wanted:
        wanted = [number for number, (name, _) in enumerate(named) if name == "goal"]
    return Board(_elements(named), (0, *wanted[:1]))


def _key(game: Any) -> Board:
    named = []
    for name, block, place in zip(BLOCK_NAMES, game.blocks, game.position, strict=False):
        cells = [SQUARES.corner(square) for square in block.squares(place)]
        left, top = min(x for x, _ in cells), min(y for _, y in cells)
        right, bottom = max(x for x, _ in cells) + SQUARES.pitch, max(y for _, y in cells) + SQUARES.pitch
        named.append((name, Box(left, top, right - left, bottom - top)))
    return Board(_elements(named))


def _tiles(game: Any) -> Board:
    half, slot = BOARD / LAYERS[0] / 2, BOARD / TRAY
    named = [(tile.sign, Box(tile.x * half, tile.y * half, 2 * half, 2 * half)) for tile in game.free()]
    tray = [
        (sign, Box(place * slot, BOARD + (STRIP - slot) / 2, slot, slot)) for place, sign in enumerate(game.tray)
    ]
    return Board(_elements((*named, *tray)), tuple(range(len(named), len(named) + len(tray))))


def _yarn(game: Any) -> Board:
    named = [
        (name, Box(x - PIN, y - PIN, 2 * PIN, 2 * PIN)) for name, (x, y) in zip(HOLE_NAMES, HOLES, strict=True)
    ]
    return Board(_elements(named))


_LOOKALIKES: dict[str, Callable[[Any], Board]] = {
    "maze": _maze,
    "snake": _snake,
    "2048": _numbers,
    "key": _key,
    "tiles": _tiles,
    "yarn": _yarn,
}
