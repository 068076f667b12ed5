"""The optimiser of a run: Muon for the matrices inside the layers, AdamW for everything else.

Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/) replaces a matrix's momentum by the nearest
semi-orthogonal matrix, found with a Newton-Schulz iteration, so that rare directions are learned as fast as common
ones. Updates are scaled by 0.2 * sqrt(max(rows, columns)), which gives them AdamW's usual size (Liu et al. 2025,
arXiv 2502.16982, section 2.2), so both share one learning rate. A stack of experts [E, rows, columns] counts as E
matrices. Embeddings, routers, norms, biases and the
throw-away heads keep AdamW.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor, distribute_tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic iteration x → ax + bx³ + cx⁵ on the singular values; five steps bring them near 1."""
ITERATIONS = 5
MOMENTUM = 0.95
ADAMW_BETAS = (0.9, 0.95)


def optimisers(module: torch.nn.Module, weight_decay: float, fused: bool) -> list[torch.optim.Optimizer]:
    """The optimisers of all parameters; set `lr` of their groups before each step."""
    inside, matrices, others = [], [], []
    for name, parameter in module.named_parameters():
        in_layer = ".layers." in name or ".blocks." in name
        if in_layer and parameter.ndim >= 2 and not name.endswith("mlp.gate.weight"):
            inside.append(parameter)
        elif parameter.ndim >= 2:
            matrices.append(parameter)
        else:
            others.append(parameter)
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    adamw = torch.optim.AdamW(groups, lr=0.0, betas=ADAMW_BETAS, fused=fused)
    return [Muon(inside, weight_decay=weight_decay), adamw]


class Muon(torch.optim.Optimizer):
    """Muon with Nesterov momentum and decoupled weight decay, for [rows, columns] and [E, rows, columns]."""

    def __init__(self, parameters: Iterable[Tensor], weight_decay: float = 0.0) -> None:
        super().__init__(parameters, {"lr": 0.0, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        """One update; `closure` must be None."""
        assert closure is None
        for group in self.param_groups:
            # Matrices of one shape go through the iteration together: on a CPU the calls cost more than the sums.
            shapes: dict[tuple[int, ...], list[tuple[Tensor, Tensor]]] = {}
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                aim = self._momentum(parameter)
                shapes.setdefault(tuple(aim.shape[-2:]), []).append((parameter, aim))
            for (rows, columns), pairs in shapes.items():
                stacked = torch.cat([aim.reshape(-1, rows, columns) for _, aim in pairs])
                straight = orthogonal(stacked) * (0.2 * max(rows, columns) ** 0.5)
                sizes = [aim.numel() // (rows * columns) for _, aim in pairs]
                for (parameter, aim), update in zip(pairs, straight.split(sizes), strict=True):
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.add_(_like(update.reshape(aim.shape), parameter), alpha=-group["lr"])

    def _momentum(self, parameter: Tensor) -> Tensor:
        """The whole matrix of Nesterov's look-ahead, gathered where the parameter is sharded."""
        assert parameter.grad is not None
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].lerp_(parameter.grad, 1 - MOMENTUM)
        aim = parameter.grad.lerp(state["momentum"], MOMENTUM)
        return aim.full_tensor() if isinstance(aim, DTensor) else aim


def orthogonal(matrices: Tensor) -> Tensor:
    """[K, rows, columns] → the nearest semi-orthogonal matrices, singular values between about 0.7 and 1.2."""
    a, b, c = COEFFICIENTS
    wide = matrices if matrices.shape[-2] <= matrices.shape[-1] else matrices.mT
    x = wide / (wide.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x if wide is matrices else x.mT


def _like(update: Tensor, parameter: Tensor) -> Tensor:
    if isinstance(parameter, DTensor):
        return distribute_tensor(update, parameter.device_mesh, parameter.placements)
    return update
