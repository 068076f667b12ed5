"""Steps a second of games without a model, of random legal moves: with the picture that a model gets, and without.

    python -m benchmarks.games_env
    python -m benchmarks.games_env --suite classic
    python -m benchmarks.games_env --quick

Counted are seconds of this process's processor time, which others on the machine do not change. Writes
`benchmarks/results/games_env-SUITE.json`, and with `--quick`, which only shows that it works, another file beside
that.
"""

import random
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from agent.evaluation.games.constant import UNSEEN_PX
from agent.evaluation.log import write_json
from benchmarks.command import run as run_command
from benchmarks.machine import RESULTS, in_words, machine
from envs.games.adapter.game import Game
from envs.suites.games.suite import Suite, suite_named

FIRST_SEED = 1_000_000


def main(
    suite: Annotated[str, typer.Option(help="As for `seedbed eval games`.")] = "seed-games",
    seconds: Annotated[
        float, typer.Option(min=0.01, max=60, help="Of processor time for each game, with and without pictures.")
    ] = 1.0,
    quick: Annotated[bool, typer.Option("--quick", help="A twentieth of a second for each.")] = False,
) -> None:
    """Measure, print and write `benchmarks/results/games_env-SUITE.json`."""
    chosen = suite_named(suite)
    seconds = 0.05 if quick else seconds
    found = machine()
    console = Console()
    console.print(in_words(found), soft_wrap=True)
    rows = {game.id: _game(chosen, game.id, seconds) for game in chosen.games}
    console.print(_table(rows, chosen))
    path = RESULTS / f"games_env-{chosen.name}{'-quick' if quick else ''}.json"
    write_json(path, {"machine": found, "seconds": seconds, "size_px": chosen.size_px, "games": rows})
    console.print(f"written to {path}", soft_wrap=True)


def _game(suite: Suite, env_id: str, seconds: float) -> dict[str, dict[str, float]]:
    """The game as a model is shown it, and as players without eyes get it in an evaluation."""
    return {
        "with_pictures": _speed(Game.make(env_id, size_px=suite.size_px), seconds),
        "without": _speed(Game.make(env_id, size_px=UNSEEN_PX, drawn=False), seconds),
    }


def _speed(game: Game, seconds: float) -> dict[str, float]:
    """Play until `seconds` of processor time went into steps; starts of episodes are counted apart."""
    dice = random.Random(0)
    starting = stepping = 0.0
    episodes = steps = 0
    try:
        while stepping < seconds:
            began = time.process_time()
            view = game.start(FIRST_SEED + episodes)
            started = time.process_time()
            while not view.over and time.process_time() - started < seconds - stepping:
                view = game.play(dice.choice(view.legal))
                steps += 1
            starting += started - began
            stepping += time.process_time() - started
            episodes += 1
    finally:
        game.close()
    return {"steps": steps, "steps_per_second": steps / stepping, "start_ms": 1000 * starting / episodes}


def _table(rows: dict[str, dict[str, dict[str, float]]], suite: Suite) -> Table:
    table = Table(title=f"Steps a second of one core, {suite.name}", title_justify="left")
    table.add_column("game")
    for heading in (f"with pictures of {suite.size_px} px", "without", "start, ms"):
        table.add_column(heading, justify="right")
    for env_id, row in rows.items():
        seen, unseen = row["with_pictures"], row["without"]
        table.add_row(
            env_id,
            f"{seen['steps_per_second']:,.0f}",
            f"{unseen['steps_per_second']:,.0f}",
            f"{seen['start_ms']:.1f}",
        )
    return table


if __name__ == "__main__":
    run_command(main)
