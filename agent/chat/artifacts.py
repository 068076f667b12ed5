"""The pictures of all conversations: files named by the hash of their content, and a SQLite table of where they
come from.

<folder>/files/<sha256>.png     each content once
         artifacts.sqlite       id, parent, thread, words, recipe
"""

import hashlib
import json
import os
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.chat.errors import ChatError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS artifact (
    id TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    user TEXT NOT NULL,
    thread TEXT NOT NULL,
    turn INTEGER NOT NULL,
    parent TEXT NOT NULL,
    words TEXT NOT NULL,
    arm TEXT NOT NULL,
    decision INTEGER NOT NULL,
    recipe TEXT NOT NULL,
    created REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS artifact_by_thread ON artifact (user, thread, created);
"""
_COLUMNS = (
    "id", "sha256", "user", "thread", "turn", "parent", "words", "arm", "decision", "recipe", "created"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Artifact:
    """One picture of a conversation."""

    id: str
    sha256: str
    """Of the file's bytes."""
    user: str
    thread: str
    turn: int
    """The turn of the conversation, counted from 1, that it came from."""
    parent: str = ""
    """The picture that it was made from, or empty."""
    words: str = ""
    """What it shows, as it was asked for; empty for one that a person brought."""
    arm: str = ""
    """`expert/preset`; empty for one that a person brought."""
    decision: int = 0
    """The router's decision; 0 where nobody was asked."""
    recipe: dict[str, Any] = field(default_factory=dict)
    created: float = 0.0
    """Seconds since 1970."""


class ArtifactStore:
    """One folder; its methods may be called from any thread. Whatever it names exists, whole."""

    def __init__(self, folder: Path) -> None:
        """Open or begin the store; raises `ChatError` where that cannot be."""
        self._files = folder / "files"
        self._lock = threading.Lock()
        try:
            self._files.mkdir(parents=True, exist_ok=True)
            self._rows = sqlite3.connect(
                folder / "artifacts.sqlite", check_same_thread=False, isolation_level=None
            )
            self._rows.execute("PRAGMA journal_mode = WAL")
            self._rows.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise ChatError(f"cannot keep pictures in {folder}: {error}") from None

    def put(self, content: bytes, artifact: Artifact) -> Artifact:
        """Keep a picture; the same id a second time changes nothing, so that a step may be done again.

        `sha256` and `created` are filled in.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if not path.exists():
            beside = path.with_name(f".{sha256}.{os.getpid()}.part")
            beside.write_bytes(content)
            beside.replace(path)
        values = {name: getattr(artifact, name) for name in _COLUMNS}
        values |= {"sha256": sha256, "created": time.time(), "recipe": json.dumps(artifact.recipe, sort_keys=True)}
        marks = ", ".join("?" * len(_COLUMNS))
        # The file is there before the row that names it.
        with self._lock:
            self._rows.execute(f"INSERT OR IGNORE INTO artifact VALUES ({marks})", list(values.values()))
        return self.get(artifact.id)

    def find(self, artifact: str, user: str | None = None) -> Artifact | None:
        """The picture with this id, or None; None also where it is another user's."""
        with self._lock:
            row = self._rows.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM artifact WHERE id = ?", (artifact,)
            ).fetchone()
        if row is None:
            return None
        values = dict(zip(_COLUMNS, row, strict=True))
        found = Artifact(**values | {"recipe": json.loads(values["recipe"])})
        return found if user is None or found.user == user else None

    def get(self, artifact: str, user: str | None = None) -> Artifact:
        """As `find`; raises `ChatError`."""
        found = self.find(artifact, user)
        if found is None:
            raise ChatError(f"there is no picture {artifact!r}")
        return found

    def lineage(self, artifact: str) -> tuple[Artifact, ...]:
        """The picture and what it was made from, back to the first."""
        found = [self.get(artifact)]
        while found[-1].parent:
            found.append(self.get(found[-1].parent))
        return tuple(found)

    def file(self, artifact: Artifact) -> Path:
        """Where the picture lies."""
        return self._path(artifact.sha256)

    def close(self) -> None:
        with self._lock:
            self._rows.close()

    def _path(self, sha256: str) -> Path:
        return self._files / f"{sha256}.png"
