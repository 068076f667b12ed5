"""Steps a second of an agent that plays 1, 4 and 16 games at once, and the share of its time that vLLM has.

    python -m benchmarks.games_agent
    python -m benchmarks.games_agent --model-url http://127.0.0.1:8000/v1 --suite classic
    python -m benchmarks.games_agent --agent oracle --quick

Writes `benchmarks/results/games_agent-SUITE-AGENT.json`, and with `--quick`, which only shows that it works,
another file beside that. `--agent random` and `oracle` need no server: what is left is the harness's own time.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from agent.evaluation.games.cli import Agent
from agent.evaluation.games.config import GamesConfig
from agent.evaluation.games.players import GamePlayer, player_of
from agent.evaluation.games.results import GameLog
from agent.evaluation.games.runner import run_games
from agent.evaluation.log import write_json
from agent.evaluation.players import serving_model
from agent.games.config import WITH_MODEL
from benchmarks.command import counts_of
from benchmarks.command import run as run_command
from benchmarks.machine import RESULTS, in_words, machine
from benchmarks.processor import milliseconds_each, processor_seconds
from envs.protocol import Budgets, Manifest, SeedRange
from envs.suites.games.suite import suite_named

FIRST_SEED = 1_000_000
PARTS = ("Python", "model server")
"""Of the processor's time: no browser has a part in this."""


def main(
    model_url: Annotated[str | None, typer.Option(help="An endpoint that runs already.")] = None,
    model: Annotated[str | None, typer.Option(help="Weights to serve; by default the embedded model.")] = None,
    agent: Annotated[Agent, typer.Option(help="As for `seedbed eval games`.")] = Agent.vlm,
    suite: Annotated[str, typer.Option(help="As for `seedbed eval games`.")] = "seed-games",
    episodes: Annotated[int, typer.Option(min=1, max=1000, help="Of each game.")] = 4,
    max_steps: Annotated[int, typer.Option(min=1, max=1000, help="Of an episode.")] = 20,
    games: Annotated[str, typer.Option(help="Numbers of games played at once, separated by commas.")] = "1,4,16",
    quick: Annotated[bool, typer.Option("--quick", help="One episode of three steps, 1 and 4 at once.")] = False,
) -> None:
    """Measure, print and write `benchmarks/results/games_agent-SUITE-AGENT.json`."""
    counts = counts_of("1,4" if quick else games, "--games")
    config = GamesConfig(
        suite=suite_named(suite),
        agent=agent.value,
        seeds=SeedRange(start=FIRST_SEED, count=1 if quick else episodes),
        max_steps=3 if quick else max_steps,
        model_url=model_url,
        model=model,
    )
    found = machine()
    console = Console()
    console.print(in_words(found), soft_wrap=True)
    rows = asyncio.run(_speeds(config, counts, console))
    console.print(_table(rows, config))
    path = RESULTS / f"games_agent-{config.suite.name}-{agent}{'-quick' if quick else ''}.json"
    facts = {"suite": config.suite.name, "agent": config.agent, "max_steps": config.max_steps}
    write_json(path, {"machine": found, **facts, "speeds": rows})
    console.print(f"written to {path}", soft_wrap=True)


async def _speeds(config: GamesConfig, counts: list[int], console: Console) -> list[dict[str, Any]]:
    async with AsyncExitStack() as stack:
        served = None
        if config.agent in WITH_MODEL:
            starting = serving_model(config.model_url, config.model, max(counts), console.print)
            served = await stack.enter_async_context(starting)
        player = player_of(config.agent, config, served, {})
        # The first requests of a server are slow, and no part of any speed.
        await _speed(config.model_copy(update={"max_steps": 1}), player, 1)
        return [await _speed(config, player, parallel) for parallel in counts]


async def _speed(config: GamesConfig, player: GamePlayer, parallel: int) -> dict[str, Any]:
    manifest = Manifest(
        suite=config.suite.name,
        agent=config.agent,
        observation=config.observation,
        tasks=tuple(game.id for game in config.suite.games),
        seeds=config.seeds,
        budgets=Budgets(max_steps=config.steps, episode_timeout_s=config.episode_timeout_s),
        versions={},
        **player.facts,
    )
    before, began = processor_seconds(), time.perf_counter()
    with GameLog.open(None, manifest) as log:
        await run_games(log, config.suite, player, parallel=parallel)
        results = [played.result for played in log.results]
    elapsed = time.perf_counter() - began
    steps = sum(result.steps for result in results)
    spent = milliseconds_each(before, processor_seconds(), steps)
    # Of all games together: each waits for its own reply while the others play.
    seconds = sum(result.seconds for result in results)
    model, game = (sum(getattr(result, part) for result in results) / seconds for part in ("model_s", "env_s"))
    return {
        "games": parallel,
        "episodes": len(results),
        "crashes": sum(result.status == "crashed" for result in results),
        "steps": steps,
        "steps_per_second": steps / elapsed,
        "time_share": {"model": model, "game": game, "rest": 1 - model - game},
        "processor_ms_per_step": {part: spent[part] for part in PARTS},
    }


def _table(rows: list[dict[str, Any]], config: GamesConfig) -> Table:
    table = Table(title=f"{config.agent} on {config.suite.name}", title_justify="left")
    for heading in ("games", "steps/s", "model", "game", "rest", *(f"{part}, ms" for part in PARTS)):
        table.add_column(heading, justify="right")
    for row in rows:
        share, spent = row["time_share"], row["processor_ms_per_step"]
        table.add_row(
            str(row["games"]),
            f"{row['steps_per_second']:.1f}",
            *(f"{share[name]:.0%}" for name in ("model", "game", "rest")),
            *(f"{spent[part]:.1f}" for part in PARTS),
        )
    return table


if __name__ == "__main__":
    run_command(main)
