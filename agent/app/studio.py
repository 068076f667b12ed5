"""From a wish to jobs: who draws is decided, quotas and sizes are checked, and each picture becomes a job.

The HTTP routes, the page and the MCP server all come through here, so that the same rules hold for all of them.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from agent.app.config import Limits
from agent.app.desk import Desk
from agent.app.errors import ApiError, failure, refusal, wrong
from agent.app.jobevents import JobEvents
from agent.app.quotas import Quotas
from generators.errors import GeneratorError
from generators.image.request import LARGEST_SEED
from generators.jobs import Ended, Event, Job, Jobs
from generators.jobs.kinds import KINDS
from generators.router.choice import Mode
from generators.router.dispatch import Draft
from generators.zoo.card import Task
from generators.zoo.zoo import available, expert_named, load_cards

AUTO = "auto"
Media = Literal["image", "video"]
IMAGE: Media = "image"
VIDEO: Media = "video"
"""What a card says that its expert makes, and the kind of job that makes it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants drawn."""

    prompt: str
    model: str = AUTO
    """An expert, `expert/preset`, or `auto`."""
    count: int = 1
    mode: Mode = "balanced"
    compare: bool = False
    """Draw with the runner-up too, for a vote on which is better."""
    options: dict[str, Any] = field(default_factory=dict)
    """More of the job's request: width, height, steps, guidance, seed, negative_prompt, strength, seconds."""
    inputs: dict[str, bytes] = field(default_factory=dict)
    """`image` and `mask`, as files that were checked."""
    media: Media = IMAGE

    @property
    def task(self) -> Task:
        return "inpaint" if "mask" in self.inputs else "image" if "image" in self.inputs else "text"


@dataclass(frozen=True, slots=True)
class Order:
    """The jobs of a wish, in order, and why they are drawn by whom."""

    jobs: tuple[Job, ...]
    route: dict[str, Any] | None


class Studio:
    """One per app; for one event loop."""

    def __init__(self, jobs: Jobs, desk: Desk, events: JobEvents, quotas: Quotas, limits: Limits) -> None:
        self.jobs, self.desk, self._events, self._quotas, self._limits = jobs, desk, events, quotas, limits
        self._one_at_a_time = asyncio.Lock()
        """Between the look at a quota and the jobs that use it up."""

    async def order(self, user: str, wish: Wish) -> Order:
        """Take a wish; its jobs are in the journal when this returns. Raises `ApiError`: then none goes on."""
        self._check(wish)
        decision, route = None, None
        if wish.model == AUTO:
            routed = await self.desk.route(
                wish.prompt, user, wish.mode, wish.task, wish.media, compare=wish.compare
            )
            decision, route, drafts = routed.decision, routed.card, routed.drafts
        else:
            drafts = (self._named(wish),)
        seed = wish.options.get("seed")
        first = secrets.randbelow(LARGEST_SEED + 1) if seed is None else int(seed)
        requests: list[tuple[Draft, dict[str, Any]]] = []
        for draft in drafts * (1 if wish.compare else wish.count):
            # Two drafts to compare differ in who draws and in nothing else.
            number = 0 if wish.compare else len(requests)
            requests.append((draft, self._request(wish, draft, (first + number) % (LARGEST_SEED + 1))))
        jobs: list[Job] = []
        async with self._one_at_a_time:
            await asyncio.to_thread(self._quotas.pictures, user, len(requests))
            try:
                for draft, request in requests:
                    jobs.append(await asyncio.to_thread(self.jobs.submit, user, wish.media, request, wish.inputs))
                    if decision is not None:
                        await self.desk.link(jobs[-1].id, decision, draft.arm)
                    self._events.follow(jobs[-1], route)
            except GeneratorError as error:
                await self.cancel(jobs)
                raise refusal(error) from None
        return Order(tuple(jobs), route)

    async def follow(self, job: Job) -> AsyncIterator[Event]:
        """What happens to a job; where its follower is cancelled, so is the job."""
        over = False
        try:
            async for event in self.jobs.follow(job.id):
                over = isinstance(event, Ended)
                yield event
        finally:
            if not over:
                self.jobs.cancel(job.id)

    async def finished(self, order: Order) -> list[Job]:
        """The jobs when all are done; raises `ApiError` where one is not. Cancelled, it cancels the jobs."""
        try:
            ended = [await self._ended(job) for job in order.jobs]
        except BaseException:
            await self.cancel(order.jobs)
            raise
        for job in ended:
            if job.status != "done":
                await self.cancel(order.jobs)
                raise failure(job)
        return ended

    async def cancel(self, jobs: "list[Job] | tuple[Job, ...]") -> None:
        """End what is not over."""
        for job in jobs:
            self.jobs.cancel(job.id)

    async def forget(self, job: Job) -> None:
        """End a job if it is not over, and throw away what it made."""
        self.jobs.cancel(job.id)
        await self._ended(job)
        await asyncio.to_thread(self.jobs.forget, job.id)

    def check_offered(self, media: Media) -> None:
        """Raise `ApiError` (501) where nobody here could make this, whatever is asked."""
        if media in KINDS and any(card.media == media and available(card) for card in load_cards().values()):
            return
        said = f"no {media} expert is here yet: its card or its weights are missing"
        raise ApiError(501, said, "not_implemented", headers={"x-should-retry": "false"})

    def get(self, job: str, user: str) -> Job:
        """A user's job; raises `ApiError` (404)."""
        try:
            return self.jobs.get(job, user)
        except GeneratorError as error:
            raise refusal(error) from None

    def picture(self, job: str, user: str) -> Job:
        """A user's job that made a picture; raises `ApiError` (404)."""
        found = self.get(job, user)
        if found.status != "done":
            raise ApiError(404, f"no artifact {job!r}", "not_found")
        return found

    async def _ended(self, job: Job) -> Job:
        async for event in self.jobs.follow(job.id):
            if isinstance(event, Ended):
                return event.job
        raise AssertionError("a followed job ends with its end")

    def _check(self, wish: Wish) -> None:
        if not wish.prompt.strip():
            raise wrong("the prompt is empty: say what to draw", "prompt")
        if wish.compare and (wish.model != AUTO or wish.count != 1):
            raise wrong(
                "compare draws one picture by each of the router's first two: leave model and n out", "compare"
            )
        width, height = wish.options.get("width"), wish.options.get("height")
        if width and height and width * height > self._limits.picture_px:
            raise wrong(f"{width}x{height}: at most {self._limits.picture_px} pixels are drawn", "size")
        if (steps := wish.options.get("steps")) and steps > self._limits.steps:
            raise wrong(f"{steps} steps: at most {self._limits.steps} are made", "num_inference_steps")

    def _named(self, wish: Wish) -> Draft:
        """An expert by its name; no file is ever opened by it."""
        name, _, preset = wish.model.partition("/")
        try:
            card = expert_named(name)
            preset = card.preset_name(preset)
        except GeneratorError as error:
            raise replace(refusal(error), param="model") from None
        if card.media != wish.media:
            raise wrong(f"{name} makes {card.media}s and no {wish.media}s", "model")
        return Draft(card.name, preset, wish.prompt)

    def _request(self, wish: Wish, draft: Draft, seed: int) -> dict[str, Any]:
        options = {name: value for name, value in wish.options.items() if value is not None}
        if draft.negative:
            options.setdefault("negative_prompt", draft.negative)
        return options | {"prompt": draft.prompt, "expert": draft.expert, "preset": draft.preset, "seed": seed}
