"""The demo's game: in the record and its replay, and in the closing table beside the oracle and random play."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agent import demo_game
from agent.budgets import Budgets
from agent.demo import FIRST_SEED, DemoOptions, _play_game
from agent.demo_game import BESIDE, GAME_ID, TITLE, play_beside
from agent.demo_view import DemoView
from agent.evaluation.players import serving_model
from agent.evaluation.recorder import Recorder
from agent.games.episode import Terms
from agent.runs.replay import write_replay

from ..integration.stub_model import serving

STEPS = 15
TO_AND_FRO = ("Action: press(key='left')", "Action: press(key='right')", "Action: dance()")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps end an episode, and never a slow machine's clock."""
    monkeypatch.setattr(demo_game, "TERMS", Terms(Budgets(STEPS, max_seconds=3600.0)))


async def test_the_game_is_in_the_same_replay_and_in_the_closing_table(tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []

    def reply(body: dict[str, Any]) -> str:
        asked.append(body)
        return TO_AND_FRO[len(asked) % len(TO_AND_FRO)]

    screen = io.StringIO()
    view = DemoView(Console(file=screen, width=100))
    recorder = Recorder.create(tmp_path, "demo", {"title": "Seedbed demo"})
    options = DemoOptions(tmp_path, seeds=2)
    with serving(reply) as stub:
        async with serving_model(stub.url, None, 1, view.report) as model:
            await _play_game(options, model, recorder, view)
    recorder.record.finish()
    ends = [line for line in recorder.record.lines() if line["event"] == "end"]
    assert [line["episode"] for line in ends] == [f"{GAME_ID} {FIRST_SEED + number}" for number in range(2)]
    assert all(line["steps"] == STEPS and line["invalid"] >= STEPS // 3 for line in ends)
    steps = [line for line in recorder.record.lines() if line["event"] == "step"]
    assert {line["played"] for line in steps} <= {"left", "right", ""}
    page = write_replay(recorder.record).read_text()
    assert f"{GAME_ID} {FIRST_SEED}" in page and "Lead the yellow light" in page
    view.summary()
    said = screen.getvalue()
    assert f"A game: {TITLE}, 2 episodes" in said
    rows = {row[1]: row[2:] for row in (line.split("│") for line in said.splitlines()) if len(row) > 4}
    rows = {name.strip(): [cell.strip() for cell in cells] for name, cells in rows.items()}
    assert rows["oracle"][0] == "100%" and rows["oracle"][2] == "0%"
    assert rows["the model"][1] == f"{STEPS:.1f}"
    assert "random" in rows


async def test_who_stands_beside_the_model_tells_good_play_from_chance() -> None:
    oracle, random = [await play_beside(agent, range(FIRST_SEED, FIRST_SEED + 3)) for agent in BESIDE]
    assert (oracle.progress, oracle.invalid) == (1.0, 0.0)
    assert random.moves > oracle.moves
