"""Emblems and flags: a flat outline in two tinctures, divided as heralds divide it, on grey linen.

A picture is read by painting it again: of all divisions the one is right whose two parts are each of one colour.
"""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.worlds import colours, seeing
from trainer.data.worlds.forms import Say
from trainer.data.worlds.phrases import Phrases
from trainer.data.worlds.world import SIZE_PX, Picture, World

_FINE = 4
_SIDE = SIZE_PX * _FINE
OUTLINES = ("shield", "flag", "roundel")
PATTERNS = ("right half", "lower half", "cross", "saltire", "band", "quarters", "border")
TINCTURES = ("red", "yellow", "green", "blue", "purple", "white", "black")
LINEN = (0.62, 0.61, 0.59)
_RIM = (0.16, 0.14, 0.14)


@dataclass(frozen=True, slots=True)
class Scene:
    """An outline of `colour` that carries a `pattern` of `second`."""

    second: str
    colour: str
    subject: str
    pattern: str


class Emblems(World[Scene]):
    """Shields, flags and roundels."""

    name = "emblems"
    styles = ("an emblem: {}", "{}, heraldic emblem", "a coat of arms: {}", "{}, flat emblem", "heraldry: {}")
    style_words = ("emblem", "heraldic", "heraldry", "coat of arms", "crest", "insignia", "badge", "blazon")
    phrases: ClassVar[Phrases] = {
        "second": {
            name: tuple(f"{link} {article} {word}".replace("  ", " ") for word in colours.WORDS[name]
                        for link in ("with", "and") for article in ("a", "an", ""))
            for name in TINCTURES
        },
        "pattern": {
            "right half": ("right half", "right side"),
            "lower half": ("lower half", "bottom half"),
            "cross": ("cross", "upright cross"),
            "saltire": ("saltire", "diagonal cross"),
            "band": ("diagonal band", "bend", "sash"),
            "quarters": ("quarters", "chequered quarters"),
            "border": ("border", "edge"),
        },
        "subject": {
            "shield": ("shield", "escutcheon"),
            "flag": ("flag", "banner"),
            "roundel": ("roundel", "disc", "round badge"),
        },
        "colour": {name: colours.WORDS[name] for name in TINCTURES},
    }  # fmt: skip

    def sample(self, rng: np.random.Generator) -> Scene:
        colour, second = rng.choice(TINCTURES, 2, replace=False)
        return Scene(str(second), str(colour), str(rng.choice(OUTLINES)), str(rng.choice(PATTERNS)))

    def describe(self, say: Say, scene: Scene) -> str:
        first = say("colour", scene.colour)
        second = say.one(*colours.WORDS[scene.second])
        pattern = say("pattern", scene.pattern)
        article = "" if scene.pattern == "quarters" else "an " if second[0] in "aeiou" else "a "
        whole = "an" if first[0] in "aeiou" else "a"
        return f"{whole} {first} {say('subject', scene.subject)} with {article}{second} {pattern}"

    def draw(self, scene: Scene, rng: np.random.Generator) -> Picture:
        size = rng.uniform(0.97, 1.05)
        move = rng.uniform(-1.5, 1.5, 2) * _FINE
        frame = np.array(
            [[size, 0, move[0] + (1 - size) * _SIDE / 2], [0, size, move[1] + (1 - size) * _SIDE / 2]]
        )
        inside, part = (
            cv2.warpAffine(plan, frame, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
            for plan in _plan(scene.subject, scene.pattern)
        )
        rim = cv2.dilate(inside, np.ones((9, 9)))
        weave = 0.03 * (rng.random((SIZE_PX, SIZE_PX, 1)) - 0.5)
        shade = cv2.GaussianBlur(rim, (0, 0), 8)
        shade = np.roll(shade, (8, 5), (0, 1))[..., None]
        canvas = np.array(LINEN) * (1 - 0.35 * shade)
        canvas = canvas * (1 - rim[..., None]) + np.array(_RIM) * rim[..., None]
        tincture = colours.rgb(scene.colour) * (1 - part[..., None]) + colours.rgb(scene.second) * part[..., None]
        canvas = canvas * (1 - inside[..., None]) + tincture * inside[..., None]
        small = cv2.resize(canvas.astype(np.float32), (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_AREA)
        return np.asarray(
            np.clip(small + weave * (1 - cv2.resize(inside, (SIZE_PX, SIZE_PX))[..., None]), 0, 1) * 255 + 0.5,
            np.uint8,
        )

    def read(self, picture: Picture) -> dict[str, str]:
        pixels = seeing.unit(picture)
        best: tuple[float, str, str] = (np.inf, "", "")
        for subject in OUTLINES:
            for pattern in PATTERNS:
                inside, part = _small_plan(subject, pattern)
                cost = _spread(pixels, inside > 0.98, part)
                # Whatever lies outside must be linen, or the outline is too small.
                cost += float(np.abs(pixels[inside < 0.02] - np.array(LINEN)).mean(-1).sum()) * 0.35
                if cost < best[0]:
                    best = (cost, subject, pattern)
        _, subject, pattern = best
        inside, part = _small_plan(subject, pattern)
        seen = {"subject": subject, "pattern": pattern}
        for attribute, where in (("colour", part < 0.02), ("second", part > 0.98)):
            middle = np.median(pixels[(inside > 0.98) & where], 0)
            if (name := colours.named(middle[None], TINCTURES)) is not None:
                seen[attribute] = name
        return seen


@cache
def _plan(subject: str, pattern: str) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """What lies inside the outline and which of it is of the second tincture, `[side, side]` from 0 to 1."""
    grid = (np.arange(_SIDE) + 0.5) / _SIDE * 2 - 1
    x, y = np.meshgrid(grid, grid)
    if subject == "roundel":
        inside = np.hypot(x, y) < 0.78
    elif subject == "flag":
        inside = (np.abs(x) < 0.86) & (np.abs(y) < 0.56)
    else:
        bow = np.sqrt(np.clip(1 - (np.clip(y + 0.1, 0, None) / 0.95) ** 2, 0, 1))
        inside = (np.abs(x) < 0.68 * bow) & (y > -0.78)
    half = 0.56 if subject == "flag" else 0.74
    wide = 0.86 if subject == "flag" else 0.70
    slope = half / wide
    parts = {
        "right half": x > 0,
        "lower half": y > 0,
        "cross": (np.abs(x) < 0.15) | (np.abs(y + (0.1 if subject == "shield" else 0)) < 0.15),
        "saltire": np.minimum(np.abs(y - slope * x), np.abs(y + slope * x)) < 0.19,
        "band": np.abs(y - slope * x) < 0.24,
        "quarters": x * y < 0,
        "border": cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5) < 26,
    }
    return inside.astype(np.float32), (parts[pattern] & inside).astype(np.float32)


@cache
def _small_plan(subject: str, pattern: str) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    inside, part = (
        np.asarray(cv2.resize(plan, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_AREA))
        for plan in _plan(subject, pattern)
    )
    # The outline may stand a pixel or two aside and its lines with it: what is near one belongs to nobody.
    near = cv2.dilate((np.abs(part - 0.5) < 0.48).astype(np.uint8), np.ones((3, 3))) > 0
    return np.asarray(cv2.erode(inside, np.ones((5, 5)))), np.where(near, 0.5, part)


def _spread(pixels: NDArray[np.floating], inside: NDArray[np.bool_], part: NDArray[np.floating]) -> float:
    """How far the pixels of the two parts are from the middle colour of each, summed."""
    total = 0.0
    for where in (part < 0.02, part > 0.98):
        own = pixels[inside & where]
        if len(own):
            total += float(np.abs(own - np.median(own, 0)).mean(-1).sum())
    return total
