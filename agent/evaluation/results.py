"""What is kept of one episode: how it ended, what it cost, where its time went."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Episode(BaseModel):
    """What an evaluation knows of any episode, whatever was played."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    """The web task's name, or the game's id."""
    seed: int
    session: int = 0
    """Which start of this evaluation played it, counted from 0: a resumed evaluation has several."""
    elapsed_s: float = 0.0
    """Seconds from that start until this episode ended."""


Status = Literal["done", "finished", "out_of_steps", "timed_out", "crashed"]


class EpisodeResult(Episode):
    """One episode, scored; a crash or a time-out is a zero like any other."""

    status: Status
    """`done`: the page ended the episode; `finished`: the agent gave up, or declared it done too early."""
    strict: bool = False
    """The page ended it with the full raw reward."""
    lax: bool = False
    """The page ended it with any positive raw reward."""
    raw: float = 0.0
    """The page's reward in [-1, 1] without decay over time; 0 where the page did not end the episode."""
    steps: int = Field(default=0, ge=0)
    invalid: int = Field(default=0, ge=0)
    """Steps in which no well-formed action came out of the policy."""
    failed: int = Field(default=0, ge=0)
    """Steps whose action was well-formed but could not be carried out."""
    seconds: float = 0.0
    model_s: float = 0.0
    """Seconds spent waiting for the policy's model; for scripted policies, for the policy itself."""
    browser_s: float = 0.0
    """Seconds spent in the browser: starting, acting, looking, reading the reward."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    error: str = ""
    """Why it crashed, or the last invalid reply's error; one line."""
    attempts: int = 1
    """How often it was begun: 2 where the first page broke before the agent's first step."""
