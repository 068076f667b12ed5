"""MiniGrid and BabyAI (Chevalier-Boisvert et al. 2023): a small robot in a grid, with a mission in words.

The picture is the whole grid, with the part that the robot sees lit up, as the package draws it by default. The
reward is 1 - 0.9 steps/limit on success and 0 otherwise; progress is success, 0 or 1.
"""

import io
from contextlib import redirect_stdout
from typing import Any, ClassVar

import gymnasium

from envs.games.adapter.family import Env, Family, Info
from envs.games.adapter.moves import Move, moves_of

NAMES = ("turn left", "turn right", "forward", "pick up", "drop", "toggle", "done")
LEAST_TILE_PX = 8


class MiniGrid(Family):
    """The package `minigrid`."""

    name: ClassVar[str] = "minigrid"
    needs: ClassVar[tuple[str, ...]] = ("minigrid",)
    install: ClassVar[str] = "pip install 'seedbed[games]'"

    def make(self, env_id: str, size_px: int) -> Env:
        env: Env = _Quiet(gymnasium.make(env_id, render_mode="rgb_array", disable_env_checker=True))
        inner: Any = env.unwrapped
        # Tiles of a whole number of pixels, so that nothing needs to be scaled afterwards.
        inner.tile_size = max(LEAST_TILE_PX, size_px // max(inner.width, inner.height))
        return env

    def moves(self, env: Env) -> tuple[Move, ...]:
        return moves_of(env.action_space, NAMES, self.title(env))

    def help(self, env: Env) -> str:
        return (
            "You are the red triangle, which points where you look. Turn, walk forward, pick up or toggle what is "
            "right in front of you; say done when the mission is to stand before something."
        )

    def progress(self, env: Env, info: Info, earned: float) -> float | None:
        return 1.0 if earned > 0 else 0.0


class _Quiet(gymnasium.Wrapper[Any, Any, Any, Any]):
    """BabyAI prints each of the boards that it throws away before it finds one that can be solved."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, Info]:
        with redirect_stdout(io.StringIO()):
            return self.env.reset(seed=seed, options=options)
