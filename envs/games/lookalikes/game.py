"""What a game is: pure Python state with named moves, that says how far it has got and what it looks like.

A game knows neither Gymnasium nor a page; `env` and `page` are its two faces, and both keep score with it.
"""

import copy
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Self

from envs.games.lookalikes.drawing import Drawing
from envs.games.lookalikes.errors import IllegalMove

KEYS = {"ArrowLeft": "left", "ArrowRight": "right", "ArrowUp": "up", "ArrowDown": "down"}
"""Which key of the keyboard makes which move, in games that have a move of that name."""


class Game(ABC):
    """One episode of one game at one level; `start` begins it and `play` changes it.

    Everything that happens follows from `start`'s arguments and the moves, so a seed fixes an episode.
    """

    name: ClassVar[str]
    """Lower case, with hyphens: the `NAME` of `seedbed/NAME-v1`."""
    title: ClassVar[str]
    help: ClassVar[str]
    """How it is played and when it is won, in two sentences for a model or a person."""
    levels: ClassVar[int]
    """Levels are numbered from 1, the easiest, to this."""
    max_steps: ClassVar[int]
    """After so many moves, illegal ones counted, an episode is cut off."""
    moves: ClassVar[tuple[str, ...]]
    """Every move there is, whether legal now or not: the actions 0, 1, 2 ... by name."""

    level: int

    @classmethod
    @abstractmethod
    def start(cls, level: int, rng: random.Random) -> Self:
        """Begin at `level`, in 1 to `levels`; everything that is left to chance is drawn from `rng`."""

    @abstractmethod
    def legal(self) -> tuple[bool, ...]:
        """For each of `moves`, whether it can be made now; none can when the game is over."""

    def play(self, move: int) -> None:
        """Make a move, by its index in `moves`; raises `IllegalMove`, and changes nothing, if it is not legal."""
        if not 0 <= move < len(self.moves):
            raise IllegalMove(f"{self.name} has no move {move}; there are 0 to {len(self.moves) - 1}")
        if not self.legal()[move]:
            raise IllegalMove(f"{self.moves[move]!r} is not possible now")
        self._play(move)

    @abstractmethod
    def _play(self, move: int) -> None:
        """Make a move that is known to be legal."""

    @property
    @abstractmethod
    def progress(self) -> float:
        """How far the level has got: 0.0 at the start, 1.0 when, and only when, it is solved."""

    @property
    @abstractmethod
    def score(self) -> float:
        """Points as players of this kind of game count them; its unit is the game's own."""

    @property
    @abstractmethod
    def solved(self) -> bool:
        """Whether the level's aim is reached."""

    @property
    def over(self) -> bool:
        """Whether nothing more can happen: solved, or no move left."""
        return self.solved or not any(self.legal())

    @abstractmethod
    def text(self) -> str:
        """The board in a few lines of text, with all that the picture shows."""

    @abstractmethod
    def draw(self) -> Drawing:
        """The picture, legible at 160 by 160 pixels."""

    @abstractmethod
    def move_at(self, x: float, y: float) -> int | None:
        """The move that a click at these fractions of the picture means; None where a click means nothing."""

    def move_for(self, key: str) -> int | None:
        """The move that a key of the keyboard means, by the key's name in browsers; None for most keys."""
        move = KEYS.get(key)
        return self.moves.index(move) if move in self.moves else None

    def clone(self) -> Self:
        """An independent copy, of what chance has in store too."""
        return copy.deepcopy(self)


Oracle = Callable[[Any], int]
"""A solver: from a game that is not over to the index of a legal move. It leaves the game as it is and keeps
nothing between calls that would change its answers, so it can go on from any state that others led to."""
