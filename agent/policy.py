"""What decides: given what is seen and what was done, the next action. The model is one policy among others.

The graphs and the evaluation run any policy, so that oracle, random and blind baselines go the same way as the
model. What a step is called differs from world to world, so a choice is generic in its kind of action.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from envs.browser.actions import Action
from envs.browser.observation import Observation

A = TypeVar("A", bound=BaseModel)
"""A world's kind of action: a web page's, or a game's."""


@dataclass(frozen=True, slots=True)
class Past(Generic[A]):
    """One step that is behind us."""

    action: A | None
    """None where the reply was not a well-formed action."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Choice(Generic[A]):
    """What a policy decided, with everything that the run record keeps of how."""

    action: A | None
    """None where no well-formed action came out; `error` then says why."""
    thought: str = ""
    reply: str = ""
    """The model's raw text."""
    prompt: str = ""
    """The prompt's text, images left out."""
    error: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


class Policy(Protocol):
    """Anything that chooses the next action on a web page."""

    async def choose(
        self, task: str, observation: Observation, past: Sequence[Past[Action]]
    ) -> Choice[Action]: ...
