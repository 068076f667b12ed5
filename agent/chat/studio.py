"""Who draws for the chat: the router decides, the jobs draw. `LocalStudio` has both in this process."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from agent.chat.artifacts import Artifact
from generators.jobs import Event, Job, Jobs
from generators.router.dispatch import Dispatch, Draft
from generators.router.parse.schema import Parsed
from generators.router.view import route_as_data
from generators.zoo.card import Task

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Routed:
    """A decision, as plain data where a state keeps it."""

    decision: int
    drafts: tuple[Draft, ...]
    """Two where the router is in doubt, the better one first."""
    card: dict[str, Any]
    """Who, why, runner-up and cost."""


class Studio(Protocol):
    """What the chat needs of those who draw. Raises `generators.errors.GeneratorError` and `RouterError`."""

    async def route(self, parsed: Parsed, user: str, task: Task) -> Routed:
        """Decide who draws what was read."""

    async def submit(self, user: str, request: Mapping[str, Any], inputs: Mapping[str, bytes]) -> Job:
        """A job that is in the journal when this returns."""

    def follow(self, job: str, user: str) -> AsyncIterator[Event]:
        """What happens to it until its end."""

    async def cancel(self, job: str, user: str) -> None:
        """End it; what it was making is thrown away."""

    def file(self, job: Job) -> Path:
        """What it made."""

    async def made(self, artifact: Artifact, job: Job) -> None:
        """Tell the router what its decision made."""

    async def vote(self, user: str, artifact: str, value: int, other: str | None = None) -> None:
        """Tell the router what somebody thinks of it."""


class LocalStudio:
    """A studio over jobs and a router of this process; close it after use."""

    def __init__(self, jobs: Jobs, database: Path) -> None:
        """Raises `RouterError` where the database cannot be opened. `jobs` stays the caller's."""
        self._jobs = jobs
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chat-router")
        self._closed = threading.Event()
        try:
            self._dispatch = self._thread.submit(Dispatch, database).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def route(self, parsed: Parsed, user: str, task: Task) -> Routed:
        return await self._in_thread(lambda: self._route(parsed, user, task))

    async def submit(self, user: str, request: Mapping[str, Any], inputs: Mapping[str, bytes]) -> Job:
        return await asyncio.to_thread(self._jobs.submit, user, "image", request, inputs)

    def follow(self, job: str, user: str) -> AsyncIterator[Event]:
        return self._jobs.follow(job, user)

    async def cancel(self, job: str, user: str) -> None:
        await asyncio.to_thread(self._jobs.cancel, job, user)

    def file(self, job: Job) -> Path:
        return self._jobs.artifact(job)

    async def made(self, artifact: Artifact, job: Job) -> None:
        await self._in_thread(lambda: self._made(artifact, job))

    async def vote(self, user: str, artifact: str, value: int, other: str | None = None) -> None:
        await self._in_thread(lambda: self._dispatch.vote(user, artifact, value, other))

    def close(self) -> None:
        if not self._closed.is_set():
            self._closed.set()
            self._thread.submit(self._dispatch.close).result()
            self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _route(self, parsed: Parsed, user: str, task: Task) -> Routed:
        found = self._dispatch.route(parsed, user, task=task)
        drafts = found.drafts if found.in_doubt else found.drafts[:1]
        return Routed(found.route.decision_id, drafts, route_as_data(found.route, parsed))

    def _made(self, artifact: Artifact, job: Job) -> None:
        seconds = None if job.started is None or job.ended is None else job.ended - job.started
        self._dispatch.made(
            artifact.id, artifact.decision, artifact.arm, artifact.sha256, artifact.recipe, seconds
        )
