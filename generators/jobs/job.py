"""One job, as the journal knows it."""

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: tuple[Status, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Job:
    """What was asked, by whom, and what became of it. Times are seconds since 1970."""

    id: str
    user: str
    kind: str
    request: dict[str, Any]
    """Plain JSON."""
    created: float
    inputs: dict[str, str] = field(default_factory=dict)
    """From an input's name to the SHA-256 of its bytes, which is its file's name in `inputs/`."""
    status: Status = "queued"
    started: float | None = None
    ended: float | None = None
    artifact: str = ""
    """The file's name in `artifacts/`, once it is done."""
    sha256: str = ""
    """Of the artifact's bytes."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the kind of job says of what it made."""
    error: str = ""
    retryable: bool = False
    """Whether the same request may well succeed when it is made again."""

    @property
    def is_over(self) -> bool:
        return self.status in ENDED
