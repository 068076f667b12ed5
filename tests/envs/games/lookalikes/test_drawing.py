"""One drawing, two renderers: exact pixels where edges are straight, and markup that says the same."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.drawing import Circle, Drawing, Line, Polygon, Rect, Text, moved
from envs.games.lookalikes.raster import rasterize
from envs.games.lookalikes.svg import to_svg

RED, WHITE = "#ff0000", "#ffffff"
EVERYTHING = Drawing(
    WHITE,
    (
        Rect(0.1, 0.1, 0.3, 0.2, RED, radius=0.05),
        Circle(0.7, 0.3, 0.1, "#00ff00"),
        Polygon(((0.1, 0.9), (0.3, 0.6), (0.5, 0.9)), "#0000ff"),
        Line(((0.6, 0.6), (0.9, 0.6), (0.9, 0.9)), "#000000", 0.04),
        Text(0.5, 0.5, "a<b & 2048", 0.1, "#333333"),
    ),
)


def painted(*shapes, size: int = 40) -> np.ndarray:
    """Which pixels are wholly red, on white."""
    picture = rasterize(Drawing(WHITE, shapes), size)
    return (picture == (255, 0, 0)).all(axis=-1)


@settings(deadline=None)
@given(st.tuples(*[st.integers(0, 20)] * 2), st.tuples(*[st.integers(1, 20)] * 2))
def test_a_rectangle_has_exactly_its_pixels(corner, extent) -> None:
    (x, y), (width, height) = corner, extent
    expected = np.full((40, 40, 3), 255, np.uint8)
    expected[y : y + height, x : x + width] = (255, 0, 0)
    shape = Rect(x / 40, y / 40, width / 40, height / 40, RED)
    assert (rasterize(Drawing(WHITE, (shape,)), 40) == expected).all()


def test_a_disc_has_its_area_and_its_middle() -> None:
    picture = rasterize(Drawing("#000000", (Circle(0.5, 0.25, 0.2, WHITE),)), 160)
    weights = picture[:, :, 0] / 255
    assert weights.sum() == pytest.approx(np.pi * 32**2, rel=0.02)
    rows, columns = np.indices(weights.shape)
    middle = ((weights * (rows + 0.5)).sum() / weights.sum(), (weights * (columns + 0.5)).sum() / weights.sum())
    assert middle == pytest.approx((40, 80), abs=0.3)


def test_lines_end_round_and_polygons_are_filled() -> None:
    line = painted(Line(((0.25, 0.5), (0.75, 0.5)), RED, 0.2))
    assert line[20, 7] and not line[20, 4] and not line[16, 6]
    assert painted(Polygon(moved(((-1, -1), (1, -1), (1, 1), (-1, 1)), 0.5, 0.5, 0.25), RED)).sum() >= 18 * 18


def test_what_comes_later_covers_what_came_before() -> None:
    assert not painted(Rect(0, 0, 1, 1, RED), Rect(0, 0, 1, 1, WHITE)).any()


def test_a_text_is_centred() -> None:
    ink = rasterize(Drawing(WHITE, (Text(0.5, 0.5, "8", 0.6, "#000000"),)), 100)[:, :, 0] < 128
    rows, columns = np.nonzero(ink)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(49.5, abs=2)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(49.5, abs=2)
    assert 36 <= rows.max() - rows.min() <= 48


def test_the_same_drawing_gives_the_same_pixels_at_any_size() -> None:
    for size in (32, 160, 333):
        assert rasterize(EVERYTHING, size).shape == (size, size, 3)
        assert (rasterize(EVERYTHING, size) == rasterize(EVERYTHING, size)).all()
    # A picture of twice the size shows the same, seen from twice the distance.
    large = rasterize(EVERYTHING, 320).reshape(160, 2, 160, 2, 3).mean(axis=(1, 3))
    assert np.abs(large - rasterize(EVERYTHING, 160)).mean() < 2


def test_the_markup_says_the_same_and_escapes_texts() -> None:
    root = ElementTree.fromstring(to_svg(EVERYTHING))
    ground, *shapes = [(child.tag.rpartition("}")[2], child.attrib, child.text) for child in root]
    assert ground[1]["fill"] == WHITE
    assert [tag for tag, _, _ in shapes] == ["rect", "circle", "polygon", "polyline", "text"]
    assert shapes[0][1] == {"x": "100", "y": "100", "width": "300", "height": "200", "rx": "50", "fill": RED}
    assert shapes[2][1]["points"] == "100,900 300,600 500,900"
    assert shapes[4][2] == "a<b & 2048"
