"""What is known of a family of games beyond Gymnasium's interface: names of moves, how it is told, how it starts.

This base class knows nothing in particular and plays whatever Gymnasium has registered; families override what
they know better.
"""

from importlib import import_module
from typing import Any, ClassVar, TypeAlias

import gymnasium
import numpy as np

from envs.games.adapter.moves import Move, moves_of

Env: TypeAlias = "gymnasium.Env[Any, Any]"
Info = dict[str, Any]


class Family:
    """Games that are made, named and read in the same way."""

    name: ClassVar[str] = "generic"
    install: ClassVar[str] = ""
    """What to do where something that it needs is not there."""
    needs: ClassVar[tuple[str, ...]] = ()
    """The modules that must be there."""
    idle: ClassVar[tuple[str, ...]] = ()
    """Moves that do nothing: the first that a game has stands in for an invalid action. In a game that has none,
    an invalid action leaves the game alone, and only the player's step counts."""
    hold: ClassVar[bool] = False
    """Whether holding a key makes sense: in games where time passes with every step."""
    free_text: ClassVar[bool] = False
    """Whether anything may be said, not only what is listed as legal."""

    def register(self) -> None:
        """Let Gymnasium know the family's games; called once, when its modules are known to be there."""
        for name in self.needs:
            import_module(name)

    def make(self, env_id: str, size_px: int) -> Env:
        """The environment, drawn with a longer side of about `size_px` where the family can choose."""
        spec = gymnasium.spec(env_id)
        env: Env = gymnasium.make(spec, render_mode=self.render_mode(spec), disable_env_checker=True)
        return env

    def render_mode(self, spec: Any) -> str | None:
        """`rgb_array` where the environment offers it, None otherwise."""
        entry = spec.entry_point
        found = gymnasium.envs.registration.load_env_creator(entry) if isinstance(entry, str) else entry
        modes = getattr(found, "metadata", {}).get("render_modes", ())
        return "rgb_array" if "rgb_array" in modes else None

    def title(self, env: Env) -> str:
        return str(env.spec.id) if env.spec is not None else type(env.unwrapped).__name__

    def moves(self, env: Env) -> tuple[Move, ...]:
        """Everything that can be done, whether it is legal now or not."""
        return moves_of(env.action_space, where=self.title(env))

    def help(self, env: Env) -> str:
        """How the game is played, in a sentence or two."""
        return ""

    def mission(self, env: Env, observation: Any, info: Info) -> str:
        """What this episode is about; empty where the game does not say."""
        if isinstance(observation, dict) and isinstance(observation.get("mission"), str):
            return str(observation["mission"])
        return ""

    def text(self, env: Env, observation: Any, info: Info) -> str:
        """The game's own words."""
        return observation if isinstance(observation, str) else str(info.get("text", ""))

    def legal(self, env: Env, moves: tuple[Move, ...], info: Info) -> tuple[str, ...]:
        """The names of the moves that can be made now."""
        mask = info.get("action_mask")
        if mask is None:
            return tuple(move.name for move in moves)
        return tuple(move.name for move, allowed in zip(moves, np.asarray(mask), strict=True) if allowed)

    def progress(self, env: Env, info: Info, earned: float) -> float | None:
        """How far the game has got, in [0, 1]; None where it cannot tell."""
        return None

    def solved(self, env: Env, info: Info, earned: float) -> bool:
        """Whether the game's aim is reached; False where it has none."""
        return self.progress(env, info, earned) == 1.0

    def place(self, env: Env, x: float, y: float) -> int | None:
        """Which of the moves a click at these fractions of the picture means; None where it means none."""
        return None

    def clickable(self, env: Env) -> bool:
        """Whether `place` can say anything."""
        return False

    def set_apart(self, env: Env, dice: int) -> None:
        """Give a copied environment another fate than the original's."""
        env.unwrapped.np_random = np.random.default_rng(dice)
