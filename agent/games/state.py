"""What the game graph remembers between nodes: plain JSON, so that a checkpoint is small; never a picture."""

from dataclasses import dataclass, field
from typing import Any, TypedDict

from agent.budgets import Budgets
from agent.games.planner import Planner
from agent.games.turn import GamePolicy
from agent.policy import Past
from agent.runs.record import EpisodeLog
from envs.games.adapter.actions import GAME_ACTION, GameAction
from envs.games.adapter.game import Game


class GameState(TypedDict, total=False):
    """One episode's state; every value is plain JSON."""

    seed: int
    task: str
    step: int
    """How many of the player's steps are behind us."""
    past: list[dict[str, Any]]
    """The last steps: `action`, `error`."""
    memory: str
    """What the player wrote down for itself."""
    shortlist: list[str]
    """What the planner left to choose from at this turn."""
    invalid: int
    """Steps whose reply was no action, or no legal move: the declared fallback was played instead."""
    scores: list[float]
    """The game's score after each step."""
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    """Time spent, all processes of the run together."""
    model_s: float
    """Of these, waiting for the player."""
    env_s: float
    """Of these, in the game and in the planner's copies of it."""
    outcome: str
    """Empty while it goes on; `terminated`, `truncated`, `out_of_steps`, `out_of_tokens`, `out_of_time`."""


@dataclass(slots=True)
class Table:
    """What the graph's nodes work with and no checkpoint holds."""

    game: Game
    """Started."""
    policy: GamePolicy
    log: EpisodeLog
    budgets: Budgets = field(default_factory=Budgets)
    planner: Planner | None = None
    memory_every: int = 0
    """After so many steps the player writes its memory anew; 0 keeps none."""


def begin(task: str, seed: int) -> GameState:
    """The state of an episode that is about to be looked at for the first time."""
    return GameState(
        seed=seed, task=task, step=0, past=[], memory="", shortlist=[], invalid=0, scores=[], prompt_tokens=0,
        completion_tokens=0, seconds=0.0, model_s=0.0, env_s=0.0, outcome="",
    )  # fmt: skip


def past_of(state: GameState) -> list[Past[GameAction]]:
    """The steps behind us as policies read them."""
    return [
        Past(GAME_ACTION.validate_python(item["action"]) if item["action"] else None, item["error"])
        for item in state["past"]
    ]
