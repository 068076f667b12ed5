"""Plays one episode of one game with one player and scores it; a crash or a time-out is a result, and scores zero.

The graph's own nodes decide and play, so that budgets, fallbacks and notes are the same everywhere. `in_order`
runs them without LangGraph's scheduler, for evaluations; `seedbed play` brings the compiled graph and checkpoints.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from agent.budgets import Budgets
from agent.errors import one_line
from agent.games.planner import Planner
from agent.games.result import GameResult, Status
from agent.games.state import GameState, Table, begin
from agent.games.turn import GamePolicy, task_of
from agent.runs.record import EpisodeLog
from agent.runs.unkept import Unkept
from envs.games.adapter.game import Game

Event = dict[str, Any]
Drive = Callable[[Table, GameState], Awaitable[None]]
"""Runs the graph's nodes from a state until one has an outcome. The state that it is given is brought forward in
place, so that what was done is known where it breaks off."""
OpenLog = Callable[[str], EpisodeLog]
"""From an episode's task to where its steps are kept."""
BUDGETS = Budgets(max_steps=500, max_tokens=10_000_000, max_seconds=3600.0)
"""What an episode may cost where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what conditions an episode is played; the same for every player that is compared."""

    budgets: Budgets = BUDGETS
    timeout_s: float = 3600.0
    """For the whole episode, the start of the environment included: it catches what hangs."""
    memory_every: int = 0
    """After so many steps the player writes its memory anew; 0 keeps none."""
    planner: Planner | None = None


TERMS = Terms()


async def play_episode(
    game: Game,
    seed: int,
    make_policy: Callable[[Game], GamePolicy],
    terms: Terms = TERMS,
    *,
    open_log: OpenLog | None = None,
    drive: Drive | None = None,
    fatal: tuple[type[Exception], ...] = (),
) -> GameResult:
    """Play the episode of `game` that `seed` determines with the player that `make_policy` makes for it.

    `game` is started here and left open. Exceptions in `fatal` are let through: they are not the episode's fault
    (a model server that is gone). Everything else that goes wrong is a result with the status `crashed`.
    """
    began = time.perf_counter()
    state = GameState()
    status: Status
    error = ""
    try:
        async with asyncio.timeout(terms.timeout_s):
            game.start(seed)
            log = open_log(task_of(game)) if open_log else Unkept()
            table = Table(game, make_policy(game), log, terms.budgets, terms.planner, terms.memory_every)
            state |= begin(task_of(game), seed)
            await (drive or in_order())(table, state)
            status = state["outcome"]  # type: ignore[assignment]
    except fatal:
        raise
    except TimeoutError:
        status, error = "timed_out", f"no end after {terms.timeout_s:g} s"
    except Exception as crash:
        status, error = "crashed", one_line(crash)
    return result_of(game, seed, state, status, error, time.perf_counter() - began)


def result_of(
    game: Game, seed: int, state: GameState, status: Status, error: str = "", seconds: float | None = None
) -> GameResult:
    """What became of an episode whose last known state is `state`, empty where it never began."""
    known = begin("", seed) | state
    broken = status in ("crashed", "timed_out")
    view = game.view if known["step"] else None
    last = next((item["error"] for item in reversed(known["past"]) if item["error"]), "")
    return GameResult(
        game=game.env_id,
        seed=seed,
        status=status,
        # What was seen last before a crash cannot be relied on.
        score=0.0 if broken or view is None else view.score,
        reward=view.earned if view else 0.0,
        progress=view.progress if view and not broken else None,
        solved=bool(view and view.solved and not broken),
        steps=known["step"],
        env_steps=view.env_steps if view else 0,
        invalid=known["invalid"],
        fallback=game.fallback,
        scores=tuple(known["scores"]),
        prompt_tokens=known["prompt_tokens"],
        completion_tokens=known["completion_tokens"],
        seconds=known["seconds"] if seconds is None else seconds,
        model_s=known["model_s"],
        env_s=known["env_s"],
        error=error or last,
    )


def in_order(watch: Callable[[Event], None] = lambda _: None) -> Drive:
    """The graph's nodes one after the other; `watch` gets the events that they stream."""
    # LangGraph takes a second to import.
    from langgraph.runtime import Runtime

    from agent.games.graph import NODES

    async def drive(table: Table, state: GameState) -> None:
        runtime = Runtime(context=table, stream_writer=watch)
        while True:
            for node in NODES:
                state |= await node(state, runtime)
                if state["outcome"]:
                    return

    return drive
