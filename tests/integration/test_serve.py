"""`seedbed serve` with the real vLLM: others find it, Ctrl-C stops it, and `kill -9` leaves no orphan."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import torch

from vlm import architecture, export, running, tokenizer
from vlm.endpoint import EndpointError, endpoint
from vlm.profile import Profile

PROFILE = Profile(name="served", format="seed", prompt="terse", factor=16, min_pixels=256, max_pixels=143_360)
READY_S = 400.0


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = tokenizer.train(["Click the button that says Submit. "] * 40)
    torch.manual_seed(0)
    shape = architecture.preset("tiny")
    model = architecture.model(architecture.config(shape, tokenizer.special_ids(words)))
    return export.export(model, words, tmp_path_factory.mktemp("served") / "tiny", profile=PROFILE)


class Serve:
    """The command in a process of its own, whose vLLM is found by its command line."""

    def __init__(self, model: Path) -> None:
        command = [sys.executable, "-c", "from vlm.cli import app; app()", "--model", str(model)]
        self.process = subprocess.Popen(
            [*command, "--max-model-len", "512", "--vllm-flag=--max-num-batched-tokens=64"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + READY_S
        while not (found := running.find()) and self.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        if not found:
            self.process.kill()
            raise AssertionError(self.process.communicate()[1])
        self.entry = found[0]
        self.family = descendants(self.process.pid)

    def survivors(self, timeout_s: float = 30.0) -> list[int]:
        """Members of the family that are still there when the time is over."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            left = [pid for pid in self.family if alive(pid)]
            if not left:
                return []
            time.sleep(0.1)
        return left


@pytest.fixture
def serve(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    started = Serve(checkpoint)
    yield started
    started.process.kill()
    started.process.communicate()
    assert started.survivors() == []


def stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def alive(pid: int) -> bool:
    fields = stat(pid)
    return bool(fields) and fields[0] != "Z"


def descendants(pid: int) -> list[int]:
    parents = {int(entry.name): stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    family, grown = {pid}, True
    while grown:
        more = {child for child, fields in parents.items() if fields and int(fields[1]) in family}
        grown = not more <= family
        family |= more
    return sorted(family)


async def test_others_find_it_and_ctrl_c_ends_it_whole(serve: Serve, checkpoint: Path) -> None:
    assert len(serve.family) >= 4
    told: list[str] = []
    async with endpoint(None, str(checkpoint), told.append) as reached:
        assert reached.base_url == serve.entry.base_url
        assert reached.profile == PROFILE
        assert reached.model_name == "tiny"
    assert told == [f"using the running server of tiny on port {serve.entry.port}"]
    async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
        body = {
            "model": "tiny",
            "messages": [{"role": "user", "content": "Click the button."}],
            "max_tokens": 16,
            "structured_outputs": {"regex": r"Action: click\(point='<point>[0-9]{3} [0-9]{3}</point>'\)"},
        }
        answer = await client.post(f"{reached.base_url}/v1/chat/completions", json=body)
        # A seed fixes the answer, also of a prompt that is read in pieces of 64 tokens, beside others.
        longer = {
            "model": "tiny",
            "messages": [{"role": "user", "content": "Click the button. " * 40}],
            "max_tokens": 8,
            "temperature": 1.0,
        }
        drawn = await asyncio.gather(
            *(
                client.post(f"{reached.base_url}/v1/chat/completions", json={**longer, "seed": seed})
                for seed in (7, 7, 8)
            )
        )
    assert answer.json()["choices"][0]["message"]["content"].startswith("Action: click(point='<point>")
    first, again, other = (answer.json()["choices"][0]["message"]["content"] for answer in drawn)
    assert first == again != other
    serve.process.send_signal(signal.SIGINT)
    out, err = serve.process.communicate(timeout=60)
    assert serve.process.returncode == 0
    assert f"tiny at {serve.entry.base_url}/v1" in out
    assert "Traceback" not in err
    assert serve.survivors() == []
    assert running.find() == []
    with pytest.raises(EndpointError, match="no model server answers"):
        async with endpoint(serve.entry.base_url, None):
            pass


def test_kill_9_of_the_command_leaves_no_orphan_and_frees_the_port(serve: Serve) -> None:
    os.kill(serve.process.pid, signal.SIGKILL)
    serve.process.wait()
    assert serve.survivors() == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{serve.entry.base_url}/health", trust_env=False)
    assert running.find() == []


def test_kill_9_of_the_watchdog_leaves_no_orphan_either(serve: Serve) -> None:
    watchdog = next(pid for pid in serve.family if b"watchdog.py" in Path(f"/proc/{pid}/cmdline").read_bytes())
    family = [pid for pid in serve.family if pid not in (serve.process.pid, watchdog)]
    os.kill(watchdog, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while any(alive(pid) for pid in family) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(pid) for pid in family)


def test_the_resolved_configuration_can_be_printed(checkpoint: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from vlm.cli import app; app()",
        "--model",
        str(checkpoint),
        "--print-config",
    ]
    shown = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert shown["model"] == str(checkpoint)
    assert "vllm.entrypoints.openai.api_server" in shown["command"]
