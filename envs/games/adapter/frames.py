"""Pictures of a game as a model is given them: scaled to a size, as PNG; texts drawn where there is no picture."""

import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

TEXT_COLUMNS = 80
TEXT_LINES = 40
_INK, _PAPER = (30, 30, 30), (250, 250, 245)


def is_picture(array: Any) -> bool:
    """Whether an observation is an RGB picture, uint8 `[height, width, 3]` of a size that shows something."""
    return (
        isinstance(array, np.ndarray)
        and array.dtype == np.uint8
        and array.ndim == 3
        and array.shape[2] == 3
        and min(array.shape[:2]) >= 32
    )


def scaled(picture: np.ndarray[Any, Any], longest_px: int) -> Image.Image:
    """`picture` (uint8 `[height, width, 3]`) with its longer side at most `longest_px`.

    A larger one is averaged down. A smaller one is enlarged by a whole factor, pixel by pixel, so that drawn
    edges stay sharp.
    """
    image = Image.fromarray(picture)
    longest = max(image.size)
    if longest > longest_px:
        factor = longest_px / longest
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        return image.resize(size, Image.Resampling.BOX)
    whole = longest_px // longest
    return image.resize((image.width * whole, image.height * whole), Image.Resampling.NEAREST)


def png(image: Image.Image) -> bytes:
    """Quick rather than small: a game is seen thousands of times."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def written(text: str) -> Image.Image:
    """`text` in dark letters on light paper; what does not fit is cut off, the whole text stands beside it."""
    lines = [line[start : start + TEXT_COLUMNS] for line in text.splitlines() for start in _starts(line)]
    font = ImageFont.load_default(size=14)
    width, height = 9 * TEXT_COLUMNS, 18 * min(max(len(lines), 4), TEXT_LINES) + 16
    image = Image.new("RGB", (width, height), _PAPER)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines[:TEXT_LINES]):
        pen.text((8, 8 + 18 * number), line, _INK, font)
    return image


def _starts(line: str) -> range:
    return range(0, max(len(line), 1), TEXT_COLUMNS)
