"""Night skies: stars, a moon in one of its phases, light in the air, and something dark on the horizon."""

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.worlds import colours, seeing
from trainer.data.worlds.forms import Say
from trainer.data.worlds.phrases import Phrases
from trainer.data.worlds.world import SIZE_PX, Picture, World

_FINE = 3
_SIDE = SIZE_PX * _FINE
SKIES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "blue": ((0.02, 0.04, 0.16), (0.10, 0.26, 0.58)),
    "purple": ((0.07, 0.02, 0.15), (0.40, 0.15, 0.56)),
    "green": ((0.01, 0.07, 0.09), (0.06, 0.46, 0.36)),
    "red": ((0.09, 0.02, 0.05), (0.56, 0.14, 0.12)),
}
"""Each sky's colour at the top and above the horizon."""
HORIZONS = ("mountains", "city", "forest", "sea")
_MOON = (1.0, 0.97, 0.86)
_DARK = (0.015, 0.015, 0.03)


@dataclass(frozen=True, slots=True)
class Scene:
    """`place` is the moon's, where there is one."""

    moon: str
    place: str | None
    sky: str
    stars: str
    subject: str


class NightSky(World[Scene]):
    """Mountains, a city, a forest or the sea by night."""

    name = "nightsky"
    styles = ("a night sky over {}", "the night sky above {}", "a starry night over {}", "night falls on {}")
    style_words = (
        "night sky",
        "starry",
        "starry night",
        "by night",
        "night falls",
        "milky way",
        "astrophotography",
    )
    phrases: ClassVar[Phrases] = {
        "moon": {
            "full": ("a full moon", "a round moon"),
            "crescent": ("a crescent moon", "a thin moon", "a new moon"),
            "none": ("no moon", "a moonless sky"),
        },
        "place": {
            "left": ("on the left", "at the left", "to the left"),
            "right": ("on the right", "at the right", "to the right"),
        },
        "sky": {
            "blue": ("blue glow", "blue light", "blue air"),
            "purple": ("purple glow", "violet light", "purple air"),
            "green": ("green glow", "green light", "green air"),
            "red": ("red glow", "red light", "red air"),
        },
        "stars": {
            "many": ("many stars", "a thousand stars", "countless stars"),
            "few": ("few stars", "a few stars", "hardly a star"),
        },
        "subject": {
            "mountains": ("mountains", "the mountains", "peaks"),
            "city": ("a city", "a skyline", "the city", "houses"),
            "forest": ("a forest", "fir trees", "the woods"),
            "sea": ("the sea", "the ocean", "a dark sea"),
        },
    }

    def sample(self, rng: np.random.Generator) -> Scene:
        moon = str(rng.choice(["full", "crescent", "none"]))
        place = None if moon == "none" else str(rng.choice(["left", "right"]))
        sky, stars = str(rng.choice(list(SKIES))), str(rng.choice(["many", "few"]))
        return Scene(moon, place, sky, stars, str(rng.choice(HORIZONS)))

    def describe(self, say: Say, scene: Scene) -> str:
        place = f" {say('place', scene.place)}" if scene.place else ""
        return (
            f"{say('subject', scene.subject)} with {say('stars', scene.stars)}, {say('moon', scene.moon)}{place} "
            f"and a {say('sky', scene.sky)}"
        )

    def draw(self, scene: Scene, rng: np.random.Generator) -> Picture:
        rows, columns = np.mgrid[:_SIDE, :_SIDE] / _SIDE
        high, low = (np.array(colour) for colour in SKIES[scene.sky])
        haze = cv2.resize(rng.random((5, 5)), (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC) - 0.5
        depth = np.clip(rows / 0.78 + 0.16 * haze, 0, 1) ** 1.4
        canvas = high * (1 - depth[..., None]) + low * depth[..., None]
        spot = _moon_spot(scene, rng)
        _stars(canvas, scene.stars, spot, rng)
        if spot is not None:
            x, y = spot
            far = np.hypot(columns - x, rows - y)
            radius = 0.1
            canvas += 0.22 * np.exp(-np.clip(far - radius, 0, 1) / 0.07)[..., None] * np.array(_MOON)
            disc = np.clip((radius - far) * _SIDE + 0.5, 0, 1)
            if scene.moon == "crescent":
                bite = np.hypot(columns - x - 0.055, rows - y + 0.02)
                disc = disc * np.clip((bite - radius * 0.95) * _SIDE + 0.5, 0, 1)
            seas = 1 - 0.10 * cv2.resize(rng.random((14, 14)), (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
            canvas = canvas * (1 - disc[..., None]) + (np.array(_MOON) * seas[..., None]) * disc[..., None]
        _horizon(canvas, scene, spot, rng)
        small = cv2.resize(canvas.astype(np.float32), (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_AREA)
        return np.asarray(np.clip(small, 0, 1) * 255 + 0.5, np.uint8)

    def read(self, picture: Picture) -> dict[str, str]:
        pixels = seeing.unit(picture)
        light = colours.luminance(pixels)
        seen = {"moon": "none", "subject": _land(pixels)}
        moons = seeing.regions(light[:40] > 0.6, least=24)
        if moons:
            moon = max(moons, key=lambda part: part.area)
            round_ = moon.area / (np.pi / 4 * max(moon.width, moon.height) ** 2)
            seen["moon"] = "full" if round_ > 0.72 else "crescent"
            seen["place"] = "left" if moon.centre[0] < SIZE_PX / 2 else "right"
        band = pixels[26:38].reshape(-1, 3)
        # Without the brightest, which are stars and the moon.
        band = band[colours.luminance(band) < 0.5]
        if (colour := colours.named(band * 2.5, SKIES)) is not None:
            seen["sky"] = colour
        seen["stars"] = "many" if _count_stars(light) > 13 else "few"
        return seen


def _moon_spot(scene: Scene, rng: np.random.Generator) -> tuple[float, float] | None:
    if scene.place is None:
        return None
    return (0.25 if scene.place == "left" else 0.75) + rng.uniform(-0.05, 0.05), rng.uniform(0.18, 0.26)


def _stars(
    canvas: NDArray[np.floating], many: str, moon: tuple[float, float] | None, rng: np.random.Generator
) -> None:
    """Strew stars over the upper two thirds, none on the moon and no two in one place."""
    wanted = int(rng.integers(26, 32) if many == "many" else rng.integers(3, 6))
    placed: list[tuple[float, float]] = []
    while len(placed) < wanted:
        x, y = rng.uniform(0.03, 0.97), rng.uniform(0.03, 0.58)
        near_moon = moon is not None and np.hypot(x - moon[0], y - moon[1]) < 0.17
        if not near_moon and all(np.hypot(x - u, y - v) > 0.065 for u, v in placed):
            placed.append((x, y))
    for x, y in placed:
        # Centred on a pixel of the picture, so that averaging does not dim it.
        column, row = (int(value * SIZE_PX) * _FINE for value in (x, y))
        canvas[row : row + _FINE, column : column + _FINE] += rng.uniform(0.62, 0.95)


def _horizon(
    canvas: NDArray[np.floating], scene: Scene, moon: tuple[float, float] | None, rng: np.random.Generator
) -> None:
    across = (np.arange(_SIDE) + 0.5) / _SIDE
    rows = (np.arange(_SIDE)[:, None] + 0.5) / _SIDE
    ridge = _ridge(scene.subject, across, rng)
    land = np.clip((rows - (1 - ridge)[None]) * _SIDE + 0.5, 0, 1)[..., None]
    ground = np.broadcast_to(np.array(_DARK), canvas.shape).copy()
    if scene.subject == "sea":
        glow = np.array(SKIES[scene.sky][1])
        ripples = 0.5 + 0.5 * np.sin(rows * 150 + 2 * np.sin(across[None] * 9))
        ground = 0.30 * glow * (0.6 + 0.6 * ripples[..., None]) * np.ones_like(canvas)
        if moon is not None:
            path = np.exp(-(((across[None] - moon[0]) / 0.09) ** 2)) * (ripples > 0.5)
            ground = ground + 0.5 * path[..., None] * np.array(_MOON)
    if scene.subject == "city":
        _windows(ground, ridge, rng)
    canvas[:] = canvas * (1 - land) + ground * land


def _ridge(subject: str, across: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.floating]:
    """How high the land stands at each column, as a share of the picture."""
    if subject == "sea":
        return np.full_like(across, 0.26)
    if subject == "city":
        widths = rng.uniform(0.09, 0.14, 12)
        number = np.searchsorted(np.cumsum(widths), across)
        return np.asarray(rng.uniform(0.16, 0.36, 13)[number])
    count, steep, low, high = (4, 1.0, 0.22, 0.36) if subject == "mountains" else (9, 3.6, 0.2, 0.34)
    ridge = np.full_like(across, 0.12)
    for centre in (np.arange(count) + rng.uniform(0.25, 0.75, count)) / count:
        ridge = np.maximum(ridge, rng.uniform(low, high) - np.abs(across - centre) * steep)
    return ridge


def _windows(ground: NDArray[np.floating], ridge: NDArray[np.floating], rng: np.random.Generator) -> None:
    """Lit windows, one pixel of the picture each, well inside the houses."""
    for row in range(46, SIZE_PX - 2, 3):
        for column in range(2, SIZE_PX - 2, 3):
            inside = float(ridge[column * _FINE : (column + 1) * _FINE].min()) * SIZE_PX
            if SIZE_PX - row < inside - 1 and rng.random() < 0.55:
                ground[row * _FINE : (row + 1) * _FINE, column * _FINE : (column + 1) * _FINE] = (0.98, 0.80, 0.38)


def _count_stars(light: NDArray[np.floating]) -> int:
    """Small spots in the upper half that are brighter than the sky around them."""
    sky = light[:38]
    above = sky - cv2.medianBlur((sky * 255).astype(np.uint8), 5) / 255.0
    return sum(part.area <= 9 for part in seeing.regions(above > 0.18))


def _land(pixels: NDArray[np.floating]) -> str:
    """City windows are warm and bright; the sea is lit; a forest's edge is steeper than mountains'."""
    low = pixels[46:]
    windows = (low[..., 0] > 0.45) & (low[..., 0] - low[..., 2] > 0.25)
    if int(windows.sum()) >= 14 and len(seeing.regions(windows)) >= 8:
        return "city"
    if float(np.median(colours.chroma(seeing.blurred(pixels, 1.5)[60:]))) > 0.04:
        return "sea"
    dark = colours.luminance(seeing.blurred(pixels, 0.6)) < 0.07
    edge = np.array([_foot(dark[:, column]) for column in range(SIZE_PX)], float)
    return "forest" if float(np.abs(np.diff(edge)).mean()) > 1.15 else "mountains"


def _foot(column: NDArray[np.bool_]) -> int:
    """Where the dark that reaches the column's lower end begins."""
    bright = np.flatnonzero(~column)
    return int(bright[-1]) if len(bright) else 0
