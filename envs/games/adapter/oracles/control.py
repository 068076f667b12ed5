"""Classic control by rules of thumb that read the state: not optimal, but far above chance."""

from typing import Any

from envs.games.adapter.game import Game


def balance(game: Game) -> str:
    """Push the cart under the pole's fall, and a little towards the middle."""
    inner: Any = game.env.unwrapped
    x, x_speed, angle, angle_speed = inner.state
    lean = angle + 0.25 * angle_speed + 0.01 * x + 0.02 * x_speed
    return "push right" if lean > 0 else "push left"


def swing(game: Game) -> str:
    """Push the car the way it rolls, which only ever adds to its energy."""
    inner: Any = game.env.unwrapped
    return "push right" if inner.state[1] >= 0 else "push left"


def pump(game: Game) -> str:
    """Drive the joint against the upper link's swing, which adds to the energy of both."""
    inner: Any = game.env.unwrapped
    return "torque -1" if inner.state[2] > 0 else "torque +1"
