"""What a follower of a job is told, in this order: queued, started, progress and previews, ended."""

from dataclasses import dataclass

from generators.jobs.job import Job


@dataclass(frozen=True, slots=True)
class Queued:
    """It waits; `position` counts the jobs that are served before it."""

    position: int


@dataclass(frozen=True, slots=True)
class Started:
    """A worker has taken it."""

    device: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`step` of `of` steps are done, and the rest takes about `eta_s` seconds."""

    step: int
    of: int
    eta_s: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be seen so far, as a WebP file."""

    webp: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event; `job` says how it ended."""

    job: Job


Event = Queued | Started | Progress | Preview | Ended
