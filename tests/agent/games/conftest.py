"""A made-up game, and players that read from a script."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agent.games.turn import Turn
from agent.policy import Choice, Past
from agent.runs.record import RunRecord
from envs.games.adapter.actions import GameAction
from envs.games.adapter.family import Family
from envs.games.adapter.game import Game

from ...envs.games.adapter.worlds import Corridor


class Script:
    """Says one line of a script after the other, the last one for ever, and remembers the turns that it saw."""

    def __init__(self, *lines: GameAction | Choice[GameAction]) -> None:
        self.lines = lines
        self.turns: list[Turn] = []
        self.told: list[tuple[Past[GameAction], ...]] = []

    async def choose(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Choice[GameAction]:
        self.turns.append(turn)
        self.told.append(tuple(past))
        line = self.lines[min(len(self.turns), len(self.lines)) - 1]
        return line if isinstance(line, Choice) else Choice(line, prompt_tokens=10, completion_tokens=2)


@pytest.fixture
def script() -> type[Script]:
    return Script


@pytest.fixture
def corridor() -> Callable[..., Game]:
    def make(family: Family | None = None, **kwargs: int) -> Game:
        return Game("test/Corridor-v0", Corridor(**kwargs), family or Family(), size_px=80)

    return make


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    return RunRecord.create(tmp_path, "play", {"task": "walk"})
