"""Our own games: they know the names of their moves, what a click means, and how far they have got."""

import random
from typing import Any, ClassVar, cast

import gymnasium

from envs.games.adapter.family import Env, Family, Info
from envs.games.adapter.moves import Move, moves_of
from envs.games.lookalikes.env import LookalikeEnv
from envs.games.lookalikes.registry import game_class

UNSEEN_PX = 8


class Lookalikes(Family):
    """The games of `envs.games.lookalikes`."""

    name: ClassVar[str] = "lookalikes"
    needs: ClassVar[tuple[str, ...]] = ("envs.games.lookalikes",)

    def make(self, env_id: str, size_px: int) -> Env:
        made: Any = gymnasium.make(env_id, render_mode="rgb_array", size_px=size_px, disable_env_checker=True)
        return cast(Env, made)

    def title(self, env: Env) -> str:
        spec: Any = env.spec
        return game_class(spec.kwargs["game"]).title

    def moves(self, env: Env) -> tuple[Move, ...]:
        return moves_of(env.action_space, _own(env).moves, self.title(env))

    def help(self, env: Env) -> str:
        return _own(env).help

    def progress(self, env: Env, info: Info, earned: float) -> float | None:
        return float(info["progress"])

    def solved(self, env: Env, info: Info, earned: float) -> bool:
        return bool(info["solved"])

    def place(self, env: Env, x: float, y: float) -> int | None:
        return _own(env).game.move_at(x, y)

    def clickable(self, env: Env) -> bool:
        return True

    def set_apart(self, env: Env, dice: int) -> None:
        # Nobody looks at a copy, and a tiny picture is drawn in no time.
        _own(env).size_px = UNSEEN_PX
        for part in vars(_own(env).game).values():
            if isinstance(part, random.Random):
                part.seed(dice)


def _own(env: Env) -> LookalikeEnv:
    return cast(LookalikeEnv, env.unwrapped)
