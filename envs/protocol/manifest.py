"""What an evaluation is, written down before its first episode: what runs, on what, with which budgets.

Two evaluations with equal manifests may be joined (that is how a killed one goes on); with different ones never.
"""

import hashlib
import json
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SeedRange(_Frozen):
    """`count` consecutive seeds from `start`; every task is played once with each."""

    start: int = Field(ge=0)
    count: int = Field(ge=1)

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(range(self.start, self.start + self.count))

    def __str__(self) -> str:
        return f"{self.start}:{self.count}"


class Budgets(_Frozen):
    """Where an episode stops at the latest.

    Running out of time scores zero. So does running out of steps where only a finished task counts; a game that is
    stopped keeps the score that it has.
    """

    max_steps: dict[str, int]
    """From task to its largest number of steps."""
    episode_timeout_s: float = Field(gt=0, allow_inf_nan=False)
    """Wall-clock bound of one episode: it catches hung pages, not slow thinking."""


class Manifest(_Frozen):
    """Everything that a score depends on, except the machine's speed."""

    suite: str
    agent: str
    observation: str
    tasks: tuple[str, ...]
    seeds: SeedRange
    budgets: Budgets
    versions: dict[str, str]
    """From package or program to its version."""
    model: str = ""
    """What was served; empty for agents without a model."""
    model_hash: str = ""
    """SHA-256 of the weights and the tokenizer; empty where they cannot be read (a remote endpoint)."""
    prompt_hash: str = ""
    """SHA-256 of the prompt for a fixed observation: it changes whenever the wording does."""
    decoding: dict[str, str | float | int | bool] = Field(default_factory=dict)
    """Temperature, grammar and the like, as given to the server."""
    worlds: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)
    """From task to what else its scores depend on: the names of its moves, its prompt, its first picture."""

    def digest(self) -> str:
        """SHA-256 of the manifest's canonical JSON, in hexadecimal."""
        return hash_of(self.model_dump(mode="json"))

    def differences(self, other: "Manifest") -> tuple[str, ...]:
        """The names of the fields in which the two differ."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) != getattr(other, name))


def hash_of(data: Mapping[str, object] | list[object] | str) -> str:
    """SHA-256 of plain JSON data with sorted keys, so that equal data has equal hashes on every machine."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
