"""Scripted players that look at a game's own state: what the best player can do, to measure others against.

An oracle takes a `Game` in play and names its next move; it is asked again after every step, and keeps nothing
between calls, so it goes on from any state that others led to.
"""

import difflib
from collections.abc import Callable
from fnmatch import fnmatchcase
from importlib import import_module

from envs.games.adapter.errors import GameUnsupported
from envs.games.adapter.game import Game

Oracle = Callable[[Game], str]

_HERE = "envs.games.adapter.oracles"

ORACLES: dict[str, str] = {
    "seedbed/*": f"{_HERE}.lookalikes:solver",
    "MiniGrid-Empty-*": f"{_HERE}.minigrid:to_goal",
    "MiniGrid-FourRooms-*": f"{_HERE}.minigrid:to_goal",
    "MiniGrid-SimpleCrossing*": f"{_HERE}.minigrid:to_goal",
    "MiniGrid-LavaCrossing*": f"{_HERE}.minigrid:to_goal",
    "MiniGrid-LavaGap*": f"{_HERE}.minigrid:to_goal",
    "MiniGrid-DistShift*": f"{_HERE}.minigrid:to_goal",
    "MiniGrid-GoToDoor-*": f"{_HERE}.minigrid:to_target",
    "MiniGrid-GoToObject-*": f"{_HERE}.minigrid:to_target",
    "BabyAI-GoToRedBall*": f"{_HERE}.minigrid:to_instructed",
    "BabyAI-GoToObj-*": f"{_HERE}.minigrid:to_instructed",
    "BabyAI-GoToObjS?-*": f"{_HERE}.minigrid:to_instructed",
    "BabyAI-GoToLocal*": f"{_HERE}.minigrid:to_instructed",
    "BabyAI-PickupLoc-*": f"{_HERE}.minigrid:to_picked",
    "BabyAI-OpenDoorLoc-*": f"{_HERE}.minigrid:to_opened",
    "BabyAI-PutNextLocal*": f"{_HERE}.minigrid:to_put_next",
    "FrozenLake*": f"{_HERE}.tables:valued",
    "CliffWalking*": f"{_HERE}.tables:valued",
    "Taxi-*": f"{_HERE}.tables:valued",
    "Blackjack-*": f"{_HERE}.tables:basic_strategy",
    "CartPole-*": f"{_HERE}.control:balance",
    "MountainCar-*": f"{_HERE}.control:swing",
    "Acrobot-*": f"{_HERE}.control:pump",
}
"""From ids, as patterns, to the oracle that plays them; the first that fits is taken."""


def has_oracle(env_id: str) -> bool:
    return any(fnmatchcase(env_id, pattern) for pattern in ORACLES)


def oracle_of(env_id: str) -> Oracle:
    """The oracle of a game; raises `GameUnsupported`, which names the nearest ids that have one."""
    for pattern, place in ORACLES.items():
        if fnmatchcase(env_id, pattern):
            module, _, attribute = place.partition(":")
            found: Oracle = getattr(import_module(module), attribute)
            return found
    near = ", ".join(difflib.get_close_matches(env_id, ORACLES, n=3, cutoff=0.0))
    raise GameUnsupported(f"there is no oracle for {env_id}; the nearest games that have one are {near}")
