"""Posteriors by version, which of them is live, and the way back to the one before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from generators.router.database.store import Database
from generators.router.errors import RouterError
from generators.router.posterior.state import Posterior


@dataclass(frozen=True, slots=True)
class Version:
    """A posterior that was kept, without its numbers."""

    version: int
    digest: str
    votes: int
    metrics: Mapping[str, object]


def put_posterior(
    database: Database, posterior: Posterior, metrics: Mapping[str, object], now_s: float
) -> Version:
    """Keep a posterior as a new version; the newest one with the same bits is returned instead of a copy."""
    digest = posterior.digest()
    newest = database.connection.execute(
        "SELECT version, digest, votes, metrics FROM posterior ORDER BY version DESC LIMIT 1"
    ).fetchone()
    if newest is not None and newest[1] == digest:
        return Version(newest[0], newest[1], newest[2], json.loads(newest[3]))
    cursor = database.connection.execute(
        "INSERT INTO posterior (created_s, parent, digest, blob, metrics, votes) VALUES (?, ?, ?, ?, ?, ?)",
        (now_s, live_version(database), digest, posterior.to_bytes(), json.dumps(metrics), posterior.events),
    )
    return Version(int(cursor.lastrowid or 0), digest, posterior.events, metrics)


def live_version(database: Database) -> int | None:
    """The version that decides, or None before the first."""
    row = database.connection.execute("SELECT version FROM live ORDER BY id DESC LIMIT 1").fetchone()
    return None if row is None else int(row[0])


def newest_version(database: Database) -> int | None:
    """The version that was kept last, or None."""
    row = database.connection.execute("SELECT MAX(version) FROM posterior").fetchone()
    return None if row[0] is None else int(row[0])


def posterior_of(database: Database, version: int) -> Posterior:
    """The posterior of a version; raises `RouterError` where there is none."""
    row = database.connection.execute("SELECT blob FROM posterior WHERE version = ?", (version,)).fetchone()
    if row is None:
        raise RouterError(f"the database has no posterior {version}")
    return Posterior.from_bytes(row[0])


def set_live(database: Database, version: int, why: str, now_s: float) -> None:
    """Let a version decide from now on."""
    database.connection.execute("INSERT INTO live (version, since_s, why) VALUES (?, ?, ?)", (version, now_s, why))


def roll_back(database: Database, now_s: float) -> int:
    """Let the version decide that did before the live one; returns it. Rolling back twice goes back two steps."""
    rows = database.connection.execute("SELECT version, why FROM live ORDER BY id").fetchall()
    line: list[int] = []
    for version, why in rows:
        if why == "rollback":
            line.pop()
        else:
            line.append(version)
    if len(line) < 2:
        raise RouterError("there is no earlier posterior to go back to")
    set_live(database, line[-2], "rollback", now_s)
    return line[-2]
