"""A MiniWoB++ task to be played: `Episode` for async code on a session, `MiniWobEnv` for Gymnasium."""

import random
from typing import Any

from playwright.async_api import Error as PlaywrightError

from envs.browser.actions import Action, Finish
from envs.browser.env import BrowserEnv
from envs.browser.errors import SessionLost
from envs.browser.observation import Observation
from envs.browser.session import Session
from envs.suites.miniwob.page import VIEW, VIEWPORT, Outcome, TaskPage
from envs.suites.miniwob.tasks import task as known_task

SIZE = (VIEWPORT["width"], VIEWPORT["height"])
"""The viewport, in CSS pixels, that a session for these tasks is opened with; its view is `VIEW`."""


class Episode:
    """One task on one session, which must have been opened with `view=VIEW, viewport=SIZE`.

    `start` may be called again and again: the page is loaded once. Raises `TaskUnknown` for a wrong name.
    """

    def __init__(
        self,
        session: Session,
        task: str,
        *,
        with_elements: bool = True,
        with_screenshot: bool = True,
        last_look: bool = True,
    ) -> None:
        """Without `last_look` the observation after the end shows nothing: nobody will act on it, and looking is
        half the time of a step."""
        self.session = session
        self.task = known_task(task)
        self.page = TaskPage(session.page, self.task)
        """For oracles; the same page that the actions go to."""
        self._parts: Any = {"with_elements": with_elements, "with_screenshot": with_screenshot}
        self._last_look = last_look
        self._loaded = False

    @property
    def instruction(self) -> str:
        """What the page asks for; empty before `start`."""
        return self.page.instruction

    async def start(self, seed: int) -> Observation:
        """Begin the episode that `seed` determines."""
        if self.session.page is not self.page.page:
            self.page, self._loaded = TaskPage(self.session.page, self.task), False
        if not (self._loaded and self.page.shown):
            await self.page.load()
            self._loaded = True
        # What the pointer rests on looks different: leave no trace of the last episode's.
        await self.page.page.mouse.move(SIZE[0] - 1, SIZE[1] - 1)
        self.page.rng = random.Random(f"{self.task}:{seed}")
        await self.page.start(seed)
        return await self.session.observe(**self._parts)

    async def act(self, action: Action) -> Observation:
        """Carry out one action; raises `SessionLost` if the task's page did not survive it."""
        failure = await self.session.do(action)
        parts = self._parts
        if not self._last_look and await self._over():
            parts = {"with_elements": False, "with_screenshot": False}
        observation = await self.session.observe(**parts, last_error=failure)
        self._check_same_page()
        return observation

    async def outcome(self) -> Outcome:
        self._check_same_page()
        return await self.page.outcome()

    async def _over(self) -> bool:
        """Whether the page has ended the episode; a page that cannot say so is looked at to learn why."""
        try:
            return (await self.page.outcome()).done
        except PlaywrightError:
            return False

    def _check_same_page(self) -> None:
        if self.page.page.is_closed():
            raise SessionLost(f"the page of {self.task} crashed or hung, and with it its episode")


class MiniWobEnv(BrowserEnv):
    """One MiniWoB++ task (Shi et al. 2017, Liu et al. 2018) with its clock stopped.

    ## Description
    The task's own page from the `miniwob` wheel. The view is the 160 x 160 pixels below the yellow instruction
    bar; the instruction is given as text.

    ## Action space, observation space
    Those of `BrowserEnv`, for a view of 160 x 160.

    ## Rewards
    0 until the episode ends, then the task's raw reward in [-1, 1], without the page's decay over time. Only 1
    counts as success in our headline (`info["strict"]`); `info["lax"]` is any positive reward.

    ## Starting state
    `reset(seed=n)` fixes the episode; without a seed one is drawn from the environment's own generator, inside
    the training range.

    ## Episode end
    Terminates when the page says so, with `finish` (reward 0 if the page had not ended), or when the browser is
    gone. Never truncates; registered ids come without a `TimeLimit`.

    ## Arguments
    `task`: a name of `envs.suites.miniwob.tasks.TASKS`; registered as `seedbed/miniwob.<task>-v0`.
    """

    def __init__(self, task: str, *, headed: bool = False, render_mode: str | None = None) -> None:
        super().__init__(viewport=SIZE, view=VIEW, headed=headed, render_mode=render_mode)
        self.task = known_task(task)
        self._episode: Episode | None = None

    @property
    def instruction(self) -> str:
        return "" if self._episode is None else self._episode.instruction

    async def _begin(self, seed: int | None) -> Observation:
        if self._session is None:
            self._session = await self._open(None)
        if self._episode is None:
            self._episode = Episode(self._session, self.task)
        return await self._episode.start(int(self.np_random.integers(1_000_000)) if seed is None else seed)

    async def _act(self, action: Action) -> Observation:
        assert self._episode is not None
        return await self._episode.act(action)

    async def _score(self, action: Action | None) -> tuple[float, bool, dict[str, Any]]:
        assert self._episode is not None
        outcome = await self._episode.outcome()
        over = outcome.done or isinstance(action, Finish)
        return outcome.raw, over, {"strict": outcome.strict, "lax": outcome.lax}
