"""An append-only file of finished episodes, headed by the manifest: what lets a killed evaluation go on."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import ValidationError

from agent.evaluation.errors import EvaluationError
from agent.evaluation.results import Episode, EpisodeResult
from envs.protocol import Manifest

R = TypeVar("R", bound=Episode)


class ResultLog(Generic[R]):
    """Episodes on disk, one JSON line each, after one line with the manifest.

    A line that was cut short by a kill is dropped when the file is opened again, and that episode is replayed.
    """

    kind: ClassVar[type[Any]]
    """What the lines are."""

    def __init__(self, path: Path | None, manifest: Manifest) -> None:
        """Use `open`; `path` None keeps the episodes in memory only."""
        self.manifest = manifest
        self.results: list[R] = []
        self._path = path
        self._file = None if path is None else path.open("a", encoding="utf-8")

    @classmethod
    def open(cls, path: Path | None, manifest: Manifest, *, fresh: bool = False) -> Self:
        """Begin at `path`, or go on with what is there.

        Raises `EvaluationError` if it has another manifest or cannot be written.
        """
        earlier: list[R] = []
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.exists() and not fresh:
                    earlier = _read(path, manifest, cls.kind)
                _rewrite(path, [manifest.model_dump_json(), *(result.model_dump_json() for result in earlier)])
            except OSError as error:
                raise EvaluationError(f"cannot write {path}: {error.strerror}") from None
        log = cls(path, manifest)
        log.results.extend(earlier)
        return log

    @property
    def session(self) -> int:
        """The number of this start: one more than the last one that finished an episode."""
        return max((result.session for result in self.results), default=-1) + 1

    def pending(self) -> list[tuple[str, int]]:
        """The (task, seed) pairs of the manifest that have no result yet, in the manifest's order."""
        played = {(result.task, result.seed) for result in self.results}
        return [
            (task, seed)
            for task in self.manifest.tasks
            for seed in self.manifest.seeds
            if (task, seed) not in played
        ]

    def append(self, result: R) -> None:
        self.results.append(result)
        if self._file is not None:
            self._file.write(result.model_dump_json() + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class EpisodeLog(ResultLog[EpisodeResult]):
    """The episodes of web tasks."""

    kind = EpisodeResult


def write_json(path: Path, data: Any) -> None:
    """Write beside, then rename: whoever reads `path` finds the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _rewrite(path, [json.dumps(data, indent=2)])


def write_text(path: Path, text: str) -> None:
    """As `write_json`, for any text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _rewrite(path, [text.removesuffix("\n")])


def _rewrite(path: Path, lines: Iterable[str]) -> None:
    beside = path.with_name(path.name + ".part")
    beside.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    beside.replace(path)


def _read(path: Path, manifest: Manifest, kind: type[R]) -> list[R]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if not lines:
        return []
    try:
        before = Manifest.model_validate_json(lines[0])
    except ValidationError:
        raise EvaluationError(
            f"{path} is not a log of episodes: give another --json, or --fresh to replace it"
        ) from None
    if differing := manifest.differences(before):
        raise EvaluationError(
            f"{path} belongs to an evaluation with another {', '.join(differing)}:"
            " give another --json, or --fresh to start over"
        )
    results = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            results.append(kind.model_validate_json(line))
        except ValidationError:
            if number < len(lines):
                raise EvaluationError(f"{path}, line {number} is damaged: give --fresh to start over") from None
    return results
