"""How fast the browser is: milliseconds to start, look and act, and episodes a second over many pages.

    python -m benchmarks.browser_speed
    python -m benchmarks.browser_speed --quick

Writes `benchmarks/results/browser_speed.json`; with `--quick`, which only shows that it works, beside that.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from agent.evaluation.config import EvalConfig
from agent.evaluation.log import EpisodeLog, write_json
from agent.evaluation.miniwob import manifest_of
from agent.evaluation.pages import TaskPages, TaskSlot, task_pages
from agent.evaluation.players import player
from agent.evaluation.runner import run
from agent.evaluation.summary import summarise
from benchmarks.command import counts_of
from benchmarks.command import run as run_command
from benchmarks.machine import RESULTS, in_words, machine
from benchmarks.processor import milliseconds_each, processor_seconds
from envs.browser.actions import Click, Point
from envs.protocol import SeedRange

TASKS = ("click-test", "click-checkboxes", "email-inbox", "use-slider", "book-flight")
SPEED_TASKS = ("click-test", "click-button", "click-tab", "focus-text", "enter-text", "login-user")
PARTS: dict[str, dict[str, Any]] = {
    "nothing": {"with_screenshot": False, "with_elements": False},
    "screenshot": {"with_screenshot": True, "with_elements": False},
    "elements": {"with_screenshot": False, "with_elements": True},
    "both": {"with_screenshot": True, "with_elements": True},
}
FIRST_SEED = 1_000_000


def main(
    repeats: Annotated[int, typer.Option(min=1, help="Measurements of each kind.")] = 50,
    episodes: Annotated[int, typer.Option(min=1, help="Episodes per task for the speed over many pages.")] = 20,
    pages: Annotated[str, typer.Option(help="Numbers of pages, separated by commas.")] = "1,4,16",
    quick: Annotated[bool, typer.Option("--quick", help="A few measurements, in half a minute.")] = False,
) -> None:
    """Measure, print and write `benchmarks/results/browser_speed.json`."""
    if quick:
        repeats, episodes, pages = 3, 1, "1,4"
    counts = counts_of(pages, "--pages")
    found = machine()
    console = Console()
    console.print(in_words(found), soft_wrap=True)
    times = asyncio.run(_times(repeats))
    console.print(_time_table(times))
    speeds = asyncio.run(_speeds(episodes, counts))
    console.print(_speed_table(speeds))
    path = RESULTS / f"browser_speed{'-quick' if quick else ''}.json"
    write_json(path, {"machine": found, "milliseconds": times, "episodes": speeds})
    console.print(f"written to {path}", soft_wrap=True)


async def _times(repeats: int) -> dict[str, dict[str, float]]:
    """From task to what was timed to its median in milliseconds."""
    async with task_pages(screenshots=False, elements=False) as opened:
        return {task: await _row(await opened.open(), task, repeats) for task in TASKS}


async def _row(slot: TaskSlot, task: str, repeats: int) -> dict[str, float]:
    episode, session = await slot.load(task), slot.session
    seeds = iter(range(FIRST_SEED, FIRST_SEED + repeats + 1))
    corner = Click(point=Point(x=0.999, y=0.999))
    # The first start also loads the page.
    await episode.start(next(seeds))
    row = {"start": await _milliseconds(repeats, lambda: episode.start(next(seeds)))}
    for name, parts in PARTS.items():
        row[f"look: {name}"] = await _milliseconds(repeats, partial(session.observe, **parts))
    for name, parts in PARTS.items():
        row[f"click and look: {name}"] = await _milliseconds(repeats, partial(session.act, corner, **parts))
    await slot.close()
    return row


async def _milliseconds(repeats: int, measured: Callable[[], Awaitable[Any]]) -> float:
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        await measured()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


async def _speeds(episodes: int, pages: list[int]) -> list[dict[str, Any]]:
    """Episodes a second of the scripted agents, who look at nothing."""
    rows = []
    async with task_pages(screenshots=False, elements=False) as opened:
        for agent in ("random", "oracle"):
            for parallel in pages:
                rows.append(await _speed(opened, agent, parallel, episodes))
    return rows


async def _speed(opened: TaskPages, agent: str, parallel: int, episodes: int) -> dict[str, Any]:
    seeds = SeedRange(start=FIRST_SEED, count=episodes)
    config = EvalConfig(agent=agent, tasks=SPEED_TASKS, seeds=seeds, parallel=parallel)  # type: ignore[arg-type]
    async with player(config, lambda _: None) as playing:
        log = EpisodeLog.open(None, manifest_of(config, playing, opened.version))
        before = processor_seconds()
        await run(log, opened, playing, parallel=parallel)
        spent = milliseconds_each(before, processor_seconds(), len(log.results))
    summary = summarise(log.results, log.manifest, {})
    kept = ("episodes", "episodes_per_second", "seconds_per_step", "time_share", "mean_strict")
    return {
        "agent": agent,
        "pages": parallel,
        **{name: summary[name] for name in kept},
        "processor_ms_per_episode": spent,
    }


def _time_table(times: dict[str, dict[str, float]]) -> Table:
    table = Table(title="Milliseconds, median", title_justify="left")
    table.add_column("")
    for task in times:
        table.add_column(task, justify="right")
    for name in next(iter(times.values())):
        table.add_row(name, *(f"{row[name]:.1f}" for row in times.values()))
    return table


def _speed_table(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="Episodes a second, nothing observed", title_justify="left")
    table.add_column("agent")
    for heading in ("pages", "episodes/s", "s/step", "processor ms/episode"):
        table.add_column(heading, justify="right")
    for row in rows:
        spent = f"{sum(row['processor_ms_per_episode'].values()):.0f}"
        speeds = (f"{row['episodes_per_second']:.1f}", f"{row['seconds_per_step']:.3f}", spent)
        table.add_row(row["agent"], str(row["pages"]), *speeds)
    return table


if __name__ == "__main__":
    run_command(main)
