"""`seedbed play`: play a game, step by step, and keep a record that can be replayed."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli import RUNS, Runs

if TYPE_CHECKING:
    from agent.games.config import PlayConfig
    from agent.runs.record import RunRecord

app = typer.Typer(add_completion=False)


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


class Observe(StrEnum):
    """What a model is given of a game."""

    pixels = "pixels"
    text = "text"
    both = "both"


@app.command(
    epilog="Examples:\n\n"
    "seedbed play seedbed/2048-v1 --agent oracle --render\n\n"
    "seedbed play MiniGrid-Empty-8x8-v0 --episodes 5 --seed 2000000 --record video\n\n"
    "seedbed play ALE/Breakout-v5 --model-url http://127.0.0.1:8001/v1 --history 3 --memory 20\n\n"
    "seedbed play --resume last"
)
def play(
    env_id: Annotated[
        str | None, typer.Argument(help="A game's id in Gymnasium's manner, such as seedbed/maze-v1.")
    ] = None,
    agent: Annotated[
        Agent,
        typer.Option(
            help="Who plays; `blind` is the model before grey pictures, `+planner` adds a search over copies of "
            "the game."
        ),
    ] = Agent.vlm,
    episodes: Annotated[int, typer.Option(help="How many episodes.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the first episode; the others count on from it.")] = 0,
    observation: Annotated[Observe, typer.Option(help="What a model is given.")] = Observe.pixels,
    history: Annotated[int, typer.Option(help="Earlier pictures that stand before the one of now.")] = 0,
    memory: Annotated[
        int, typer.Option(help="Let the model write its memory anew every so many steps; 0 keeps none.")
    ] = 0,
    thought: Annotated[
        bool, typer.Option("--thought/--no-thought", help="Whether the model may think in words first.")
    ] = True,
    move: Annotated[str | None, typer.Option(help="The move of the constant agent.")] = None,
    size_px: Annotated[
        int | None, typer.Option(help="Longer side of the pictures; by default what suits the model.")
    ] = None,
    max_steps: Annotated[int, typer.Option(help="Most steps of an episode.")] = 500,
    max_seconds: Annotated[float, typer.Option(help="Most seconds of an episode.")] = 3600.0,
    max_tokens: Annotated[int, typer.Option(help="Most tokens of an episode, prompts included.")] = 10_000_000,
    record: Annotated[str, typer.Option(help="Besides the steps: video.")] = "",
    render: Annotated[bool, typer.Option("--render", help="Show the picture in the terminal.")] = False,
    model_url: Annotated[str | None, typer.Option(help="An OpenAI-compatible endpoint that runs already.")] = None,
    model: Annotated[str | None, typer.Option(help="Weights to serve; by default the embedded model.")] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this run; `last` is the newest.")] = None,
    runs: Runs = RUNS,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Show what was resolved, and leave.")
    ] = False,
) -> None:
    """Play a game and keep every picture, prompt, reply and score.

    Any Gymnasium environment can be played whose actions can be named. Pictures, moves and rules come from the
    game; see docs/play.md for which there are and how to get them.
    """
    from agent.games.config import checked
    from agent.games.errors import PlayError
    from agent.games.run import reopened
    from agent.runs.record import RunRecord
    from envs.games.adapter.game import Game
    from envs.games.adapter.oracles import oracle_of

    if resume is not None:
        if env_id is not None:
            raise PlayError("--resume takes the game from the run: leave ENV_ID out")
        before = reopened(RunRecord.open(runs, resume))
        config = checked(**(before.model_dump() | ({"model_url": model_url} if model_url is not None else {})))
        _work(config, RunRecord.reopen(runs, resume), render, resume=True)
        return
    if env_id is None:
        raise PlayError("give a game: seedbed play ENV_ID, such as seedbed/2048-v1, or --resume RUN")
    config = checked(
        game=env_id,
        agent=agent.value,
        episodes=episodes,
        seed=seed,
        observation=observation.value,
        history=history,
        memory=memory,
        thought=thought,
        move=move,
        size_px=size_px,
        max_steps=max_steps,
        max_seconds=max_seconds,
        max_tokens=max_tokens,
        record=tuple(part for part in record.split(",") if part),
        model_url=model_url,
        model=model,
    )
    # Made once to see that it can be: a game that nobody can play leaves no record.
    Game.make(config.game, drawn=False).close()
    if config.agent == "oracle":
        oracle_of(config.game)
    if print_config:
        typer.echo(config.model_dump_json(indent=2))
        return
    plain = config.model_dump(mode="json")
    facts = {"task": f"play {config.game}", "agent": config.agent, "config": plain}
    _work(config, RunRecord.create(runs, "play", facts), render, resume=False)


def _work(config: "PlayConfig", record: "RunRecord", render: bool, *, resume: bool) -> None:
    import asyncio

    from rich.console import Console

    from agent.games.run import run
    from agent.games.watch import PlayView
    from agent.runs.replay import REPLAY

    console = Console(highlight=False)
    console.print(f"run {record.id}")
    done = False
    try:
        with PlayView(console, render) as view:
            results = asyncio.run(run(config, record, view, resume=resume))
        done = True
        steps = sum(result.steps for result in results)
        invalid = sum(result.invalid for result in results) / max(steps, 1)
        mean = sum(result.score for result in results) / len(results)
        console.print(f"{config.agent} on {config.game}: mean score {mean:g}, {invalid:.1%} of steps invalid")
    finally:
        console.print(f"replay: {record.folder / REPLAY}", soft_wrap=True)
        if not done:
            console.print(f"go on with: seedbed play --resume {record.id}", soft_wrap=True)
