"""A server starts, tells how it comes along, is started again once, says why it died and frees its port."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from vlm import hardware, server
from vlm.hardware import Device
from vlm.server import NoWeights, PortInUse, ServerError, ServerOptions, resolve, serving

CPU = Device("cpu", 2)

# Stands in for vLLM: same questions, same answers, ready in a fraction of a second.
STUB = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
port, pid_file, mode = int(sys.argv[1]), sys.argv[2], sys.argv[3]
lives = 0
if os.path.exists(pid_file):
    lives = len(open(pid_file).read().split())
with open(pid_file, "a") as file:
    file.write(f"{os.getpid()} ")
print("INFO Starting to load model tiny", flush=True)
if mode == "refuse" or (mode == "once" and lives):
    print("(EngineCore pid=7) ERROR 11-25 00:07:37 [core.py:9] ValueError: no memory for the cache")
    print("RuntimeError: Engine core initialization failed. See root cause above.", flush=True)
    raise SystemExit(1)
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"data": [{"id": "tiny", "root": sys.argv[4]}]}).encode()
        self.send_response(503 if mode == "sick" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "config.json").write_text('{"text_config": {"num_key_value_heads": 4}}')
    (folder / "model.safetensors").write_bytes(b"0" * 1000)
    return folder


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts the stand-in where vLLM would be started; gives a function that reads the pids of its lives."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    script, pids = tmp_path / "stub.py", tmp_path / "pids"
    script.write_text(STUB)
    mode = {"mode": "well"}

    def command(options, model, folder, port, device) -> list[str]:
        return [sys.executable, str(script), str(port), str(pids), mode["mode"], model]

    monkeypatch.setattr(server, "vllm_command", command)
    monkeypatch.setattr(hardware, "detect", lambda: CPU)

    def lives() -> list[int]:
        return [int(pid) for pid in pids.read_text().split()] if pids.exists() else []

    lives.mode = mode
    return lives


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def test_a_server_is_healthy_inside_the_block_and_gone_after_it(checkpoint, stub) -> None:
    stages: list[str] = []
    async with serving(ServerOptions(model=str(checkpoint)), stages.append) as running:
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{running.base_url}/health")).status_code == 200
        assert running.model_name == "tiny"
        assert "load model" in running.log.read_text()
    assert stages[0] == "starting vLLM"
    assert stages[-1] == "ready"
    assert is_free(running.port)
    assert not Path(f"/proc/{stub()[0]}").exists()


async def test_a_server_that_dies_is_started_once_more_on_the_same_port(checkpoint, stub) -> None:
    stages: list[str] = []
    async with serving(ServerOptions(model=str(checkpoint)), stages.append) as running:
        os.kill(stub()[0], signal.SIGKILL)
        while stages.count("ready") < 2:
            await asyncio.sleep(0.02)
        assert len(stub()) == 2
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{running.base_url}/health")).status_code == 200
        os.kill(stub()[1], signal.SIGKILL)
        assert "died again: it was ended by SIGKILL (out of memory?)" in await running.failed
    assert any("vLLM died: it was ended by SIGKILL" in stage for stage in stages)
    assert len(stub()) == 2


async def test_a_restart_that_fails_says_why(checkpoint, stub) -> None:
    stub.mode["mode"] = "once"
    async with serving(ServerOptions(model=str(checkpoint))) as running:
        os.kill(stub()[0], signal.SIGKILL)
        assert "no memory for the cache" in await running.failed


async def test_a_server_that_dies_at_the_start_says_why_in_one_line(checkpoint, stub) -> None:
    stub.mode["mode"] = "refuse"
    with pytest.raises(ServerError) as caught:
        async with serving(ServerOptions(model=str(checkpoint))):
            pass
    assert "ValueError: no memory for the cache" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(stub()) == 1


async def test_a_server_that_never_gets_well_is_given_up_and_ended(checkpoint, stub) -> None:
    stub.mode["mode"] = "sick"
    with pytest.raises(ServerError, match="not ready after 1 s"):
        async with serving(ServerOptions(model=str(checkpoint), ready_timeout_s=1.0)):
            pass
    assert not Path(f"/proc/{stub()[0]}").exists()


async def test_a_port_in_use_is_refused_before_anything_starts(checkpoint, stub) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"port {port} on 127.0.0.1 cannot be used"):
            async with serving(ServerOptions(model=str(checkpoint), port=port)):
                pass
    assert stub() == []


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoWeights, match=f"no weights in {tmp_path}"):
        resolve(str(tmp_path))


@pytest.mark.parametrize("model", ["/no/such/folder", "nothing", "./nothing", ""])
def test_what_is_neither_a_folder_nor_a_hub_id_is_refused(model: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoWeights):
        resolve(model)


def test_a_hub_id_is_left_as_it_is() -> None:
    assert resolve("Qwen/Qwen3-VL-30B-A3B-Instruct") == ("Qwen/Qwen3-VL-30B-A3B-Instruct", None)


def test_a_mistyped_folder_beside_others_is_not_taken_for_a_hub_id(tmp_path, monkeypatch) -> None:
    (tmp_path / "checkpoints").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoWeights, match="no model at checkpoints/vlm-tinny"):
        resolve("checkpoints/vlm-tinny")


@pytest.mark.parametrize(("able", "dtype"), [(True, "bfloat16"), (False, "float32")])
def test_the_cpu_gets_the_type_that_it_multiplies_and_a_fast_start(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, able: bool, dtype: str
) -> None:
    monkeypatch.setattr("vlm.hardware.cpu_multiplies_bf16", lambda: able)
    options = ServerOptions(model=str(checkpoint), max_model_len=2048)
    command = server.vllm_command(options, str(checkpoint), checkpoint, 8000, CPU)
    line = " ".join(command)
    assert f"--dtype {dtype} --enforce-eager" in line
    assert "--max-model-len 2048" in line
    assert '--limit-mm-per-prompt {"image": 8, "video": 1}' in line
    assert "--tensor-parallel-size" not in line


def test_gpus_split_a_model_no_further_than_it_needs(checkpoint: Path) -> None:
    roomy = Device("cuda", 16, (80 * 1024**3,) * 8)
    assert hardware.tensor_parallel(roomy, checkpoint) == 1
    tight = Device("cuda", 16, (600,) * 8)
    assert hardware.tensor_parallel(tight, checkpoint) == 4
    assert hardware.tensor_parallel(Device("cuda", 16, (10**9,) * 3), None) == 2
    line = " ".join(server.vllm_command(ServerOptions(model="a/b"), "a/b", None, 8000, roomy))
    assert "--tensor-parallel-size 8 --gpu-memory-utilization 0.9" in line
    assert "--enforce-eager" not in line


def test_a_callers_own_variable_wins(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "3")
    assert server.child_environment(ServerOptions(model="x"), CPU, checkpoint)["VLLM_CPU_KVCACHE_SPACE"] == "3"
    monkeypatch.delenv("VLLM_CPU_KVCACHE_SPACE")
    assert server.child_environment(ServerOptions(model="x"), CPU, checkpoint)["VLLM_CPU_KVCACHE_SPACE"] == "1"
