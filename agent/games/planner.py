"""A tool that tries moves on copies of the game: flat Monte Carlo search with random play-outs.

It sees the rules at work but not the future: the copies' chance is drawn anew. It makes a different player of
whoever uses it, so its results are a track of their own (`vlm+planner`).
"""

import random
from dataclasses import dataclass

from envs.games.adapter.game import Game


@dataclass(frozen=True, slots=True)
class Planner:
    """Leaves the moves whose play-outs score best, all of them where several do."""

    steps: int = 600
    """About how many steps of the environment one search may take."""
    depth: int = 10
    """The length of a play-out, its first move included."""
    most: int = 4
    """No more moves than these are left."""
    margin: float = 1e-9
    """Means that differ by no more count as equal."""

    def shortlist(self, game: Game, seed: int) -> tuple[str, ...]:
        """The best of the moves that are legal now, in the order of the game's moves.

        Raises `GameUnsupported` where the game cannot be copied.
        """
        legal = game.view.legal
        if len(legal) < 2:
            return legal
        dice = random.Random(seed)
        rounds = max(1, self.steps // (len(legal) * self.depth))
        means = {name: sum(self._played_out(game, name, dice) for _ in range(rounds)) / rounds for name in legal}
        best = max(means.values())
        return tuple(name for name in legal if means[name] >= best - self.margin)[: self.most]

    def _played_out(self, game: Game, first: str, dice: random.Random) -> float:
        copy = game.clone(dice.getrandbits(32))
        view = copy.play(first)
        for _ in range(self.depth - 1):
            if view.over or not view.legal:
                break
            view = copy.play(dice.choice(view.legal))
        return view.score
