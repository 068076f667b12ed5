"""A drawing as pixels, through Pillow. The same drawing gives the same bytes on every machine with this Pillow."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from envs.games.lookalikes.drawing import CAP_HEIGHT, Circle, Drawing, Line, Polygon, Rect, Shape, Text

SMOOTHING = 4
"""Each pixel is the mean of this many by this many, so that edges are smooth."""


def rasterize(drawing: Drawing, size_px: int) -> NDArray[np.uint8]:
    """The picture as RGB `[size_px, size_px, 3]`."""
    side = size_px * SMOOTHING
    image = Image.new("RGB", (side, side), drawing.background)
    pen = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        _paint(pen, shape, side)
    return np.asarray(image.reduce(SMOOTHING))


def _paint(pen: ImageDraw.ImageDraw, shape: Shape, side: int) -> None:
    match shape:
        case Rect():
            # Pillow counts the last column and row in; a rectangle ends before the one where its neighbour begins.
            corners = (
                round(shape.x * side),
                round(shape.y * side),
                round((shape.x + shape.width) * side) - 1,
                round((shape.y + shape.height) * side) - 1,
            )
            if corners[2] >= corners[0] and corners[3] >= corners[1]:
                pen.rounded_rectangle(corners, radius=shape.radius * side, fill=shape.fill)
        case Circle():
            _disc(pen, shape.x * side, shape.y * side, shape.radius * side, shape.fill)
        case Polygon():
            pen.polygon([(x * side, y * side) for x, y in shape.points], fill=shape.fill)
        case Line():
            points = [(x * side, y * side) for x, y in shape.points]
            width = shape.width * side
            pen.line(points, fill=shape.color, width=max(1, round(width)))
            for x, y in points:
                _disc(pen, x, y, width / 2, shape.color)
        case Text():
            size = shape.size * side
            baseline = shape.y * side + size * CAP_HEIGHT / 2
            pen.text((shape.x * side, baseline), shape.text, shape.color, _font(round(size)), anchor="ms",
                     stroke_width=size / 40)  # fmt: skip


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: str) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


@lru_cache(maxsize=64)
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    """The font inside Pillow (Aileron), which needs no file of the system's."""
    font = ImageFont.load_default(size_px)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font
