"""What the worlds' readers share: regions of a mask, their outlines, and which known outline one is most like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 24
"""Outlines are compared at this size, in pixels."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Region:
    """One connected part of a mask; `x`, `y`, `width`, `height` and the centre are in pixels of the picture."""

    mask: Mask
    """The whole picture's size, true in this region only."""
    area: int
    x: int
    y: int
    width: int
    height: int
    centre: tuple[float, float]

    @property
    def crop(self) -> Mask:
        return self.mask[self.y : self.y + self.height, self.x : self.x + self.width]


def unit(picture: NDArray[np.uint8]) -> NDArray[np.floating]:
    """The picture with channels from 0 to 1."""
    return picture.astype(np.float32) / 255


def smaller(picture: NDArray[np.floating], side_px: int) -> NDArray[np.floating]:
    """The picture `[side_px, side_px, ...]`, each pixel the mean of those that it stands for."""
    return np.asarray(cv2.resize(picture, (side_px, side_px), interpolation=cv2.INTER_AREA), np.float32)


def blurred(picture: NDArray[np.floating], sigma_px: float) -> NDArray[np.floating]:
    """The picture through a Gaussian."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px), np.float32)


def regions(mask: Mask, least: int = 1) -> list[Region]:
    """The connected parts (eight neighbours) of at least so many pixels, from left to right."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    found = []
    for number in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[number])
        if area >= least:
            centre = (float(centres[number][0]), float(centres[number][1]))
            found.append(Region(labels == number, area, x, y, width, height, centre))
    return sorted(found, key=lambda region: region.centre[0])


def filled(mask: Mask, largest_hole: int | None = None) -> Mask:
    """The mask with its holes closed, all of them or those up to so many pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    result = mask.copy()
    for number in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[number])
        inside = x > 0 and y > 0 and x + width < mask.shape[1] and y + height < mask.shape[0]
        if inside and (largest_hole is None or area <= largest_hole):
            result |= labels == number
    return result


def outline(crop: NDArray[np.generic]) -> NDArray[np.floating]:
    """A mask or map cut to its box, as `[SIDE, SIDE]` from 0 to 1: as large as fits, in its proportions."""
    height, width = crop.shape
    side = max(height, width)
    square = np.zeros((side, side), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = crop
    return np.asarray(
        cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA if side > SIDE else cv2.INTER_LINEAR)
    )


def likeness(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """How much two maps from 0 to 1 overlap: their common mass over their joint mass."""
    return float(np.minimum(one, other).sum() / max(float(np.maximum(one, other).sum()), 1e-6))


def nearest(shape: NDArray[np.floating], known: Mapping[str, Sequence[NDArray[np.floating]]]) -> str:
    """The name whose outlines hold the one that is most like the shape."""
    return max(known, key=lambda name: max(likeness(shape, each) for each in known[name]))


def side_of(x: float, width: float = 64) -> str:
    """left, middle or right, by where `x` lies in the width."""
    share = x / width
    return "left" if share < 0.4 else "right" if share > 0.6 else "middle"
