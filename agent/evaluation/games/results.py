"""What an evaluation keeps of one episode of a game."""

from typing import Self

from agent.evaluation.log import ResultLog
from agent.evaluation.results import Episode
from agent.games.result import GameResult

BROKEN = ("crashed", "timed_out", "out_of_time")
"""How an episode ends that scores the floor, whatever had been reached by then."""


class PlayedGame(Episode):
    """One episode, scored as the suite says."""

    score: float
    """The game's score; after a crash or a time-out, the suite's floor, which is zero for most games."""
    result: GameResult
    move: str = ""
    """What a constant player made all the time."""
    record: str = ""
    """The run record that holds its steps; empty where none was kept."""

    @classmethod
    def of(cls, result: GameResult, floor: float, move: str = "", record: str = "") -> Self:
        score = floor if result.status in BROKEN else result.score
        return cls(task=result.game, seed=result.seed, score=score, result=result, move=move, record=record)

    @property
    def broken(self) -> bool:
        return self.result.status in BROKEN

    def scores(self, floor: float) -> list[float]:
        """The score after 0, 1, 2 ... steps; of an episode that broke, the floor throughout."""
        return [floor] if self.broken else [0.0, *self.result.scores]


class GameLog(ResultLog[PlayedGame]):
    """The episodes of games."""

    kind = PlayedGame
