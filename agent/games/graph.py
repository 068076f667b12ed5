"""The game agent as a LangGraph graph: perceive → (plan) → act → remember, and round again.

    START → perceive ─┬→ plan → act → remember ─┬→ perceive
                      ├────────→ act            │
                      └→ END ←──────────────────┘

Each node streams custom events, plain JSON with a `type`, for whoever watches: those of the GUI graph.
"""

import asyncio
import time
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agent.games.errors import PlayError
from agent.games.state import GameState, Table, past_of
from agent.games.turn import seed_of, turn_of
from agent.policy import Choice
from envs.games.adapter.actions import GameAction, Hold
from envs.games.adapter.errors import IllegalAction
from envs.games.adapter.view import View

PAST_KEPT = 32

GameGraph = CompiledStateGraph[GameState, Table, GameState, GameState]


def build(checkpointer: BaseCheckpointSaver[Any] | None = None) -> GameGraph:
    """The compiled graph; run it with `context=Table(...)` and `begin(...)` as input."""
    builder = StateGraph(GameState, context_schema=Table)
    for node in NODES:
        builder.add_node(node.__name__, node)
    builder.add_edge(START, "perceive")
    builder.add_conditional_edges("perceive", _after_perceive, ["plan", "act", END])
    builder.add_edge("plan", "act")
    builder.add_conditional_edges("act", _unless_over("remember"), ["remember", END])
    builder.add_conditional_edges("remember", _unless_over("perceive"), ["perceive", END])
    return builder.compile(checkpointer=checkpointer)


def recursion_limit(max_steps: int) -> int:
    """How many node visits LangGraph must allow for so many steps."""
    return 4 * max_steps + 20


async def perceive(state: GameState, runtime: Runtime[Table]) -> GameState:
    """See whether there is a turn to take: the episode goes on, and no budget is spent."""
    table = runtime.context
    view = table.game.view
    runtime.stream_writer({"type": "observed", "step": state["step"], "score": view.score})
    tokens = state["prompt_tokens"] + state["completion_tokens"]
    outcome = _ended(view) or table.budgets.spent(state["step"], tokens, state["seconds"])
    return GameState(outcome=outcome, shortlist=[])


async def plan(state: GameState, runtime: Runtime[Table]) -> GameState:
    """Let the planner, where there is one, try the moves on copies of the game and leave the best."""
    table = runtime.context
    if table.planner is None:
        return GameState(shortlist=[])
    started = time.perf_counter()
    # In a thread, so that other episodes can talk to the model meanwhile.
    found = await asyncio.to_thread(table.planner.shortlist, table.game, state["seed"] * 1_000 + state["step"])
    runtime.stream_writer({"type": "note", "step": state["step"] + 1, "text": f"planned: {', '.join(found)}"})
    return _timed(state, GameState(shortlist=list(found)), "env_s", started)


async def act(state: GameState, runtime: Runtime[Table]) -> GameState:
    """Let the policy choose, and play it; what is no legal move is replaced by the game's declared fallback.

    A reply that takes longer than the remaining time ends the episode.
    """
    table, number = runtime.context, state["step"] + 1
    game, before = table.game, table.game.view
    runtime.stream_writer({"type": "thinking", "step": number})
    started = time.perf_counter()
    turn = turn_of(game, state["memory"], state["shortlist"], seed_of(game, state["seed"], number))
    try:
        async with asyncio.timeout(max(table.budgets.max_seconds - state["seconds"], 0.001)):
            choice = await table.policy.choose(state["task"], turn, past_of(state))
    except TimeoutError:
        ended = _timed(state, GameState(outcome="out_of_time"), "model_s", started)
        if ended["seconds"] < table.budgets.max_seconds:
            raise
        return ended
    thinking = time.perf_counter() - started
    runtime.stream_writer(
        {
            "type": "thought",
            "step": number,
            "thought": choice.thought,
            "action": choice.action.model_dump() if choice.action is not None else None,
            "error": choice.error,
            "seconds": choice.seconds,
            "tokens": choice.prompt_tokens + choice.completion_tokens,
        }
    )
    began = time.perf_counter()
    name, times, error = _decided(table, choice)
    table.log.intend(number, {"played": name, "times": times})
    after = game.play(name, times) if name else before
    playing = time.perf_counter() - began
    plain = choice.action.model_dump() if choice.action is not None else None
    table.log.step(
        number, choice, before, after, error=error, act_seconds=playing,
        notes=_notes(after, name if error else ""), played=name, times=times, reward=after.reward if name else 0.0,
        earned=after.earned, progress=after.progress, score=after.score, memory=state["memory"],
        shortlist=state["shortlist"],
    )  # fmt: skip
    runtime.stream_writer(
        {
            "type": "acted",
            "step": number,
            "action": plain,
            "error": error,
            "seconds": playing,
            "score": after.score,
        }
    )
    return GameState(
        step=number,
        past=[*state["past"], {"action": plain, "error": error}][-PAST_KEPT:],
        invalid=state["invalid"] + bool(error),
        scores=[*state["scores"], after.score],
        prompt_tokens=state["prompt_tokens"] + choice.prompt_tokens,
        completion_tokens=state["completion_tokens"] + choice.completion_tokens,
        seconds=state["seconds"] + thinking + playing,
        # A policy without a model names no seconds of its own.
        model_s=state["model_s"] + (choice.seconds or thinking),
        env_s=state["env_s"] + playing,
    )


async def remember(state: GameState, runtime: Runtime[Table]) -> GameState:
    """See whether the episode is over; else, every so many steps, let the player write its memory anew."""
    table = runtime.context
    outcome = _ended(table.game.view)
    if outcome or not table.memory_every or state["step"] % table.memory_every:
        return GameState(outcome=outcome, shortlist=[])
    write = getattr(table.policy, "note", None)
    if write is None:
        raise PlayError("this player keeps no memory: leave --memory out, or choose --agent vlm")
    started = time.perf_counter()
    note = await write(state["task"], turn_of(table.game, state["memory"]), past_of(state))
    runtime.stream_writer({"type": "note", "step": state["step"], "text": f"remembers: {note.text}"})
    change = GameState(
        outcome="",
        shortlist=[],
        memory=note.text,
        prompt_tokens=state["prompt_tokens"] + note.prompt_tokens,
        completion_tokens=state["completion_tokens"] + note.completion_tokens,
    )
    return _timed(state, change, "model_s", started)


NODES = (perceive, plan, act, remember)
"""In their order, for whoever drives them without LangGraph's scheduler."""


def _decided(table: Table, choice: Choice[GameAction]) -> tuple[str, int, str]:
    """The move to play, how often, and why it is not the one that was chosen; an empty name plays nothing."""
    error = choice.error
    if choice.action is not None:
        try:
            times = choice.action.times if isinstance(choice.action, Hold) else 1
            return table.game.move_of(choice.action), times, error
        except IllegalAction as refusal:
            error = str(refusal)
    return table.game.fallback, 1, error or "no action"


def _notes(after: View, instead: str) -> tuple[str, ...]:
    score = f"score {after.score:g}" if after.progress is None else f"progress {after.progress:.0%}"
    reward = (f"reward {after.reward:+g}",) if after.reward else ()
    return (*((f"{instead} was played instead",) if instead else ()), *reward, score)


def _timed(state: GameState, change: GameState, part: str, started: float) -> GameState:
    """`change`, with the seconds since `started` booked in total and as `part`."""
    spent = time.perf_counter() - started
    booked: Any = {**change, "seconds": state["seconds"] + spent, part: state[part] + spent}  # type: ignore[literal-required]
    return GameState(**booked)


def _ended(view: View) -> str:
    if view.terminated:
        return "terminated"
    return "truncated" if view.truncated else ""


def _after_perceive(state: GameState, runtime: Runtime[Table]) -> str:
    if state["outcome"]:
        return END
    return "act" if runtime.context.planner is None else "plan"


def _unless_over(following: str) -> Any:
    def route(state: GameState) -> str:
        return END if state["outcome"] else following

    return route
