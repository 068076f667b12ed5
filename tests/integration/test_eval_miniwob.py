"""`seedbed eval miniwob` as a user runs it: a real Chromium, and a small server that speaks OpenAI's protocol."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .stub_model import serving, text_of

ROOT = Path(__file__).parents[2]
SEEDBED = [sys.executable, str(ROOT / "seedbed.py")]
BUTTON = re.compile(r"^button:Click Me! (\d{3} \d{3})", re.MULTILINE)


def click(body):
    """Clicks on the button whose place it finds in the list of elements, else in the middle."""
    found = BUTTON.search(text_of(body))
    return f"Action: click(point='<point>{found[1] if found else '500 500'}</point>')"


@pytest.fixture
def stub():
    with serving(click) as server:
        yield server


def evaluate(*options: str) -> subprocess.CompletedProcess:
    command = [*SEEDBED, "eval", "miniwob", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=540)


def test_the_oracle_solves_tasks_on_many_pages_at_once(tmp_path):
    path = tmp_path / "oracle.json"
    done = evaluate(
        "--agent", "oracle", "--tasks", "click-test,click-checkboxes,enter-text", "--seeds", "2000000:4",
        "--parallel", "3", "--json", str(path),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(path.read_text())
    assert result["mean_strict"] == 1.0
    assert {name: task["n"] for name, task in result["tasks"].items()} == {
        "click-checkboxes": 4,
        "click-test": 4,
        "enter-text": 4,
    }
    assert "click-checkboxes" in done.stdout
    assert "100.0" in done.stdout


def test_a_model_behind_an_endpoint_is_scored_and_recorded(tmp_path, stub):
    path = tmp_path / "vlm.json"
    done = evaluate(
        "--agent", "vlm", "--observation", "elements", "--tasks", "click-test", "--seeds", "2000000:3",
        "--parallel", "2", "--json", str(path), "--model-url", stub.url, "--record", str(tmp_path / "runs"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(path.read_text())
    assert (result["mean_strict"], result["invalid_rate"]) == (1.0, 0.0)
    assert result["tokens"] == {"prompt": 300, "completion": 30}
    assert result["manifest"]["model"] == "stub"
    lines = [json.loads(line) for line in (Path(result["record"]) / "steps.jsonl").read_text().splitlines()]
    assert sum(line["event"] == "end" and line["outcome"] == "solved" for line in lines) == 3
    assert all(line["reply"].startswith("Action: click") for line in lines if line["event"] == "step")


def test_a_blind_model_sees_no_elements(tmp_path, stub):
    path = tmp_path / "blind.json"
    done = evaluate(
        "--agent", "blind", "--observation", "elements", "--tasks", "click-test", "--seeds", "2000000:3",
        "--max-steps", "1", "--json", str(path), "--model-url", stub.url,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(path.read_text())["mean_strict"] < 1.0


def test_a_model_that_babbles_scores_zero_and_is_told(tmp_path, stub):
    stub.reply = lambda body: "I would rather not say."
    path = tmp_path / "vlm.json"
    done = evaluate(
        "--tasks", "click-test", "--seeds", "2000000:1", "--max-steps", "2",
        "--json", str(path), "--model-url", stub.url,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(path.read_text())
    assert (result["mean_strict"], result["invalid_rate"]) == (0.0, 1.0)
    assert "not an action" in result["tasks"]["click-test"]["most_common_error"]


def test_a_killed_evaluation_goes_on_and_repeats_nothing(tmp_path):
    path = tmp_path / "random.json"
    log = tmp_path / "random.json.episodes.jsonl"
    options = (
        "--agent",
        "random",
        "--tasks",
        "click-test,click-tab",
        "--seeds",
        "2000000:12",
        "--json",
        str(path),
    )
    # In a session of its own, so that its Chromium can be ended with it and with nothing else.
    running = subprocess.Popen(
        [*SEEDBED, "eval", "miniwob", *options, "--parallel", "1"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not (log.exists() and len(log.read_text().splitlines()) > 5):
        assert running.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert not path.exists()
    before = log.read_text().splitlines()[:-1]

    done = evaluate(*options, "--parallel", "2")
    assert done.returncode == 0, done.stderr
    assert "were finished before" in done.stderr
    after = log.read_text().splitlines()
    assert after[: len(before)] == before
    played = [(episode["task"], episode["seed"]) for episode in map(json.loads, after[1:])]
    assert len(played) == len(set(played)) == 24
    assert json.loads(path.read_text())["episodes"] == 24

    again = evaluate(*options)
    assert again.returncode == 0
    assert log.read_text().splitlines() == after


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--tasks", "click-buton"), "nearest is 'click-button'"),
        (("--seeds", "12"), "START:COUNT"),
        (("--parallel", "0"), "--parallel"),
        (("--model-url", "http://127.0.0.1:9"), "no model server answers"),
    ],
)
def test_mistakes_end_in_one_line_and_exit_code_2(options, says):
    done = evaluate(*options)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
