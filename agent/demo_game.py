"""The game of `seedbed demo`: one of our own, played by the model, by its oracle and at random."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gymnasium

from agent.budgets import Budgets
from agent.evaluation.games.keeper import episode_name
from agent.evaluation.players import Served
from agent.evaluation.recorder import Recorder
from agent.games.config import Agent
from agent.games.episode import Event, Terms, in_order, play_episode
from agent.games.players import Player, player
from agent.games.result import GameResult
from agent.games.run import picture_px
from agent.games.turn import GamePolicy
from agent.games.vlm_policy import GameVlmPolicy
from envs.games.adapter.game import SIZE_PX, Game
from envs.games.adapter.registry import registered
from envs.games.lookalikes.registry import env_id, game_class
from vlm.completion import BadReply, ModelNotFound, Unreachable

GAME, LEVEL = "maze", 1
"""What is played: the name of one of our own games, and its level."""
GAME_ID = env_id(GAME)
TITLE = f"{game_class(GAME).title}, level {LEVEL}"
MAX_STEPS = 30
"""For every player; the longest way through a maze of this level takes 15."""
EPISODE_TIMEOUT_S = 120.0
TERMS = Terms(Budgets(MAX_STEPS, max_seconds=EPISODE_TIMEOUT_S), timeout_s=EPISODE_TIMEOUT_S)
BESIDE: tuple[Agent, ...] = ("oracle", "random")
"""Who plays the same seeds, to compare with; nothing of theirs is kept."""


@dataclass(frozen=True, slots=True)
class Means:
    """A player's episodes of the game, in one row."""

    progress: float
    """In [0, 1]."""
    moves: float
    invalid: float
    """The share of the moves that were no legal ones."""

    @classmethod
    def of(cls, results: Sequence[GameResult]) -> "Means":
        moves = sum(result.steps for result in results)
        return cls(
            sum(result.score for result in results) / len(results),
            moves / len(results),
            sum(result.invalid for result in results) / max(moves, 1),
        )


async def play_game(
    model: Served,
    seeds: range,
    recorder: Recorder,
    watch: Callable[[int, Event], None],
    finished: Callable[[GameResult], None],
) -> None:
    """Let the model play every seed from the picture alone, one after the other, and keep each step in `recorder`.

    `watch` gets the events of the seed's episode, `finished` its result. Raises what a server that is gone raises.
    """
    profile = model.server.profile
    who = player("vlm", GameVlmPolicy(model.client, profile))
    game = _made(picture_px(profile), drawn=True)
    try:
        for seed in seeds:
            name = episode_name(GAME_ID, seed)
            result = await play_episode(
                game,
                seed,
                partial(_seated, who, seed),
                TERMS,
                open_log=partial(recorder.begin, name, seed=seed, game=GAME_ID, level=LEVEL),
                drive=in_order(partial(watch, seed)),
                fatal=(Unreachable, ModelNotFound, BadReply),
            )
            kept = result.model_dump(
                include={"status", "reward", "progress", "steps", "invalid", "seconds", "error"}
            )
            recorder.close(name, result.solved, score=result.score, **kept)
            finished(result)
    finally:
        game.close()


async def play_beside(agent: Agent, seeds: range) -> Means:
    """The same episodes by a player without a model."""
    who = player(agent)
    game = _made(SIZE_PX, drawn=False)
    try:
        return Means.of([await play_episode(game, seed, partial(_seated, who, seed), TERMS) for seed in seeds])
    finally:
        game.close()


def _seated(who: Player, seed: int, game: Game) -> GamePolicy:
    return who.policy(game, seed)


def _made(size_px: int, *, drawn: bool) -> Game:
    """The game at its level, which an id alone cannot say."""
    family = registered(GAME_ID)
    made: Any = gymnasium.make(
        GAME_ID, level=LEVEL, render_mode="rgb_array", size_px=size_px, disable_env_checker=True
    )
    return Game(GAME_ID, made, family, size_px=size_px, drawn=drawn)
