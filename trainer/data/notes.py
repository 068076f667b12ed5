"""Puts into words what a player concludes from what it sees, before it moves.

A small model that shall go from places straight to a move has to compare numbers, mind the walls and turn the
answer by its own heading, all in one step; with a word for each of these, every step is a small one.
"""

from collections.abc import Callable
from typing import Any

from envs.browser.observation import Box
from envs.games.adapter.game import Game
from envs.games.lookalikes.env import LookalikeEnv
from envs.games.lookalikes.tiles import Tiles, name_of
from trainer.data.boards import HEADINGS, Board

TURNS = {"turn left": -1, "turn right": 1}
"""MiniGrid's moves that only turn, and by how many quarters clockwise."""


def noted(game: Game, board: Board, best: str, solve: Callable[[Game], str]) -> str:
    """The conclusions of a player who is about to make the move `best`; empty where there are none to word."""
    inner: Any = game.env.unwrapped
    minded = [board.elements[number].box for number in board.minded]
    if not isinstance(inner, LookalikeEnv):
        return f"{_towards(*minded)}, go {_way(game, best, solve)}" if len(minded) == 2 else ""
    if inner.game.name == "maze":
        return _towards(*minded)
    if isinstance(inner.game, Tiles):
        return f"take {next(tile.sign for tile in inner.game.free() if best == f'take {name_of(tile)}')}"
    return ""


def _towards(here: Box, there: Box) -> str:
    """In which of four directions, or in which two, `there` lies from `here`; `here` where they are one."""
    across, down = there.centre.x - here.centre.x, there.centre.y - here.centre.y
    near = 0.5 * min(here.width, here.height)
    words = ("left" if across < -near else "right" if across > near else "",
             "up" if down < -near else "down" if down > near else "")  # fmt: skip
    return " ".join(filter(None, words)) or "here"


def _way(game: Game, best: str, solve: Callable[[Game], str]) -> str:
    """The direction on the picture in which the oracle will walk when it has turned; `here` if it has arrived."""
    inner: Any = game.env.unwrapped
    heading = inner.agent_dir
    try:
        while best in TURNS:
            inner.agent_dir = (inner.agent_dir + TURNS[best]) % len(HEADINGS)
            best = solve(game)
        return HEADINGS[inner.agent_dir] if best == "forward" else "here"
    finally:
        inner.agent_dir = heading
