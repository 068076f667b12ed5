"""`seedbed eval games` and `seedbed eval compare`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.games.config import Agent as AgentName


class Agent(StrEnum):
    """Who plays."""

    vlm = "vlm"
    vlm_planner = "vlm+planner"
    random = "random"
    random_planner = "random+planner"
    oracle = "oracle"
    constant = "constant"
    blind = "blind"
    wrong_instruction = "wrong-instruction"


class Show(StrEnum):
    """What a model is given to see of a game."""

    pixels = "pixels"
    text = "text"
    both = "both"


class Record(StrEnum):
    """Which episodes keep their pictures."""

    ends = "ends"
    all = "all"
    none = "none"


def games(
    suite: Annotated[
        str, typer.Option(help="seed-games, minigrid, balrog, ale, classic, or a TOML file.")
    ] = "seed-games",
    agent: Annotated[
        Agent,
        typer.Option(
            help="Who plays; `blind` is the model behind grey pictures, `vlm+planner` the model with a search "
            "over copies of the game, a track of its own."
        ),
    ] = Agent.vlm,
    seeds: Annotated[
        str | None, typer.Option(help="START:COUNT; test seeds begin at 2000000.  [default: the suite's]")
    ] = None,
    json_path: Annotated[
        Path | None,
        typer.Option(
            "--json", help="Where the result goes, with its table and page; a killed evaluation goes on here."
        ),
    ] = None,
    observation: Annotated[Show, typer.Option(help="What the model is given.")] = Show.pixels,
    baselines: Annotated[
        str | None,
        typer.Option(
            help="Who stands beside the agent: constant, blind, wrong-instruction, separated by commas; all or "
            "none. Random play and the oracle always do.  [default: all for agents with a model, else constant]"
        ),
    ] = None,
    model_url: Annotated[str | None, typer.Option(help="An OpenAI-compatible endpoint that runs already.")] = None,
    model: Annotated[str | None, typer.Option(help="Weights to serve; by default the embedded model.")] = None,
    parallel: Annotated[int, typer.Option(help="Games played at once.")] = 4,
    max_steps: Annotated[
        int | None, typer.Option(help="One step budget for all games, instead of the suite's.")
    ] = None,
    record: Annotated[
        Record, typer.Option(help="Whose pictures are kept: each game's best and worst episode, all, or none.")
    ] = Record.ends,
    runs: Annotated[
        Path, typer.Option("--runs", help="The folder of run records and of cached baselines.")
    ] = Path("runs"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over instead of going on.")] = False,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Show what was resolved, and leave.")
    ] = False,
) -> None:
    """Play a suite of games and write scores with 95% intervals, beside baselines on the same seeds.

    A crash or a time-out scores zero and is never left out. The normalised score is 0 for random play and 1 for
    the oracle, or for the reference that the suite names.
    """
    import asyncio

    from pydantic import ValidationError
    from rich.console import Console

    from agent.evaluation.errors import EvaluationError
    from agent.evaluation.games.config import GamesConfig
    from agent.evaluation.games.evaluate import evaluate
    from agent.evaluation.games.table import show
    from agent.evaluation.progress import Bar
    from agent.evaluation.selection import seed_range
    from envs.suites.games.suite import suite_named

    chosen = suite_named(suite)
    try:
        config = GamesConfig(
            suite=chosen,
            agent=agent.value,
            observation=observation.value,
            seeds=seed_range(seeds or chosen.seeds),
            parallel=parallel,
            max_steps=max_steps,
            baselines=_baselines(baselines, agent),
            cache=runs / "baselines",
            json_path=json_path,
            record=record.value,
            runs=runs,
            model_url=model_url,
            model=model,
            fresh=fresh,
        )
    except ValidationError as error:
        first = error.errors()[0]
        option = "--" + str(first["loc"][0]).removesuffix("_path").replace("_", "-")
        reason = first["msg"].removeprefix("Value error, ")
        raise EvaluationError(f"{option} {str(first['input'])!r}: {reason}") from None
    if print_config:
        typer.echo(config.model_dump_json(indent=2))
        return
    with Bar(Console(stderr=True), "mean score", lambda played: played.score) as bar:
        summary = asyncio.run(evaluate(config, bar))
    console = Console()
    show(summary, console)
    if json_path is not None:
        written = ", ".join(str(json_path.with_suffix(suffix)) for suffix in (".md", ".html"))
        console.print(f"written to {json_path}, {written}", soft_wrap=True)


def compare(
    first: Annotated[Path, typer.Argument(help="A result of `seedbed eval games`.")],
    second: Annotated[Path, typer.Argument(help="Another, on the same seeds.")],
) -> None:
    """Say which of two results is better, with the paired 95% interval over the seeds that they share."""
    from rich.console import Console

    from agent.evaluation.games.compare import compare as compared
    from agent.evaluation.games.compare import read_result
    from agent.evaluation.games.verdict import show

    results = read_result(first), read_result(second)
    show(str(first), str(second), *results, compared(*results), Console())


def _baselines(text: str | None, agent: Agent) -> "tuple[AgentName, ...]":
    """The names that stand in `--baselines`, or those that are usual for `agent`."""
    from agent.evaluation.errors import EvaluationError
    from agent.evaluation.games.config import BASELINES
    from agent.games.config import WITH_MODEL

    if text == "all" or (text is None and agent.value in WITH_MODEL):
        return BASELINES
    if text == "none":
        return ()
    asked = [part.strip() for part in (text or "constant").split(",")]
    for name in asked:
        if name not in BASELINES:
            raise EvaluationError(f"--baselines {name!r}: there are {', '.join(BASELINES)}, all and none")
    return tuple(name for name in BASELINES if name in asked)
