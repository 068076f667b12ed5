"""Decisions, what they made, and what people thought of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from generators.router.database.store import Database
from generators.router.errors import RouterError
from generators.router.explain import Term

DAILY_CAP = 40
"""Votes of one user in one UTC day that count; later ones are kept and have no influence."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, as it is written down."""

    user: str
    prompt_id: int
    arm: str
    kind: str
    mode: str
    propensity: float
    posterior_version: int
    features_sha: str
    terms: Sequence[Term]
    cost_pred_s: float


@dataclass(frozen=True, slots=True)
class Feedback:
    """A vote that counts, and what it is about."""

    id: int
    user: str
    kind: str
    value: int
    prompt_a: int
    arm_a: str
    prompt_b: int | None
    arm_b: str | None


def put_decision(database: Database, decided: Decided, now_s: float) -> int:
    """Write a decision down; returns its id."""
    cursor = database.connection.execute(
        "INSERT INTO decision (user, prompt_id, arm, kind, mode, propensity, posterior_version, features_sha, "
        "terms,"
        " cost_pred, ts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            decided.user,
            decided.prompt_id,
            decided.arm,
            decided.kind,
            decided.mode,
            decided.propensity,
            decided.posterior_version,
            decided.features_sha,
            json.dumps([[term.name, term.value] for term in decided.terms]),
            decided.cost_pred_s,
            now_s,
        ),
    )
    return int(cursor.lastrowid or 0)


def put_seconds(database: Database, decision_id: int, seconds: float) -> None:
    """How long the decision's job really took, without waiting and loading."""
    database.connection.execute("UPDATE decision SET cost_real = ? WHERE id = ?", (seconds, decision_id))


def put_artifact(
    database: Database,
    artifact_id: str,
    decision_id: int,
    sha256: str,
    recipe: str,
    *,
    arm: str | None = None,
    parent_id: str | None = None,
) -> None:
    """Write down what a decision made; `arm` where it is not the decision's own (the other draft of a pair)."""
    row = database.connection.execute("SELECT arm FROM decision WHERE id = ?", (decision_id,)).fetchone()
    if row is None:
        raise RouterError(f"no decision {decision_id}: an artifact belongs to one")
    database.connection.execute(
        "INSERT INTO artifact (id, decision_id, arm, parent_id, sha256, recipe) VALUES (?, ?, ?, ?, ?, ?)",
        (artifact_id, decision_id, arm or row[0], parent_id, sha256, recipe),
    )


def artifact_of_file(database: Database, path: Path) -> str:
    """The artifact that a file is, byte for byte; raises `RouterError` for one that the router has not routed."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RouterError(f"cannot read {path}: {error.strerror}") from None
    row = database.connection.execute(
        "SELECT id FROM artifact WHERE sha256 = ? ORDER BY rowid", (hashlib.sha256(content).hexdigest(),)
    ).fetchone()
    if row is None:
        raise RouterError(
            f"{path} is no picture that {database.path} knows: vote on one whose expert the router chose, "
            "as it was written"
        )
    return str(row[0])


def vote(
    database: Database, user: str, artifact_a: str, value: int, now_s: float, artifact_b: str | None = None
) -> int:
    """Write a vote down; an earlier one by the same user on the same picture or pair no longer counts.

    `value` is +1 (up, or a is better), -1 (down, or b is better) or 0, which takes the earlier vote back. A pair
    is kept in one order, so that voting on (a, b) and then on (b, a) is voting on the same pair twice.
    """
    if value not in (-1, 0, 1):
        raise RouterError(f"a vote is 1, -1 or 0, not {value!r}")
    if artifact_a == artifact_b:
        raise RouterError(f"a pair needs two pictures, and {artifact_a!r} is one")
    for artifact in (artifact_a, artifact_b):
        if artifact is not None and not _exists(database, artifact):
            raise RouterError(f"there is no artifact {artifact!r} to vote on")
    if artifact_b is not None and artifact_b < artifact_a:
        artifact_a, artifact_b, value = artifact_b, artifact_a, -value
    kind = "thumb" if artifact_b is None else "pair"
    with database.transaction() as connection:
        earlier = connection.execute(
            "SELECT id FROM feedback WHERE user = ? AND kind = ? AND artifact_a = ? AND artifact_b IS ?"
            " AND superseded_by IS NULL",
            (user, kind, artifact_a, artifact_b),
        ).fetchone()
        if earlier is not None:
            # The index allows one vote that counts: the earlier points at itself until its successor has an id.
            connection.execute("UPDATE feedback SET superseded_by = id WHERE id = ?", earlier)
        cursor = connection.execute(
            "INSERT INTO feedback (user, kind, artifact_a, artifact_b, value, ts) VALUES (?, ?, ?, ?, ?, ?)",
            (user, kind, artifact_a, artifact_b, value, now_s),
        )
        if earlier is not None:
            connection.execute(
                "UPDATE feedback SET superseded_by = ? WHERE id = ?", (cursor.lastrowid, earlier[0])
            )
    return int(cursor.lastrowid or 0)


def counting_votes(database: Database, daily_cap: int = DAILY_CAP) -> list[Feedback]:
    """The votes that count, in order: not superseded, not taken back, within each user's daily number."""
    rows = database.connection.execute(
        "SELECT f.id, f.user, f.kind, f.value, f.ts, da.prompt_id, a.arm, db.prompt_id, b.arm FROM feedback f"
        " JOIN artifact a ON a.id = f.artifact_a JOIN decision da ON da.id = a.decision_id"
        " LEFT JOIN artifact b ON b.id = f.artifact_b LEFT JOIN decision db ON db.id = b.decision_id"
        " WHERE f.superseded_by IS NULL AND f.value != 0 ORDER BY f.id"
    ).fetchall()
    cast: dict[tuple[str, str], int] = {}
    counting = []
    for id_, user, kind, value, ts, prompt_a, arm_a, prompt_b, arm_b in rows:
        day = user, datetime.fromtimestamp(ts, UTC).date().isoformat()
        cast[day] = cast.get(day, 0) + 1
        if cast[day] <= daily_cap:
            counting.append(Feedback(id_, user, kind, value, prompt_a, arm_a, prompt_b, arm_b))
    return counting


def _exists(database: Database, artifact: str) -> bool:
    found = database.connection.execute("SELECT 1 FROM artifact WHERE id = ?", (artifact,)).fetchone()
    return found is not None
