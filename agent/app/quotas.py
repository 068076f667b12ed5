"""How much one user may ask for: requests in memory, pictures by the jobs' journal, which outlives a restart."""

import time
from collections import deque
from collections.abc import Callable

from agent.app.config import Limits
from agent.app.errors import ApiError
from generators.jobs import Jobs

HOUR_S, MINUTE_S = 3600.0, 60.0
MOST_USERS = 10_000
"""Whose recent requests are remembered; the longest silent one is forgotten first."""


class Quotas:
    """Counts, for one event loop."""

    def __init__(self, limits: Limits, jobs: Jobs, clock: Callable[[], float] = time.time) -> None:
        self._limits, self._jobs, self._clock = limits, jobs, clock
        self._asked: dict[str, deque[float]] = {}

    def request(self, user: str) -> None:
        """Count a request; raises `ApiError` (429) with the time to wait."""
        now = self._clock()
        times = self._asked.pop(user, None) or deque()
        while times and times[0] <= now - MINUTE_S:
            times.popleft()
        # Taken out and put back: the dictionary is ordered by who was silent longest.
        self._asked[user] = times
        if len(self._asked) > MOST_USERS:
            del self._asked[next(iter(self._asked))]
        most = self._limits.requests_per_minute
        if len(times) >= most:
            raise _exceeded(f"{most} requests a minute are allowed", times[0] + MINUTE_S - now)
        times.append(now)

    def pictures(self, user: str, count: int) -> None:
        """Raise `ApiError` (429) where `count` more pictures are too many for this hour."""
        most, now = self._limits.pictures_per_hour, self._clock()
        recent = [job.created for job in self._jobs.of_user(user, most) if job.created > now - HOUR_S]
        if len(recent) + count > most:
            oldest = recent[-1] if recent else now
            raise _exceeded(f"{most} pictures an hour are allowed", oldest + HOUR_S - now)


def _exceeded(what: str, wait_s: float) -> ApiError:
    seconds = max(1, round(wait_s))
    return ApiError(
        429, f"{what}: try again in {seconds} s", "rate_limit_exceeded", headers={"Retry-After": str(seconds)}
    )
