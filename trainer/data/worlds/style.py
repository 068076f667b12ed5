"""Which world's style a picture has, told from its pixels: what each renderer always does and no other.

The tests go from the most particular to the most common: square cells, a coloured night, a margin of bare paper,
grey linen, a floor that is lighter than the wall; what is left lies flat on white, cream or a cool plate.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.worlds import colours, seeing
from trainer.data.worlds.world import SIZE_PX, Picture, resized

CELL_PX = 4
"""The side of a sprite's cell."""


def style_of(picture: Picture) -> str:
    """The name of the world whose style is the nearest, for a picture of any size."""
    pixels = seeing.unit(resized(picture, SIZE_PX))
    light = colours.luminance(pixels)
    if _has_cells(pixels):
        return "sprites"
    if _is_coloured_night(pixels, light):
        return "nightsky"
    border = np.concatenate([light[:2].ravel(), light[-2:].ravel(), light[:, :2].ravel(), light[:, -2:].ravel()])
    if float(np.median(border)) > 0.85:
        return _on_paper(pixels, light)
    low = np.concatenate([pixels[-4:, :8].reshape(-1, 3), pixels[-4:, -8:].reshape(-1, 3)])
    grey = float(np.median(colours.luminance(low)))
    if 0.42 < grey < 0.69 and float(np.median(colours.chroma(low))) < 0.12:
        return "emblems"
    wall, floor = float(np.median(light[:3])), float(np.median(light[-3:]))
    return "solids" if floor > 1.12 * wall else "lettering"


def _has_cells(pixels: NDArray[np.floating]) -> bool:
    """Whether strong steps between neighbours lie between two cells and hardly ever within one."""
    within = across = 0.0
    for turned in (pixels, pixels.transpose(1, 0, 2)):
        strong = (np.abs(np.diff(turned, axis=0)).max(-1) > 0.2).mean(1)
        # A frame or a margin may well be one cell wide.
        strong[CELL_PX - 1] = strong[-CELL_PX] = 0
        over = np.arange(1, len(strong) + 1) % CELL_PX == 0
        within += float(strong[~over].mean())
        across += float(strong[over].mean())
    return across > 0.04 and within < 0.3 * across


def _is_coloured_night(pixels: NDArray[np.floating], light: NDArray[np.floating]) -> bool:
    """The upper half is dark, and dark in a hue at both sides, where no lone thing stands."""
    if float(np.median(light[:32])) > 0.24:
        return False
    smooth = cv2.blur(pixels, (5, 5))[20:40]
    sides = [np.median(side.reshape(-1, 3), 0) for side in (smooth[:, 1:7], smooth[:, -7:-1])]
    return all(float(side.max() - side.min()) > 0.38 * float(side.max()) for side in sides)


def _on_paper(pixels: NDArray[np.floating], light: NDArray[np.floating]) -> str:
    """Washes fill their paper; charts are on pure white, pens on cream, letters on a cool plate."""
    inside = pixels[8:-8, 8:-8].reshape(-1, 3)
    paper = np.median(pixels.reshape(-1, 3), 0)
    edge = np.median(np.concatenate([pixels[:2].reshape(-1, 3), pixels[-2:].reshape(-1, 3)]), 0)
    painted = np.abs(inside - edge).max(-1) > 0.1
    if float(painted.mean()) > 0.7:
        return "watercolour"
    warmth = float(paper[0] - paper[2])
    if warmth > 0.03:
        return "lines"
    if warmth < -0.03:
        return "lettering"
    title = cv2.blur(light, (3, 1))[4:6, 9:24]
    return "charts" if float(title.min()) < 0.6 or float(paper.min()) > 0.95 else "lettering"
