"""Small made-up environments for tests of the adapter."""

from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete, Space, Text

LENGTH = 5


class Corridor(gymnasium.Env[Any, Any]):
    """Walk from place 0 to 4; `left` is not possible at 0. Pays 1 at the end, cut off after `limit` steps."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"]}

    def __init__(self, limit: int = 20, breaks_at: int = 0) -> None:
        self.render_mode = "rgb_array"
        self.action_space = Discrete(2)
        self.observation_space = Box(0, LENGTH, (1,), np.int64)
        self.place = self.steps = 0
        self.limit, self.breaks_at = limit, breaks_at

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.place = self.steps = 0
        return self._seen()

    def step(self, action: Any) -> Any:
        self.steps += 1
        if self.steps == self.breaks_at:
            raise RuntimeError("the corridor fell in\nand this is a second line")
        self.place = min(max(self.place + (1 if action else -1), 0), LENGTH - 1)
        done = self.place == LENGTH - 1
        observation, info = self._seen()
        return observation, float(done), done, self.steps >= self.limit and not done, info

    def render(self) -> Any:
        picture = np.full((8, 8 * LENGTH, 3), 250, np.uint8)
        picture[:, 8 * self.place : 8 * self.place + 8] = (200, 30, 30)
        return picture

    def _seen(self) -> Any:
        mask = np.array([self.place > 0, True], np.int8)
        return np.array([self.place]), {"action_mask": mask, "text": f"at {self.place}"}


class Of(gymnasium.Env[Any, Any]):
    """Takes the actions of any space and remembers them."""

    def __init__(self, space: Space[Any]) -> None:
        self.action_space = space
        self.observation_space = Text(100)
        self.taken: list[Any] = []

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        return "begin", {}

    def step(self, action: Any) -> Any:
        self.taken.append(action)
        return f"did {action}", 0.0, False, False, {}
