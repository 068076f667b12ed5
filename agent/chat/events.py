"""The events of an answer, for whoever watches: the same over a terminal, server-sent events or a socket.

    token {text} · route {…} · queue {pos} · progress {step, of, eta_ms} · preview {webp} · artifact {id, words,
    parent} note {text} · interrupt {id, value, schema} · error {code, message, retryable} · done {status,
    thread, turn}

Each has `type`, `run_id`, `seq` (counted from 1 within the run) and `ts` (seconds since 1970), so that a watcher
that was cut off can say what it saw last.
"""

import time
from collections.abc import Callable
from typing import Any

KINDS = ("token", "route", "queue", "progress", "preview", "artifact", "note", "interrupt", "error", "done")


class Stamp:
    """Numbers the events of one run."""

    def __init__(self, run_id: str, clock: Callable[[], float] = time.time) -> None:
        self.run_id = run_id
        self._clock = clock
        self._seq = 0

    def __call__(self, kind: str, /, **data: Any) -> dict[str, Any]:
        """The event with its stamp; a kind that is none is a fault of the program."""
        if kind not in KINDS:
            raise ValueError(f"no event {kind!r}; there are {', '.join(KINDS)}")
        self._seq += 1
        return {"type": kind, "run_id": self.run_id, "seq": self._seq, "ts": self._clock(), **data}
