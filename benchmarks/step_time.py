"""Seconds per step of the served model, where they go, and episodes a second over 1, 4, 16 and 32 pages.

    python -m benchmarks.step_time
    python -m benchmarks.step_time --model-url http://127.0.0.1:8000/v1 --observation elements
    python -m benchmarks.step_time --quick

Writes `benchmarks/results/step_time-OBSERVATION.json`, and with `--quick`, which only shows that it works, another
file beside that. The processor time of a server behind `--model-url` is not seen.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from agent.budgets import Budgets
from agent.evaluation.cli import Observe
from agent.evaluation.config import EvalConfig
from agent.evaluation.episode import Booked, Bounds, Watched, through_graph
from agent.evaluation.log import EpisodeLog, write_json
from agent.evaluation.miniwob import manifest_of
from agent.evaluation.pages import TaskPages, task_pages
from agent.evaluation.players import Served, model_player, serving_model
from agent.evaluation.runner import run
from agent.evaluation.selection import tasks_named
from agent.evaluation.summary import summarise
from agent.gui.graph import build, recursion_limit
from agent.gui.state import Desk, begin
from agent.policy import Choice, Past
from benchmarks.command import counts_of
from benchmarks.command import run as run_command
from benchmarks.machine import RESULTS, in_words, machine
from benchmarks.processor import PARTS, milliseconds_each, processor_seconds
from envs.browser.actions import Action, Click, Point
from envs.browser.observation import Observation
from envs.protocol import SeedRange
from envs.suites.miniwob.page import Outcome

FIRST_SEED = 1_000_000
GRAPH_STEPS = 20
GRAPH_RUNS = 10


def main(
    model_url: Annotated[str | None, typer.Option(help="An endpoint that runs already.")] = None,
    model: Annotated[str | None, typer.Option(help="Weights to serve; by default the embedded model.")] = None,
    observation: Annotated[Observe, typer.Option(help="What the model is given.")] = Observe.pixels,
    tasks: Annotated[str, typer.Option(help="As for `seedbed eval miniwob`.")] = "tier-a",
    episodes: Annotated[int, typer.Option(min=1, help="Episodes per task.")] = 10,
    pages: Annotated[str, typer.Option(help="Numbers of pages, separated by commas.")] = "1,4,16,32",
    quick: Annotated[bool, typer.Option("--quick", help="One episode a task, on 1 and 4 pages.")] = False,
) -> None:
    """Measure, print and write `benchmarks/results/step_time-OBSERVATION.json`."""
    if quick:
        episodes, pages = 1, "1,4"
    counts = counts_of(pages, "--pages")
    found = machine()
    console = Console()
    console.print(in_words(found), soft_wrap=True)
    config = EvalConfig(
        tasks=tasks_named(tasks),
        seeds=SeedRange(start=FIRST_SEED, count=episodes),
        observation=observation.value,
        model_url=model_url,
        model=model,
    )
    overhead = asyncio.run(_graph_overhead())
    rows = asyncio.run(_speeds(config, counts, console))
    console.print(_table(rows, observation))
    console.print(_processor_table(rows))
    console.print(
        f"Per step, model and browser left out: {overhead['nodes_ms']:.2f} ms in the graph's nodes, "
        f"{overhead['graph_ms']:.2f} ms in the whole LangGraph graph"
    )
    path = RESULTS / f"step_time-{observation}{'-quick' if quick else ''}.json"
    write_json(path, {"machine": found, "observation": observation, "speeds": rows, "overhead": overhead})
    console.print(f"written to {path}", soft_wrap=True)


async def _speeds(config: EvalConfig, pages: list[int], console: Console) -> list[dict[str, Any]]:
    screenshots, elements = config.observation != "elements", config.observation != "pixels"
    rows = []
    async with (
        serving_model(config.model_url, config.model, max(pages), console.print) as model,
        task_pages(screenshots=screenshots, elements=elements, last_look=False) as opened,
    ):
        # The first requests of a server are slow, and no part of any speed.
        await _speed(config.model_copy(update={"tasks": config.tasks[:1]}), model, opened, 1)
        for parallel in pages:
            rows.append(await _speed(config, model, opened, parallel))
    return rows


async def _speed(config: EvalConfig, model: Served, opened: TaskPages, parallel: int) -> dict[str, Any]:
    playing = model_player(model, config.observation, lambda task, seed: through_graph())
    log = EpisodeLog.open(None, manifest_of(config, playing, opened.version))
    before = processor_seconds()
    await run(log, opened, playing, parallel=parallel)
    summary = summarise(log.results, log.manifest, {})
    kept = ("episodes", "episodes_per_second", "seconds_per_step", "time_share", "tokens", "mean_strict")
    steps = sum(result.steps for result in log.results)
    spent = milliseconds_each(before, processor_seconds(), steps)
    return {
        "pages": parallel,
        "steps": steps,
        **{name: summary[name] for name in kept},
        "processor_ms_per_step": spent,
    }


async def _graph_overhead() -> dict[str, float]:
    """Milliseconds per step of everything that is neither model nor browser, with and without LangGraph."""
    bounds = Bounds(steps=GRAPH_STEPS, seconds=600)
    loop, graph = through_graph(), build()
    began = time.perf_counter()
    for seed in range(GRAPH_RUNS):
        world = Watched(_Nothing())
        await world.start(seed)
        await loop(world, Booked(_Wanders()), bounds)
    nodes = time.perf_counter() - began
    began = time.perf_counter()
    for seed in range(GRAPH_RUNS):
        world = Watched(_Nothing())
        await world.start(seed)
        log: Any = _Unkept()
        desk = Desk(world=world, policy=_Wanders(), log=log, budgets=Budgets(max_steps=GRAPH_STEPS))
        state = begin("Click.", "file:///task.html")
        await graph.ainvoke(state, {"recursion_limit": recursion_limit(GRAPH_STEPS)}, context=desk)
    whole = time.perf_counter() - began
    steps = GRAPH_RUNS * GRAPH_STEPS
    return {"nodes_ms": 1000 * nodes / steps, "graph_ms": 1000 * whole / steps}


class _Nothing:
    """A world without a browser; every action changes what it shows."""

    instruction = "Click."

    def __init__(self) -> None:
        self._acted = 0

    async def start(self, seed: int) -> Observation:
        return await self.observe()

    async def act(self, action: Action) -> Observation:
        self._acted += 1
        return await self.observe()

    async def observe(self) -> Observation:
        return Observation(b"%d" % self._acted * 2000, (160, 160), (), "file:///task.html", "Task")

    async def outcome(self) -> Outcome:
        return Outcome(done=False, raw=0.0)


class _Wanders:
    """A policy that clicks somewhere else each time."""

    async def choose(self, task: str, observation: Observation, past: Sequence[Past]) -> Choice:
        return Choice(Click(point=Point(x=(len(past) % GRAPH_STEPS) / GRAPH_STEPS, y=0.5)))


class _Unkept:
    def intend(self, *_: Any) -> None:
        pass

    def step(self, *_: Any, **__: Any) -> None:
        pass


def _table(rows: list[dict[str, Any]], observation: str) -> Table:
    table = Table(title=f"The served model, {observation}", title_justify="left")
    for heading in ("pages", "episodes/s", "s/step", "steps/s", "model", "browser", "rest", "strict"):
        table.add_column(heading, justify="right")
    for row in rows:
        share = row["time_share"]
        steps_per_second = row["steps"] / row["episodes"] * row["episodes_per_second"]
        table.add_row(
            str(row["pages"]),
            f"{row['episodes_per_second']:.2f}",
            f"{row['seconds_per_step']:.3f}",
            f"{steps_per_second:.1f}",
            *(f"{share[name]:.0%}" for name in ("model", "browser", "rest")),
            f"{row['mean_strict']:.1%}",
        )
    return table


def _processor_table(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="Processor milliseconds per step, starts of episodes shared out", title_justify="left")
    for heading in ("pages", *PARTS, "all"):
        table.add_column(heading, justify="right")
    for row in rows:
        spent = row["processor_ms_per_step"]
        table.add_row(str(row["pages"]), *(f"{spent[part]:.0f}" for part in PARTS), f"{sum(spent.values()):.0f}")
    return table


if __name__ == "__main__":
    run_command(main)
