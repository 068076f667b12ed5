"""Plays what is left of an evaluation: many pages at once, each with one task's episodes one after another."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from agent.evaluation.crew import Book, Piece, share_out
from agent.evaluation.episode import Bounds, World, play
from agent.evaluation.errors import EvaluationError
from agent.evaluation.log import EpisodeLog
from agent.evaluation.players import Player
from agent.evaluation.results import EpisodeResult
from envs.browser.errors import BrowserError
from envs.protocol import Budgets

CLOSE_TIMEOUT_S = 5.0
ATTEMPTS = 2
"""An episode that breaks before the agent was asked for anything says nothing about the agent: it gets another
page, once. If that breaks too, or anything breaks after the first step, it is a zero."""


class Page(Protocol):
    """One browser page that can hold any task."""

    async def load(self, task: str) -> World: ...

    async def close(self) -> None: ...


class Pages(Protocol):
    """Where pages come from; a broken one is closed and replaced."""

    async def open(self) -> Page: ...


async def run(
    log: EpisodeLog,
    pages: Pages,
    player: Player,
    *,
    parallel: int,
    on_result: Callable[[EpisodeResult], None] = lambda _: None,
) -> None:
    """Play every episode of the log's manifest that has no result yet, `parallel` pages at once.

    Raises `EvaluationError` when the browser cannot go on, and the player's fatal errors; the log keeps what was
    finished until then.
    """
    worker = _Worker(pages, player, log.manifest.budgets)
    await share_out(log, worker.work, parallel=parallel, on_result=on_result)


class _Worker:
    """What every worker does; it holds nothing of its own between pieces but the page that it works on."""

    def __init__(self, pages: Pages, player: Player, budgets: Budgets) -> None:
        self._pages, self._player, self._budgets = pages, player, budgets

    async def work(self, pieces: deque[Piece], book: Book[EpisodeResult]) -> None:
        page: Page | None = None
        try:
            while pieces:
                task, seeds = pieces.popleft()
                page = await self._piece(page, task, seeds, book)
        finally:
            await _close(page)

    async def _piece(
        self, page: Page | None, task: str, seeds: list[int], book: Book[EpisodeResult]
    ) -> Page | None:
        """Play one piece; gives back the page, or None where it had to be given up."""
        bounds = Bounds(self._budgets.max_steps[task], self._budgets.episode_timeout_s)
        world: World | None = None
        for seed in seeds:
            for attempt in range(1, ATTEMPTS + 1):
                if world is None:
                    page, world = await self._load(page, task)
                policy, loop = self._player.policy(world, task, seed), self._player.loop(task, seed)
                result = await play(world, policy, task, seed, bounds, loop, self._player.fatal)
                broken = result.status in ("crashed", "timed_out")
                if broken:
                    # Whatever went wrong, the next episode must not inherit it.
                    await _close(page)
                    page = world = None
                if not broken or result.steps > 0 or attempt == ATTEMPTS:
                    book(result.model_copy(update={"attempts": attempt}))
                    break
        return page

    async def _load(self, page: Page | None, task: str) -> tuple[Page, World]:
        try:
            page = page or await self._pages.open()
            return page, await page.load(task)
        except BrowserError as error:
            await _close(page)
            raise EvaluationError(f"the browser cannot go on ({error}): run the same command to resume") from error


async def _close(page: Page | None) -> None:
    if page is not None:
        # A page that hangs or is gone already must not hold up the others.
        with suppress(TimeoutError, Exception):
            await asyncio.wait_for(page.close(), CLOSE_TIMEOUT_S)
