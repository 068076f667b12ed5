"""Keeps the steps of episodes in one run record, the pictures of each game's best and worst, or of all."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from agent.evaluation.games.config import Record
from agent.evaluation.games.results import PlayedGame
from agent.evaluation.recorder import Recorder
from agent.runs.record import EpisodeLog, RunError, RunRecord, slug


class Keeper:
    """A `Recorder` for games."""

    def __init__(self, record: RunRecord, which: Record, earlier: Sequence[PlayedGame] = ()) -> None:
        self.record = record
        self._recorder = Recorder(record)
        self._which = which
        self._played: dict[str, list[PlayedGame]] = {}
        for played in earlier:
            self._played.setdefault(played.task, []).append(played)

    @classmethod
    def open(cls, runs: Path, which: Record, earlier: Sequence[PlayedGame], facts: dict[str, Any]) -> "Keeper":
        """The record that `earlier` episodes of this evaluation went to, or a new one below `runs`."""
        for run in {played.record for played in earlier if played.record}:
            try:
                return cls(RunRecord.reopen(runs, run), which, earlier)
            except RunError:
                continue  # Somebody tidied up: what was played is still in the log, its pictures are gone.
        return cls(RunRecord.create(runs, "games", facts, durable=False), which, earlier)

    @property
    def id(self) -> str:
        return self.record.id

    def opener(self, env_id: str, seed: int) -> Callable[[str], EpisodeLog]:
        """Makes the log of an episode, once its task is known."""
        return lambda task: self._recorder.begin(episode_name(env_id, seed), task, seed=seed, game=env_id)

    def end(self, played: PlayedGame) -> None:
        """Keep how an episode ended, and drop the pictures that nobody will look at."""
        result = played.result
        facts = result.model_dump(include={"status", "reward", "progress", "steps", "invalid", "seconds", "error"})
        self._recorder.close(episode_name(played.task, played.seed), result.solved, score=played.score, **facts)
        others = self._played.setdefault(played.task, [])
        others.append(played)
        if self._which == "ends":
            kept = {episode.seed for episode in ends(others)}
            for episode in [episode for episode in others if episode.seed not in kept]:
                others.remove(episode)
                name = slug(episode_name(episode.task, episode.seed))
                shutil.rmtree(self.record.folder / "screenshots" / name, ignore_errors=True)


def ends(episodes: Iterable[PlayedGame]) -> list[PlayedGame]:
    """The best and the worst of one game's episodes, by score; of equals, the one of the lowest seed.

    The worst is one that was played through, where there is one: a crash has nothing to be looked at.
    """
    by_seed = sorted(episodes, key=lambda episode: episode.seed)
    best = max(by_seed, key=lambda episode: episode.score)
    worst = min([e for e in by_seed if e is not best] or by_seed, key=lambda e: (e.result.steps == 0, e.score))
    return [best] if worst is best else [best, worst]


def episode_name(env_id: str, seed: int) -> str:
    """What an episode is called in the record and its replay."""
    return f"{env_id} {seed}"
