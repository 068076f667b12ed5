"""The jobs of one folder: submit, follow, cancel. Workers are threads, one for each device.

<folder>/jobs.sqlite     the journal
         inputs/         pictures that requests came with, named by their SHA-256
         artifacts/      what was made, named by its job
         lock            held by the process that works here; the kernel lets go of it when that process dies
"""

import asyncio
import fcntl
import hashlib
import os
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from generators.device import devices as all_devices
from generators.errors import GeneratorError, JobUnknown
from generators.jobs.events import Ended, Event, Queued
from generators.jobs.job import ENDED, Job
from generators.jobs.journal import Journal
from generators.jobs.kinds import kind_named
from generators.jobs.queue import FairQueue
from generators.jobs.shelf import Shelf
from generators.jobs.worker import work_off

CAPACITY, PER_USER = 256, 16
"""Most jobs that wait, in all and of one user."""

log = structlog.get_logger()

Listener = Callable[[Event], None]


class Jobs:
    """Open one per folder; its methods may be called from any thread."""

    def __init__(
        self,
        folder: Path,
        devices: tuple[str, ...] | None = None,
        capacity: int = CAPACITY,
        per_user: int = PER_USER,
        shelf: Callable[[str], Shelf] = Shelf,
    ) -> None:
        """Begin to work off what waits in `folder`, the jobs of an earlier process first.

        Raises `GeneratorError` where another process works there.
        """
        self.folder = folder
        try:
            for part in (folder / "inputs", folder / "artifacts"):
                part.mkdir(parents=True, exist_ok=True)
            self._held = _lock(folder)
            for half in (*folder.glob("inputs/.*.part"), *folder.glob("artifacts/.*.part")):
                half.unlink()
        except OSError as error:
            raise GeneratorError(f"cannot keep jobs in {folder}: {error.strerror}") from None
        self.journal = Journal(folder / "jobs.sqlite")
        self._queue = FairQueue(capacity, per_user)
        self._changed = threading.Condition()
        self._stops: dict[str, threading.Event] = {}
        """Of the jobs that run."""
        self._listeners: dict[str, list[Listener]] = {}
        self.closing = False
        for job in self.journal.recover(self._whole_artifact):
            self._queue.push(job.user, job.id)
        self._workers = [
            threading.Thread(target=work_off, args=(self, shelf(device)), name=f"jobs-{device}", daemon=True)
            for device in devices or all_devices()
        ]
        for worker in self._workers:
            worker.start()

    def submit(
        self, user: str, kind: str, request: Mapping[str, Any], inputs: Mapping[str, bytes] | None = None
    ) -> Job:
        """Take a job; it is in the journal when this returns.

        Raises `QueueFull`, and any other `GeneratorError` for a request that cannot be served.
        """
        given = dict(inputs or {})
        whole = kind_named(kind).checked(request, given)
        kept = {name: self._keep_input(content) for name, content in given.items()}
        job = Job(secrets.token_hex(8), user, kind, whole, time.time(), kept)
        with self._changed:
            self._queue.check_room(user)
            self.journal.add(job)
            self._queue.push(user, job.id)
            self._changed.notify()
        return job

    def get(self, job: str, user: str | None = None) -> Job:
        """The job; raises `JobUnknown` also where it is not `user`'s, so that nobody learns of others' jobs."""
        found = self.journal.get(job)
        if user is not None and found.user != user:
            raise JobUnknown(f"no job {job!r}")
        return found

    def of_user(self, user: str, limit: int = 100) -> list[Job]:
        """A user's newest jobs, the newest first."""
        return self.journal.of_user(user, limit)

    def position(self, job: str) -> int:
        """How many jobs are served before it; 0 for one that does not wait."""
        with self._changed:
            order = self._queue.order()
        return order.index(job) if job in order else 0

    def cancel(self, job: str, user: str | None = None) -> Job:
        """End a job: at once where it waits, at its next step or block of decoding where it runs."""
        self.get(job, user)
        with self._changed:
            waited = self._queue.remove(job)
            if waited:
                self.journal.change(job, only_if=("queued",), status="cancelled", ended=time.time())
            elif job in self._stops:
                self._stops[job].set()
        if waited:
            self.tell(job, Ended(self.journal.get(job)))
        return self.journal.get(job)

    def forget(self, job: str) -> None:
        """Throw away what a job that is over made; it stays in the journal as one that was cancelled."""
        made = self.journal.get(job).artifact
        values: dict[str, Any] = {"artifact": "", "sha256": "", "facts": {}, "error": "", "retryable": False}
        # The journal first: it never names a file that is gone.
        if self.journal.change(job, only_if=ENDED, status="cancelled", **values) and made:
            (self.folder / "artifacts" / made).unlink(missing_ok=True)

    def artifact(self, job: Job) -> Path:
        """The file of a job that is done; raises `JobUnknown` for one that made nothing."""
        if job.status != "done":
            raise JobUnknown(f"job {job.id!r} is {job.status}: it has no artifact")
        return self.folder / "artifacts" / job.artifact

    def listen(self, job: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` with what happens from now on, in a worker's thread; the return value ends that."""
        with self._changed:
            self._listeners.setdefault(job, []).append(listener)

        def end() -> None:
            with self._changed:
                left = [each for each in self._listeners.get(job, []) if each is not listener]
                if left:
                    self._listeners[job] = left
                else:
                    self._listeners.pop(job, None)

        return end

    async def follow(self, job: str, user: str | None = None) -> AsyncIterator[Event]:
        """What happens to a job until its end, which is the last event, also for one that is over already."""
        loop, events = asyncio.get_running_loop(), asyncio.Queue[Event]()

        def hand_over(event: Event) -> None:
            loop.call_soon_threadsafe(events.put_nowait, event)

        end = self.listen(job, hand_over)
        try:
            now = self.get(job, user)
            if now.is_over:
                yield Ended(now)
                return
            if now.status == "queued":
                yield Queued(self.position(job))
            while True:
                event = await events.get()
                yield event
                if isinstance(event, Ended):
                    return
        finally:
            end()

    def wait(self, job: str, timeout_s: float | None = None) -> Job:
        """The job when it is over; raises `TimeoutError`."""
        over = threading.Event()
        end = self.listen(job, lambda event: over.set() if isinstance(event, Ended) else None)
        try:
            if not self.get(job).is_over and not over.wait(timeout_s):
                raise TimeoutError(f"job {job} is not over after {timeout_s} s")
            return self.get(job)
        finally:
            end()

    def close(self) -> None:
        """Stop working. What runs is stopped and waits again, for the next process that opens the folder."""
        with self._changed:
            self.closing = True
            for stop in self._stops.values():
                stop.set()
            self._changed.notify_all()
        for worker in self._workers:
            worker.join()
        self.journal.close()
        os.close(self._held)

    def next_job(self) -> tuple[Job, threading.Event] | None:
        """For workers: wait for a job and take it, with the event that stops it; None at the end of all work."""
        with self._changed:
            while (name := None if self.closing else self._queue.pop()) is None:
                if self.closing:
                    return None
                self._changed.wait()
            stop = self._stops[name] = threading.Event()
            self.journal.change(name, status="running", started=time.time())
            waiting = self._queue.order()
        for position, other in enumerate(waiting):
            self.tell(other, Queued(position))
        return self.journal.get(name), stop

    def ended(self, job: str, **values: Any) -> None:
        """For workers: write how a job ended, then tell of it."""
        with self._changed:
            self._stops.pop(job, None)
            self.journal.change(job, ended=time.time(), **values)
        self.tell(job, Ended(self.journal.get(job)))

    def put_back(self, job: str) -> None:
        """For workers: a job that was stopped because everything stops waits again."""
        with self._changed:
            self._stops.pop(job, None)
            self.journal.change(job, status="queued", started=None)

    def tell(self, job: str, event: Event) -> None:
        """For workers: hand an event to everybody who listens."""
        with self._changed:
            listeners = list(self._listeners.get(job, ()))
        for listener in listeners:
            try:
                listener(event)
            except Exception:
                # Such as the loop of a follower that has left: no reason not to go on with the job.
                log.exception("a follower of a job failed", job=job)

    def is_followed(self, job: str) -> bool:
        """For workers: whether anybody listens."""
        with self._changed:
            return job in self._listeners

    def _keep_input(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        replace(self.folder / "inputs" / name, content)
        return name

    def _whole_artifact(self, job: Job) -> dict[str, Any] | None:
        """An artifact is renamed into its place when it is whole, so one that is there is."""
        for path in (self.folder / "artifacts").glob(f"{job.id}.*"):
            return {
                "artifact": path.name,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "ended": path.stat().st_mtime,
            }
        return None


def replace(path: Path, content: bytes) -> None:
    """Write beside, sync, then rename."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)


def _lock(folder: Path) -> int:
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise GeneratorError(f"another process works off the jobs in {folder}: stop it first") from None
    return handle
