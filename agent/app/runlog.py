"""What happens in each run, numbered, so that a client that was cut off goes on where it was.

A run is a job, or one answer of the chat. Events: `token, route, queue, progress, preview, artifact, interrupt,
error, done`, each with the run's id, a number and the time.
"""

import asyncio
import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from agent.app.errors import ApiError

MOST_RUNS = 1000
"""Runs that are remembered; the oldest of those that are over are forgotten first."""
HEARTBEAT_S = 15.0
"""A comment is sent after so long a silence, because proxies cut silent connections."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event."""

    run: str
    seq: int
    """Counts from 1."""
    ts: float
    """Seconds since 1970."""
    kind: str
    data: dict[str, Any]

    def plain(self) -> dict[str, Any]:
        return {"run_id": self.run, "seq": self.seq, "ts": self.ts, **self.data}


@dataclass
class _Run:
    user: str
    events: list[Told] = field(default_factory=list)
    count: int = 0
    over: bool = False
    waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)


class RunLog:
    """Kept in memory: what was made outlives the process in the jobs' journal, how it was made does not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._boot = secrets.token_hex(4)
        """Numbers of an earlier process mean nothing to this one."""

    def begin(self, run: str, user: str) -> None:
        """Make room for a run's events."""
        with self._lock:
            self._runs[run] = _Run(user)
            over = [name for name, each in self._runs.items() if each.over]
            for name in over[: max(0, len(self._runs) - MOST_RUNS)]:
                del self._runs[name]

    def knows(self, run: str) -> bool:
        with self._lock:
            return run in self._runs

    def owned(self, run: str, user: str) -> bool:
        """Whether it is a run of this user."""
        with self._lock:
            return run in self._runs and self._runs[run].user == user

    def percent(self, run: str) -> int:
        """How far a run is; 0 where nothing was told of that."""
        with self._lock:
            events = self._runs[run].events if run in self._runs else []
            told = next((event.data for event in reversed(events) if event.kind == "progress"), None)
        return 100 * told["step"] // told["of"] if told and told["of"] else 0

    def tell(self, run: str, kind: str, data: dict[str, Any]) -> None:
        """Add an event; from any thread. Whatever comes after `done` is dropped."""
        with self._lock:
            found = self._runs.get(run)
            if found is None or found.over:
                return
            if kind in ("preview", "progress"):
                # Who comes late wants the newest picture and place, not all earlier ones.
                found.events = [event for event in found.events if event.kind != kind]
            found.count += 1
            found.events.append(Told(run, found.count, time.time(), kind, data))
            found.over = kind == "done"
            waiting = list(found.waiting)
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def follow(self, run: str, user: str, after: int = 0) -> AsyncIterator[Told | None]:
        """Events after number `after`, until `done`; None after a silence. Raises `ApiError` for others' runs."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            found = self._runs.get(run)
            if found is None or found.user != user:
                raise ApiError(404, f"no run {run!r}", "not_found")
            found.waiting.append((loop, changed))
        try:
            while True:
                with self._lock:
                    changed.clear()
                    fresh, over = [event for event in found.events if event.seq > after], found.over
                for event in fresh:
                    after = event.seq
                    yield event
                if over:
                    return
                try:
                    await asyncio.wait_for(changed.wait(), HEARTBEAT_S)
                except TimeoutError:
                    yield None
        finally:
            with self._lock:
                found.waiting.remove((loop, changed))

    def after(self, last_event_id: str | None) -> int:
        """The number in a `Last-Event-ID`; 0, so that all is told again, where it is none of this process."""
        boot, _, number = (last_event_id or "").partition("-")
        return int(number) if boot == self._boot and number.isascii() and number.isdigit() else 0

    def as_sse(self, told: Told | None) -> bytes:
        """An event as server-sent events word it."""
        if told is None:
            return b": still here\n\n"
        return f"id: {self._boot}-{told.seq}\nevent: {told.kind}\ndata: {json.dumps(told.plain())}\n\n".encode()
