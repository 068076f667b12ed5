"""Finds the best move to make all the time, on seeds that no score is taken of."""

import asyncio
from collections.abc import Mapping
from functools import partial

from agent.budgets import Budgets
from agent.games.baselines import ConstantPlayer
from agent.games.episode import Terms, play_episode
from envs.games.adapter.game import Game
from envs.protocol import mean

TRIAL_SEEDS = range(1_000_000, 1_000_003)
"""Of the development range: choosing on the seeds that are scored would flatter the choice."""
MOST_MOVES = 24
"""A game with more moves has this many of them tried, evenly spaced in their order."""
UNSEEN_PX = 32
"""The size of pictures that nobody looks at."""


class ConstantChoice:
    """One choice for each game, made when it is first asked for."""

    def __init__(self, steps: Mapping[str, int]) -> None:
        """`steps` are the budgets of the games."""
        self._steps = steps
        self._found: dict[str, asyncio.Task[str]] = {}

    async def best(self, env_id: str) -> str:
        """The name of the move whose mean score over the trial seeds is highest; of equals, the first."""
        if env_id not in self._found:
            self._found[env_id] = asyncio.create_task(self._search(env_id))
        return await self._found[env_id]

    async def _search(self, env_id: str) -> str:
        game = Game.make(env_id, size_px=UNSEEN_PX, drawn=False)
        try:
            names = [move.name for move in game.moves] or list(game.start(TRIAL_SEEDS[0]).legal)
            tried = [names[round(place * (len(names) - 1) / (MOST_MOVES - 1))] for place in range(MOST_MOVES)]
            terms = Terms(Budgets(self._steps[env_id], 1, 3600.0))
            means = {}
            for name in names if len(names) <= MOST_MOVES else tried:
                scores = []
                for seed in TRIAL_SEEDS:
                    played = await play_episode(game, seed, partial(_constant, name), terms)
                    scores.append(played.score)
                    await asyncio.sleep(0)  # A scripted player never waits: let the others have their turn.
                means[name] = mean(scores)
            return max(means, key=means.__getitem__)
        finally:
            game.close()


def _constant(name: str, game: Game) -> ConstantPlayer:
    return ConstantPlayer(name)
