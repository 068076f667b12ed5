"""Which conversation a client goes on with: OpenAI's clients name none, but send all that was said each time.

It is found again by its words, at the place where they end: a client that goes back and says something else, or
asks for the same answer again, goes on from there and not from the newest turn.
"""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.app.chatservice import Said
from agent.app.errors import AppError

REMEMBERED = 100_000
"""Places that are remembered; the oldest are forgotten first."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS place (
    number INTEGER PRIMARY KEY, words TEXT NOT NULL UNIQUE, thread TEXT NOT NULL, head TEXT NOT NULL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation stood after an answer."""

    thread: str
    head: str
    """The checkpoint; see `agent.chat.session`."""


class Conversations:
    """One file, for one event loop; its statements take less than a millisecond."""

    def __init__(self, path: Path) -> None:
        """Open or begin the file; raises `AppError` where that cannot be."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._rows = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._rows.execute("PRAGMA journal_mode = WAL")
            self._rows.execute("PRAGMA synchronous = NORMAL")
            self._rows.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise AppError(f"cannot keep conversations in {path}: {error}") from None

    def find(self, user: str, said: Sequence[Said]) -> Place | None:
        """Where a conversation of exactly these words stands, or None."""
        row = self._rows.execute(
            "SELECT thread, head FROM place WHERE words = ?", (_words(user, said),)
        ).fetchone()
        return None if row is None else Place(*row)

    def keep(self, user: str, said: Sequence[Said], place: Place) -> None:
        """Remember where a conversation of these words stands; the same words a second time mean the newer one."""
        done = self._rows.execute(
            "INSERT OR REPLACE INTO place (words, thread, head) VALUES (?, ?, ?)",
            (_words(user, said), place.thread, place.head),
        )
        self._rows.execute("DELETE FROM place WHERE number <= ?", ((done.lastrowid or 0) - REMEMBERED,))

    def close(self) -> None:
        self._rows.close()


def _words(user: str, said: Sequence[Said]) -> str:
    """A hash of whose a conversation is and what both sides said; a client may word its instructions anew."""
    pictures = [[hashlib.sha256(each).hexdigest() for each in message.pictures] for message in said]
    plain = [
        [message.role, message.text.strip(), shown]
        for message, shown in zip(said, pictures, strict=True)
        if message.role != "system"
    ]
    return hashlib.sha256(json.dumps([user, plain]).encode()).hexdigest()
