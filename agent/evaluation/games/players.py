"""Who plays games: makes each agent, and says what the manifest must hold of it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.evaluation.games.config import GamesConfig
from agent.evaluation.games.constant import ConstantChoice
from agent.evaluation.players import Served, model_hash
from agent.games.config import WITH_MODEL, Agent
from agent.games.players import Player, player
from agent.games.prompts import render
from agent.games.turn import Turn
from agent.games.vlm_policy import GameVlmPolicy
from envs.protocol.manifest import hash_of
from vlm.completion import BadReply, ModelNotFound, Unreachable

_NONCE = re.compile(r"game-[0-9a-f]{8}\b")


@dataclass(frozen=True, slots=True)
class GamePlayer:
    """How an agent plays, and what the manifest says about it."""

    name: Agent
    playing: Callable[[str], Player]
    """From a constant player's move, empty for others, to who plays."""
    constant: ConstantChoice | None = None
    """Finds the move of a constant player."""
    fatal: tuple[type[Exception], ...] = ()
    """Errors that end the evaluation instead of one episode."""
    facts: dict[str, Any] = field(default_factory=dict)
    """The manifest's `model`, `model_hash`, `prompt_hash` and `decoding`."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """From game to the first prompt's text."""


def player_of(
    name: Agent, config: GamesConfig, model: Served | None, first: Mapping[str, tuple[str, Turn]]
) -> GamePlayer:
    """The agent `name`; `model` is needed for those in `WITH_MODEL`.

    `first` holds each game's task and turn at the start of its first episode, to word a prompt of.
    """
    if name in WITH_MODEL:
        assert model is not None, "a model is served where an agent needs one"
        return _with_model(name, config, model, first)
    choice = ConstantChoice(config.steps) if name == "constant" else None
    return GamePlayer(name, lambda move: player(name, move=move or None), constant=choice)


def _with_model(
    name: Agent, config: GamesConfig, model: Served, first: Mapping[str, tuple[str, Turn]]
) -> GamePlayer:
    profile = model.server.profile
    playing = player(name, GameVlmPolicy(model.client, profile, config.observation))
    prompts = {game: _text(render(profile, *asked, [], config.observation)) for game, asked in first.items()}
    facts = {
        "model": model.server.model_name,
        "model_hash": model_hash(model.server.model),
        "prompt_hash": hash_of(prompts),
        "decoding": {
            "temperature": profile.temperature_in_games,
            # One for each turn, from the game, the episode and the turn's number; at zero nothing is drawn.
            "seeded": profile.temperature_in_games > 0,
            "format": profile.format,
            "prompt": profile.prompt,
        },
    }
    fatal = (Unreachable, ModelNotFound, BadReply)
    return GamePlayer(name, lambda move: playing, fatal=fatal, facts=facts, prompts=prompts)


def _text(messages: list[dict[str, Any]]) -> str:
    """The messages as text, without pictures, and without the nonce that marks untrusted text."""
    lines = []
    for message in messages:
        content = message["content"]
        parts = (
            [content] if isinstance(content, str) else [part.get("text", f"<{part['type']}>") for part in content]
        )
        lines.append(json.dumps({"role": message["role"], "content": parts}, ensure_ascii=False))
    return _NONCE.sub("game-nonce", "\n".join(lines))
