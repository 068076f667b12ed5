"""Gives every action of a space a name: what a model says on one side, what `step` takes on the other.

Discrete actions have one move each, MultiDiscrete ones a move for each combination. A bounded Box of few
dimensions is played in steps: five for one dimension, three for each of several.
"""

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete, MultiBinary, MultiDiscrete, Space, Text

from envs.games.adapter.errors import GameUnsupported

MAX_MOVES = 200
"""More moves than a model can be shown are refused."""
MAX_BOX_DIMENSIONS = 4

_SPEAKABLE = re.compile(r"[^'\"\\|<>\x00-\x1f\x7f]{1,200}\Z")


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that a player can do."""

    name: str
    """Lower case words; without quotes, backslashes and bars, so that every wire format can say it."""
    value: Any
    """What the environment's `step` takes."""
    help: str = ""


def speakable(name: str) -> bool:
    """Whether every wire format can say `name` as it stands."""
    return _SPEAKABLE.match(name) is not None


def moves_of(space: Space[Any], names: Sequence[str] = (), where: str = "the game") -> tuple[Move, ...]:
    """The moves of an action space, called `names` where those are given, in the order of the actions.

    A Text space has none: what can be said there is up to the game. Raises `GameUnsupported`, which names `where`,
    for spaces that cannot be listed.
    """
    if isinstance(space, Text):
        return ()
    found = _listed(space, where)
    if names:
        if len(names) != len(found):
            raise ValueError(f"{len(names)} names for {len(found)} actions of {where}")
        found = [Move(name, move.value) for name, move in zip(names, found, strict=True)]
    if any(not speakable(move.name) for move in found) or len({move.name for move in found}) < len(found):
        raise ValueError(f"moves of {where} need distinct names that can be said: {[m.name for m in found]}")
    return tuple(found)


def _listed(space: Space[Any], where: str) -> list[Move]:
    if isinstance(space, Discrete):
        _check_count(int(space.n), where)
        return [Move(f"action {n}", int(space.start) + n) for n in range(int(space.n))]
    if isinstance(space, MultiDiscrete | MultiBinary):
        sizes = np.full(space.shape, 2) if isinstance(space, MultiBinary) else space.nvec
        return _combinations(space, sizes, where)
    if isinstance(space, Box):
        return _stepped(space, where)
    raise GameUnsupported(
        f"{where} takes actions of {space}, which cannot be named one by one; "
        "Discrete, MultiDiscrete, MultiBinary, Text and small bounded Box spaces can be played"
    )


def _combinations(space: MultiDiscrete | MultiBinary, sizes: Any, where: str) -> list[Move]:
    flat = [int(size) for size in np.asarray(sizes).reshape(-1)]
    _check_count(math.prod(flat), where)
    first = np.asarray(getattr(space, "start", np.zeros(space.shape))).reshape(-1)
    moves = []
    for digits in itertools.product(*(range(size) for size in flat)):
        value = (np.array(digits) + first).reshape(space.shape).astype(space.dtype)
        moves.append(Move("action " + ",".join(str(digit) for digit in digits), value))
    return moves


def _stepped(space: Box, where: str) -> list[Move]:
    dimensions = math.prod(space.shape)
    if not (space.is_bounded() and 1 <= dimensions <= MAX_BOX_DIMENSIONS):
        raise GameUnsupported(
            f"{where} takes actions of {space}: only bounded ones of at most {MAX_BOX_DIMENSIONS} numbers "
            "can be played"
        )
    steps = 5 if dimensions == 1 else 3
    grids = [
        np.linspace(low, high, steps)
        for low, high in zip(space.low.reshape(-1), space.high.reshape(-1), strict=True)
    ]
    moves = []
    for values in itertools.product(*grids):
        name = "set " + " ".join(f"{value:+.2f}" for value in values)
        moves.append(Move(name, np.array(values).reshape(space.shape).astype(space.dtype)))
    return moves


def _check_count(count: int, where: str) -> None:
    if count > MAX_MOVES:
        raise GameUnsupported(f"{where} has {count} actions; at most {MAX_MOVES} can be named to a player")
