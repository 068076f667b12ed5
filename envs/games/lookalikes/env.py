"""The Gymnasium face of our own games: one class for all of them."""

from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete
from numpy.typing import NDArray

from envs.games.lookalikes.episode import Episode, dice, known_level
from envs.games.lookalikes.game import Game, Oracle
from envs.games.lookalikes.raster import rasterize
from envs.games.lookalikes.registry import game_class, oracle_of


class LookalikeEnv(gymnasium.Env[NDArray[np.uint8], int]):
    """A game of `envs.games.lookalikes`, played from its picture by named moves.

    ## Action space
    `Discrete(n)`: the game's `moves`, by index. An illegal move changes nothing and is counted.

    ## Observation space
    `Box(0, 255, (size_px, size_px, 3), uint8)`: the picture, RGB.

    ## Rewards
    The change of `progress`, so that the rewards of an episode add up to the progress at its end.

    ## Starting state
    Drawn from the seed, at `level`; at a level that is drawn as well when it is None. `reset` takes
    `options={"level": n}` for one episode.

    ## Episode end
    Terminates when the game is over: solved, or lost. Truncates after the game's `max_steps` moves.

    ## Info
    `progress` in [0, 1], `score` in the game's points, `solved`, `level`, `legal` (whether the last move was),
    `illegal_moves` so far, `action_mask` int8 `[n]` for `Discrete.sample`, and `text`, the board in words.

    ## Arguments
    `game`, a name in the registry; `level` from 1, or None; `size_px`, the side of the picture in pixels.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 4}

    def __init__(
        self,
        game: str,
        level: int | None = None,
        *,
        render_mode: str | None = None,
        size_px: int = 160,
    ) -> None:
        self._class = game_class(game)
        self._level = None if level is None else known_level(self._class, level)
        self.render_mode = render_mode
        self.size_px = size_px
        self.solver: Oracle = oracle_of(game)
        """What the best player that we know would do: from the game to the index of a move."""
        self.action_space = Discrete(len(self._class.moves))
        self.observation_space = Box(0, 255, (size_px, size_px, 3), np.uint8)
        self._episode: Episode | None = None

    @property
    def game(self) -> Game:
        """The game in play; raises `ResetNeeded` before the first `reset`."""
        return self.episode.game

    @property
    def episode(self) -> Episode:
        if self._episode is None:
            raise gymnasium.error.ResetNeeded("call reset before step or render")
        return self._episode

    @property
    def moves(self) -> tuple[str, ...]:
        """The names of the actions."""
        return self._class.moves

    @property
    def help(self) -> str:
        """How the game is played, in two sentences."""
        return self._class.help

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        super().reset(seed=seed)
        level = (options or {}).get("level", self._level)
        self._episode = Episode.begin(self._class, level, dice(self.np_random))
        return self._picture(), self._info(legal=True)

    def step(self, action: int) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        episode = self.episode
        before = episode.game.progress
        legal = episode.move(int(action))
        gained = episode.game.progress - before
        return self._picture(), gained, episode.game.over, episode.truncated, self._info(legal)

    def render(self) -> NDArray[np.uint8] | None:
        """The picture as it is now, `[size_px, size_px, 3]`, in mode `rgb_array`."""
        return self._picture() if self.render_mode == "rgb_array" else None

    def oracle(self) -> int:
        """The move that the game's oracle would make now."""
        return self.solver(self.game)

    def _picture(self) -> NDArray[np.uint8]:
        return rasterize(self.game.draw(), self.size_px)

    def _info(self, legal: bool) -> dict[str, Any]:
        game = self.game
        return {
            "progress": game.progress,
            "score": game.score,
            "solved": game.solved,
            "level": game.level,
            "legal": legal,
            "illegal_moves": self.episode.illegal,
            "action_mask": np.array(game.legal(), np.int8),
            "text": game.text(),
        }
