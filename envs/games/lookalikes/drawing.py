"""What a picture is made of, without a resolution: shapes in the unit square, painted in their order.

x grows to the right and y downwards, both from 0 to 1; every length is a fraction of the picture's side, and every
colour is `#rrggbb`. `raster` turns a drawing into pixels and `svg` into markup, so a game says only once what it
looks like.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]

CAP_HEIGHT = 0.7
"""Height of a capital letter or a digit as a fraction of the text's size, needed to centre a text up and down."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle with its top left corner at (x, y); `radius` rounds its corners."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A disc around (x, y)."""

    x: float
    y: float
    radius: float
    fill: str


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled outline, closed by itself."""

    points: tuple[Point, ...]
    fill: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line through two or more points, with round ends and corners."""

    points: tuple[Point, ...]
    color: str
    width: float


@dataclass(frozen=True, slots=True)
class Text:
    """Letters centred on (x, y), `size` from line to line."""

    x: float
    y: float
    text: str
    size: float
    color: str


Shape = Rect | Circle | Polygon | Line | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture: `shapes` on a ground of one colour, the first one lowest."""

    background: str
    shapes: tuple[Shape, ...]


def moved(points: Sequence[Point], x: float, y: float, scale: float) -> tuple[Point, ...]:
    """Points of a shape around the origin, scaled and then carried to (x, y)."""
    return tuple((x + px * scale, y + py * scale) for px, py in points)
