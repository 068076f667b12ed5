"""What stands around a board: buttons below it, and at its right the level, the progress and the score.

The board has the picture's upper left four fifths. At 160 pixels that is 128 by 128, and every button is 32 by 32,
so that nothing lies across the 32-pixel tokens of a Qwen3-VL vision tower.
"""

from collections.abc import Sequence

from envs.games.lookalikes.drawing import Line, Polygon, Rect, Shape, Text, moved

BOARD = 0.8
"""The side of the board; also where the buttons and the column at the right begin."""
STRIP = 1.0 - BOARD

GROUND = "#f6f6f3"
INK = "#1d2326"
FAINT = "#8a9296"
ACCENT = "#16705a"
_BUTTON = "#dcded8"
_MARGIN = 0.015

_ARROW = ((0.0, -1.0), (0.95, 0.05), (0.4, 0.05), (0.4, 0.95), (-0.4, 0.95), (-0.4, 0.05), (-0.95, 0.05))
"""An arrow that points up, in the square from -1 to 1."""
_TURNS = {"up": 0, "right": 1, "down": 2, "left": 3}
_BACK = ((-0.7, -0.2), (0.25, -0.2), (0.6, 0.0), (0.75, 0.35), (0.6, 0.7), (0.25, 0.85), (-0.4, 0.85))
"""The line of an arrow that turns round: its head is at the first point."""
_BACK_HEAD = ((-1.0, -0.2), (-0.4, -0.7), (-0.4, 0.3))


def buttons(names: Sequence[str]) -> list[Shape]:
    """One button for each name, from the left; `left`, `right`, `up`, `down` and `back` are drawn as arrows."""
    shapes: list[Shape] = []
    for number, name in enumerate(names):
        x, side = number * STRIP, STRIP - 2 * _MARGIN
        shapes.append(Rect(x + _MARGIN, BOARD + _MARGIN, side, side, _BUTTON, radius=0.03))
        shapes += _sign(name, x + STRIP / 2, BOARD + STRIP / 2)
    return shapes


def button_at(x: float, y: float, names: Sequence[str]) -> str | None:
    """The name of the button at this place of the picture."""
    number = int(x / STRIP)
    return names[number] if y >= BOARD and x >= 0 and number < len(names) else None


def column(level: int, progress: float, score: str) -> list[Shape]:
    """The column at the right: level above, a bar that fills from below with the progress, score under it."""
    middle, top, height, width = BOARD + STRIP / 2, 0.15, 0.5, 0.07
    filled = height * min(max(progress, 0.0), 1.0)
    return [
        Text(middle, 0.075, f"L{level}", 0.1, INK),
        Rect(middle - width / 2, top, width, height, _BUTTON, radius=0.02),
        Rect(middle - width / 2, top + height - filled, width, filled, ACCENT, radius=min(0.02, filled / 2)),
        Text(middle, 0.725, score, 0.1 if len(score) <= 3 else 0.075, INK),
    ]


def _sign(name: str, x: float, y: float) -> list[Shape]:
    size = STRIP * 0.27
    if name == "back":
        return [Line(moved(_BACK, x, y, size), INK, 0.02), Polygon(moved(_BACK_HEAD, x, y, size), INK)]
    points: Sequence[tuple[float, float]] = _ARROW
    for _ in range(_TURNS[name]):
        points = [(-py, px) for px, py in points]
    return [Polygon(moved(points, x, y, size), INK)]
