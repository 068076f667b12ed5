"""Pages of one Chromium for an evaluation: each in a session of its own, holding one MiniWoB++ task at a time."""

import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from envs.browser.browser import Browser
from envs.browser.session import Session
from envs.suites.miniwob.env import SIZE, Episode
from envs.suites.miniwob.page import VIEW


@dataclass(frozen=True, slots=True)
class TaskPages:
    """Opens pages in which only those parts are observed that somebody looks at: they cost time."""

    browser: Browser
    screenshots: bool
    elements: bool
    last_look: bool = True
    """Whether the view after an episode's end is observed too."""

    @property
    def version(self) -> str:
        return self.browser.version

    async def open(self) -> "TaskSlot":
        return TaskSlot(await self.browser.open(view=VIEW, viewport=SIZE), self)


@dataclass(frozen=True, slots=True)
class TaskSlot:
    """One session, whose page takes any task."""

    session: Session
    pages: TaskPages

    async def load(self, task: str) -> Episode:
        return Episode(
            self.session,
            task,
            with_elements=self.pages.elements,
            with_screenshot=self.pages.screenshots,
            last_look=self.pages.last_look,
        )

    async def close(self) -> None:
        await self.session.close()


@asynccontextmanager
async def task_pages(
    *, screenshots: bool, elements: bool, last_look: bool = True, headed: bool = False
) -> AsyncIterator[TaskPages]:
    """A Chromium that reaches nothing but this machine, for the length of the block."""
    async with AsyncExitStack() as stack:
        # Ctrl-C reaches every process of the terminal; episodes that are broken off must not look like crashes.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            browser = await stack.enter_async_context(Browser.launch(headed=headed))
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        yield TaskPages(browser, screenshots, elements, last_look)
