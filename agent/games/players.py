"""Who plays: from an agent's name to the policy of each episode."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.games.baselines import BlindPlayer, ConstantPlayer, MisledPlayer, OraclePlayer, RandomPlayer
from agent.games.config import WITH_MODEL, Agent
from agent.games.errors import PlayError
from agent.games.planner import Planner
from agent.games.turn import GamePolicy
from envs.games.adapter.game import Game


@dataclass(frozen=True, slots=True)
class Player:
    """How an agent is made for an episode, and the planner that it may ask."""

    policy: Callable[[Game, int], GamePolicy]
    """From the game, started, and the episode's seed to the policy that plays it."""
    planner: Planner | None = None


def player(agent: Agent, model: GamePolicy | None = None, move: str | None = None) -> Player:
    """The player called `agent`; `model` is the policy of those that have one, `move` the constant one's."""
    planner = Planner() if agent.endswith("+planner") else None
    if agent in WITH_MODEL:
        if model is None:
            raise PlayError(f"--agent {agent} needs a model")
        policy: GamePolicy = model
        if agent == "blind":
            policy = BlindPlayer(model)
        elif agent == "wrong-instruction":
            policy = MisledPlayer(model)
        return Player(lambda game, seed: policy, planner)
    if agent == "oracle":
        return Player(lambda game, seed: OraclePlayer(game))
    if agent == "constant":
        return Player(lambda game, seed: ConstantPlayer(_known(game, move)))
    return Player(lambda game, seed: RandomPlayer(f"{game.env_id}:{seed}"), planner)


def _known(game: Game, move: str | None) -> str:
    names = [one.name for one in game.moves]
    if move is None or (names and move not in names):
        raise PlayError(f"{game.env_id} has no move {move!r}; there are {', '.join(names[:40])}")
    return move
