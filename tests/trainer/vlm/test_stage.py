"""A stage as a user runs it: from shards to a checkpoint, interrupted and resumed, alone and under torchrun."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from trainer.data import shards
from vlm import export

from . import small

COMMAND = Path(sys.executable).parent / "seedbed"
CONFIG = """stage = "perception"
steps = {steps}
batch = 4
questions = 2
warmup_steps = 1
seeing_steps = {seeing}
save_steps = {save}
data = "{data}"
perception_pages = 0
episodes = 0
compiled = false
precision = "fp32"
[mix]
perception = 1.0
"""
# Threads share out a sum differently when there are more of them.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards that were made before, so that no browser is needed."""
    folder = tmp_path_factory.mktemp("data")
    shards.write(folder / "perception" / "page-00000.jsonl", small.rendered())
    shards.write(folder / "demonstrations" / "click-button-0-12.jsonl", small.demonstrated())
    return folder


def write_config(folder: Path, data: Path, steps: int = 3, seeing: int = 0, save: int = 8) -> Path:
    path = folder / "run.toml"
    path.write_text(CONFIG.format(steps=steps, seeing=seeing, save=save, data=data))
    return path


def train(config: Path, out: Path, *launcher: str) -> subprocess.CompletedProcess[str]:
    begin = launcher or (str(COMMAND),)
    return subprocess.run(
        [*begin, "train", "vlm", "perception", "--config", str(config), "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env={**os.environ, **ONE_THREAD},
    )


def metrics(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


def two_processes() -> tuple[str, ...]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ("--nproc-per-node", "2", "--master-addr", "127.0.0.1", "--master-port", str(port))
    return (sys.executable, "-m", "torch.distributed.run", *where, str(COMMAND))


def test_two_processes_learn_what_one_learns(tmp_path: Path, data: Path) -> None:
    config = write_config(tmp_path, data, steps=4, seeing=1)
    alone = train(config, tmp_path / "one")
    assert alone.returncode == 0, alone.stderr
    together = train(config, tmp_path / "two", *two_processes())
    assert together.returncode == 0, together.stderr
    for one, two in zip(metrics(tmp_path / "one"), metrics(tmp_path / "two"), strict=True):
        assert set(one) == set(two)
        for name in set(one) - {"samples_per_s"}:
            # Muon brings every direction of a gradient to full size, and so what rounding makes of the smallest.
            close = {"rel": 1e-5, "abs": 1e-4} if one["step"] == 1 else {"rel": 5e-2, "abs": 5e-3}
            assert two[name] == pytest.approx(one[name], **close), (one["step"], name)
    ours, _ = export.load(tmp_path / "one" / "checkpoint")
    theirs, _ = export.load(tmp_path / "two" / "checkpoint")
    state = theirs.state_dict()
    for name, tensor in ours.state_dict().items():
        torch.testing.assert_close(state[name], tensor, atol=2e-2, rtol=2e-2, msg=name)
    # What one process saved, another number of processes goes on with.
    facts = json.loads((tmp_path / "two" / "facts.json").read_text())
    assert facts["step"] == 4
    assert train(config, tmp_path / "two").returncode == 0


def test_control_c_stops_at_once_and_the_same_command_goes_on(tmp_path: Path, data: Path) -> None:
    config, out = write_config(tmp_path, data, steps=20), tmp_path / "out"
    command = [COMMAND, "train", "vlm", "perception", "--config", config, "--out", out]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        _wait_for(lambda: (out / "metrics.jsonl").exists() and len(metrics_whole(out)) > 9, process)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130, complaint
    assert "Traceback" not in complaint
    assert (out / "checkpoint" / "model.safetensors").exists(), "that of step 8"

    done = train(config, out)
    assert done.returncode == 0, done.stderr
    assert [row["step"] for row in metrics(out)] == list(range(1, 21))
    assert re.search(r"checkpoint: \S+checkpoint\nmetrics: ", done.stdout)
    model, words = export.load(out / "checkpoint")
    assert model.config.text_config.num_experts == 8
    assert len(words("512").input_ids) == 1
    assert (out / "metrics.png").read_bytes().startswith(b"\x89PNG")
    facts = json.loads((out / "facts.json").read_text())
    assert (facts["stage"], facts["step"], facts["perception_pages"]) == ("perception", 20, 24)
    assert not list(out.glob("*.part"))


def metrics_whole(out: Path) -> list[str]:
    return (out / "metrics.jsonl").read_text().splitlines()


def _wait_for(condition: Any, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 600
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("begin_with", "message"), [("nowhere", "begin_with: no weights in nowhere"), ("", "no demonstrations in")]
)
def test_what_is_missing_is_named_in_one_line(tmp_path: Path, data: Path, begin_with: str, message: str) -> None:
    config = write_config(tmp_path, data if begin_with else tmp_path / "empty")
    more = ["--begin-with", begin_with] if begin_with else []
    done = subprocess.run(
        [COMMAND, "train", "vlm", "perception", "--config", config, "--out", tmp_path / "out", *more],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1
    assert message in lines[0]
