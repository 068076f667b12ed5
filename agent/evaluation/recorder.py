"""Keeps every step of an evaluation in a run record, so that any episode can be replayed in a page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.evaluation.results import EpisodeResult
from agent.runs.record import EpisodeLog, RunRecord


class Recorder:
    """One run record with an episode for each task and seed."""

    def __init__(self, record: RunRecord) -> None:
        self.record = record
        self._logs: dict[str, EpisodeLog] = {}

    @classmethod
    def create(cls, root: Path, kind: str, facts: Mapping[str, Any]) -> "Recorder":
        """A new record below `root`; raises `RunError` where the folder cannot be made."""
        # Not synced after every line: an episode takes milliseconds, and a lost one is played again.
        return cls(RunRecord.create(root, kind, dict(facts), durable=False))

    def begin(self, name: str, instruction: str, **facts: Any) -> EpisodeLog:
        """The log of a new episode; `facts` are plain JSON."""
        # Written straight away: `RunRecord.episode` first looks through everything for an episode to take up.
        self.record.append({"event": "episode", "episode": name, "task": instruction, **facts})
        log = self._logs[name] = EpisodeLog(self.record, name)
        return log

    def end(self, name: str, result: EpisodeResult) -> None:
        """Keep how a web task's episode was scored."""
        facts = result.model_dump(include={"strict", "lax", "raw", "seconds", "error"})
        self.close(name, result.strict, status=result.status, **facts)

    def close(self, name: str, solved: bool, **facts: Any) -> None:
        """Keep how an episode ended, in plain JSON; one that ended before its first step has nothing to keep."""
        log = self._logs.pop(name, None)
        if log is not None:
            log.end("solved" if solved else "failed", success=solved, **facts)


def episode_name(task: str, seed: int, observation: str) -> str:
    """What an episode is called in the record and its replay."""
    return f"{task} {seed} {observation}"
