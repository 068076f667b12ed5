"""Which worlds there are. A name leads to a world's class, imported when it is asked for."""

import difflib
from functools import cache
from importlib import import_module
from typing import Any

from trainer.data.worlds.errors import WorldUnknown
from trainer.data.worlds.world import World

VERSION = 1
"""Of all pictures and captions together: whatever changes one of them raises it."""

_HERE = "trainer.data.worlds"

WORLDS: dict[str, str] = {
    "solids": f"{_HERE}.solids:Solids",
    "sprites": f"{_HERE}.sprites:Sprites",
    "watercolour": f"{_HERE}.watercolour:Watercolour",
    "lines": f"{_HERE}.lines:Lines",
    "emblems": f"{_HERE}.emblems:Emblems",
    "charts": f"{_HERE}.charts:Charts",
    "nightsky": f"{_HERE}.nightsky:NightSky",
    "lettering": f"{_HERE}.lettering:Lettering",
}
"""From a world's name to where its class is."""


@cache
def world(name: str) -> World[Any]:
    """The world with this name; raises `WorldUnknown` with the nearest name otherwise."""
    if name not in WORLDS:
        near = difflib.get_close_matches(name, WORLDS, n=1, cutoff=0.0)
        raise WorldUnknown(f"no world {name!r}; the nearest is {near[0]!r}, and there are {', '.join(WORLDS)}")
    module, _, attribute = WORLDS[name].partition(":")
    made: World[Any] = getattr(import_module(module), attribute)()
    return made
