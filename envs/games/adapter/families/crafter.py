"""Crafter (Hafner 2021): survive in an open world and unlock 22 achievements; progress is their share.

The package was written before Gymnasium and speaks the old interface, so it is wrapped here.
"""

from typing import Any, ClassVar

import gymnasium
import numpy as np

from envs.games.adapter.family import Env, Family, Info
from envs.games.adapter.moves import Move, moves_of

ACHIEVEMENTS = 22
IDS = {"CrafterReward-v1": True, "CrafterNoReward-v1": False}
"""The package's own ids, and whether achievements are rewarded."""


class CrafterEnv(gymnasium.Env[Any, Any]):
    """`crafter.Env` as a Gymnasium environment; what it shows and does is untouched.

    Action `Discrete(17)`, observation RGB uint8 `[size_px, size_px, 3]`. Terminates when the player dies,
    truncates after 10,000 steps. Its world is drawn from the seed that `reset` was given.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 10}

    def __init__(self, reward: bool, size_px: int = 160, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self._reward, self._size_px = reward, size_px
        self.world: Any = self._made(seed=0)
        self.action_space = gymnasium.spaces.Discrete(len(self.world.action_names))
        self.observation_space = gymnasium.spaces.Box(0, 255, (size_px, size_px, 3), np.uint8)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, Info]:
        super().reset(seed=seed)
        self.world = self._made(int(self.np_random.integers(2**31 - 1)))
        return self.world.reset(), {"achievements": {}}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, Info]:
        observation, reward, over, info = self.world.step(int(action))
        dead = info["discount"] == 0.0
        return observation, float(reward), dead, over and not dead, dict(info)

    def render(self) -> Any:
        return self.world.render()

    def _made(self, seed: int) -> Any:
        import crafter

        return crafter.Env(size=(self._size_px, self._size_px), reward=self._reward, seed=seed)


class Crafter(Family):
    """The package `crafter`."""

    name: ClassVar[str] = "crafter"
    needs: ClassVar[tuple[str, ...]] = ("crafter",)
    install: ClassVar[str] = "pip install 'seedbed[games]'"
    idle: ClassVar[tuple[str, ...]] = ("noop",)
    hold: ClassVar[bool] = True

    def register(self) -> None:
        for env_id, reward in IDS.items():
            gymnasium.register(env_id, CrafterEnv, kwargs={"reward": reward})

    def make(self, env_id: str, size_px: int) -> Env:
        env: Env = gymnasium.make(env_id, size_px=size_px, render_mode="rgb_array", disable_env_checker=True)
        return env

    def moves(self, env: Env) -> tuple[Move, ...]:
        inner: Any = env.unwrapped
        names = [name.replace("_", " ") for name in inner.world.action_names]
        return moves_of(env.action_space, names, self.title(env))

    def help(self, env: Env) -> str:
        return (
            "You are in the middle of the picture, and what you carry stands below it. Collect wood, stone and "
            "ore, drink, eat and sleep, place a table and a furnace, make tools, and fight to unlock achievements."
        )

    def progress(self, env: Env, info: Info, earned: float) -> float | None:
        return sum(count > 0 for count in info["achievements"].values()) / ACHIEVEMENTS
