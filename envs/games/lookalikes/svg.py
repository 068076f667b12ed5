"""A drawing as SVG markup, for a page."""

from html import escape

from envs.games.lookalikes.drawing import CAP_HEIGHT, Circle, Drawing, Line, Point, Polygon, Rect, Shape, Text

SIDE = 1000
"""The side of the picture in units of the markup: browsers draw text badly when its size is below one."""


def to_svg(drawing: Drawing) -> str:
    """One `<svg>` element that fills whatever holds it."""
    ground = f'<rect width="{SIDE}" height="{SIDE}" fill="{drawing.background}"/>'
    shapes = "".join(_markup(shape) for shape in drawing.shapes)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">{ground}{shapes}</svg>'


def _markup(shape: Shape) -> str:
    match shape:
        case Rect():
            return (
                f'<rect x="{_(shape.x)}" y="{_(shape.y)}" width="{_(shape.width)}" height="{_(shape.height)}" '
                f'rx="{_(shape.radius)}" fill="{shape.fill}"/>'
            )
        case Circle():
            return f'<circle cx="{_(shape.x)}" cy="{_(shape.y)}" r="{_(shape.radius)}" fill="{shape.fill}"/>'
        case Polygon():
            return f'<polygon points="{_points(shape.points)}" fill="{shape.fill}"/>'
        case Line():
            return (
                f'<polyline points="{_points(shape.points)}" fill="none" stroke="{shape.color}" '
                f'stroke-width="{_(shape.width)}" stroke-linecap="round" stroke-linejoin="round"/>'
            )
        case Text():
            baseline = shape.y + shape.size * CAP_HEIGHT / 2
            return (
                f'<text x="{_(shape.x)}" y="{_(baseline)}" font-size="{_(shape.size)}" font-weight="600" '
                f'text-anchor="middle" fill="{shape.color}">{escape(shape.text)}</text>'
            )


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{_(x)},{_(y)}" for x, y in points)


def _(length: float) -> str:
    return f"{length * SIDE:.5g}"
