"""The colours that captions name, and the name of a colour that was seen."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

HUES: dict[str, tuple[int, int, int]] = {
    "red": (222, 40, 44),
    "orange": (246, 132, 28),
    "yellow": (250, 212, 46),
    "green": (44, 164, 70),
    "blue": (42, 98, 224),
    "purple": (132, 62, 200),
    "pink": (244, 104, 178),
}
"""Colours that keep their name in light and shadow, because their hues lie apart."""

NEUTRALS: dict[str, tuple[int, int, int]] = {"white": (246, 246, 242), "black": (30, 30, 36)}

WORDS: dict[str, tuple[str, ...]] = {
    "red": ("red", "crimson", "scarlet"),
    "orange": ("orange", "tangerine"),
    "yellow": ("yellow", "golden"),
    "green": ("green", "emerald"),
    "blue": ("blue", "azure"),
    "purple": ("purple", "violet"),
    "pink": ("pink", "rose"),
    "white": ("white", "snowy"),
    "black": ("black", "jet"),
}
"""What each colour is called in captions."""

_GREY = 0.16
"""Below this mean difference between the largest and the smallest channel, of 1, a colour has no hue."""


def chroma(pixels: NDArray[np.floating]) -> NDArray[np.floating]:
    """Largest less smallest channel of pixels `[..., 3]` from 0 to 1: `[...]`."""
    return pixels.max(-1) - pixels.min(-1)


def luminance(pixels: NDArray[np.floating]) -> NDArray[np.floating]:
    """Rec. 601 luma of pixels `[..., 3]` from 0 to 1: `[...]`."""
    return pixels @ np.array([0.299, 0.587, 0.114])


def hue_vector(pixels: NDArray[np.floating]) -> NDArray[np.floating]:
    """Where pixels `[..., 3]` lie on the plane of hues: `[..., 2]`, as long as their chroma is large."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return np.stack([red - (green + blue) / 2, (green - blue) * (np.sqrt(3) / 2)], -1)


def named(pixels: NDArray[np.floating], names: Iterable[str]) -> str | None:
    """Which of the named colours the pixels `[n, 3]` have, by their mean hue; neutral ones by their luminance.

    None where there are no pixels, or where they are neutral and no neutral colour is among the names.
    """
    if not len(pixels):
        return None
    names = tuple(names)
    mean = hue_vector(pixels).mean(0)
    neutrals = [name for name in names if name in NEUTRALS]
    if np.linalg.norm(mean) < _GREY:
        if not neutrals:
            return None
        light = float(luminance(pixels).mean())
        return min(neutrals, key=lambda name: abs(light - float(luminance(np.array(NEUTRALS[name]) / 255))))
    direction = mean / np.linalg.norm(mean)
    return max((name for name in names if name in HUES), key=lambda name: float(direction @ _direction(name)))


def _direction(name: str) -> NDArray[np.floating]:
    vector = hue_vector(np.array(HUES[name]) / 255)
    return np.asarray(vector / np.linalg.norm(vector))


def rgb(name: str) -> NDArray[np.floating]:
    """A named colour `[3]` from 0 to 1."""
    return np.array({**HUES, **NEUTRALS}[name]) / 255
