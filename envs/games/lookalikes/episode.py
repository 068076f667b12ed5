"""One play of a game, with what is counted: both faces of a game go through here, so both keep the same score."""

import random

from gymnasium.utils import seeding

from envs.games.lookalikes.errors import IllegalMove, LevelUnknown
from envs.games.lookalikes.game import Game


class Episode:
    """A game in play, its moves, and how many of them were illegal."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.steps = 0
        """Moves tried, illegal ones too."""
        self.illegal = 0

    @classmethod
    def begin(cls, game: type[Game], level: int | None, rng: random.Random) -> "Episode":
        """Start `game` at `level`, or at one that `rng` draws for None; raises `LevelUnknown`."""
        if level is None:
            level = rng.randint(1, game.levels)
        return cls(game.start(known_level(game, level), rng))

    @classmethod
    def seeded(cls, game: type[Game], level: int | None, seed: int | None) -> "Episode":
        """The episode that `reset(seed=seed)` of the Gymnasium face begins; a random one for None."""
        return cls.begin(game, level, dice(seeding.np_random(seed)[0]))

    def move(self, move: int) -> bool:
        """Try a move; says whether it was legal. When the episode is finished nothing happens any more."""
        if self.finished:
            return False
        self.steps += 1
        try:
            self.game.play(move)
        except IllegalMove:
            self.illegal += 1
            return False
        return True

    @property
    def truncated(self) -> bool:
        """The steps are spent and the game is not over."""
        return self.steps >= self.game.max_steps and not self.game.over

    @property
    def finished(self) -> bool:
        return self.game.over or self.truncated


def known_level(game: type[Game], level: int) -> int:
    """`level` itself if the game has it; raises `LevelUnknown` otherwise."""
    if not 1 <= level <= game.levels:
        raise LevelUnknown(f"{game.name} has no level {level}; it has 1 to {game.levels}")
    return level


def dice(generator: seeding.RandomNumberGenerator) -> random.Random:
    """A game's source of chance, drawn from an environment's."""
    return random.Random(int(generator.integers(2**62)))
