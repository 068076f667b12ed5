"""Pixel-art sprites: sixteen cells to a side, a few inks, a dark outline, a little ground to stand on."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from trainer.data.worlds import colours, seeing
from trainer.data.worlds.forms import Say
from trainer.data.worlds.phrases import Phrases
from trainer.data.worlds.world import SIZE_PX, Picture, World

CELLS = 16
COLOURS = tuple(colours.HUES)
_OUTLINE = (0.10, 0.09, 0.16)
_FIXED = {"#": _OUTLINE, "w": (0.97, 0.97, 0.95), "s": (0.72, 0.74, 0.78), "g": (0.45, 0.46, 0.52)}
"""Inks that do not change with the sprite's colour: outline, white, silver, grey."""
_SHADES = {"c": 1.0, "d": 0.68, "l": 1.25}
"""Inks that do: the colour itself, in shadow, in light."""

SPRITES: dict[str, tuple[str, ...]] = {
    "heart": (
        "..##..##..",
        ".#cc##cc#.",
        "#clwccccc#",
        "#clcccccd#",
        "#cccccccd#",
        ".#ccccccd#",
        "..#cccd#..",
        "...#cd#...",
        "....##....",
    ),
    "sword": (
        ".......###",
        "......#lc#",
        ".....#lcd#",
        "....#lcd#.",
        ".#.#lcd#..",
        ".##lcd#...",
        "..##d#....",
        ".#g###....",
        "#gs#.##...",
        "###.......",
    ),
    "potion": (
        "...####...",
        "...#ss#...",
        "...####...",
        "...#ww#...",
        "..#wwww#..",
        ".#wcccccw#",
        ".#clccccd#",
        ".#clcccdd#",
        ".#ccccddd#",
        "..#######.",
    ),
    "key": (
        "..####....",
        ".#lccc#...",
        "#lc##cd#..",
        "#cc##cd#..",
        ".#cccd#...",
        "..#cd#....",
        "..#cd###..",
        "..#cdcc#..",
        "..#cd###..",
        "..#cdc#...",
        "..#####...",
    ),
    "mushroom": (
        "...####...",
        ".##ccww##.",
        "#clcccwwc#",
        "#wwcccccd#",
        "#wwccwwcd#",
        "##########",
        "..#wwsg#..",
        "..#wwsg#..",
        "..#wwsg#..",
        "...####...",
    ),
    "ghost": (
        "...####...",
        "..#cccc#..",
        ".#lccccd#.",
        "#cw#cw#cd#",
        "#cw#cw#cd#",
        "#cccccccd#",
        "#ccc##ccd#",
        "#cccccccd#",
        "#cd#cd#cd#",
        ".#..#..#..",
    ),
    "gem": (
        "..######..",
        ".#llccdd#.",
        "#llccccdd#",
        "##########",
        "#lwcccccd#",
        ".#lwcccd#.",
        "..#lccd#..",
        "...#cd#...",
        "....##....",
    ),
    "fish": (
        "....####....",
        "#..#llcc##..",
        "##llccccc##.",
        "#clccccw#cc#",
        "#cdccccccc##",
        "##.#ddccd#..",
        "#...####....",
    ),
}
_GROUNDS = {"dark": (0.13, 0.15, 0.27), "light": (0.95, 0.91, 0.80), "grey": (0.60, 0.63, 0.66)}
_STRIP = {"dark": (0.20, 0.23, 0.38), "light": (0.84, 0.77, 0.62), "grey": (0.47, 0.50, 0.54)}
_OFFSETS = {"left": -3, "middle": 0, "right": 3}
_HORIZON = 14
"""The ground begins in this row of cells."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One sprite."""

    colour: str
    subject: str
    place: str
    ground: str


class Sprites(World[Scene]):
    """Things out of an old game, one to a picture."""

    name = "sprites"
    styles = (
        "pixel art of {}",
        "a pixel-art sprite of {}",
        "{}, pixel art",
        "an 8-bit sprite of {}",
        "{} as a game sprite",
    )
    style_words = ("pixel art", "pixel-art", "pixelated", "sprite", "8-bit", "16-bit", "retro game")
    phrases: ClassVar[Phrases] = {
        "ground": {
            "dark": ("on a dark background", "at night", "against the dark"),
            "light": ("on a light background", "by day", "against the light"),
            "grey": ("on a grey background", "against grey stone", "on gray"),
        },
        "place": {
            "left": ("on the left", "at the left", "to the left"),
            "middle": ("in the middle", "in the centre", "in the center"),
            "right": ("on the right", "at the right", "to the right"),
        },
        "subject": {
            "heart": ("heart",),
            "sword": ("sword", "blade"),
            "potion": ("potion", "flask"),
            "key": ("key",),
            "mushroom": ("mushroom", "toadstool"),
            "ghost": ("ghost", "spook"),
            "gem": ("gem", "jewel", "diamond"),
            "fish": ("fish",),
        },
        "colour": {name: colours.WORDS[name] for name in COLOURS},
    }

    def sample(self, rng: np.random.Generator) -> Scene:
        return Scene(
            str(rng.choice(COLOURS)), str(rng.choice(list(SPRITES))), str(rng.choice(list(_OFFSETS))),
            str(rng.choice(list(_GROUNDS))),
        )  # fmt: skip

    def describe(self, say: Say, scene: Scene) -> str:
        colour = say("colour", scene.colour)
        article = "an" if colour[0] in "aeiou" else "a"
        subject, place, ground = (say(name, getattr(scene, name)) for name in ("subject", "place", "ground"))
        return f"{article} {colour} {subject} {place} {ground}"

    def draw(self, scene: Scene, rng: np.random.Generator) -> Picture:
        cells = np.empty((CELLS, CELLS, 3))
        cells[:] = _GROUNDS[scene.ground]
        cells[_HORIZON:] = _STRIP[scene.ground]
        for column in rng.integers(0, CELLS, 5):
            cells[_HORIZON, column] = np.array(_STRIP[scene.ground]) * 0.8
        inks = _inks(scene.colour)
        art = SPRITES[scene.subject]
        left = (CELLS - len(art[0])) // 2 + _OFFSETS[scene.place]
        top = _HORIZON - len(art) - int(rng.integers(0, 3))
        left = min(max(left, 0), CELLS - len(art[0]))
        for row, line in enumerate(art):
            for column, ink in enumerate(line):
                if ink != ".":
                    cells[top + row, left + column] = inks[ink]
        scale = SIZE_PX // CELLS
        return np.asarray(np.clip(cells.repeat(scale, 0).repeat(scale, 1), 0, 1) * 255 + 0.5, np.uint8)

    def read(self, picture: Picture) -> dict[str, str]:
        cells = seeing.smaller(seeing.unit(picture), CELLS)
        sky = cells[:_HORIZON]
        ground = np.median(np.concatenate([sky[0], sky[1], sky[:, 0], sky[:, -1]]), 0)
        name = min(_GROUNDS, key=lambda each: float(np.abs(ground - np.array(_GROUNDS[each])).sum()))
        thing = np.abs(sky - ground).max(-1) > 0.1
        if thing.sum() < 12:
            return {"ground": name}
        subject, centre = _found(thing, sky)
        inked = thing & (colours.chroma(sky) > 0.3)
        seen = {"ground": name, "subject": subject}
        seen["place"] = min(_OFFSETS, key=lambda each: abs(centre - CELLS / 2 - _OFFSETS[each]))
        if (colour := colours.named(sky[inked], COLOURS)) is not None:
            seen["colour"] = colour
        return seen


def _inks(colour: str) -> dict[str, tuple[float, ...]]:
    base = colours.rgb(colour)
    shades = {ink: tuple(np.clip(base * share + max(share - 1, 0) * 0.5, 0, 1)) for ink, share in _SHADES.items()}
    return {**_FIXED, **shades}


def _found(thing: NDArray[np.bool_], sky: NDArray[np.floating]) -> tuple[str, float]:
    """The sprite whose cells, wherever it may stand, are most like these, and the column of its middle.

    A cell counts by what it is: outline, white or silver, colour; on a dark ground the outline does not show
    against it, so it counts little.
    """
    light = colours.luminance(sky)
    inked = np.where(colours.chroma(sky) > 0.3, 1.0, np.where(light > 0.55, -1.0, 0.0)) * thing
    best = ("", -1.0, 0.0)
    for subject in SPRITES:
        mask, ink = _map(subject)
        height, width = mask.shape
        for top in range(_HORIZON - height + 1):
            for left in range(CELLS - width + 1):
                there = np.zeros_like(inked)
                there[top : top + height, left : left + width] = ink
                covered = np.zeros_like(thing)
                covered[top : top + height, left : left + width] = mask
                same = ((there == inked) & covered & thing).sum() / (covered | thing).sum()
                if same > best[1]:
                    best = (subject, float(same), left + width / 2)
    return best[0], best[2]


@cache
def _map(subject: str) -> tuple[NDArray[np.bool_], NDArray[np.floating]]:
    """Which cells belong to a sprite, and what they are: 1 coloured, -1 white or silver, 0 outline or grey."""
    rows = SPRITES[subject]
    mask = np.array([[ink != "." for ink in row] for row in rows])
    kinds = {**dict.fromkeys(_SHADES, 1.0), "w": -1.0, "s": -1.0}
    return mask, np.array([[kinds.get(ink, 0.0) for ink in row] for row in rows])
