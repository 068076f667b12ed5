"""Shaded solids on a studio floor: each has a normal at every pixel, which light from anywhere falls on.

The solids are distance functions (as in Quilez's catalogue of them), marched along once per shape and turn; a
scene then only scales, lights and puts them down.
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

SHAPES = ("sphere", "cube", "cylinder", "cone", "ring")
COLOURS = tuple(colours.HUES)
_FINE = 3
"""Pictures are composed this much larger and then averaged."""
_BUFFER_PX = 96
_TURNS = {"cube": (0.5, 0.65, 0.8, 0.95, 1.1), "ring": (0.0, 0.25, -0.25)}
"""Turns about the vertical axis, in radians, of those that are not round."""
_ELEVATION = 0.42
"""How far above the horizon the eye is, in radians."""
_FLOORS = {"light": (0.86, 0.95), "dark": (0.10, 0.17)}


@dataclass(frozen=True, slots=True)
class Scene:
    """`place` belongs to a solid that stands alone."""

    count: str
    colour: str
    subject: str
    place: str | None
    ground: str


class Solids(World[Scene]):
    """Spheres, cubes, cylinders, cones and rings in one colour, one to three of them."""

    name = "solids"
    styles = (
        "a 3-D render of {}",
        "{}, shaded 3-D render",
        "{} in 3-D",
        "a studio render of {}",
        "{}, ray-traced",
    )
    style_words = ("3d", "3-d", "render", "rendered", "ray-traced", "raytraced", "cgi", "blender")
    phrases: ClassVar[Phrases] = {
        "ground": {
            "light": ("on a light floor", "on a pale floor", "on white ground", "on a bright table"),
            "dark": ("on a dark floor", "on a black floor", "on dark ground", "on a dark table"),
        },
        "place": {
            "left": ("on the left", "at the left", "to the left"),
            "middle": ("in the middle", "in the centre", "in the center"),
            "right": ("on the right", "at the right", "to the right"),
        },
        "subject": {
            "sphere": ("sphere", "ball", "spheres", "balls", "orb", "orbs"),
            "cube": ("cube", "box", "cubes", "boxes", "block", "blocks"),
            "cylinder": ("cylinder", "cylinders", "column", "columns", "drum", "drums"),
            "cone": ("cone", "cones"),
            "ring": ("ring", "torus", "rings", "doughnut", "doughnuts", "tori"),
        },
        "colour": {name: colours.WORDS[name] for name in COLOURS},
        "count": {
            "1": ("a", "one", "a single", "an"),
            "2": ("two", "a pair of", "2"),
            "3": ("three", "a trio of", "3"),
        },
    }

    def sample(self, rng: np.random.Generator) -> Scene:
        count = str(rng.choice(["1", "2", "3"], p=[0.5, 0.25, 0.25]))
        place = str(rng.choice(["left", "middle", "right"])) if count == "1" else None
        return Scene(
            count, str(rng.choice(COLOURS)), str(rng.choice(SHAPES)), place, str(rng.choice(list(_FLOORS)))
        )

    def describe(self, say: Say, scene: Scene) -> str:
        plural = scene.count != "1"
        noun = say.one(*[word for word in self.phrases["subject"][scene.subject] if _is_plural(word) == plural])
        colour = say("colour", scene.colour)
        count = say("count", scene.count)
        if count in ("a", "an"):
            count = "an" if colour[0] in "aeiou" else "a"
        parts = [f"{count} {colour} {noun}"]
        parts += [say("place", scene.place)] if scene.place else []
        parts += [say("ground", scene.ground)]
        return " ".join(parts)

    def draw(self, scene: Scene, rng: np.random.Generator) -> Picture:
        side = SIZE_PX * _FINE
        light = _light(rng)
        canvas = _floor(scene.ground, side, rng)
        things = _layout(scene, rng)
        for x, foot, size, turn in things:
            _cast_shadow(canvas, x * _FINE, foot * _FINE, size * _FINE, light, scene)
            del turn
        for x, foot, size, turn in things:
            _put(canvas, scene, x * _FINE, foot * _FINE, size * _FINE, turn, light)
        canvas = seeing.smaller(canvas, SIZE_PX)
        return np.asarray(np.clip(canvas, 0, 1) * 255 + 0.5, np.uint8)

    def read(self, picture: Picture) -> dict[str, str]:
        pixels = seeing.unit(picture)
        coloured = colours.chroma(pixels) > 0.2
        found = seeing.regions(coloured, least=40)
        if not found:
            return {}
        largest = max(part.area for part in found)
        found = [part for part in found if part.area > 0.3 * largest]
        seen = {"count": str(len(found)), "ground": _ground(pixels)}
        colour = colours.named(pixels[np.logical_or.reduce([part.mask for part in found])], COLOURS)
        if colour:
            seen["colour"] = colour
        names = [seeing.nearest(_shape(part), _known()) for part in found]
        seen["subject"] = max(set(names), key=names.count)
        if len(found) == 1:
            seen["place"] = seeing.side_of(found[0].centre[0])
        return seen


def _is_plural(word: str) -> bool:
    return word != "torus" and word.endswith(("s", "tori"))


def _light(rng: np.random.Generator) -> NDArray[np.floating]:
    """Where the light comes from, `[3]` of length 1: x to the right, y up, z towards the eye."""
    angle = rng.uniform(-0.9, 0.9)
    vector = np.array([np.sin(angle) * 0.8, 0.75, 0.6])
    return vector / np.linalg.norm(vector)


def _floor(ground: str, side: int, rng: np.random.Generator) -> NDArray[np.floating]:
    """A backdrop that bends into the floor, as photographers use, `[side, side, 3]`."""
    low, high = _FLOORS[ground]
    level = rng.uniform(low, high)
    rows = np.linspace(0, 1, side)
    bend = 1 / (1 + np.exp(-(rows - rng.uniform(0.40, 0.5)) * 14))
    wall = level * (0.80 if ground == "light" else 0.62)
    column = wall + (level - wall) * bend
    across = 1 - 0.10 * np.linspace(-1, 1, side) ** 2
    tint = np.array([1.0, 0.995, 0.985]) if ground == "light" else np.array([0.96, 0.98, 1.05])
    return (column[:, None, None] * across[None, :, None] * tint).astype(np.float32)


def _layout(scene: Scene, rng: np.random.Generator) -> list[tuple[float, float, float, int]]:
    """For each solid the middle and foot in pixels, its size in pixels and the number of its turn."""
    count = int(scene.count)
    turn = int(rng.integers(len(_TURNS.get(scene.subject, (0.0,)))))
    if count == 1:
        centre = {"left": 0.25, "middle": 0.5, "right": 0.75}[str(scene.place)]
        size = rng.uniform(25, 29)
        return [(SIZE_PX * centre + rng.uniform(-2, 2), rng.uniform(46, 50), size, turn)]
    size = {2: rng.uniform(20, 24), 3: rng.uniform(15, 17)}[count]
    gap = SIZE_PX / count
    return [(gap * (i + 0.5) + rng.uniform(-1, 1), 45 + rng.uniform(-1.5, 1.5), size, turn) for i in range(count)]


def _put(
    canvas: NDArray[np.floating], scene: Scene, x: float, foot: float, size: float, turn: int,
    light: NDArray[np.floating],
) -> None:  # fmt: skip
    """Shade one solid and lay it over the canvas."""
    normals, cover = _buffer(scene.subject, turn)
    side = round(size * _BUFFER_PX / _extent(scene.subject))
    normals = seeing.smaller(normals, side)
    cover = seeing.smaller(cover, side)
    length = np.linalg.norm(normals, axis=-1, keepdims=True)
    normals = normals / np.maximum(length, 1e-6)
    diffuse = np.clip(normals @ light, 0, 1)
    half = light + np.array([0, np.sin(_ELEVATION), np.cos(_ELEVATION)])
    shine = np.clip(normals @ (half / np.linalg.norm(half)), 0, 1) ** 40
    sky = 0.5 + 0.5 * normals[..., 1]
    shade = 0.36 + 0.16 * sky + 0.58 * diffuse
    base = colours.rgb(scene.colour)
    lit = np.clip(base * shade[..., None], 0, 1) * (1 - 0.6 * shine[..., None]) + 0.6 * shine[..., None]
    used = np.flatnonzero(cover.max(1) > 0.3)
    top = round(foot - used[-1])
    left = round(x - side / 2)
    y0, y1, x0, x1 = max(top, 0), min(top + side, len(canvas)), max(left, 0), min(left + side, len(canvas))
    part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    over = cover[part][..., None]
    canvas[y0:y1, x0:x1] = canvas[y0:y1, x0:x1] * (1 - over) + lit[part] * over


def _cast_shadow(
    canvas: NDArray[np.floating], x: float, foot: float, size: float, light: NDArray[np.floating], scene: Scene
) -> None:
    side = len(canvas)
    shadow = np.zeros((side, side), np.float32)
    shift = -light[0] * size * 0.28
    middle = (round(x + shift), round(foot - size * 0.12))
    cv2.ellipse(shadow, middle, (round(size * 0.52), round(size * 0.17)), -light[0] * 8, 0, 360, 1.0, -1)
    strength = 0.5 if scene.ground == "light" else 0.72
    canvas *= 1 - strength * seeing.blurred(shadow, size * 0.06)[..., None]


def _extent(shape: str) -> float:
    """How many of a buffer's pixels the solid fills, in the mean of both ways, so that all look equally large."""
    part = seeing.regions(_buffer(shape, 0)[1] > 0.5)[0]
    return (part.width + part.height) / 2


@cache
def _buffer(shape: str, turn: int) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Normals `[n, n, 3]` as the eye sees them and cover `[n, n]` of one solid in a square view of 3 units."""
    angle = _TURNS.get(shape, (0.0,))[turn]
    sine, cosine = np.sin(_ELEVATION), np.cos(_ELEVATION)
    right = np.array([1.0, 0, 0])
    up = np.array([0, cosine, -sine])
    towards = np.array([0, sine, cosine])
    grid = (np.arange(_BUFFER_PX) + 0.5) / _BUFFER_PX * 3 - 1.5
    origin = grid[None, :, None] * right - grid[:, None, None] * up + 3 * towards
    turned = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    depth = np.zeros((_BUFFER_PX, _BUFFER_PX))
    for _ in range(90):
        depth = depth + 0.9 * _distance(shape, (origin - depth[..., None] * towards) @ turned)
    point = origin - depth[..., None] * towards
    hit = np.abs(_distance(shape, point @ turned)) < 0.01
    step = 1e-3
    slopes = [
        _distance(shape, (point + step * axis) @ turned) - _distance(shape, (point - step * axis) @ turned)
        for axis in np.eye(3)
    ]
    normals = np.stack(slopes, -1)
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9)
    return (normals * hit[..., None]).astype(np.float32), hit.astype(np.float32)


def _distance(shape: str, point: NDArray[np.floating]) -> NDArray[np.floating]:
    """Distance to the solid's surface, negative inside; points are `[..., 3]`."""
    x, y, z = point[..., 0], point[..., 1], point[..., 2]
    round_ = np.hypot(x, z)
    if shape == "sphere":
        return np.asarray(np.linalg.norm(point, axis=-1) - 0.9)
    if shape == "cube":
        beyond = np.abs(point) - 0.62
        return np.asarray(np.linalg.norm(np.maximum(beyond, 0), axis=-1) + np.minimum(beyond.max(-1), 0) - 0.04)
    if shape == "cylinder":
        beyond = np.stack([round_ - 0.52, np.abs(y) - 0.85], -1)
        return np.asarray(np.linalg.norm(np.maximum(beyond, 0), axis=-1) + np.minimum(beyond.max(-1), 0) - 0.03)
    if shape == "cone":
        slanted = (round_ * 1.7 + (y - 0.95) * 0.8) / np.hypot(1.7, 0.8)
        return np.asarray(np.maximum(slanted, -y - 0.85))
    # The ring leans towards the eye, so that its hole shows.
    lean = 0.75
    y, z = y * np.cos(lean) - z * np.sin(lean), y * np.sin(lean) + z * np.cos(lean)
    return np.asarray(np.hypot(np.hypot(x, y) - 0.72, z) - 0.28)


def _shape(part: seeing.Region) -> NDArray[np.floating]:
    """The region's outline; a highlight is no hole, that of a ring is."""
    return seeing.outline(
        seeing.filled(part.mask, part.area // 14)[part.y : part.y + part.height, part.x : part.x + part.width]
    )


@cache
def _known() -> dict[str, list[NDArray[np.floating]]]:
    known = {}
    for shape in SHAPES:
        covers = [_buffer(shape, turn)[1] > 0.5 for turn in range(len(_TURNS.get(shape, (0.0,))))]
        known[shape] = [seeing.outline(seeing.regions(cover)[0].crop) for cover in covers]
    return known


def _ground(pixels: NDArray[np.floating]) -> str:
    border = np.concatenate([pixels[-6:].reshape(-1, 3), pixels[:6].reshape(-1, 3)])
    return "light" if float(np.median(colours.luminance(border))) > 0.5 else "dark"
