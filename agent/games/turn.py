"""What a policy is given at each turn of a game, and what a policy for games is."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.policy import Choice, Past
from envs.games.adapter.actions import GameAction
from envs.games.adapter.game import Game
from envs.games.adapter.view import View


@dataclass(frozen=True, slots=True)
class Turn:
    """The game as it is now, what can be done in it, and what was kept in mind."""

    view: View
    help: str
    """How the game is played."""
    holds: bool = False
    """Whether a key may be held."""
    takes_text: bool = False
    """Whether anything may be said to the game."""
    clickable: bool = False
    """Whether a click on the picture can mean a move."""
    memory: str = ""
    """What the player wrote down for itself."""
    shortlist: tuple[str, ...] = ()
    """The moves that a planner left to choose from; empty where none was asked."""
    seed: int = 0
    """What the player's own chance may follow from: another number at each turn, and the same ones when the
    episode is played again."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The names of the moves to choose from."""
        return self.shortlist or self.view.legal


class GamePolicy(Protocol):
    """Anything that chooses the next action in a game."""

    async def choose(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Choice[GameAction]: ...


@dataclass(frozen=True, slots=True)
class Note:
    """A memory that was written anew, and what that cost."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Writer(Protocol):
    """A policy that can keep a memory in writing."""

    async def note(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Note: ...


def turn_of(game: Game, memory: str = "", shortlist: Sequence[str] = (), seed: int = 0) -> Turn:
    """The turn that `game` is at."""
    return Turn(
        game.view,
        game.help,
        holds=game.holds,
        takes_text=game.takes_text,
        clickable=game.clickable,
        memory=memory,
        shortlist=tuple(shortlist),
        seed=seed,
    )


def seed_of(game: Game, episode: int, number: int) -> int:
    """The seed of turn `number` of the episode that the seed `episode` determines, 32 bits.

    It follows from the number of the turn and not from what is seen: after a reply that changed nothing, the
    next one shall be another.
    """
    return zlib.crc32(f"{game.env_id}:{episode}:{number}".encode())


def task_of(game: Game) -> str:
    """What a player is told to do: the episode's mission where it has one, else how the game is played."""
    return game.view.mission or game.help or f"Play {game.title} as well as you can."
