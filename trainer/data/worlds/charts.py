"""Charts as a report prints them: bars, lines, pies and clouds of points, in one colour on white."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from trainer.data.worlds import colours, seeing
from trainer.data.worlds.forms import Say
from trainer.data.worlds.phrases import Phrases
from trainer.data.worlds.world import SIZE_PX, Picture, World

_FINE = 4
COLOURS = ("red", "orange", "green", "blue", "purple")
KINDS = ("bars", "line", "pie", "points")
_INK = (70, 72, 80)
_GRID = (226, 228, 232)
LEFT, RIGHT, TOP, BOTTOM = 9, 60, 12, 56
"""Where the axes stand and how far they reach, in pixels."""


@dataclass(frozen=True, slots=True)
class Scene:
    """`count` belongs to bars and pies, `trend` to all but pies."""

    count: str | None
    colour: str
    trend: str | None
    subject: str


class Charts(World[Scene]):
    """Bar charts, line charts, pie charts and scatter plots."""

    name = "charts"
    styles = ("{}", "{} for a report", "{} from a spreadsheet", "a slide with {}")
    style_words = ("chart", "plot", "graph", "diagram", "infographic", "spreadsheet")
    phrases: ClassVar[Phrases] = {
        "count": {
            "2": ("with two bars", "with two slices", "of two parts"),
            "3": ("with three bars", "with three slices", "of three parts"),
            "4": ("with four bars", "with four slices", "of four parts"),
            "5": ("with five bars", "with five slices", "of five parts"),
        },
        "trend": {
            "rising": ("that rises", "going up", "with a rising trend"),
            "falling": ("that falls", "going down", "with a falling trend"),
        },
        "subject": {
            "bars": ("bar chart", "bar graph", "column chart"),
            "line": ("line chart", "line graph", "line plot"),
            "pie": ("pie chart", "pie", "pie graph"),
            "points": ("scatter plot", "scatter chart", "cloud of points"),
        },
        "colour": {name: colours.WORDS[name] for name in COLOURS},
    }

    def sample(self, rng: np.random.Generator) -> Scene:
        subject = str(rng.choice(KINDS))
        counts = {"bars": ("3", "4", "5"), "pie": ("2", "3", "4")}
        count = str(rng.choice(counts[subject])) if subject in counts else None
        trend = None if subject == "pie" else str(rng.choice(["rising", "falling"]))
        return Scene(count, str(rng.choice(COLOURS)), trend, subject)

    def describe(self, say: Say, scene: Scene) -> str:
        colour = say("colour", scene.colour)
        parts = ["an" if colour[0] in "aeiou" else "a", colour, say("subject", scene.subject)]
        if scene.count:
            noun = "bars" if scene.subject == "bars" else "slices"
            fitting = [said for said in self.phrases["count"][scene.count] if said.endswith((noun, "parts"))]
            parts.append(say.one(*fitting))
        if scene.trend:
            parts.append(say("trend", scene.trend))
        return " ".join(parts)

    def draw(self, scene: Scene, rng: np.random.Generator) -> Picture:
        image = Image.new("RGB", (SIZE_PX * _FINE, SIZE_PX * _FINE), (255, 255, 255))
        pen = ImageDraw.Draw(image)
        colour = colours.HUES[scene.colour]
        _box(pen, LEFT, 4, LEFT + rng.uniform(18, 30), 6.5, _INK)
        if scene.subject == "pie":
            _pie(pen, int(scene.count or 0), colour, rng)
        else:
            _axes(pen)
            _PAINT[scene.subject](pen, scene, colour, rng)
            _box(pen, LEFT - 0.6, TOP - 2, LEFT + 0.6, BOTTOM + 0.6, _INK)
            _box(pen, LEFT - 0.6, BOTTOM - 0.6, RIGHT, BOTTOM + 0.6, _INK)
        return np.asarray(image.resize((SIZE_PX, SIZE_PX), Image.Resampling.BOX), np.uint8)

    def read(self, picture: Picture) -> dict[str, str]:
        pixels = seeing.unit(picture)
        inked = colours.chroma(pixels) > 0.25
        inked[: TOP - 4] = False
        if inked.sum() < 12:
            return {}
        seen = {}
        if (colour := colours.named(pixels[inked], COLOURS)) is not None:
            seen["colour"] = colour
        seen["subject"] = kind = _kind(pixels, inked)
        if kind == "pie":
            seen["count"] = str(_slices(pixels))
            return seen
        if kind == "bars":
            heights = _bars(inked)
            seen["count"] = str(len(heights))
        rows, columns = np.nonzero(_tops(inked) if kind == "bars" else inked)
        slope = np.polyfit(columns, -rows, 1)[0] if len(set(columns)) > 1 else 0.0
        seen["trend"] = "rising" if slope > 0 else "falling"
        return seen


def _box(pen: ImageDraw.ImageDraw, x0: float, y0: float, x1: float, y1: float, fill: tuple[int, int, int]) -> None:
    pen.rectangle((round(x0 * _FINE), round(y0 * _FINE), round(x1 * _FINE) - 1, round(y1 * _FINE) - 1), fill=fill)


def _axes(pen: ImageDraw.ImageDraw) -> None:
    for y in np.linspace(TOP, BOTTOM, 5)[:-1]:
        _box(pen, LEFT, y - 0.4, RIGHT, y + 0.4, _GRID)


def _levels(trend: str | None, count: int, rng: np.random.Generator) -> NDArray[np.floating]:
    """Values from 0 to 1 that go up or down by steps of different size."""
    steps = rng.uniform(0.6, 1.4, count - 1)
    levels = np.concatenate([[0], np.cumsum(steps) / steps.sum()])
    levels = rng.uniform(0.12, 0.25) + levels * rng.uniform(0.6, 0.7)
    return np.asarray(levels if trend == "rising" else levels[::-1])


def _height(level: float) -> float:
    return BOTTOM - level * (BOTTOM - TOP)


def _paint_bars(
    pen: ImageDraw.ImageDraw, scene: Scene, colour: tuple[int, int, int], rng: np.random.Generator
) -> None:
    count = int(scene.count or 0)
    pitch = (RIGHT - LEFT - 2) / count
    for number, level in enumerate(_levels(scene.trend, count, rng)):
        middle = LEFT + 1.5 + pitch * (number + 0.5)
        _box(pen, middle - pitch * 0.34, _height(level), middle + pitch * 0.34, BOTTOM, colour)


def _paint_line(
    pen: ImageDraw.ImageDraw, scene: Scene, colour: tuple[int, int, int], rng: np.random.Generator
) -> None:
    levels = _levels(scene.trend, 5, rng)
    xs = np.linspace(LEFT + 4, RIGHT - 3, 5)
    points = [(x * _FINE, _height(level) * _FINE) for x, level in zip(xs, levels, strict=True)]
    pen.line(points, fill=colour, width=9, joint="curve")
    for x, y in points:
        pen.ellipse((x - 9, y - 9, x + 9, y + 9), fill=colour)


def _paint_points(
    pen: ImageDraw.ImageDraw, scene: Scene, colour: tuple[int, int, int], rng: np.random.Generator
) -> None:
    placed: list[tuple[float, float]] = []
    slots = np.linspace(0.06, 0.94, 12)
    for slot in slots:
        level = 0.14 + 0.72 * (slot if scene.trend == "rising" else 1 - slot)
        for _ in range(20):
            x = LEFT + 3 + slot * (RIGHT - LEFT - 6) + rng.uniform(-2, 2)
            y = _height(float(np.clip(level + rng.normal(0, 0.13), 0.08, 0.95)))
            if all(np.hypot(x - u, y - v) > 5.2 for u, v in placed):
                placed.append((x, y))
                break
    for x, y in placed:
        pen.ellipse(tuple(round(v * _FINE) for v in (x - 1.7, y - 1.7, x + 1.7, y + 1.7)), fill=colour)


_PAINT = {"bars": _paint_bars, "line": _paint_line, "points": _paint_points}
_PIE = (32.0, 35.0, 22.0)
"""Middle and radius of a pie, in pixels."""


def _pie(pen: ImageDraw.ImageDraw, count: int, colour: tuple[int, int, int], rng: np.random.Generator) -> None:
    """Slices from the top on, each paler than the one before, with white between them."""
    x, y, radius = (value * _FINE for value in _PIE)
    shares = rng.uniform(0.75, 1.25, count)
    angles = np.concatenate([[0], np.cumsum(shares) / shares.sum()]) * 360 - 90
    for number in range(count):
        pale = 0.22 * number
        fill = tuple(round(value + (255 - value) * pale) for value in colour)
        pen.pieslice(
            (x - radius, y - radius, x + radius, y + radius), angles[number], angles[number + 1], fill=fill
        )
    for angle in np.radians(angles[:-1]):
        pen.line(
            (x, y, x + radius * 1.05 * np.cos(angle), y + radius * 1.05 * np.sin(angle)),
            fill=(255, 255, 255),
            width=9,
        )


def _kind(pixels: NDArray[np.floating], inked: NDArray[np.bool_]) -> str:
    """Pies have no axis at the left; bars stand on the lower axis; a line holds together and points do not."""
    axis = colours.luminance(pixels)[TOP:BOTTOM, LEFT - 2 : LEFT + 2].min(1)
    if float((axis < 0.65).mean()) < 0.5:
        return "pie"
    parts = seeing.regions(inked, least=4)
    standing = sum(part.area for part in parts if part.y + part.height >= BOTTOM - 2 and part.width > 4)
    if standing > 0.6 * inked.sum():
        return "bars"
    return "line" if max(part.area for part in parts) > 0.5 * inked.sum() else "points"


def _bars(inked: NDArray[np.bool_]) -> list[int]:
    """The heights of the bars in pixels, from left to right: runs of columns with colour near the lower axis."""
    feet = inked[BOTTOM - 5 : BOTTOM - 1].sum(0) >= 3
    edges = np.flatnonzero(np.diff(np.concatenate([[False], feet, [False]]).astype(int)))
    runs = [(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True) if end - begin >= 3]
    return [int(inked[:, begin:end].sum(0).max()) for begin, end in runs]


def _tops(inked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The uppermost coloured pixel of each column."""
    tops = np.zeros_like(inked)
    columns = np.flatnonzero(inked.any(0))
    tops[inked[:, columns].argmax(0), columns] = True
    return tops


def _slices(pixels: NDArray[np.floating]) -> int:
    """How many white lines leave the middle of the pie, counted on circles of several sizes."""
    counts = []
    x, y, radius = _PIE
    for share in (0.55, 0.65, 0.75, 0.85):
        angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
        columns = np.clip(np.rint(x - 0.5 + share * radius * np.cos(angles)).astype(int), 0, SIZE_PX - 1)
        rows = np.clip(np.rint(y - 0.5 + share * radius * np.sin(angles)).astype(int), 0, SIZE_PX - 1)
        ring = colours.chroma(pixels[rows, columns])
        # A white line is narrow: what is paler than the slices on both sides of it.
        beside = np.minimum(np.roll(ring, 22), np.roll(ring, -22))
        gap = ring < 0.62 * beside
        counts.append(int((gap & ~np.roll(gap, 1)).sum()))
    return int(np.median(counts))
