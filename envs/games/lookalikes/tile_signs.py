"""The signs on tiles: shapes that differ in outline and in colour, so that either alone tells them apart."""

from math import cos, pi, sin

from envs.games.lookalikes.drawing import Circle, Point, Polygon, Shape, moved

_FACE, _DIM = "#fffaf0", "#9fb0b4"


def _corners(count: int, turn: float = 0.0, inner: float | None = None) -> tuple[Point, ...]:
    """A regular polygon around the origin with its first corner up, or a star where `inner` is given."""
    steps = count if inner is None else 2 * count
    radii = [1.0 if inner is None or step % 2 == 0 else inner for step in range(steps)]
    return tuple(
        (radius * sin(turn + 2 * pi * step / steps), -radius * cos(turn + 2 * pi * step / steps))
        for step, radius in enumerate(radii)
    )


_CROSS = tuple(
    (0.95 * x, 0.95 * y)
    for x, y in (
        (-0.34, -1), (0.34, -1), (0.34, -0.34), (1, -0.34), (1, 0.34), (0.34, 0.34),
        (0.34, 1), (-0.34, 1), (-0.34, 0.34), (-1, 0.34), (-1, -0.34), (-0.34, -0.34),
    )
)  # fmt: skip
_HEART = tuple(
    # The well-known curve x = 16 sin^3 t, y = 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t, scaled to the unit circle.
    (
        16 * sin(t) ** 3 / 16,
        -(13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)) / 16 - 0.1,
    )
    for t in (2 * pi * step / 40 for step in range(40))
)

_OUTLINES: dict[str, tuple[Point, ...]] = {
    "square": tuple((0.85 * x, 0.85 * y) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))),
    "triangle": tuple((1.1 * x, 1.1 * y + 0.2) for x, y in _corners(3)),
    "diamond": ((0.0, -1.15), (0.8, 0.0), (0.0, 1.15), (-0.8, 0.0)),
    "star": tuple((1.15 * x, 1.15 * y) for x, y in _corners(5, inner=0.45)),
    "cross": _CROSS,
    "heart": _HEART,
}

SIGNS: dict[str, str] = {
    "circle": "#d7263d",
    "square": "#2463c9",
    "triangle": "#1f9d55",
    "diamond": "#f08a1d",
    "star": "#8a3fc7",
    "cross": "#0f8f9e",
    "heart": "#ff5fa2",
    "ring": "#5a4334",
}
"""Every sign and its colour."""


def sign(name: str, x: float, y: float, size: float, *, bright: bool) -> list[Shape]:
    """A sign around (x, y), about `size` from its middle to its edge; paler where its tile is covered."""
    color = SIGNS[name] if bright else mixed(SIGNS[name], _DIM, 0.45)
    if name == "circle":
        return [Circle(x, y, size, color)]
    if name == "ring":
        return [Circle(x, y, size, color), Circle(x, y, size * 0.5, _FACE if bright else _DIM)]
    return [Polygon(moved(_OUTLINES[name], x, y, size), color)]


def mixed(color: str, other: str, share: float) -> str:
    """Two colours, `share` of the second."""
    pairs = ((int(color[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)
