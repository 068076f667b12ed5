"""Atari games in the Arcade Learning Environment (Bellemare et al. 2013), played as ALE v5 prescribes.

Sticky actions with probability 0.25, four frames to a step, the minimal set of actions (Machado et al. 2018).
Games that stand still until the fire button is pressed have it pressed at the start and after a life is lost.
"""

from typing import Any, ClassVar

import gymnasium

from envs.games.adapter.family import Env, Family, Info
from envs.games.adapter.moves import Move, moves_of

STICKY, FRAMES = 0.25, 4
_WORDS = ("fire", "upright", "upleft", "downright", "downleft", "up", "down", "left", "right", "noop")
_SPLIT = {"upright": "up right", "upleft": "up left", "downright": "down right", "downleft": "down left"}


class Ale(Family):
    """The package `ale-py`."""

    name: ClassVar[str] = "ale"
    needs: ClassVar[tuple[str, ...]] = ("ale_py",)
    install: ClassVar[str] = "pip install 'seedbed[atari]' (ale-py is under the GPL-2.0, so we do not bring it)"
    idle: ClassVar[tuple[str, ...]] = ("noop",)
    hold: ClassVar[bool] = True

    def register(self) -> None:
        import ale_py

        gymnasium.register_envs(ale_py)
        ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)

    def make(self, env_id: str, size_px: int) -> Env:
        made: Any = gymnasium.make(
            env_id, render_mode="rgb_array", repeat_action_probability=STICKY, frameskip=FRAMES,
            full_action_space=False, obs_type="rgb", disable_env_checker=True,
        )  # fmt: skip
        env: Env = FireToStart(made) if "FIRE" in made.unwrapped.get_action_meanings() else made
        return env

    def moves(self, env: Env) -> tuple[Move, ...]:
        inner: Any = env.unwrapped
        names = [_words(meaning.lower()) for meaning in inner.get_action_meanings()]
        return moves_of(env.action_space, names, self.title(env))

    def help(self, env: Env) -> str:
        return "An Atari game: score as many points as you can, and do not lose your lives."


class FireToStart(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Presses the fire button after a reset and after a life is lost; what it earns is the step's."""

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self._fire = env.unwrapped.get_action_meanings().index("FIRE")
        self._lives = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, Info]:
        _, info = self.env.reset(seed=seed, options=options)
        self._lives = info.get("lives", 0)
        pressed, _, terminated, truncated, after = self.env.step(self._fire)
        if terminated or truncated:
            return self.env.reset(options=options)
        return pressed, after

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, Info]:
        observation, reward, terminated, truncated, info = self.env.step(action)
        lost = info.get("lives", 0) < self._lives
        self._lives = info.get("lives", 0)
        if lost and not (terminated or truncated):
            observation, more, terminated, truncated, info = self.env.step(self._fire)
            reward = float(reward) + float(more)
        return observation, reward, terminated, truncated, info


def _words(meaning: str) -> str:
    """`uprightfire` as `up right fire`."""
    found = []
    while meaning:
        word = next(word for word in _WORDS if meaning.startswith(word))
        found.append(_SPLIT.get(word, word))
        meaning = meaning.removeprefix(word)
    return " ".join(found)
