"""Toy text games, whose rules are known in full: value iteration over their tables, and Blackjack's strategy."""

from typing import Any

import numpy as np

from envs.games.adapter.game import Game

DISCOUNT = 0.999
SWEEPS = 2000
CLOSE = 1e-9


def valued(game: Game) -> str:
    """The move of highest value in the state that the game is in, by the table of transitions that it holds."""
    inner: Any = game.env.unwrapped
    values = _values(inner)
    now = int(inner.s)
    worth = [_worth(inner.P[now][action], values) for action in range(len(game.moves))]
    return game.moves[int(np.argmax(worth))].name


def basic_strategy(game: Game) -> str:
    """Whether to hit in Blackjack as Gymnasium plays it (Sutton and Barto, example 5.1 and figure 5.2)."""
    inner: Any = game.env.unwrapped
    total, dealer, ace = (int(value) for value in inner._get_obs())
    if ace:
        hit = total <= 17 or (total == 18 and dealer in (1, 9, 10))
    else:
        hit = total <= 11 or (total == 12 and dealer in (2, 3)) or (total <= 16 and (dealer >= 7 or dealer == 1))
    return "hit" if hit else "stick"


def _values(inner: Any) -> np.ndarray[Any, Any]:
    """The value of every state; kept with the environment, whose table does not change."""
    if (kept := getattr(inner, "_seedbed_values", None)) is not None:
        return np.asarray(kept)
    states = len(inner.P)
    values = np.zeros(states)
    for _ in range(SWEEPS):
        new = np.array([max(_worth(ways, values) for ways in inner.P[state].values()) for state in range(states)])
        done = float(np.abs(new - values).max()) < CLOSE
        values = new
        if done:
            break
    inner._seedbed_values = values
    return values


def _worth(ways: Any, values: np.ndarray[Any, Any]) -> float:
    """The expected return of one action: its ways to go are (probability, state, reward, over)."""
    return float(
        sum(p * (reward + (0.0 if over else DISCOUNT * values[state])) for p, state, reward, over in ways)
    )
