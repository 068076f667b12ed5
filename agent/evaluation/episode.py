"""Plays one episode with one policy, and keeps account of where the time goes.

A model goes through the GUI graph's own nodes, one after the other, so that its loop detector, budgets and notes
are those of `seedbed gui`; only the graph's scheduler is left out. Scripted baselines see no pixels and need
none of this: they go through a plain loop.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from agent.errors import one_line
from agent.evaluation.results import EpisodeResult, Status
from agent.policy import Choice, Past, Policy
from agent.runs.record import EpisodeLog
from agent.runs.unkept import Unkept
from envs.browser.actions import Action, Finish
from envs.browser.observation import Observation
from envs.suites.miniwob.page import Outcome


class World(Protocol):
    """What an episode is played in; `envs.suites.miniwob.env.Episode` is one."""

    @property
    def instruction(self) -> str: ...

    async def start(self, seed: int) -> Observation: ...

    async def act(self, action: Action) -> Observation: ...

    async def outcome(self) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where an episode ends at the latest."""

    steps: int
    seconds: float


Loop = Callable[["Watched", "Booked", Bounds], Awaitable[bool]]
"""Steps until the page ends the episode, the agent stops, or the steps are spent; says whether the agent stopped.
The episode has been started."""
OpenLog = Callable[["Watched"], EpisodeLog]
"""Makes the place where an episode's steps are kept, once its instruction is known."""
Event = dict[str, Any]
"""What the GUI graph's nodes say while they work: plain JSON with a `type`."""


async def play(
    world: World,
    policy: Policy,
    task: str,
    seed: int,
    bounds: Bounds,
    loop: Loop,
    fatal: tuple[type[Exception], ...] = (),
) -> EpisodeResult:
    """Play the episode that `seed` determines and score it; a crash or a time-out is a result, and scores zero.

    Exceptions in `fatal` are let through: they are not the episode's fault (a model server that is gone).
    """
    began = time.perf_counter()
    watched, booked = Watched(world), Booked(policy)
    status: Status
    error = ""
    try:
        async with asyncio.timeout(bounds.seconds):
            await watched.start(seed)
            stopped = await loop(watched, booked, bounds)
            status = "done" if watched.ended.done else "finished" if stopped else "out_of_steps"
    except fatal:
        raise
    except TimeoutError:
        status, error = "timed_out", f"no end after {bounds.seconds:g} s"
    except Exception as crash:
        status, error = "crashed", one_line(crash)
    # A crash scores zero even where the page had just paid: what was seen last cannot be relied on.
    outcome = watched.ended if status == "done" else Outcome(done=False, raw=0.0)
    return EpisodeResult(
        task=task,
        seed=seed,
        status=status,
        strict=outcome.strict,
        lax=outcome.lax,
        raw=outcome.raw,
        steps=booked.steps,
        invalid=booked.invalid,
        failed=watched.failed,
        seconds=time.perf_counter() - began,
        model_s=booked.seconds,
        browser_s=watched.seconds,
        prompt_tokens=booked.prompt_tokens,
        completion_tokens=booked.completion_tokens,
        error=error or booked.error or watched.error,
    )


def scripted(open_log: OpenLog | None = None) -> Loop:
    """The plain loop of the baselines."""

    async def loop(world: "Watched", policy: "Booked", bounds: Bounds) -> bool:
        log = open_log(world) if open_log else Unkept()
        past: list[Past] = []
        for number in range(1, bounds.steps + 1):
            before, after = world.seen, None
            choice = await policy.choose(world.instruction, before, past)
            if choice.action is not None and not isinstance(choice.action, Finish):
                after = await world.act(choice.action)
            error = after.last_error if after else choice.error
            log.step(number, choice, before, after, error=error)
            if isinstance(choice.action, Finish):
                await world.look()
                return True
            if world.ended.done:
                return False
            past.append(Past(choice.action, error))
        return False

    return loop


def through_graph(open_log: OpenLog | None = None, watch: Callable[[Event], None] = lambda _: None) -> Loop:
    """The GUI graph's nodes in their order; `watch` gets the events that they stream."""
    # LangGraph takes a second to import; baselines do without it.
    from langgraph.runtime import Runtime

    from agent.budgets import Budgets
    from agent.gui import graph
    from agent.gui.state import Desk, begin

    nodes = (graph.observe, graph.think, graph.approve, graph.act, graph.check)

    async def loop(world: "Watched", policy: "Booked", bounds: Bounds) -> bool:
        log = open_log(world) if open_log else Unkept()
        budgets = Budgets(max_steps=bounds.steps, max_seconds=bounds.seconds)
        desk = Desk(world=world, policy=policy, log=log, budgets=budgets, observation=world.seen)
        runtime = Runtime(context=desk, stream_writer=watch)
        state = begin(world.instruction, world.seen.url)
        while True:
            for node in nodes:
                state |= await node(state, runtime)
                if state["outcome"] == "finished":
                    await world.look()
                if state["outcome"] or world.ended.done:
                    return state["outcome"] in ("finished", "loop")

    return loop


@dataclass(slots=True)
class Watched:
    """A world that knows how its episode stands after every action, and how long the browser took."""

    world: World
    seconds: float = 0.0
    failed: int = 0
    error: str = ""
    """Why the last action that failed did."""
    ended: Outcome = field(default_factory=lambda: Outcome(done=False, raw=0.0))
    seen: Observation = field(init=False)

    @property
    def instruction(self) -> str:
        return self.world.instruction

    async def start(self, seed: int) -> None:
        began = time.perf_counter()
        self.seen = await self.world.start(seed)
        self.seconds += time.perf_counter() - began

    async def observe(self) -> Observation:
        return self.seen

    async def act(self, action: Action) -> Observation:
        began = time.perf_counter()
        self.seen = await self.world.act(action)
        self.ended = await self.world.outcome()
        self.seconds += time.perf_counter() - began
        if self.seen.last_error:
            self.failed += 1
            self.error = self.seen.last_error
        return self.seen

    async def look(self) -> None:
        """Read the outcome once more: a page may end its episode by itself, some time after the last action."""
        self.ended = await self.world.outcome()

    async def save_state(self, path: Path) -> None:
        """A task's page has nothing to keep."""


@dataclass(slots=True)
class Booked:
    """A policy with the sum of what its choices cost."""

    policy: Policy
    steps: int = 0
    invalid: int = 0
    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    error: str = ""
    """Why the last choice that had an error did."""

    async def choose(self, task: str, observation: Observation, past: Sequence[Past]) -> Choice:
        began = time.perf_counter()
        choice = await self.policy.choose(task, observation, past)
        self.steps += 1
        # A policy without a model names no seconds of its own.
        self.seconds += choice.seconds or time.perf_counter() - began
        self.prompt_tokens += choice.prompt_tokens
        self.completion_tokens += choice.completion_tokens
        self.invalid += choice.action is None
        self.error = choice.error or self.error
        return choice
