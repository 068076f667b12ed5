"""Where to draw: the GPUs that there are, else the CPU, and how much memory is free there."""

from typing import Any

MB = 1 << 20


def devices() -> tuple[str, ...]:
    """All devices, the first one first: `cuda:0`, `cuda:1` … or `cpu`."""
    import torch

    return tuple(f"cuda:{number}" for number in range(torch.cuda.device_count())) or ("cpu",)


def free_mb(device: str) -> int:
    """Memory that new weights and activations may take on `device`, in MiB."""
    if device.startswith("cuda"):
        import torch

        free, _ = torch.cuda.mem_get_info(device)
        return int(free // MB)
    import psutil

    return int(psutil.virtual_memory().available // MB)


def precision(name: str, device: str) -> Any:
    """The torch type that a card's `dtype` means on `device`.

    Half precision is for GPUs: a CPU computes it no faster, and many of them not at all.
    """
    import torch

    if device == "cpu":
        return torch.bfloat16 if name == "bfloat16" else torch.float32
    return getattr(torch, "bfloat16" if name == "auto" else name)
