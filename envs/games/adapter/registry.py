"""Which family plays which id, and what to answer to an id that nobody knows."""

import difflib
import os
from fnmatch import fnmatchcase
from importlib import import_module
from importlib.util import find_spec

import gymnasium

from envs.games.adapter.errors import GameNotInstalled, GameUnknown
from envs.games.adapter.family import Family

_HERE = "envs.games.adapter.families"

FAMILIES: dict[str, tuple[tuple[str, ...], str]] = {
    "lookalikes": (("seedbed/*",), f"{_HERE}.lookalikes:Lookalikes"),
    "minigrid": (("MiniGrid-*", "BabyAI-*"), f"{_HERE}.minigrid:MiniGrid"),
    "crafter": (("Crafter*",), f"{_HERE}.crafter:Crafter"),
    "ale": (("ALE/*",), f"{_HERE}.ale:Ale"),
    "textworld": (("TextWorld/*",), f"{_HERE}.textworld:TextWorld"),
    "nethack": (("MiniHack-*", "NetHack*"), f"{_HERE}.nethack:NetHack"),
    "classic": (
        (
            "CartPole-*", "MountainCar*", "Acrobot-*", "Pendulum-*", "FrozenLake*", "CliffWalking*", "Taxi-*",
            "Blackjack-*", "LunarLander*",
        ),
        f"{_HERE}.classic:Classic",
    ),
    "generic": (("*",), "envs.games.adapter.family:Family"),
}  # fmt: skip
"""From a family's name to the ids that are its own, as patterns, and where its knowledge is. The first that fits
is asked; the last plays anything that Gymnasium has registered."""

NOT_GAMES = ("seedbed/miniwob.*", "miniwob/*")
"""Ids that are pages for the GUI agent, ours and those that the wheel itself registers."""

_REGISTERED: set[str] = set()


def family_of(env_id: str) -> Family:
    """The family that plays `env_id`, whether or not its package is installed."""
    for patterns, place in FAMILIES.values():
        if any(fnmatchcase(env_id, pattern) for pattern in patterns):
            return _load(place)
    raise AssertionError("the generic family fits every id")


def registered(env_id: str) -> Family:
    """As `family_of`, with its games registered and `env_id` known to be one of them.

    Raises `GameNotInstalled` with what to do about it, `GameUnknown` with the nearest id.
    """
    family = family_of(env_id)
    missing = [name for name in family.needs if find_spec(name) is None]
    if missing:
        raise GameNotInstalled(f"{env_id} needs {missing[0]}, which is not installed: {family.install}")
    _register(family)
    if env_id not in gymnasium.registry or _is_no_game(env_id):
        raise GameUnknown(_nearest(env_id))
    return family


def game_ids() -> tuple[str, ...]:
    """Every id that can be played with what is installed."""
    for family in (_load(place) for _, place in FAMILIES.values()):
        if all(find_spec(name) is not None for name in family.needs):
            _register(family)
    return tuple(sorted(name for name in gymnasium.registry if not _is_no_game(name)))


def _register(family: Family) -> None:
    if family.name not in _REGISTERED:
        # Several games draw with pygame, which greets everybody on stdout unless it is told not to.
        os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
        # Games are drawn into arrays; SDL need not look for a screen, and complain that there is none.
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        family.register()
        _REGISTERED.add(family.name)


def _is_no_game(env_id: str) -> bool:
    return any(fnmatchcase(env_id, pattern) for pattern in NOT_GAMES)


def _nearest(env_id: str) -> str:
    known = game_ids()
    near = difflib.get_close_matches(env_id, known, n=1, cutoff=0.0)
    return f"no game {env_id!r}; the nearest is {near[0]!r} ({len(known)} can be played here)"


def _load(place: str) -> Family:
    module, _, attribute = place.partition(":")
    family: Family = getattr(import_module(module), attribute)()
    return family
