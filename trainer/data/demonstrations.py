"""Collects demonstrations: the oracles solve MiniWoB++ episodes, now and then after a mistake made for them.

Only episodes that end in strict success are kept, and of them only the oracle's own decisions; a mistake shows in
what was done before, so that recovery is learned and the mistake is not.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Error as PlaywrightError

from envs.browser.actions import Action, Click, Finish, Point
from envs.browser.browser import Browser
from envs.browser.errors import BrowserError
from envs.browser.observation import Observation
from envs.browser.session import Session
from envs.suites.miniwob.budgets import max_steps
from envs.suites.miniwob.env import SIZE, Episode
from envs.suites.miniwob.oracles import ORACLES
from envs.suites.miniwob.page import VIEW
from trainer.data import shards
from trainer.data.shards import Sample

PAST_KEPT = 3


@dataclass(frozen=True, slots=True)
class Mistakes:
    """How often the demonstrator errs: before the first step, and before each later one."""

    first: float = 0.15
    later: float = 0.05
    on_element: float = 0.7
    """Share of mistakes that click an element; the others click anywhere."""


async def demonstrate(
    session: Session, task: str, seeds: range, mistakes: Mistakes
) -> AsyncIterator[list[Sample]]:
    """One list of samples for each seed whose episode was solved; the session must have MiniWoB's view."""
    episode = Episode(session, task)
    for seed in seeds:
        try:
            samples = await _episode(episode, seed, random.Random(f"{task}/{seed}"), mistakes)
        except (BrowserError, PlaywrightError, LookupError, ValueError, RuntimeError):
            continue  # An oracle that a mistake has confused, or a page that hung: it is not a demonstration.
        if samples:
            yield samples


async def _episode(episode: Episode, seed: int, rng: random.Random, mistakes: Mistakes) -> list[Sample]:
    solve = ORACLES[episode.task]
    seen = await episode.start(seed)
    past: list[Action] = []
    samples: list[Sample] = []
    for number in range(2 * max_steps(episode.task)):
        chance = mistakes.later if number else mistakes.first
        if rng.random() < chance:
            past.append(_mistake(seen, rng, mistakes))
            seen = await episode.act(past[-1])
            if (await episode.outcome()).done:
                return []
            continue
        decision = await solve(episode.page)
        if decision is None:
            return []
        samples.append(
            Sample(
                task=episode.task,
                seed=seed,
                instruction=episode.instruction,
                past=tuple(past[-PAST_KEPT:]),
                action=decision.action,
                target=decision.target,
                end=decision.end,
                elements=seen.elements,
                png=seen.screenshot,
            )
        )
        if isinstance(decision.action, Finish):
            return []
        past.append(decision.action)
        seen = await episode.act(decision.action)
        outcome = await episode.outcome()
        if outcome.done:
            return samples if outcome.strict else []
    return []


def _mistake(seen: Observation, rng: random.Random, mistakes: Mistakes) -> Action:
    if seen.elements and rng.random() < mistakes.on_element:
        return Click(point=rng.choice(seen.elements).box.centre)
    return Click(point=Point(x=rng.random(), y=rng.random()))


async def collect(
    tasks: Sequence[str],
    seeds: range,
    folder: Path,
    *,
    parallel: int,
    most_s: float,
    tell: Callable[[str, int], None],
) -> None:
    """Write one shard of demonstrations per task below `folder`; shards that are there already are kept.

    `parallel` pages of one Chromium work side by side, since a page mostly waits for its next frame. A task is
    left after `most_s` seconds with what there is. `tell` hears of each task with its number of samples.
    """
    todo = [name for name in tasks if not shard_path(folder, name, seeds).exists()]
    if not todo:
        return

    async def work(session: Session) -> None:
        while todo:
            name = todo.pop(0)
            began, kept = time.monotonic(), []
            async for samples in demonstrate(session, name, seeds, Mistakes()):
                kept.extend(samples)
                if time.monotonic() - began > most_s:
                    break
            tell(name, shards.write(shard_path(folder, name, seeds), kept))

    async with Browser.launch() as browser:
        sessions = [await browser.open(view=VIEW, viewport=SIZE) for _ in range(min(parallel, len(todo)))]
        await asyncio.gather(*(work(session) for session in sessions))


def shard_path(folder: Path, task: str, seeds: range) -> Path:
    """Where the demonstrations of `task` from these seeds lie."""
    return folder / f"{task}-{seeds.start}-{seeds.stop}.jsonl"
