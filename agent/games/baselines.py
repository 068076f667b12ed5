"""Players that stand beside the model in every table, and go through the same graph as it does."""

import random
from collections.abc import Sequence
from dataclasses import replace

from agent.baselines import grey_png
from agent.games.turn import GamePolicy, Turn
from agent.policy import Choice, Past
from envs.games.adapter.actions import GameAction, Press
from envs.games.adapter.game import Game
from envs.games.adapter.oracles import Oracle, oracle_of

SENSELESS = "Sort the books on the shelf by their colour and water the plants."
"""What the wrong-instruction player is told, whatever the game."""


class RandomPlayer:
    """Makes any legal move, every one as likely as any other."""

    def __init__(self, seed: int | str) -> None:
        self._seed = seed

    async def choose(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Choice[GameAction]:
        # Drawn for this step alone, so that an episode that is resumed goes on as it would have.
        dice = random.Random(f"{self._seed}:{turn.view.env_steps}")
        return Choice(Press(key=dice.choice(turn.choices)))


class ConstantPlayer:
    """Makes the same move always, whether it is legal or not."""

    def __init__(self, key: str) -> None:
        self._action = Press(key=key)

    async def choose(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Choice[GameAction]:
        return Choice(self._action)


class OraclePlayer:
    """Makes the move of the game's scripted solver, which reads the game's own state; raises `GameUnsupported`."""

    def __init__(self, game: Game) -> None:
        self._game = game
        self._solve: Oracle = oracle_of(game.env_id)

    async def choose(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Choice[GameAction]:
        return Choice(Press(key=self._solve(self._game)))


class BlindPlayer:
    """Another player before grey pictures and no text: what the task and the list of legal moves are worth."""

    def __init__(self, player: GamePolicy) -> None:
        self._player = player

    async def choose(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Choice[GameAction]:
        grey = grey_png(*turn.view.size)
        view = replace(turn.view, screenshot=grey, history=(grey,) * len(turn.view.history), text="")
        return await self._player.choose(task, replace(turn, view=view), past)


class MisledPlayer:
    """Another player that is told to do something else: what the task's words are worth."""

    def __init__(self, player: GamePolicy) -> None:
        self._player = player

    async def choose(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Choice[GameAction]:
        return await self._player.choose(SENSELESS, replace(turn, help=SENSELESS), past)
