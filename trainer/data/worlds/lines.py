"""Line drawings: a pen that trembles a little, one ink, cream paper, nothing filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from trainer.data.worlds import seeing
from trainer.data.worlds.forms import Say
from trainer.data.worlds.phrases import Phrases
from trainer.data.worlds.world import SIZE_PX, Picture, World

_FINE = 4
Stroke = NDArray[np.floating]
"""Points `[n, 2]` from 0 to 1, x to the right and y down, that the pen joins."""

INKS: dict[str, tuple[float, float, float]] = {
    "black": (0.12, 0.12, 0.14),
    "blue": (0.10, 0.24, 0.66),
    "red": (0.74, 0.13, 0.13),
    "green": (0.07, 0.45, 0.22),
}
PAPER = (0.985, 0.965, 0.92)


def _line(*points: tuple[float, float]) -> Stroke:
    return np.array(points, float)


def _arc(x: float, y: float, rx: float, ry: float, begin: float = 0, end: float = 360) -> Stroke:
    """Part of an ellipse; angles in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(begin, end, max(int(abs(end - begin) / 12), 4)))
    return np.stack([x + rx * np.cos(angles), y + ry * np.sin(angles)], -1)


def _star() -> Stroke:
    angles = np.radians(-90 + 36 * np.arange(11))
    reach = np.where(np.arange(11) % 2, 0.2, 0.5)
    return np.stack([0.5 + reach * np.cos(angles), 0.5 + reach * np.sin(angles)], -1)


DRAWINGS: dict[str, tuple[Stroke, ...]] = {
    "house": (
        _line((0.1, 0.45), (0.1, 0.98), (0.9, 0.98), (0.9, 0.45)),
        _line((0.0, 0.5), (0.5, 0.03), (1.0, 0.5), (0.0, 0.5)),
        _line((0.42, 0.98), (0.42, 0.68), (0.62, 0.68), (0.62, 0.98)),
    ),
    "tree": (
        _arc(0.5, 0.34, 0.36, 0.33),
        _line((0.43, 0.66), (0.41, 1.0), (0.59, 1.0), (0.57, 0.66)),
        _line((0.5, 0.98), (0.5, 0.45), (0.36, 0.3)),
        _line((0.5, 0.52), (0.64, 0.36)),
    ),
    "boat": (
        _line((0.0, 0.74), (0.16, 0.98), (0.84, 0.98), (1.0, 0.74), (0.0, 0.74)),
        _line((0.48, 0.74), (0.48, 0.02)),
        _line((0.48, 0.02), (0.92, 0.64), (0.48, 0.64)),
        _line((0.48, 0.14), (0.14, 0.64), (0.48, 0.64)),
    ),
    "flower": (
        *(
            _arc(0.5 + 0.2 * np.cos(a), 0.3 + 0.2 * np.sin(a), 0.13, 0.13)
            for a in np.radians(72 * np.arange(5) - 90)
        ),
        _arc(0.5, 0.3, 0.09, 0.09),
        _line((0.5, 0.48), (0.5, 1.0)),
        _line((0.5, 0.82), (0.7, 0.64), (0.74, 0.74), (0.5, 0.88)),
    ),
    "star": (_star(),),
    "cup": (
        _line((0.08, 0.2), (0.16, 0.95), (0.64, 0.95), (0.72, 0.2)),
        _arc(0.4, 0.2, 0.32, 0.1),
        _arc(0.72, 0.5, 0.22, 0.2, -80, 100),
    ),
    "fish": (
        _arc(0.6, 0.5, 0.4, 0.26),
        _line((0.22, 0.5), (0.0, 0.24), (0.0, 0.76), (0.22, 0.5)),
        _arc(0.8, 0.44, 0.035, 0.035),
        _arc(0.62, 0.5, 0.08, 0.16, -80, 80),
    ),
    "umbrella": (
        _arc(0.5, 0.5, 0.5, 0.46, 180, 360),
        _arc(0.17, 0.5, 0.17, 0.07, 180, 360),
        _arc(0.5, 0.5, 0.16, 0.08, 180, 360),
        _arc(0.83, 0.5, 0.17, 0.07, 180, 360),
        np.concatenate([_line((0.5, 0.04), (0.5, 0.86)), _arc(0.6, 0.86, 0.1, 0.11, 180, 0)]),
    ),
}
"""What there is to draw, each of strokes that touch."""


@dataclass(frozen=True, slots=True)
class Scene:
    """`place` belongs to a drawing that stands alone."""

    count: str
    subject: str
    place: str | None
    colour: str


class Lines(World[Scene]):
    """Houses, trees, boats and other things that children draw, one to three of a kind."""

    name = "lines"
    styles = (
        "a line drawing of {}",
        "{}, line drawing",
        "a pen sketch of {}",
        "an outline of {}",
        "{}, drawn with a pen",
    )
    style_words = (
        "line drawing",
        "line art",
        "sketch",
        "outline",
        "doodle",
        "drawn with a pen",
        "pen drawing",
        "ink drawing",
    )
    phrases: ClassVar[Phrases] = {
        "colour": {
            "black": ("in black ink", "in black", "with a black pen"),
            "blue": ("in blue ink", "in blue", "with a blue pen"),
            "red": ("in red ink", "in red", "with a red pen"),
            "green": ("in green ink", "in green", "with a green pen"),
        },
        "place": {
            "left": ("on the left", "at the left", "to the left"),
            "middle": ("in the middle", "in the centre", "in the center"),
            "right": ("on the right", "at the right", "to the right"),
        },
        "subject": {
            "house": ("house", "houses", "cottage", "cottages"),
            "tree": ("tree", "trees"),
            "boat": ("boat", "boats", "sailing boat", "sailing boats"),
            "flower": ("flower", "flowers", "blossom", "blossoms"),
            "star": ("star", "stars"),
            "cup": ("cup", "cups", "mug", "mugs"),
            "fish": ("fish",),
            "umbrella": ("umbrella", "umbrellas", "parasol", "parasols"),
        },
        "count": {
            "1": ("a", "one", "a single", "an"),
            "2": ("two", "a pair of", "2"),
            "3": ("three", "a trio of", "3"),
        },
    }

    def sample(self, rng: np.random.Generator) -> Scene:
        count = str(rng.choice(["1", "2", "3"], p=[0.5, 0.25, 0.25]))
        place = str(rng.choice(["left", "middle", "right"])) if count == "1" else None
        return Scene(count, str(rng.choice(list(DRAWINGS))), place, str(rng.choice(list(INKS))))

    def describe(self, say: Say, scene: Scene) -> str:
        plural = scene.count != "1"
        nouns = self.phrases["subject"][scene.subject]
        noun = say.one(*[word for word in nouns if word == "fish" or word.endswith("s") == plural])
        count = say("count", scene.count)
        if count in ("a", "an"):
            count = "an" if noun[0] in "aeiou" else "a"
        place = f" {say('place', scene.place)}" if scene.place else ""
        return f"{count} {noun}{place} {say('colour', scene.colour)}"

    def draw(self, scene: Scene, rng: np.random.Generator) -> Picture:
        side = SIZE_PX * _FINE
        ink = Image.new("L", (side, side))
        pen = ImageDraw.Draw(ink)
        width = rng.uniform(1.7, 2.3)
        for x, y, size in _layout(scene, rng):
            for stroke in DRAWINGS[scene.subject]:
                _trace(pen, _trembling(stroke, rng) * size + np.array([x, y]), width)
        cover = np.asarray(ink.resize((SIZE_PX, SIZE_PX), Image.Resampling.BOX), np.float32)[..., None] / 255
        paper = np.array(PAPER) * (1 - rng.uniform(0, 0.03))
        grain = 1 - 0.012 * rng.random((SIZE_PX, SIZE_PX, 1))
        picture = paper * grain * (1 - cover) + np.array(INKS[scene.colour]) * cover
        return np.asarray(np.clip(picture, 0, 1) * 255 + 0.5, np.uint8)

    def read(self, picture: Picture) -> dict[str, str]:
        pixels = seeing.unit(picture)
        ink = _ink(pixels)
        found = _drawings(ink)
        if not found:
            return {}
        seen = {"count": str(len(found))}
        names = [max(_known(), key=lambda name: float(_figure(ink[:, part]) @ _known()[name])) for part in found]
        seen["subject"] = max(set(names), key=names.count)
        seen["colour"] = _ink_name(pixels[ink > 0.6])
        if len(found) == 1:
            seen["place"] = seeing.side_of((found[0].start + found[0].stop) / 2)
        return seen


def _layout(scene: Scene, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Left, top and size in pixels of each drawing."""
    count = int(scene.count)
    if count == 1:
        size = rng.uniform(26, 30)
        centre = SIZE_PX * {"left": 0.26, "middle": 0.5, "right": 0.74}[str(scene.place)] + rng.uniform(-1.5, 1.5)
        return [(centre - size / 2, 32 - size / 2 + rng.uniform(-4, 4), size)]
    size = {2: rng.uniform(23, 25), 3: rng.uniform(15, 16)}[count]
    gap = (SIZE_PX - 2) / count
    return [
        (1 + gap * (i + 0.5) - size / 2 + rng.uniform(-0.5, 0.5), 32 - size / 2 + rng.uniform(-3, 3), size)
        for i in range(count)
    ]


def _trembling(stroke: Stroke, rng: np.random.Generator) -> Stroke:
    return stroke + rng.normal(0, 0.008, stroke.shape)


def _trace(pen: ImageDraw.ImageDraw, points: NDArray[np.floating], width: float) -> None:
    """A stroke with round ends and joints; points and width are in pixels of the picture."""
    fine = [(float(x) * _FINE, float(y) * _FINE) for x, y in points]
    reach = width * _FINE / 2
    pen.line(fine, fill=255, width=round(2 * reach))
    for x, y in fine:
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)


def _drawings(ink: NDArray[np.floating]) -> list[slice]:
    """The columns of each drawing: between two of them the paper is bare from top to bottom."""
    bare = np.concatenate([[True], ink.max(0) < 0.25, [True]])
    edges = np.flatnonzero(bare[1:] != bare[:-1])
    runs = [slice(int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    weights = [float(ink[:, run].sum()) for run in runs]
    return [run for run, weight in zip(runs, weights, strict=True) if weight > max(0.3 * max(weights), 8)]


def _ink(pixels: NDArray[np.floating]) -> NDArray[np.floating]:
    """How much of each pixel `[h, w]` is ink, by its distance from the paper."""
    paper = np.median(pixels.reshape(-1, 3), 0)
    return np.clip(np.abs(paper - pixels).max(-1) / 0.75, 0, 1)


def _ink_name(pixels: NDArray[np.floating]) -> str:
    if not len(pixels):
        return "black"
    middle = np.median(pixels, 0)
    return min(INKS, key=lambda name: float(np.abs(middle - np.array(INKS[name])).sum()))


def _figure(ink: NDArray[np.floating]) -> NDArray[np.floating]:
    """A drawing as a vector of length 1: its ink, blurred so that a tremble matters little, and its silhouette."""
    mask = ink > 0.3
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    lines = cv2.GaussianBlur(seeing.outline(ink[box]), (0, 0), 1.0)
    body = seeing.outline(seeing.filled(mask)[box])
    parts: Sequence[NDArray[np.floating]] = (lines - lines.mean(), 0.5 * (body - body.mean()))
    vector = np.concatenate([part.ravel() for part in parts])
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6))


@cache
def _known() -> dict[str, NDArray[np.floating]]:
    """Each subject's figure, the mean over a few drawings of it at all sizes."""
    world, rng = Lines(), np.random.default_rng(0)
    known = {}
    for subject in DRAWINGS:
        figures = []
        for count in ("1", "1", "2", "2", "3", "3"):
            ink = _ink(seeing.unit(world.draw(Scene(count, subject, "middle", "black"), rng)))
            figures += [_figure(ink[:, part]) for part in _drawings(ink)]
        known[subject] = np.mean(figures, 0)
    return known
