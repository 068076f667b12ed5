"""A WebM film made of pictures, with OpenCV's own encoder."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Reel:
    """Takes encoded pictures (JPEG or PNG), one after the other; the first one's size is the film's."""

    def __init__(self, path: Path, frames_per_second: float, least_px: int = 0) -> None:
        """Pictures whose longer side is below `least_px` are enlarged by a whole factor."""
        self._path = path
        self._rate = frames_per_second
        self._least_px = least_px
        self._writer: Any = None
        self._size = (0, 0)

    def add(self, encoded: bytes) -> None:
        import cv2
        import numpy as np

        picture: Any = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
        if self._writer is None:
            factor = max(1, -(-self._least_px // max(picture.shape[:2])))
            self._size = (picture.shape[1] * factor // 2 * 2, picture.shape[0] * factor // 2 * 2)
            code = cv2.VideoWriter.fourcc(*"VP80")
            with _quiet():
                self._writer = cv2.VideoWriter(str(self._path), code, self._rate, self._size)
        self._writer.write(cv2.resize(picture, self._size, interpolation=cv2.INTER_NEAREST))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.release()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """OpenCV writes straight to stderr that WebM has no tag for VP8, which is true and of no use to anybody."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
