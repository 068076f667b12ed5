"""MiniGrid by breadth-first search over place and direction, with the whole grid known."""

from collections import deque
from collections.abc import Callable
from typing import Any

from envs.games.adapter.errors import GameUnsupported
from envs.games.adapter.game import Game

State = tuple[int, int, int]
"""Column, row, and direction: 0 right, 1 down, 2 left, 3 up."""

AHEAD = ((1, 0), (0, 1), (-1, 0), (0, -1))


def to_goal(game: Game) -> str:
    """The next move of a shortest way to the goal, around walls and lava."""
    inner: Any = game.env.unwrapped
    return _next(inner, lambda state: _kind(inner, state[0], state[1]) == "goal")


def to_target(game: Game) -> str:
    """The next move to stand beside the object or the door of the mission, then `done`."""
    inner: Any = game.env.unwrapped
    column, row = (int(part) for part in inner.target_pos)
    return _next(inner, lambda state: abs(state[0] - column) + abs(state[1] - row) == 1) or "done"


def to_instructed(game: Game) -> str:
    """The next move to face the object that a BabyAI instruction of the form `go to` names."""
    inner: Any = game.env.unwrapped
    # Where it faces the object already, any step shows the game that it does; `done` changes nothing.
    return _next(inner, _facing_one_of(inner.instrs.desc)) or "done"


def to_picked(game: Game) -> str:
    """The next move to hold the object that a BabyAI instruction of the form `pick up` names."""
    inner: Any = game.env.unwrapped
    return _empty_handed(inner) or _next(inner, _facing_one_of(inner.instrs.desc)) or "pick up"


def to_opened(game: Game) -> str:
    """The next move to open the door that a BabyAI instruction of the form `open` names."""
    inner: Any = game.env.unwrapped
    return _next(inner, _facing_one_of(inner.instrs.desc)) or "toggle"


def to_put_next(game: Game) -> str:
    """The next move to put one object beside another, as a BabyAI instruction of the form `put next to` says."""
    inner: Any = game.env.unwrapped
    moved, fixed = inner.instrs.desc_move, inner.instrs.desc_fixed
    if not any(inner.carrying is thing for thing in moved.obj_set):
        return _empty_handed(inner) or _next(inner, _facing_one_of(moved)) or "pick up"
    return _next(inner, lambda state: _free_beside(inner, _facing(state), _places(fixed))) or "drop"


def _empty_handed(inner: Any) -> str:
    """The next move to put down what is carried; empty where nothing is."""
    if inner.carrying is None:
        return ""
    return _next(inner, lambda state: _kind(inner, *_facing(state)) == "") or "drop"


def _facing_one_of(described: Any) -> Callable[[State], bool]:
    """Whether a state faces one of the objects that a part of an instruction describes."""
    wanted = _places(described)
    return lambda state: _facing(state) in wanted


def _places(described: Any) -> list[tuple[int, ...]]:
    return [tuple(int(part) for part in place) for place in described.obj_poss]


def _free_beside(inner: Any, place: tuple[int, int], others: list[tuple[int, ...]]) -> bool:
    column, row = place
    return _kind(inner, column, row) == "" and any(abs(column - x) + abs(row - y) == 1 for x, y in others)


def _next(inner: Any, arrived: Callable[[State], bool]) -> str:
    """The first move of a shortest way to a state that `arrived` likes; empty where we are there already."""
    column, row = (int(part) for part in inner.agent_pos)
    start: State = (column, row, int(inner.agent_dir))
    if arrived(start):
        return ""
    ahead: deque[tuple[State, str]] = deque([(start, "")])
    known = {start}
    while ahead:
        state, first = ahead.popleft()
        for move, following in _moves(inner, state):
            if following in known:
                continue
            if arrived(following):
                return first or move
            known.add(following)
            ahead.append((following, first or move))
    raise GameUnsupported("there is no way for the oracle here")


def _moves(inner: Any, state: State) -> list[tuple[str, State]]:
    column, row, heading = state
    found = [("turn left", (column, row, (heading - 1) % 4)), ("turn right", (column, row, (heading + 1) % 4))]
    x, y = _facing(state)
    if _kind(inner, x, y) in ("", "goal") or _open_door(inner, x, y):
        found.append(("forward", (x, y, heading)))
    return found


def _facing(state: State) -> tuple[int, int]:
    across, down = AHEAD[state[2]]
    return state[0] + across, state[1] + down


def _kind(inner: Any, column: int, row: int) -> str:
    """What lies there: empty for nothing, `goal`, `wall`, `lava`, `door`, `ball` …"""
    if not (0 <= column < inner.width and 0 <= row < inner.height):
        return "wall"
    cell = inner.grid.get(column, row)
    return "" if cell is None else str(cell.type)


def _open_door(inner: Any, column: int, row: int) -> bool:
    return _kind(inner, column, row) == "door" and bool(inner.grid.get(column, row).is_open)
