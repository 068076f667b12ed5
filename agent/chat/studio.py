"""Who draws for the chat: the router decides, the jobs draw. `LocalStudio` has both in this process."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from agent.chat.artifacts import Artifact
from agent.chat.errors import ChatError
from generators.jobs import Event, Job, Jobs
from generators.router.arms import Allowed
from generators.router.cli import MATRIX
from generators.router.database.record import put_artifact, put_seconds
from generators.router.database.store import Database
from generators.router.experts import arms_at_hand
from generators.router.extension import extend
from generators.router.matrix import load_matrix
from generators.router.parse.schema import Parsed
from generators.router.router import Router
from generators.router.taxonomy import embedded_taxonomy
from generators.router.view import route_as_data
from generators.zoo.card import Task
from generators.zoo.zoo import available, load_cards

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Draft:
    """One way to draw what was asked for."""

    expert: str
    preset: str
    prompt: str
    """As the expert is given it."""
    negative: str = ""

    @property
    def arm(self) -> str:
        """As the router calls it."""
        return f"{self.expert}/{self.preset}"


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
        self._router: Router | None = None
        self._closed = threading.Event()
        try:
            self._database = self._thread.submit(_opened, database).result()
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
        await self._in_thread(lambda: self._routing().feedback(user, artifact, value, other))

    def close(self) -> None:
        if not self._closed.is_set():
            self._closed.set()
            self._thread.submit(self._database.connection.close).result()
            self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _routing(self) -> Router:
        arms = arms_at_hand(self._database.taxonomy)
        if self._router is None or tuple(self._router.arms) != arms:
            self._router = Router(self._database, arms)
        return self._router

    def _route(self, parsed: Parsed, user: str, task: Task) -> Routed:
        here = frozenset(
            name
            for name, card in load_cards().items()
            if card.media == "image" and task in card.tasks and available(card)
        )
        if not here:
            raise ChatError(
                f"no expert that can draw from {'words' if task == 'text' else 'a picture'} has its weights here: "
                "train one with `seedbed train image EXPERT`, or add a card of your own"
            )
        route = self._routing().route(parsed.content, user=user, allowed=Allowed("image", experts=here))
        arms = [route.arm]
        if route.kind == "pair" and route.runner_up is not None:
            arms.append(route.runner_up)
        fuller = [(arm, extend(parsed, arm)) for arm in arms]
        drafts = tuple(Draft(arm.expert, arm.preset, each.prompt, each.negative) for arm, each in fuller)
        return Routed(route.decision_id, drafts, route_as_data(route, parsed))

    def _made(self, artifact: Artifact, job: Job) -> None:
        connection = self._database.connection
        if connection.execute("SELECT 1 FROM artifact WHERE id = ?", (artifact.id,)).fetchone() is not None:
            return
        recipe = json.dumps(artifact.recipe, sort_keys=True)
        put_artifact(self._database, artifact.id, artifact.decision, artifact.sha256, recipe, arm=artifact.arm)
        chosen = connection.execute("SELECT arm FROM decision WHERE id = ?", (artifact.decision,)).fetchone()[0]
        # A decision's seconds are those of its own arm, not of the other draft of a pair.
        if job.started is not None and job.ended is not None and chosen == artifact.arm:
            put_seconds(self._database, artifact.decision, job.ended - job.started)


def _opened(path: Path) -> Database:
    database = Database(path, embedded_taxonomy())
    if database.connection.execute("SELECT 1 FROM score LIMIT 1").fetchone() is None and MATRIX.exists():
        database.put_matrix(load_matrix(MATRIX))
    return database
