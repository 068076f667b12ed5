"""The tables, and how an older file becomes a newer one: one script per version, counted by SQLite's
user_version.
"""

import sqlite3

from generators.router.errors import RouterError

MIGRATIONS = (
    """
    CREATE TABLE expert (
        id TEXT PRIMARY KEY, family TEXT NOT NULL, media TEXT NOT NULL, tags TEXT NOT NULL,
        example_prompts TEXT NOT NULL, licence TEXT NOT NULL, weights_sha TEXT NOT NULL, memory_mb INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE prompt (
        id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, embedding BLOB NOT NULL, leaf_probs BLOB NOT NULL
    ) STRICT;
    CREATE TABLE score (
        prompt_id INTEGER NOT NULL REFERENCES prompt(id), arm TEXT NOT NULL, scorer TEXT NOT NULL,
        seed INTEGER NOT NULL, value REAL NOT NULL, seconds REAL,
        PRIMARY KEY (prompt_id, arm, scorer, seed)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE posterior (
        version INTEGER PRIMARY KEY AUTOINCREMENT, created_s REAL NOT NULL, parent INTEGER, digest TEXT NOT NULL,
        blob BLOB NOT NULL, metrics TEXT NOT NULL, votes INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE live (
        id INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL REFERENCES posterior(version),
        since_s REAL NOT NULL, why TEXT NOT NULL
    ) STRICT;
    CREATE TABLE decision (
        id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, prompt_id INTEGER NOT NULL REFERENCES prompt(id),
        arm TEXT NOT NULL, kind TEXT NOT NULL, mode TEXT NOT NULL, propensity REAL NOT NULL,
        posterior_version INTEGER NOT NULL REFERENCES posterior(version), features_sha TEXT NOT NULL,
        terms TEXT NOT NULL, cost_pred REAL NOT NULL, cost_real REAL, ts REAL NOT NULL
    ) STRICT;
    CREATE TABLE artifact (
        id TEXT PRIMARY KEY, decision_id INTEGER NOT NULL REFERENCES decision(id), arm TEXT NOT NULL,
        parent_id TEXT, sha256 TEXT NOT NULL, recipe TEXT NOT NULL
    ) STRICT;
    CREATE TABLE feedback (
        id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('thumb', 'pair')),
        artifact_a TEXT NOT NULL REFERENCES artifact(id), artifact_b TEXT REFERENCES artifact(id),
        value INTEGER NOT NULL CHECK (value IN (-1, 0, 1)), ts REAL NOT NULL,
        superseded_by INTEGER REFERENCES feedback(id),
        CHECK ((kind = 'pair') = (artifact_b IS NOT NULL))
    ) STRICT;
    CREATE UNIQUE INDEX one_thumb ON feedback(user, artifact_a) WHERE kind = 'thumb' AND superseded_by IS NULL;
    CREATE UNIQUE INDEX one_pair ON feedback(user, artifact_a, artifact_b)
        WHERE kind = 'pair' AND superseded_by IS NULL;
    CREATE INDEX decision_by_version ON decision(posterior_version);
    CREATE INDEX artifact_by_decision ON artifact(decision_id);
    """,
)


def migrate(connection: sqlite3.Connection, where: str) -> None:
    """Bring the tables up to date; raises `RouterError` for a file of a newer program."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise RouterError(
            f"{where} was written by a newer version of Seedbed (tables {version}, this one reads up to "
            f"{len(MIGRATIONS)}): update, or give another --database"
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        # The script and its number in one transaction: a killed migration leaves the older tables whole.
        connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
