"""The queue: bounded, and fair, because users take turns however many jobs each of them has."""

from collections import OrderedDict, deque

from generators.errors import QueueFull


class FairQueue:
    """Ids of jobs in the order in which they will be served. Not for several threads at once: its owner locks."""

    def __init__(self, capacity: int, per_user: int) -> None:
        self._capacity = capacity
        self._per_user = per_user
        self._users: OrderedDict[str, deque[str]] = OrderedDict()
        """Those who wait; the first is served next and goes to the end then."""

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._users.values())

    def check_room(self, user: str) -> None:
        """Raise `QueueFull` where `push` would have no room."""
        if len(self) >= self._capacity:
            raise QueueFull(f"{len(self)} jobs are waiting, more are not taken: try again later")
        if len(self._users.get(user, ())) >= self._per_user:
            raise QueueFull(f"{self._per_user} of your jobs are waiting: let one of them end first, or cancel it")

    def push(self, user: str, job: str) -> None:
        """Add a job at the end of its user's own row."""
        self._users.setdefault(user, deque()).append(job)

    def pop(self) -> str | None:
        """The next job; None where nobody waits."""
        if not self._users:
            return None
        user, waiting = self._users.popitem(last=False)
        job = waiting.popleft()
        if waiting:
            self._users[user] = waiting
        return job

    def remove(self, job: str) -> bool:
        """Take a job out; False where it does not wait."""
        for user, waiting in self._users.items():
            if job in waiting:
                waiting.remove(job)
                if not waiting:
                    del self._users[user]
                return True
        return False

    def order(self) -> list[str]:
        """All jobs as they will be served if nobody else comes."""
        rows = [list(waiting) for waiting in self._users.values()]
        longest = max(map(len, rows), default=0)
        return [row[turn] for turn in range(longest) for row in rows if turn < len(row)]
