"""Every job in a SQLite file: written before anybody is told, and put in order again after a crash."""

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generators.errors import GeneratorError, JobUnknown
from generators.jobs.job import Job, Status

SCHEMA = """
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    kind TEXT NOT NULL,
    request TEXT NOT NULL,
    created REAL NOT NULL,
    inputs TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    started REAL,
    ended REAL,
    artifact TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    facts TEXT NOT NULL,
    error TEXT NOT NULL,
    retryable INTEGER NOT NULL
) STRICT;
CREATE INDEX job_by_status ON job (status, created);
CREATE INDEX job_by_user ON job (user, created);
"""
VERSION = 1
INTERRUPTED = "the program ended while this was being made: ask for it again"

_JSON = ("request", "inputs", "facts")
_COLUMNS = (
    "id", "user", "kind", "request", "created", "inputs", "status", "started", "ended", "artifact", "sha256",
    "facts", "error", "retryable",
)  # fmt: skip


class Journal:
    """One file; its methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        """Open or begin the journal at `path`; raises `GeneratorError` where that cannot be."""
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._connection.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        except sqlite3.Error as error:
            raise GeneratorError(f"cannot open the jobs' journal {path}: {error}") from None
        if version > VERSION:
            raise GeneratorError(f"the jobs' journal {path} was written by a newer version of this program")

    def add(self, job: Job) -> None:
        """Write a new job; it is on the disk when this returns."""
        values = [_stored(name, getattr(job, name)) for name in _COLUMNS]
        marks = ", ".join("?" * len(_COLUMNS))
        with self._lock:
            self._connection.execute(f"INSERT INTO job ({', '.join(_COLUMNS)}) VALUES ({marks})", values)

    def change(self, job: str, *, only_if: tuple[Status, ...] = (), **values: Any) -> bool:
        """Write new values of a job; False where its status is none of `only_if`."""
        names = ", ".join(f"{name} = ?" for name in values)
        condition = f" AND status IN ({', '.join('?' * len(only_if))})" if only_if else ""
        given = [*(_stored(name, value) for name, value in values.items()), job, *only_if]
        with self._lock:
            cursor = self._connection.execute(f"UPDATE job SET {names} WHERE id = ?{condition}", given)
        return cursor.rowcount == 1

    def get(self, job: str) -> Job:
        """The job with this id; raises `JobUnknown`."""
        with self._lock:
            row = self._connection.execute("SELECT * FROM job WHERE id = ?", (job,)).fetchone()
        if row is None:
            raise JobUnknown(f"no job {job!r}")
        return _job(row)

    def of_user(self, user: str, limit: int) -> list[Job]:
        """A user's newest jobs, the newest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT * FROM job WHERE user = ? ORDER BY created DESC, rowid DESC LIMIT ?", (user, limit)
            ).fetchall()
        return [_job(row) for row in rows]

    def with_status(self, status: Status) -> list[Job]:
        """All jobs of a status, the oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT * FROM job WHERE status = ? ORDER BY created, rowid", (status,)
            ).fetchall()
        return [_job(row) for row in rows]

    def recover(self, finished: Callable[[Job], dict[str, Any] | None]) -> list[Job]:
        """Put in order what a dead process left, and return the jobs that still wait, the oldest first.

        `finished` is asked about each that was being made: the values of a job whose artifact is whole, else None.
        What was being made is not begun again by itself: it may be what killed the process.
        """
        for job in self.with_status("running"):
            values = finished(job)
            if values is not None:
                self.change(job.id, status="done", **values)
            else:
                self.change(job.id, status="failed", error=INTERRUPTED, retryable=True)
        return self.with_status("queued")

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _stored(name: str, value: Any) -> Any:
    if name in _JSON:
        return json.dumps(value, sort_keys=True)
    return int(value) if isinstance(value, bool) else value


def _job(row: sqlite3.Row) -> Job:
    values = {name: json.loads(row[name]) if name in _JSON else row[name] for name in _COLUMNS}
    return Job(**values | {"retryable": bool(values["retryable"])})
