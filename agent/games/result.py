"""What is kept of one episode of a game: how it ended, what it scored, what it cost."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["terminated", "truncated", "out_of_steps", "out_of_tokens", "out_of_time", "timed_out", "crashed"]


class GameResult(BaseModel):
    """One episode, scored; a crash or a time-out scores zero and is never left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    game: str
    """The environment's id."""
    seed: int
    status: Status
    """`terminated`: by the game's rules; `truncated`: by the game's own limit of steps; `out_of_…`: by one
    of the player's budgets; `timed_out`: the time of the whole episode was up; `crashed`: game or player broke."""
    score: float = 0.0
    """Progress where the game can tell, else the sum of rewards; 0 after a crash or a time-out."""
    reward: float = 0.0
    """The sum of rewards, whatever came of the episode."""
    progress: float | None = None
    """In [0, 1] at the end; None where the game cannot tell."""
    solved: bool = False
    steps: int = Field(default=0, ge=0)
    """The player's steps."""
    env_steps: int = Field(default=0, ge=0)
    """The environment's steps: a held key makes several in one step of the player's."""
    invalid: int = Field(default=0, ge=0)
    """Steps whose reply was no action, or no legal move."""
    fallback: str = ""
    """What was played instead of those; empty where the game was left alone."""
    scores: tuple[float, ...] = ()
    """The score after each of the player's steps: what a curve against the step budget is made of."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    model_s: float = 0.0
    """Seconds spent waiting for the player."""
    env_s: float = 0.0
    """Seconds spent in the game, and in a planner's copies of it."""
    error: str = ""
    """Why it crashed, or why the last invalid reply was; one line."""

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens
