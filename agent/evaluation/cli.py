"""`seedbed eval`: play a suite and write its scores."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from agent.evaluation.games.cli import compare, games

app = typer.Typer(no_args_is_help=True, help="Play a suite of tasks and write its scores.")


class Agent(StrEnum):
    """Who plays."""

    vlm = "vlm"
    oracle = "oracle"
    random = "random"
    blind = "blind"


class Observe(StrEnum):
    """What a model is given to see."""

    pixels = "pixels"
    elements = "elements"
    both = "both"


@app.callback()
def suites() -> None:
    """Play a suite of tasks and write its scores."""


@app.command(
    epilog="Examples:\n\n"
    "seedbed eval miniwob --agent vlm --observation pixels --tasks tier-a --seeds 2000000:50 --json vlm.json\n\n"
    "seedbed eval miniwob --agent oracle --tasks 'click-*' --seeds 2000000:20 --json oracle.json\n\n"
    "seedbed eval miniwob --tasks all --seeds 2000000:20 --model-url http://127.0.0.1:8000/v1 --json all.json"
)
def miniwob(
    agent: Annotated[
        Agent, typer.Option(help="Who plays; `blind` is the model behind a grey picture.")
    ] = Agent.vlm,
    observation: Annotated[Observe, typer.Option(help="What the model is given.")] = Observe.pixels,
    tasks: Annotated[
        str, typer.Option(help="Names, patterns, or all, tier-a, held-out, trained; separated by commas.")
    ] = "tier-a",
    seeds: Annotated[str, typer.Option(help="START:COUNT; test seeds begin at 2000000.")] = "2000000:20",
    json_path: Annotated[
        Path | None, typer.Option("--json", help="Where the result goes; a killed evaluation goes on from here.")
    ] = None,
    model_url: Annotated[str | None, typer.Option(help="An OpenAI-compatible endpoint that runs already.")] = None,
    model: Annotated[str | None, typer.Option(help="Weights to serve; by default the embedded model.")] = None,
    parallel: Annotated[int, typer.Option(help="Pages played at once.")] = 8,
    max_steps: Annotated[
        int | None, typer.Option(help="One step budget for all tasks, instead of each task's own.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="Keep every step and screenshot in run records below this folder.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start over instead of going on after the episodes that are finished.")
    ] = False,
) -> None:
    """Play MiniWoB++ in many pages of one Chromium; print and write success rates with 95% intervals.

    Strict success (full raw reward) is the headline; lax (any positive reward) stands beside it. Crashes and
    time-outs count as zero.
    """
    import asyncio

    from pydantic import ValidationError
    from rich.console import Console

    from agent.evaluation.config import EvalConfig
    from agent.evaluation.errors import EvaluationError
    from agent.evaluation.miniwob import evaluate
    from agent.evaluation.progress import Bar
    from agent.evaluation.selection import seed_range, tasks_named
    from agent.evaluation.table import show

    try:
        config = EvalConfig(
            agent=agent.value,
            observation=observation.value,
            tasks=tasks_named(tasks),
            seeds=seed_range(seeds),
            parallel=parallel,
            max_steps=max_steps,
            json_path=json_path,
            record=record,
            model_url=model_url,
            model=model,
            fresh=fresh,
        )
    except ValidationError as error:
        first = error.errors()[0]
        option = "--" + str(first["loc"][0]).removesuffix("_path").replace("_", "-")
        reason = first["msg"].removeprefix("Value error, ")
        raise EvaluationError(f"{option} {str(first['input'])!r}: {reason}") from None
    with Bar(Console(stderr=True)) as bar:
        summary = asyncio.run(evaluate(config, bar))
    console = Console()
    show(summary, console)
    if record is not None:
        console.print(f"every step is kept in {summary['record']}", soft_wrap=True)
    if json_path is not None:
        console.print(f"written to {json_path}", soft_wrap=True)


app.command(
    epilog="Examples:\n\n"
    "seedbed eval games --suite seed-games --agent random --seeds 2000000:50 --json random.json\n\n"
    "seedbed eval games --suite classic --agent vlm --model-url http://127.0.0.1:8000/v1 --json vlm.json\n\n"
    "seedbed eval games --suite mine.toml --agent oracle --baselines none"
)(games)
app.command(epilog="Example:\n\nseedbed eval compare vlm.json random.json")(compare)
