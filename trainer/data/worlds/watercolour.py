"""Watercolour landscapes: wet washes on rough paper, with a white margin that the brush left out.

Pigment gathers where a wash ends (the dark edges of Curtis et al., "Computer-generated watercolor", section 2),
settles in the hollows of the paper, and the paper shows through.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.worlds import colours, seeing
from trainer.data.worlds.forms import Say
from trainer.data.worlds.phrases import Phrases
from trainer.data.worlds.world import SIZE_PX, Picture, World

_FINE = 2
_SIDE = SIZE_PX * _FINE
MARGIN_PX = 4

SKIES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "blue": ((0.42, 0.66, 0.90), (0.80, 0.90, 0.96)),
    "golden": ((0.97, 0.74, 0.32), (0.99, 0.90, 0.62)),
    "pink": ((0.90, 0.50, 0.66), (0.98, 0.80, 0.80)),
    "grey": ((0.56, 0.58, 0.61), (0.82, 0.83, 0.84)),
}
"""Each sky's pigment at the top and at the horizon."""
LANDS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "mountains": ((0.52, 0.50, 0.72), (0.34, 0.30, 0.56)),
    "hills": ((0.62, 0.78, 0.42), (0.38, 0.62, 0.30)),
    "sea": ((0.18, 0.52, 0.62), (0.07, 0.36, 0.50)),
    "forest": ((0.16, 0.42, 0.30), (0.07, 0.28, 0.20)),
    "desert": ((0.90, 0.68, 0.42), (0.78, 0.50, 0.28)),
}
"""Each land's pigments, the farther one first."""
SUN = (0.88, 0.20, 0.12)


@dataclass(frozen=True, slots=True)
class Scene:
    """A land under a sky, and where the sun stands in it, "none" for nowhere."""

    subject: str
    sky: str
    sun: str


class Watercolour(World[Scene]):
    """Landscapes."""

    name = "watercolour"
    styles = (
        "a watercolour of {}",
        "{}, watercolour",
        "a watercolour painting of {}",
        "{} in watercolour",
        "an aquarelle of {}",
    )
    style_words = ("watercolour", "watercolor", "aquarelle", "wash painting", "gouache")
    phrases: ClassVar[Phrases] = {
        "sun": {
            "left": ("with a red sun on the left", "and a red sun at the left"),
            "right": ("with a red sun on the right", "and a red sun at the right"),
            "none": ("without a sun", "with no sun"),
        },
        "sky": {
            "blue": ("under a blue sky", "on a clear day", "below a blue sky"),
            "golden": ("under a golden sky", "at golden hour", "below a yellow sky"),
            "pink": ("under a pink sky", "at dawn", "below a pink sky"),
            "grey": ("under a grey sky", "on a cloudy day", "below a gray sky"),
        },
        "subject": {
            "mountains": ("mountains", "high peaks", "a mountain range"),
            "hills": ("green hills", "rolling hills", "meadows", "hills"),
            "sea": ("the sea", "the ocean", "a calm sea", "a beach"),
            "forest": ("a forest", "a fir wood", "fir trees", "a pine forest"),
            "desert": ("a desert", "sand dunes", "dunes"),
        },
    }

    def sample(self, rng: np.random.Generator) -> Scene:
        sun = str(rng.choice(["left", "right", "none"]))
        return Scene(str(rng.choice(list(LANDS))), str(rng.choice(list(SKIES))), sun)

    def describe(self, say: Say, scene: Scene) -> str:
        return f"{say('subject', scene.subject)} {say('sky', scene.sky)} {say('sun', scene.sun)}"

    def draw(self, scene: Scene, rng: np.random.Generator) -> Picture:
        paper = 0.985 - 0.02 * _noise(rng, 2)
        canvas = np.repeat(paper[..., None], 3, 2) * np.array([1.0, 0.995, 0.98])
        rows = np.linspace(0, 1, _SIDE)[:, None, None]
        horizon = rng.uniform(0.52, 0.6)
        high, low = (np.array(pigment) for pigment in SKIES[scene.sky])
        share = np.clip(rows / horizon + 0.25 * (_noise(rng, 18)[..., None] - 0.5), 0, 1)
        _wash(canvas, np.ones((_SIDE, _SIDE)), high * (1 - share) + low * share, rng)
        if scene.sun != "none":
            _wash(canvas, _sun(scene.sun, rng), np.array(SUN), rng)
        far, near = LANDS[scene.subject]
        shift = 0.0 if scene.subject == "sea" else 0.14
        _wash(canvas, _below(scene.subject, horizon, rng), np.array(far), rng)
        _wash(canvas, _below(scene.subject, horizon + shift + 0.1, rng, near=True), np.array(near), rng)
        unpainted = _margin(rng)[..., None]
        canvas = canvas * (1 - unpainted) + paper[..., None] * np.array([1.0, 0.99, 0.97]) * unpainted
        small = cv2.resize(canvas.astype(np.float32), (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_AREA)
        return np.asarray(np.clip(small, 0, 1) * 255 + 0.5, np.uint8)

    def read(self, picture: Picture) -> dict[str, str]:
        pixels = cv2.medianBlur(picture, 3).astype(np.float32) / 255
        seen = {"sun": _sun_side(pixels)}
        top = np.median(pixels[7:16, 7:-7].reshape(-1, 3), 0)
        seen["sky"] = min(SKIES, key=lambda name: _apart(top, np.array(SKIES[name][0])))
        seen["subject"] = _land(pixels)
        return seen


def _noise(rng: np.random.Generator, size: float) -> NDArray[np.floating]:
    """Smooth noise from 0 to 1 whose features are about `size` fine pixels wide."""
    count = max(round(_SIDE / size), 2)
    coarse = rng.random((count, count)).astype(np.float32)
    return np.asarray(np.clip(cv2.resize(coarse, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC), 0, 1))


def _wash(
    canvas: NDArray[np.floating],
    where: NDArray[np.floating],
    pigment: NDArray[np.floating],
    rng: np.random.Generator,
) -> None:
    """Lay a wash over the canvas where the map `[side, side]` is 1; light goes through it and comes back."""
    soft = cv2.GaussianBlur(where.astype(np.float32), (0, 0), 1.6)
    edge = np.clip(soft - cv2.GaussianBlur(soft, (0, 0), 4), 0, 1)
    density = 0.82 + 0.26 * (_noise(rng, 14) - 0.5) + 0.14 * (_noise(rng, 3) - 0.5) + 0.9 * edge
    ink = (soft * np.clip(density, 0, 1.5))[..., None]
    # A wash covers what dried below it only in part: the darker one wins.
    canvas[:] = canvas * (1 - soft[..., None]) + soft[..., None] * (1 - ink * (1 - pigment) * 1.1)
    np.clip(canvas, 0, 1, out=canvas)


def _margin(rng: np.random.Generator) -> NDArray[np.floating]:
    """1 on the border that stays paper, with the uneven edge that a brush leaves."""
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    inside = np.minimum(np.minimum(rows, _SIDE - 1 - rows), np.minimum(columns, _SIDE - 1 - columns))
    uneven = MARGIN_PX * _FINE + 3.5 * (_noise(rng, 9) - 0.5)
    return np.clip(uneven - inside + 0.5, 0, 1)


def _sun(side: str, rng: np.random.Generator) -> NDArray[np.floating]:
    x = _SIDE * (0.27 if side == "left" else 0.73) + rng.uniform(-4, 4)
    y = _SIDE * rng.uniform(0.2, 0.27)
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    return np.clip(_SIDE * rng.uniform(0.075, 0.09) - np.hypot(columns - x, rows - y) + 0.5, 0, 1)


def _below(land: str, horizon: float, rng: np.random.Generator, near: bool = False) -> NDArray[np.floating]:
    """1 below the line where this land meets what is behind it."""
    across = np.linspace(0, 1, _SIDE)
    ridge = _RIDGES[land](across, rng, near)
    return np.clip((np.linspace(0, 1, _SIDE)[:, None] - (horizon - ridge)[None]) * _SIDE + 0.5, 0, 1)


def _peaks(across: NDArray[np.floating], rng: np.random.Generator, near: bool) -> NDArray[np.floating]:
    count, tall = (3, 0.26) if not near else (4, 0.13)
    ridge = np.full_like(across, -0.04)
    for centre in (np.arange(count) + rng.uniform(0.2, 0.8, count)) / count:
        height = tall * rng.uniform(0.7, 1.0)
        ridge = np.maximum(ridge, height - np.abs(across - centre) * rng.uniform(0.9, 1.4))
    return ridge


def _waves(across: NDArray[np.floating], rng: np.random.Generator, near: bool) -> NDArray[np.floating]:
    begin = rng.uniform(0, 6.28, 2)
    tall = 0.035 if near else 0.05
    return np.asarray(tall * (np.sin(across * 7 + begin[0]) + 0.5 * np.sin(across * 12 + begin[1])))


def _level(across: NDArray[np.floating], rng: np.random.Generator, near: bool) -> NDArray[np.floating]:
    return np.full_like(across, -0.14 if near else 0.0)


def _trees(across: NDArray[np.floating], rng: np.random.Generator, near: bool) -> NDArray[np.floating]:
    count, tall = (7, 0.2) if not near else (5, 0.24)
    ridge = np.full_like(across, -0.06)
    for centre in (np.arange(count) + rng.uniform(0.3, 0.7, count)) / count:
        height = tall * rng.uniform(0.6, 1.0)
        ridge = np.maximum(ridge, height - np.abs(across - centre) * rng.uniform(3.0, 3.8))
    return ridge


def _dunes(across: NDArray[np.floating], rng: np.random.Generator, near: bool) -> NDArray[np.floating]:
    begin = rng.uniform(0, 1)
    phase = (across * (1.3 if near else 1.8) + begin) % 1
    return np.asarray(0.10 * np.where(phase < 0.7, phase / 0.7, (1 - phase) / 0.3) - 0.03)


_RIDGES: dict[str, Callable[[NDArray[np.floating], np.random.Generator, bool], NDArray[np.floating]]] = {
    "mountains": _peaks,
    "hills": _waves,
    "sea": _level,
    "forest": _trees,
    "desert": _dunes,
}


def _apart(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """How far two colours are apart: in hue three times as much as in lightness."""
    hues = float(np.linalg.norm(colours.hue_vector(one) - colours.hue_vector(other)))
    return 3 * hues + abs(float(colours.luminance(one) - colours.luminance(other)))


def _sun_side(pixels: NDArray[np.floating]) -> str:
    """Where a disc of vermilion stands in the sky."""
    sky = pixels[6:30, 6:-6]
    red = (
        (sky[..., 0] > 0.6)
        & (sky[..., 0] - sky[..., 1] > 0.36)
        & (sky[..., 0] - sky[..., 2] > 0.42)
        & (sky[..., 1] < 0.48)
    )
    discs = seeing.regions(red, least=20)
    if not discs:
        return "none"
    x = max(discs, key=lambda disc: disc.area).centre[0] + 6
    return "left" if x < SIZE_PX / 2 else "right"


def _land(pixels: NDArray[np.floating]) -> str:
    """The land whose pigments the lower third has."""
    band = pixels[46:-7, 7:-7].reshape(-1, 3)
    middle = np.median(band, 0)
    return min(LANDS, key=lambda name: min(_apart(middle, np.array(pigment)) for pigment in LANDS[name]))
