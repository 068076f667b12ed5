"""`seedbed eval games` and `compare` as a user runs them, against a small server that speaks OpenAI's protocol."""

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
SUITE = """
title = "One walk"
[[games]]
id = "MiniGrid-Empty-5x5-v0"
max_steps = 12
"""
SENSELESS = "Sort the books"
DONE = re.compile(r"^\d+\. .*press\(key=", re.MULTILINE)
"""A step that is behind us, as the prompt lists it."""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "walk.toml").write_text(SUITE)
    return tmp_path


def run(folder, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run([*SEEDBED, "eval", *options], cwd=folder, capture_output=True, text=True, timeout=540)


def walk(body):
    """Walks until there is a wall and turns right there, unless it is told to sort books."""
    text = text_of(body)
    if SENSELESS in text:
        return "Action: press(key='turn left')"
    steps = len(DONE.findall(text))
    return f"Action: press(key='{'turn right' if steps == 2 else 'forward'}')"


def test_a_model_is_scored_beside_its_baselines_and_compared(folder):
    with serving(walk) as stub:
        done = run(
            folder, "games", "--suite", "walk.toml", "--seeds", "2000000:4", "--json", "vlm.json",
            "--model-url", stub.url, "--baselines", "wrong-instruction,blind",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads((folder / "vlm.json").read_text())
    game = result["games"]["MiniGrid-Empty-5x5-v0"]
    assert (game["mean"], game["crashes"], game["invalid_rate"]) == (1.0, 0, 0.0)
    assert game["baselines"]["wrong-instruction"]["mean"] == 0.0
    assert game["baselines"]["blind"]["mean"] == 1.0, "this model never looks"
    assert game["tokens"] == 110 * game["steps"]
    assert result["manifest"]["model"] == "stub"
    assert "MiniGrid" in done.stdout
    assert "data:image/png" in (folder / "vlm.html").read_text()

    done = run(
        folder, "games", "--suite", "walk.toml", "--agent", "random", "--seeds", "2000000:4", "--json", "r.json"
    )
    assert done.returncode == 0, done.stderr
    done = run(folder, "compare", "vlm.json", "r.json")
    assert done.returncode == 0, done.stderr
    assert "vlm.json is better" in done.stdout


def test_a_killed_evaluation_goes_on_and_repeats_nothing(folder):
    options = ("games", "--suite", "walk.toml", "--agent", "random", "--seeds", "2000000:40", "--json", "r.json")
    log = folder / "r.json.episodes.jsonl"
    running = subprocess.Popen(
        [*SEEDBED, "eval", *options, "--parallel", "1"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 300
    while not (log.exists() and len(log.read_text().splitlines()) > 5):
        assert running.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert not (folder / "r.json").exists()
    assert (folder / "r.json.manifest.json").exists()
    before = log.read_text().splitlines()[:-1]

    done = run(folder, *options)
    assert done.returncode == 0, done.stderr
    assert "were finished before" in done.stderr
    after = log.read_text().splitlines()
    assert after[: len(before)] == before
    seeds = [json.loads(line)["seed"] for line in after[1:]]
    assert len(seeds) == len(set(seeds)) == 40


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("games", "--suite", "seed-game"), "nearest is 'seed-games'"),
        (("games", "--suite", "walk.toml", "--seeds", "2000000:0"), "START:COUNT"),
        (("games", "--suite", "walk.toml", "--parallel", "0"), "--parallel"),
        (("games", "--suite", "walk.toml", "--json", "r.html"), "ends in .json"),
        (("games", "--suite", "walk.toml", "--baselines", "oracel"), "there are random, constant, oracle"),
        (("games", "--suite", "wrong.toml", "--agent", "random"), "unknown key"),
        (("games", "--suite", "unknown.toml", "--agent", "random"), "nearest is 'MiniGrid-Empty-5x5-v0'"),
        (("compare", "walk.toml", "walk.toml"), "is not JSON"),
    ],
)
def test_mistakes_end_in_one_line_and_exit_code_2(folder, options, says):
    (folder / "wrong.toml").write_text(SUITE + "max_step = 3\n")
    (folder / "unknown.toml").write_text(SUITE.replace("5x5", "5x55"))
    done = run(folder, *options)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()[-1:]) == 1 and "Traceback" not in done.stderr
