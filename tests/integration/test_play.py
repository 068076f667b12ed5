"""`seedbed play` with models: `kill -9` and going on, a model that babbles, and the embedded model in vLLM."""

import json
import os
import signal
from pathlib import Path

from agent.games.result import GameResult
from agent.runs.record import RunRecord

from .gui_servers import StubModel, finished, served, start

PATIENCE_S = 900.0
"""These tests may share their processors with a training."""
GAME = "MiniGrid-Empty-5x5-v0"
WAY = [
    f"Thought: step {number}\nAction: press(key='{key}')"
    for number, key in enumerate(("forward", "forward", "turn right", "forward", "forward"))
]


def _results(folder: Path) -> list[GameResult]:
    ends = [line for line in RunRecord.open(folder / "runs", "last").lines() if line["event"] == "end"]
    return [GameResult.model_validate(line["result"]) for line in ends]


def test_killed_in_the_middle_it_goes_on_and_asks_no_question_twice(tmp_path: Path) -> None:
    model = StubModel("seed", *WAY, *WAY)
    with served(model) as url:
        process = start("play", GAME, "--episodes", "2", "--model-url", url, cwd=tmp_path)
        # The first episode is over, and the second at its third step.
        model.on_request = lambda number: os.kill(process.pid, signal.SIGKILL) if number == 8 else None
        assert finished(process, PATIENCE_S)[0] == -signal.SIGKILL
        assert RunRecord.open(tmp_path / "runs", "last").status == "interrupted"
        model.on_request = lambda number: None
        model.lines = (*WAY, *WAY[:2], "", *WAY[2:])
        code, out, err = finished(start("play", "--resume", "last", cwd=tmp_path), PATIENCE_S)
    assert (code, err) == (0, ""), err
    assert "mean score 1" in out
    assert len(model.requests) == 11
    assert [(result.status, result.steps, result.tokens) for result in _results(tmp_path)] == [
        ("terminated", 5, 600),
        ("terminated", 5, 600),
    ]
    record = RunRecord.open(tmp_path / "runs", "last")
    assert [line["step"] for line in record.episode("episode 2").steps()] == [1, 2, 3, 4, 5]
    assert record.status == "finished"


def test_a_finished_run_is_not_gone_on_with(tmp_path: Path) -> None:
    assert finished(start("play", GAME, "--agent", "oracle", cwd=tmp_path))[0] == 0
    code, _, err = finished(start("play", "--resume", "last", cwd=tmp_path), PATIENCE_S)
    assert code == 2
    assert "is finished" in err
    assert err.count("\n") == 1


def test_a_model_that_babbles_is_told_and_its_rate_is_reported(tmp_path: Path) -> None:
    model = StubModel("seed", "I like mazes.", "Action: press(key='jump')", WAY[0], takes_grammar=False)
    with served(model) as url:
        code, out, _ = finished(
            start("play", GAME, "--model-url", url, "--max-steps", "4", "--history", "1", cwd=tmp_path)
        )
    assert code == 0
    assert "50.0% of steps invalid" in out
    assert "is no move of this game" in model.prompt(2)
    result = _results(tmp_path)[0]
    assert (result.status, result.invalid, result.env_steps) == ("out_of_steps", 2, 2)


def test_the_grammar_that_a_server_gets_names_the_legal_moves(tmp_path: Path) -> None:
    model = StubModel("seed", "Action: press(key='left')", "Action: press(key='up')")
    arguments = ("play", "seedbed/2048-v1", "--model-url")
    with served(model) as url:
        code, _, err = finished(
            start(*arguments, url, "--max-steps", "3", "--no-thought", "--seed", "2", cwd=tmp_path)
        )
    assert code == 0, err
    grammar = model.requests[0]["structured_outputs"]["regex"]
    assert grammar.startswith("Action: (?:press")
    record = RunRecord.open(tmp_path / "runs", "last")
    assert record.episode("episode 1").steps()[0]["played"] in grammar


def test_the_embedded_model_plays_through_vllm_and_never_says_what_is_no_move(tmp_path: Path) -> None:
    code, out, err = finished(
        start("play", "seedbed/2048-v1", "--max-steps", "6", "--episodes", "2", cwd=tmp_path), timeout_s=PATIENCE_S
    )
    assert code == 0, err
    results = _results(tmp_path)
    assert [result.steps for result in results] == [6, 6]
    assert [result.invalid for result in results] == [0, 0], json.dumps([r.model_dump() for r in results])
    assert all(result.completion_tokens > 0 for result in results)
    assert "mean score" in out
