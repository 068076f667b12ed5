"""Muon turns a momentum into its nearest semi-orthogonal matrix, and every parameter has exactly one optimiser."""

from typing import Any

import pytest
import torch

from trainer.vlm.optimiser import Muon, optimisers, orthogonal

from . import small


@pytest.mark.parametrize("shape", [(8, 8), (16, 48), (48, 16)])
def test_all_singular_values_come_near_one_and_their_directions_stay(shape: tuple[int, int]) -> None:
    matrices = torch.randn(3, *shape, generator=torch.Generator().manual_seed(0))
    straight = orthogonal(matrices)
    values = torch.linalg.svdvals(straight)
    assert float(values.min()) > 0.4 and float(values.max()) < 1.3
    left, _, right = torch.linalg.svd(matrices.double(), full_matrices=False)
    exact = left @ right
    alike = (straight.double() * exact).sum((1, 2)) / (straight.norm(dim=(1, 2)) * exact.norm(dim=(1, 2)))
    assert float(alike.min()) > 0.95


def test_a_stack_of_experts_is_updated_as_its_matrices_would_be() -> None:
    start = torch.randn(4, 6, 10, generator=torch.Generator().manual_seed(1))
    push = torch.randn(4, 6, 10, generator=torch.Generator().manual_seed(2))
    stack = torch.nn.Parameter(start.clone())
    singles = [torch.nn.Parameter(matrix.clone()) for matrix in start]
    stack.grad = push.clone()
    for single, part in zip(singles, push, strict=True):
        single.grad = part.clone()
    for optimiser in (Muon([stack], weight_decay=0.1), Muon(singles, weight_decay=0.1)):
        optimiser.param_groups[0]["lr"] = 0.01
        optimiser.step()
    torch.testing.assert_close(stack.detach(), torch.stack([single.detach() for single in singles]))
    # The size of AdamW's updates: about 0.2 for each entry at a learning rate of 1.
    change = (stack.detach() - start * (1 - 0.01 * 0.1)).square().mean().sqrt()
    assert 0.1 < float(change) / 0.01 < 0.3


def test_a_zero_gradient_leaves_a_matrix_where_it_is() -> None:
    still = torch.nn.Parameter(torch.ones(4, 4))
    still.grad = torch.zeros(4, 4)
    optimiser = Muon([still])
    optimiser.param_groups[0]["lr"] = 1.0
    optimiser.step()
    assert torch.equal(still.detach(), torch.ones(4, 4))


def test_every_parameter_of_a_model_has_one_optimiser_and_routers_are_left_to_adamw(words: Any) -> None:
    model = small.model(words)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    muon, adamw = (
        [names[id(p)] for group in each.param_groups for p in group["params"]]
        for each in optimisers(model, 0.1, False)
    )
    assert sorted(muon + adamw) == sorted(names.values())
    assert any("experts.gate_up_proj" in name for name in muon)
    assert any("visual.blocks" in name for name in muon)
    assert not any("embed" in name or "mlp.gate.weight" in name or "norm" in name for name in muon)
