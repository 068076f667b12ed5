"""Turns the steps of a drawing into events, and a person's wish to stop into `Cancelled`."""

import io
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from generators.errors import Cancelled
from generators.jobs.events import Event, Preview, Progress

if TYPE_CHECKING:
    from PIL.Image import Image

PREVIEW_EVERY_S = 0.2
"""At most five previews a second: more costs time and nobody sees them."""


class Following:
    """A `Watch` of one running job."""

    def __init__(
        self,
        stop: threading.Event,
        tell: Callable[[Event], None],
        wanted: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`tell` is given the events, previews only while `wanted` says that somebody looks."""
        self._stop = stop
        self._tell = tell
        self._wanted = wanted
        self._clock = clock
        self._first_step: float | None = None
        self._last_preview = -PREVIEW_EVERY_S

    def check(self) -> None:
        if self._stop.is_set():
            raise Cancelled

    def step(self, done: int, of: int, preview: "Callable[[], Image]") -> None:
        self.check()
        now = self._clock()
        if self._first_step is None:
            # The first step pays for warming up, so the rest is foretold from the second on.
            self._first_step = now
        eta_s = (now - self._first_step) / max(done - 1, 1) * (of - done)
        self._tell(Progress(done, of, eta_s))
        if done < of and self._wanted() and now - self._last_preview >= PREVIEW_EVERY_S:
            self._last_preview = now
            stream = io.BytesIO()
            preview().save(stream, "WEBP", quality=70)
            self._tell(Preview(stream.getvalue()))
