"""A session: one browser context with its tabs, in which an agent acts and which it observes.

Whatever the pages do (popups, dialogs, downloads, hanging, crashing), an action ends in an observation, or in
`SessionLost` when nothing is left to observe.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from envs.browser.actions import (
    Action,
    AskUser,
    Back,
    CloseTab,
    Finish,
    Navigate,
    NewTab,
    SwitchTab,
    Type,
    Upload,
)
from envs.browser.confinement import Confinement
from envs.browser.elements import elements
from envs.browser.errors import ActionFailed, SessionLost
from envs.browser.events import Events
from envs.browser.execute import View, execute
from envs.browser.observation import Element, Observation, Tab
from envs.browser.picture import picture
from envs.browser.strays import strays, turn_back
from envs.browser.uploads import allowed_file, give_file

PATIENCE_S = 10.0
LOAD_S = 20.0
SETTLE_S = 2.0
DOWNLOAD_S = 30.0
KEY_S = 0.02
MAX_TABS = 20
_TURN_OF_THE_LOOP = "() => new Promise(done => setTimeout(() => done(document.readyState), 0))"
_PLACE_AND_TITLE = "() => [scrollX, scrollY, document.title]"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a session was opened with; see `Browser.open`."""

    confinement: Confinement
    view: View
    downloads: Path | None = None
    uploads: Path | None = None
    trace: Path | None = None
    accept_dialogs: bool = False
    patience_s: float = PATIENCE_S


class Session:
    """Made by `Browser.open`; always `close` it, or leave that to the browser's block."""

    def __init__(self, context: BrowserContext, surroundings: Surroundings) -> None:
        self._context = context
        self._around = surroundings
        self._events = Events(context, surroundings.downloads, surroundings.accept_dialogs)
        self._active: Page | None = None
        self._wires: dict[Page, CDPSession] = {}
        self._watched: set[Page] = set()
        self._closed = False

    @classmethod
    async def begin(cls, context: BrowserContext, surroundings: Surroundings) -> "Session":
        session = cls(context, surroundings)
        session._active = await context.new_page()
        session._events.opened.clear()
        return session

    @property
    def page(self) -> Page:
        """The Playwright page of the active tab."""
        if self._active is None or self._closed:
            raise SessionLost("the session is closed")
        return self._active

    @property
    def view(self) -> View:
        return self._around.view

    async def visit(self, url: str) -> None:
        """Open `url` in the active tab; raises `ActionFailed` if it is refused or does not load."""
        self._around.confinement.check(url)
        try:
            await self.page.goto(url, wait_until="load", timeout=LOAD_S * 1000)
        except PlaywrightTimeout:
            self._events.note(f"{url} was still loading after {LOAD_S:g} s")
        except PlaywrightError as error:
            if "Download is starting" in str(error) or "ERR_ABORTED" in str(error):
                return  # The address gave a file, or the page has already moved on.
            self._raise_if_lost()
            raise ActionFailed(f"{url} did not open: {_first_line(error)}") from error

    async def act(
        self, action: Action, *, with_elements: bool = True, with_screenshot: bool = True
    ) -> Observation:
        """Carry `action` out, let the page settle, and observe.

        What cannot be done shows as the observation's `last_error`; `SessionLost` is raised when page, context or
        browser are beyond recovery.
        """
        failure = await self.do(action)
        return await self.observe(with_elements=with_elements, with_screenshot=with_screenshot, last_error=failure)

    async def do(self, action: Action) -> str:
        """`act` without the look: why the action failed, in one line; empty when it did not."""
        failure = ""
        try:
            async with asyncio.timeout(self._limit(action)):
                await self._carry_out(action)
        except ActionFailed as error:
            failure = str(error)
        except TimeoutError:
            failure = "the page did not respond"
            await self._revive()
        except PlaywrightError as error:
            self._raise_if_lost()
            failure = _first_line(error)
        await self._adopt_new_tabs()
        await self._settle()
        return failure

    async def observe(
        self, *, with_elements: bool = True, with_screenshot: bool = True, last_error: str = ""
    ) -> Observation:
        """What the active tab shows now; parts that are not wanted cost nothing and stay empty."""
        for attempt in range(3):
            await self._ensure_page()
            try:
                async with asyncio.timeout(self._around.patience_s):
                    return await self._look(with_elements, with_screenshot, last_error)
            except TimeoutError:
                await self._revive()
            except PlaywrightError as error:
                self._raise_if_lost()
                if attempt == 2:
                    raise SessionLost(f"the page cannot be observed: {_first_line(error)}") from error
                await self._settle()  # Most often a navigation that began while we looked.
        raise SessionLost("the page hangs, even after it was opened again")

    async def save_state(self, path: Path) -> None:
        """Write cookies and local storage to `path`, for `Browser.open(storage_state=path)`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.part")
        await self._context.storage_state(path=partial)
        partial.replace(path)

    async def close(self) -> None:
        """Finish downloads, write the trace, and close all tabs; a second call does nothing."""
        if self._closed:
            return
        await self._events.finish(DOWNLOAD_S)
        self._closed = True
        with contextlib.suppress(PlaywrightError, TimeoutError):
            if self._around.trace is not None:
                self._around.trace.parent.mkdir(parents=True, exist_ok=True)
                async with asyncio.timeout(LOAD_S):
                    await self._context.tracing.stop(path=self._around.trace)
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(LOAD_S):
                await self._context.close()

    # Acting.

    def _limit(self, action: Action) -> float:
        """Seconds after which the page counts as hung: loading and long typing may take longer."""
        if isinstance(action, Navigate | NewTab | Back):
            return self._around.patience_s + LOAD_S
        if isinstance(action, Type):
            return self._around.patience_s + len(action.content) * KEY_S
        return self._around.patience_s

    async def _carry_out(self, action: Action) -> None:
        await self._ensure_page()
        await self._watch(self.page)
        match action:
            case Navigate(url=url):
                await self.visit(url)
            case Back():
                if await self.page.go_back(wait_until="load", timeout=LOAD_S * 1000) is None:
                    raise ActionFailed("there is no earlier page in this tab")
            case NewTab(url=url):
                await self._new_tab(url)
            case SwitchTab(index=index):
                await self._switch(index)
            case CloseTab():
                await self._close_tab()
            case Upload(point=point, path=name):
                file = allowed_file(self._around.uploads, name)
                await give_file(self.page, self._around.view.css(point), file, self._around.patience_s)
                self._events.chooser = None
            case AskUser() | Finish():
                pass  # These speak to the person; the world stays as it is.
            case _:
                await execute(self.page, action, self._around.view)
        if self._events.chooser is not None:
            self._events.chooser = None
            self._events.note("the page asks for a file: use upload")

    async def _new_tab(self, url: str) -> None:
        self._around.confinement.check(url)
        if len(self._events.pages) >= MAX_TABS:
            raise ActionFailed(f"{MAX_TABS} tabs are open already: close one first")
        self._active = await self._context.new_page()
        self._events.opened.clear()
        if url != "about:blank":
            await self.visit(url)

    async def _switch(self, index: int) -> None:
        tabs = self._events.pages
        if index >= len(tabs):
            raise ActionFailed(f"there is no tab {index}; the tabs are 0 to {len(tabs) - 1}")
        self._active = tabs[index]
        await self._active.bring_to_front()

    async def _close_tab(self) -> None:
        tabs = self._events.pages
        if len(tabs) == 1:
            raise ActionFailed("this is the only tab: it stays open")
        closing = self.page
        position = tabs.index(closing)
        await closing.close()
        self._active = self._events.pages[min(position, len(self._events.pages) - 1)]
        await self._active.bring_to_front()

    async def _adopt_new_tabs(self) -> None:
        """Follow a popup or new tab, as a person's browser would show it in front."""
        while self._events.opened:
            page = self._events.opened.pop(0)
            if page.is_closed():
                continue
            if len(self._events.pages) > MAX_TABS:
                await page.close()
                self._events.note("popup refused: too many tabs are open")
                continue
            with contextlib.suppress(PlaywrightError):  # A popup that does not load is still a tab.
                await page.wait_for_load_state("load", timeout=self._around.patience_s * 1000)
            self._active = page
            self._events.note(f"popup opened: {page.url}")

    async def _settle(self) -> None:
        """Wait for what the action set going: at once over if that is nothing, at most `SETTLE_S`."""
        deadline = time.monotonic() + SETTLE_S
        loading = True
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                loading = await self.page.evaluate(_TURN_OF_THE_LOOP) == "loading"
        while (self._events.loading or self._events.announced) and time.monotonic() < deadline:
            loading = True  # Perhaps it is another document that comes.
            await asyncio.sleep(0.01)
        self._events.announced = 0
        if loading:
            with contextlib.suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(SETTLE_S):
                    await self.page.wait_for_load_state("domcontentloaded", timeout=SETTLE_S * 1000)
        await self._adopt_new_tabs()
        await self._events.finish(SETTLE_S)

    # Observing.

    async def _look(self, with_elements: bool, with_screenshot: bool, last_error: str) -> Observation:
        page, view = self.page, self._around.view
        for refused in await turn_back(page, self._around.confinement):
            self._events.note(refused)
        left, top, title = await page.evaluate(_PLACE_AND_TITLE)
        shot = picture(await self._wire(page), view, left, top) if with_screenshot else _at_once(b"")
        listed = elements(page, view) if with_elements else _at_once(())
        png, found, tabs = await asyncio.gather(shot, listed, self._tabs(title))
        if strays(page, self._around.confinement):
            return await self._look(with_elements, with_screenshot, last_error)  # It strayed while we looked.
        dialogs, downloads, notes = self._events.take()
        return Observation(
            screenshot=png,
            size=(view.width, view.height),
            elements=found,
            url=page.url,
            title=title,
            tabs=tabs,
            focused=_focused(found),
            last_error=last_error,
            dialogs=dialogs,
            downloads=downloads,
            notes=notes,
        )

    async def _tabs(self, title: str) -> tuple[Tab, ...]:
        """All tabs; `title` is the active one's."""
        pages = list(self._events.pages)
        titles = await asyncio.gather(*(_at_once(title) if p is self._active else self._title(p) for p in pages))
        return tuple(Tab(p.url, name, p is self._active) for p, name in zip(pages, titles, strict=True))

    async def _title(self, page: Page) -> str:
        """A tab in the background that hangs or has crashed has no title, and does not stop us."""
        try:
            async with asyncio.timeout(self._around.patience_s / 4):
                return "" if page in self._events.crashed else await page.title()
        except (PlaywrightError, TimeoutError):
            return ""

    # Recovering.

    async def _wire(self, page: Page) -> CDPSession:
        if page not in self._wires:
            self._wires = {known: wire for known, wire in self._wires.items() if not known.is_closed()}
            self._wires[page] = await self._context.new_cdp_session(page)
        return self._wires[page]

    async def _watch(self, page: Page) -> None:
        """Hear of windows that `page` opens before they are there."""
        if page not in self._watched:
            wire = await self._wire(page)
            wire.on("Page.windowOpen", self._events.announce)
            await wire.send("Page.enable")
            self._watched = {page, *(known for known in self._watched if not known.is_closed())}

    async def _ensure_page(self) -> None:
        """Have a living active page: follow a tab that closed itself, replace one that crashed."""
        self._raise_if_lost()
        page = self.page
        try:
            if page in self._events.crashed:
                await self._replace(page, "page crashed, opened again")
            elif page.is_closed():
                if self._events.pages:
                    self._active = self._events.pages[-1]
                    await self._active.bring_to_front()
                    self._events.note("the tab closed itself")
                else:
                    self._active = await self._context.new_page()
                    self._events.opened.clear()
                    self._events.note("the last tab closed itself; an empty one was opened")
        except PlaywrightError as error:
            raise SessionLost(f"the page could not be recovered: {_first_line(error)}") from error

    async def _revive(self) -> None:
        """Stop the script of a page that does not answer; open the page again if that does not help."""
        self._raise_if_lost()
        page = self.page
        try:
            async with asyncio.timeout(self._around.patience_s / 2):
                wire = await self._wire(page)
                await wire.send("Runtime.terminateExecution")
                await page.evaluate("() => window.stop()")
            self._events.note("page hung, its script was stopped")
        except (PlaywrightError, TimeoutError):
            await self._replace(page, "page hung, opened again")

    async def _replace(self, page: Page, note: str) -> None:
        url, position = page.url, self._events.pages.index(page) if page in self._events.pages else 0
        fresh = await self._context.new_page()
        self._events.opened.clear()
        self._active = fresh
        self._events.pages.remove(fresh)
        self._events.pages.insert(position, fresh)
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(self._around.patience_s):
                await page.close()
        if page in self._events.pages:
            self._events.pages.remove(page)
        self._events.note(note)
        try:
            if url not in ("", "about:blank"):
                await fresh.goto(url, wait_until="domcontentloaded", timeout=self._around.patience_s * 1000)
        except PlaywrightError as error:
            self._events.note(f"{url} did not open again: {_first_line(error)}")

    def _raise_if_lost(self) -> None:
        browser = self._context.browser
        if browser is not None and not browser.is_connected():
            raise SessionLost("the browser is gone: it crashed or was closed")
        if self._closed:
            raise SessionLost("the session is closed")


def _focused(found: tuple[Element, ...]) -> int | None:
    return next((element.index for element in found if "focused" in element.states), None)


async def _at_once(value: Any) -> Any:
    return value


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:300]
