"""Gymnasium's own small games, with names for their actions and a line on how each is played."""

from typing import Any, ClassVar, NamedTuple

from envs.games.adapter.family import Env, Family, Info
from envs.games.adapter.moves import Move, moves_of


class Known(NamedTuple):
    """What a player must be told of one of the games."""

    names: tuple[str, ...]
    """In the order of the actions; empty to list a continuous action in steps."""
    help: str


GAMES = {
    "CartPole": Known(
        ("push left", "push right"),
        "Push the cart left or right so that the pole on it does not fall and the cart stays in the picture.",
    ),
    "MountainCarContinuous": Known((), "Drive the car up the hill on the right to the flag; swing to gain speed."),
    "MountainCar": Known(
        ("push left", "do nothing", "push right"),
        "Drive the car up the hill on the right to the flag; the engine is weak, so swing to and fro for speed.",
    ),
    "Acrobot": Known(
        ("torque -1", "no torque", "torque +1"),
        "Swing the lower link so that its tip rises above the line; only the joint between the links is driven.",
    ),
    "Pendulum": Known((), "Swing the pendulum up and hold it there with as little torque as you can."),
    "FrozenLake": Known(
        ("left", "down", "right", "up"),
        "Walk to the goal, marked G, without falling into a hole. Where the ice is slippery you may slide aside.",
    ),
    "CliffWalking": Known(
        ("up", "right", "down", "left"),
        "Walk from the lower left to the lower right without stepping off the cliff.",
    ),
    "Taxi": Known(
        ("down", "up", "right", "left", "pick up", "drop off"),
        "Drive the taxi to the passenger, pick them up, drive to the marked destination and drop them off.",
    ),
    "Blackjack": Known(("stick", "hit"), "Come closer to 21 than the dealer without going over it."),
    "LunarLander": Known(
        ("do nothing", "fire left engine", "fire main engine", "fire right engine"),
        "Land softly between the two flags.",
    ),
}
"""By the first part of the id; a longer name stands before one that it begins with."""

GOAL_GAMES = ("FrozenLake",)
"""Games whose only reward is 1 for the goal, so that what was earned is the progress."""


class Classic(Family):
    """Classic control and toy text."""

    name: ClassVar[str] = "classic"
    needs: ClassVar[tuple[str, ...]] = ("pygame",)
    install: ClassVar[str] = "pip install 'seedbed[games]'"
    hold: ClassVar[bool] = True
    idle: ClassVar[tuple[str, ...]] = ("do nothing", "no torque")

    def register(self) -> None:
        """Gymnasium knows them already; pygame only draws them."""

    def moves(self, env: Env) -> tuple[Move, ...]:
        continuous = not hasattr(env.action_space, "n")
        return moves_of(env.action_space, () if continuous else _known(env).names, self.title(env))

    def help(self, env: Env) -> str:
        return _known(env).help

    def progress(self, env: Env, info: Info, earned: float) -> float | None:
        return float(earned) if _name(env) in GOAL_GAMES else None


def _known(env: Env) -> Known:
    return GAMES[_name(env)]


def _name(env: Env) -> str:
    spec: Any = env.spec
    return next(name for name in GAMES if spec.id.startswith(name))
