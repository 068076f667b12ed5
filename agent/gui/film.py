"""Films a session: the active tab's screencast, in real time, as a WebM file.

Playwright's own recorder needs an ffmpeg that only its own browser download brings; Chromium's screencast and
OpenCV's encoder are there with any Chromium.
"""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from agent.runs.reel import Reel
from envs.browser.errors import BrowserError
from envs.browser.session import Session

FRAMES_PER_SECOND = 8


@asynccontextmanager
async def filmed(session: Session, path: Path) -> AsyncIterator[None]:
    """Film `session` into `path` for the length of the block."""
    filming = asyncio.create_task(_film(session, path))
    try:
        yield
    finally:
        filming.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await filming


async def _film(session: Session, path: Path) -> None:
    camera = _Camera()
    reel = Reel(path, FRAMES_PER_SECOND)
    try:
        while True:
            with contextlib.suppress(PlaywrightError, BrowserError):
                await camera.point_at(session.page)
            if camera.frame:
                reel.add(camera.frame)
            await asyncio.sleep(1 / FRAMES_PER_SECOND)
    finally:
        reel.close()


class _Camera:
    """Keeps the latest JPEG of one page."""

    def __init__(self) -> None:
        self.frame = b""
        self._page: Page | None = None
        self._wire: CDPSession | None = None

    async def point_at(self, page: Page) -> None:
        if page is self._page:
            return
        self._page = page
        self._wire = wire = await page.context.new_cdp_session(page)
        wire.on("Page.screencastFrame", lambda frame: self._take(wire, frame))
        await wire.send("Page.startScreencast", {"format": "jpeg", "quality": 80})

    def _take(self, wire: CDPSession, frame: dict[str, Any]) -> None:
        if wire is self._wire:
            self.frame = base64.b64decode(frame["data"])
        task = asyncio.ensure_future(wire.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]}))
        # A page that closes before it hears us is nothing to report.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
