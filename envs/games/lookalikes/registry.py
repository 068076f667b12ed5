"""Which games there are. A name leads to a game's class and its oracle, imported when they are asked for."""

import difflib
from importlib import import_module
from typing import Any

from envs.games.lookalikes.errors import GameUnknown
from envs.games.lookalikes.game import Game, Oracle

VERSION = 1
"""Of every game's rules, levels and pictures together: whatever changes a score raises it."""

_HERE = "envs.games.lookalikes"

GAMES: dict[str, tuple[str, str]] = {
    "2048": (f"{_HERE}.game_2048:Game2048", f"{_HERE}.game_2048_oracle:oracle"),
    "maze": (f"{_HERE}.maze:Maze", f"{_HERE}.maze:oracle"),
    "snake": (f"{_HERE}.snake:Snake", f"{_HERE}.snake:oracle"),
    "tiles": (f"{_HERE}.tiles:Tiles", f"{_HERE}.tiles_solver:oracle"),
    "loops": (f"{_HERE}.loops:Loops", f"{_HERE}.loops:oracle"),
    "laser": (f"{_HERE}.laser:Laser", f"{_HERE}.laser:oracle"),
    "yarn": (f"{_HERE}.yarn:Yarn", f"{_HERE}.yarn:oracle"),
    "hex-blocks": (f"{_HERE}.hex_blocks:HexBlocks", f"{_HERE}.blocks:oracle"),
    "wood-blocks": (f"{_HERE}.wood_blocks:WoodBlocks", f"{_HERE}.blocks:oracle"),
    "key": (f"{_HERE}.key:Key", f"{_HERE}.key:oracle"),
}
"""From a game's name to where its class is, and where its oracle is."""


def env_id(name: str) -> str:
    """The id under which Gymnasium knows the game."""
    return f"seedbed/{name}-v{VERSION}"


def game_class(name: str) -> type[Game]:
    """The class of the game with this name; raises `GameUnknown` with the nearest name otherwise."""
    found: type[Game] = _load(_entry(name)[0])
    return found


def oracle_of(name: str) -> Oracle:
    """The solver of the game with this name; raises `GameUnknown` with the nearest name otherwise."""
    found: Oracle = _load(_entry(name)[1])
    return found


def _entry(name: str) -> tuple[str, str]:
    if name in GAMES:
        return GAMES[name]
    near = difflib.get_close_matches(name, GAMES, n=1, cutoff=0.0)
    raise GameUnknown(f"no game {name!r}; the nearest is {near[0]!r}, and there are {', '.join(GAMES)}")


def _load(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)
