"""NetHack and MiniHack (Küttler et al. 2020, Samvelyan et al. 2021): what the terminal shows is the text.

Their actions are keys of NetHack, named after its commands. Progress is success for MiniHack; NetHack has none.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar

import gymnasium
import numpy as np

from envs.games.adapter.family import Env, Family, Info
from envs.games.adapter.moves import Move, moves_of


class NetHack(Family):
    """The packages `nle` and `minihack`."""

    name: ClassVar[str] = "nethack"
    needs: ClassVar[tuple[str, ...]] = ("nle",)
    install: ClassVar[str] = (
        "NLE 1.3 demands gymnasium 1.2 and Seedbed 1.4; `pip install --no-deps nle minihack` puts it beside ours, "
        "at your own risk"
    )

    def register(self) -> None:
        import_module("nle")
        if find_spec("minihack") is not None:
            import_module("minihack")

    def make(self, env_id: str, size_px: int) -> Env:
        keys = ("tty_chars", "tty_colors", "tty_cursor", "blstats", "message", "glyphs", "chars")
        env: Env = gymnasium.make(env_id, observation_keys=keys, disable_env_checker=True)
        return env

    def moves(self, env: Env) -> tuple[Move, ...]:
        inner: Any = env.unwrapped
        names: list[str] = []
        for action in inner.actions:
            name = action.name.lower().replace("_", " ")
            # Commands and directions share some names (`WAIT`, `DOWN`).
            names.append(name if name not in names else f"{type(action).__name__.lower()} {name}")
        return moves_of(env.action_space, names, self.title(env))

    def help(self, env: Env) -> str:
        return "NetHack in a terminal: you are the @. The first line is a message, the last two your state."

    def text(self, env: Env, observation: Any, info: Info) -> str:
        rows = np.asarray(observation["tty_chars"])
        return "\n".join(bytes(row).decode("latin-1").rstrip() for row in rows).strip("\n")

    def progress(self, env: Env, info: Info, earned: float) -> float | None:
        if not self.title(env).startswith("MiniHack"):
            return None
        return 1.0 if earned > 0 and info.get("end_status") is not None else 0.0
