"""The router behind the app: chooses who draws, remembers which job came of which decision, and takes votes.

It works in a thread of its own, because a database connection belongs to one thread.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog

from agent.app.errors import ApiError, AppError, refusal
from generators.errors import ExpertUnknown
from generators.jobs import Job
from generators.router.choice import Mode
from generators.router.dispatch import Dispatch, Draft, wanted
from generators.router.errors import RouterError
from generators.router.parse.schema import Media
from generators.router.view import route_as_data
from generators.zoo.card import Task

_T = TypeVar("_T")
_LINKS = """
CREATE TABLE IF NOT EXISTS drawn (
    job TEXT PRIMARY KEY, decision INTEGER NOT NULL, arm TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0
) STRICT
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Routed:
    """A decision; `drafts` holds the chosen arm, and the runner-up where both are wanted."""

    decision: int
    drafts: tuple[Draft, ...]
    card: dict[str, Any]
    """Who, why, runner-up and cost, as plain JSON."""


class Desk:
    """One per app."""

    def __init__(self, database: Path, links: Path) -> None:
        """Open both files; raises `RouterError` or `AppError` where that cannot be."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="router")
        try:
            self._thread.submit(self._open, database, links).result()
        except BaseException:
            self._thread.shutdown()
            raise

    async def route(
        self,
        prompt: str,
        user: str,
        mode: Mode,
        task: Task = "text",
        media: Media = "image",
        *,
        compare: bool = False,
    ) -> Routed:
        """Decide who draws a prompt among the experts whose weights are here; raises `ApiError`."""
        return await self._in_thread(lambda: self._route(prompt, user, mode, task, media, compare))

    async def link(self, job: str, decision: int, arm: str) -> None:
        """Remember that a job draws for a decision; on the disk when this returns."""
        await self._in_thread(
            lambda: self._links.execute(
                "INSERT INTO drawn (job, decision, arm) VALUES (?, ?, ?)", (job, decision, arm)
            )
        )

    def settle_soon(self, job: Job) -> None:
        """Tell the router what a job that is done made and how long it took; from any thread, without waiting."""
        self._thread.submit(self._settle_quietly, job)

    async def vote(self, user: str, job: Job, value: int, other: Job | None = None) -> int:
        """A thumb for a picture, or which of two is better; returns the vote's id. Raises `ApiError`."""
        return await self._in_thread(lambda: self._vote(user, job, value, other))

    def close(self) -> None:
        """Finish what waits, then close the files."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except RouterError as error:
            raise refusal(error) from None

    def _open(self, database: Path, links: Path) -> None:
        try:
            links.parent.mkdir(parents=True, exist_ok=True)
            self._links = sqlite3.connect(links, isolation_level=None)
            self._links.execute("PRAGMA journal_mode = WAL")
            self._links.execute(_LINKS)
        except (OSError, sqlite3.Error) as error:
            raise AppError(f"cannot keep the app's data in {links}: {error}") from None
        self._dispatch = Dispatch(database)

    def _close(self) -> None:
        self._links.close()
        self._dispatch.close()

    def _route(self, prompt: str, user: str, mode: Mode, task: Task, media: Media, compare: bool) -> Routed:
        read = wanted(prompt, media)
        try:
            found = self._dispatch.route(read, user, mode, task, media=media)
        except ExpertUnknown as error:
            raise ApiError(503, str(error), "no_expert", headers={"x-should-retry": "false"}) from None
        if compare and len(found.drafts) < 2:
            raise ApiError(400, "only one way to draw is here: there is nothing to compare", "no_pair", "compare")
        drafts = found.drafts[: 2 if compare else 1]
        return Routed(found.route.decision_id, drafts, route_as_data(found.route, read))

    def _vote(self, user: str, job: Job, value: int, other: Job | None) -> int:
        jobs = [job] if other is None else [job, other]
        for each in jobs:
            # A crash may have come between a picture's end and the router's learning of it.
            if not self._settle(each):
                raise ApiError(
                    409, f"picture {each.id} was not chosen by the router, so a vote on it would teach nothing",
                    "not_routed",
                )  # fmt: skip
        if other is not None and len({self._decision(each) for each in jobs}) != 1:
            raise ApiError(
                409, "the two pictures were not drawn for one request: they cannot be compared", "no_pair"
            )
        return self._dispatch.vote(user, job.id, value, None if other is None else other.id)

    def _decision(self, job: Job) -> int:
        row = self._dispatch.database.connection.execute(
            "SELECT decision_id FROM artifact WHERE id = ?", (job.id,)
        ).fetchone()
        return int(row[0])

    def _settle(self, job: Job) -> bool:
        """Whether the job was routed, once the router knows what it made."""
        row = self._links.execute("SELECT decision, arm, settled FROM drawn WHERE job = ?", (job.id,)).fetchone()
        if row is None or job.status != "done":
            # The chat tells the router itself what it drew.
            return self._dispatch.knows(job.id)
        decision, arm, settled = row
        if not settled:
            seconds = None if job.started is None or job.ended is None else job.ended - job.started
            self._dispatch.made(job.id, decision, arm, job.sha256, job.facts.get("recipe", {}), seconds)
            self._links.execute("UPDATE drawn SET settled = 1 WHERE job = ?", (job.id,))
        return True

    def _settle_quietly(self, job: Job) -> None:
        try:
            self._settle(job)
        except (RouterError, sqlite3.Error):
            # A vote will try again; the picture itself is whole.
            log.exception("the router was not told of a picture", job=job.id)
