"""Opens the file, and keeps experts, prompts and scores in it."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from generators.router.arms import ExpertLike
from generators.router.database.schema import migrate
from generators.router.errors import RouterError
from generators.router.features import Features, features_of
from generators.router.matrix import ScoreMatrix
from generators.router.taxonomy import Taxonomy

_BUSY_S = 10.0


class Database:
    """One connection to the advantage database; a context manager. Errors of SQLite become `RouterError`."""

    def __init__(self, path: Path | str, taxonomy: Taxonomy) -> None:
        self.path, self.taxonomy = str(path), taxonomy
        try:
            if self.path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None)
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA foreign_keys = ON")
            migrate(self.connection, self.path)
        except (sqlite3.Error, OSError) as error:
            raise RouterError(f"cannot open the router's database {path}: {error}") from None

    def __enter__(self) -> "Database":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; others may read meanwhile."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def put_experts(self, cards: Iterable[ExpertLike], family: str = "", weights_sha: str = "") -> None:
        """Write down what is known of experts; a card that changed replaces the older one."""
        with self.transaction() as connection:
            for card in cards:
                tags = json.dumps({"subjects": list(card.subjects), "styles": list(card.styles)})
                connection.execute(
                    "INSERT OR REPLACE INTO expert VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        card.name,
                        getattr(card, "family", family),
                        card.media,
                        tags,
                        json.dumps(list(card.example_prompts)),
                        card.licence,
                        getattr(card, "weights_sha", weights_sha) or "",
                        card.memory_mb,
                    ),
                )

    def prompt_id(self, text: str) -> int:
        """The id of a prompt, which is written down with its features if it is new."""
        row = self.connection.execute("SELECT id FROM prompt WHERE text = ?", (text,)).fetchone()
        if row is not None:
            return int(row[0])
        features = features_of(text, self.taxonomy)
        self.connection.execute(
            "INSERT OR IGNORE INTO prompt (text, embedding, leaf_probs) VALUES (?, ?, ?)",
            (text, features.embedding.tobytes(), features.leaf_probs),
        )
        found = self.connection.execute("SELECT id FROM prompt WHERE text = ?", (text,)).fetchone()
        return int(found[0])

    def features(self, prompt_id: int) -> Features:
        """A prompt's features as they were when it was first seen."""
        row = self.connection.execute(
            "SELECT embedding, leaf_probs FROM prompt WHERE id = ?", (prompt_id,)
        ).fetchone()
        if row is None:
            raise RouterError(f"the database has no prompt {prompt_id}")
        return Features.stored(row[0], row[1], len(self.taxonomy.subjects))

    def put_score(
        self, text: str, arm: str, scorer: str, seed: int, value: float, seconds: float | None = None
    ) -> None:
        """Write one score down; a second one of the same picture replaces the first."""
        self.connection.execute(
            "INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?, ?)",
            (self.prompt_id(text), arm, scorer, seed, float(value), seconds),
        )

    def put_matrix(self, matrix: ScoreMatrix, splits: Sequence[str] = ("train", "val")) -> int:
        """Take the scored prompts of some splits in; returns how many scores."""
        count = 0
        with self.transaction():
            for row in sorted(index for split in splits for index in matrix.where(split)):
                for arm, name in enumerate(matrix.arms):
                    for seed in range(matrix.scores.shape[2]):
                        value = float(matrix.scores[row, arm, seed])
                        if not np.isnan(value):
                            seconds = float(matrix.seconds[arm, seed])
                            self.put_score(matrix.prompts[row], name, matrix.scorer, seed, value, seconds)
                            count += 1
        return count

    def scores(self, arms: Sequence[str]) -> "Scores":
        """Mean scores of all prompts, z-scored per scorer and then averaged over scorers."""
        place = {name: index for index, name in enumerate(arms)}
        rows = self.connection.execute(
            "SELECT prompt_id, scorer, arm, AVG(value), COUNT(*) FROM score"
            " GROUP BY prompt_id, scorer, arm ORDER BY prompt_id, scorer, arm"
        ).fetchall()
        rows = [row for row in rows if row[2] in place]
        prompts = sorted({row[0] for row in rows})
        return Scores(tuple(prompts), _by_scorer(rows, {p: i for i, p in enumerate(prompts)}, place))

    def texts(self, prompt_ids: Sequence[int]) -> list[str]:
        """The prompts with these ids."""
        known = dict(self.connection.execute("SELECT id, text FROM prompt").fetchall())
        return [known[prompt_id] for prompt_id in prompt_ids]

    def seconds(self) -> dict[str, tuple[float, int]]:
        """From an arm to its mean seconds and in how many pictures, of scored pictures and of finished jobs."""
        rows = self.connection.execute(
            "SELECT arm, AVG(taken), COUNT(*) FROM (SELECT arm, seconds AS taken FROM score UNION ALL"
            " SELECT arm, cost_real AS taken FROM decision) WHERE taken IS NOT NULL GROUP BY arm ORDER BY arm"
        )
        return {arm: (mean, count) for arm, mean, count in rows}


@dataclass(frozen=True, eq=False)
class Scores:
    """What offline scores say: prompts and a table of their quality."""

    prompt_ids: tuple[int, ...]
    quality: NDArray[np.float64]
    """`[prompts, arms]`, NaN where not scored."""


def _by_scorer(
    rows: Sequence[tuple[int, str, str, float, int]], prompts: Mapping[int, int], arms: Mapping[str, int]
) -> NDArray[np.float64]:
    scorers = sorted({row[1] for row in rows})
    tables = np.full((max(len(scorers), 1), len(prompts), len(arms)), np.nan)
    for prompt, scorer, arm, value, _ in rows:
        tables[scorers.index(scorer), prompts[prompt], arms[arm]] = value
    if len(scorers) < 2:
        return np.asarray(tables[0])
    # Scorers of different units meet as standard deviations from their own mean.
    for table in tables:
        known = table[~np.isnan(table)]
        table -= known.mean()
        table /= known.std() or 1.0
    count = (~np.isnan(tables)).sum(axis=0)
    total = np.nansum(tables, axis=0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
