"""The Qwen3-VL-MoE forward pass over a batch of fixed shape, on the weights of the transformers model.

transformers' own forward walks over images and experts one by one, which on a small model costs far more than the
arithmetic. Here all images of a batch have the same size, so that the ViT is one batched call; several sequences
may ask about one image, which is then looked at once; and tokens are sorted by expert, so that each expert is
two matrix products over its own tokens alone. A test holds it to transformers' logits.

Shapes: B batch, N patches of an image, D ViT width, M merged visual tokens (N / 4), R sequences with an image,
S tokens of a sequence, H decoder width, E experts, I expert width.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from vlm.architecture import MERGE

if TYPE_CHECKING:
    from transformers import Qwen3VLMoeForConditionalGeneration

Across = Callable[[Tensor], Tensor]
"""The mean of a tensor over the processes of a distributed run; it carries no gradient."""


def alone(count: Tensor) -> Tensor:
    """`Across` of a run that is one process."""
    return count


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs of one forward pass; sequences are padded on the right."""

    pixels: Tensor | None
    """[images, 3, height, width] uint8, both sides multiples of twice the patch size; None without images."""
    image_of: Tensor | None
    """[R] which image each of these sequences shows."""
    image_rows: Tensor | None
    """[R] which sequence of the batch that is."""
    image_starts: Tensor | None
    """[R] position of the image's first visual token in its sequence."""
    tokens: Tensor
    """[B, S] token ids, `<|image_pad|>` where visual tokens go."""
    positions: Tensor
    """[3, B, S] time, height and width position of each token."""


@dataclass(frozen=True, slots=True)
class Output:
    hidden: Tensor
    """[B, S, H] after the decoder's last norm."""
    middle: Tensor
    """[B, S, H] after half of the decoder's layers, with its root mean square brought to 1."""
    visual: Tensor | None
    """[images, M, H] what the adapter hands to the decoder."""
    router_balance: Tensor
    """Mean over layers of the Switch load-balancing loss (arXiv 2101.03961, eq. 4); 1 is perfect balance."""


class FastForward(torch.nn.Module):
    """Runs a transformers Qwen3-VL-MoE on batches of equal-sized images."""

    def __init__(self, model: "Qwen3VLMoeForConditionalGeneration", compiled: bool = False) -> None:
        """`compiled` fuses each layer's small operations: ten seconds once per shape, and needs a C++ compiler."""
        super().__init__()
        self.model = model
        self.settings = model.config
        self._vision_block = torch.compile(vision_block, dynamic=True) if compiled else vision_block
        # The experts' part has no fixed shapes and is not compiled.
        self._attend = torch.compile(attend, dynamic=True) if compiled else attend
        self._tables: dict[tuple[int, int], tuple[Tensor, Tensor, Tensor]] = {}

    def forward(self, batch: Batch, across: Across = alone) -> Output:
        """`across` makes the balance loss that of the whole batch, of which this process may hold a part."""
        text = self.model.model.language_model
        hidden = F.embedding(batch.tokens, text.embed_tokens.weight)
        visual = None
        deepstack: list[Tensor] = []
        if batch.pixels is not None:
            visual, deepstack = self.see(batch.pixels)
            where = self._places(batch, visual.shape[1])
            hidden = _put(hidden, visual[batch.image_of], where)
        cos, sin = self._rotary(batch.positions, hidden)
        routed = []
        for index, layer in enumerate(text.layers):
            hidden = hidden + self._attend(layer.self_attn, layer.input_layernorm, hidden, cos, sin)
            mixed, shares = mix(layer.mlp, layer.post_attention_layernorm(hidden))
            hidden = hidden + mixed
            routed.append(shares)
            if index + 1 == len(text.layers) // 2:
                middle = F.rms_norm(hidden, hidden.shape[-1:])
            if index < len(deepstack):
                hidden = _add(hidden, deepstack[index][batch.image_of], where)
        return Output(text.norm(hidden), middle, visual, _balance(torch.stack(routed), across))

    def logits(self, hidden: Tensor) -> Tensor:
        """[..., H] → [..., vocabulary]."""
        return F.linear(hidden, self.model.lm_head.weight)

    def see(self, pixels: Tensor) -> tuple[Tensor, list[Tensor]]:
        """[images, 3, height, width] uint8 → visual tokens [images, M, H], and as many per deepstack layer."""
        vision, shape = self.model.model.visual, self.settings.vision_config
        patch, width = shape.patch_size, shape.hidden_size
        count, rows, columns = pixels.shape[0], pixels.shape[2] // patch, pixels.shape[3] // patch
        image = pixels.to(torch.float32).div_(127.5).sub_(1.0)
        # Patches in the order of the merge: [block row, block column, row in block, column in block].
        image = image.reshape(count, 3, rows // MERGE, MERGE, patch, columns // MERGE, MERGE, patch).permute(
            0, 2, 5, 3, 6, 1, 4, 7
        )
        patches = image.reshape(count, rows * columns, 3 * patch * patch)
        # A still image fills both frames of a temporal patch, so the kernel's two frames add up.
        kernel = vision.patch_embed.proj.weight.sum(dim=2).reshape(width, -1)
        hidden = F.linear(patches, kernel, vision.patch_embed.proj.bias)
        places, cos, sin = self._grid(rows, columns, pixels.device)
        hidden = hidden + (vision.pos_embed.weight[places[0]] * places[1][..., None]).sum(1)
        deepstack = []
        for index, block in enumerate(vision.blocks):
            hidden = self._vision_block(block, hidden, cos, sin)
            if index in shape.deepstack_visual_indexes:
                merge = vision.deepstack_merger_list[list(shape.deepstack_visual_indexes).index(index)]
                deepstack.append(merge(hidden).reshape(count, -1, shape.out_hidden_size))
        return vision.merger(hidden).reshape(count, -1, shape.out_hidden_size), deepstack

    def _grid(self, rows: int, columns: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """Position-table places with weights, and rotary cosines and sines [1, 1, N, head_dim] of a patch grid."""
        key = (rows, columns)
        if key not in self._tables:
            from transformers.models.qwen3_vl_moe import modeling_qwen3_vl_moe as reference

            vision = self.model.model.visual
            grid = torch.tensor([[1, rows, columns]], device=device)
            places = reference.get_vision_interpolation_indices_and_weights(
                grid,
                num_grid_per_side=vision.num_grid_per_side,
                mode=vision.interpolation_mode,
                align_corners=vision.interpolation_align_corners,
                spatial_merge_size=MERGE,
                kwargs={},
            )
            positions = reference.get_vision_position_ids(grid, MERGE, kwargs={})
            cos, sin = vision.rotary_pos_emb(torch.zeros(1, device=device), positions)
            self._tables[key] = (places, cos[None, None], sin[None, None])
        return self._tables[key]

    def _rotary(self, positions: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
        cos, sin = self.model.model.language_model.rotary_emb(like, positions)
        return cos[:, None], sin[:, None]

    @staticmethod
    def _places(batch: Batch, count: int) -> tuple[Tensor, Tensor]:
        assert batch.image_rows is not None and batch.image_starts is not None
        columns = batch.image_starts[:, None] + torch.arange(count, device=batch.tokens.device)
        return batch.image_rows[:, None].expand_as(columns), columns


def vision_block(block: torch.nn.Module, hidden: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """One layer of the ViT: [images, N, D] → [images, N, D]."""
    hidden = hidden + look(block.attn, block.norm1(hidden), cos, sin)
    return hidden + block.mlp(block.norm2(hidden))


def look(attention: torch.nn.Module, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    count, patches, width = x.shape
    qkv = attention.qkv(x).reshape(count, patches, 3, attention.num_heads, -1).permute(2, 0, 3, 1, 4)
    query, key, value = qkv.unbind(0)
    scores = _rotate(query, cos, sin) @ (_rotate(key, cos, sin) * attention.scaling).transpose(-1, -2)
    mixed = scores.softmax(-1, dtype=scores.dtype) @ value
    return attention.proj(mixed.transpose(1, 2).reshape(count, patches, width))


def attend(attention: torch.nn.Module, norm: torch.nn.Module, hidden: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """What one layer's attention adds: [B, S, H] → [B, S, H]."""
    x = norm(hidden)
    batch, length, _ = x.shape
    shape = (batch, length, -1, attention.head_dim)
    query = attention.q_norm(attention.q_proj(x).reshape(shape)).transpose(1, 2)
    key = attention.k_norm(attention.k_proj(x).reshape(shape)).transpose(1, 2)
    value = attention.v_proj(x).reshape(shape).transpose(1, 2)
    groups = attention.num_key_value_groups
    query, key = _rotate(query, cos, sin), _rotate(key, cos, sin)
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    # Written out: on a CPU the backward pass of the fused kernel takes ten times as long at these sizes.
    scores = query @ (key * attention.scaling).transpose(-1, -2)
    future = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
    mixed = scores.masked_fill(future, float("-inf")).softmax(-1, dtype=scores.dtype) @ value
    return attention.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1))


def mix(block: torch.nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """The sparse block: [B, S, H] → [B, S, H], and the router's shares.

    These are [2, E]: of the choices that fell on each expert, and of the probability that it was given.
    """
    experts, top = block.experts.num_experts, block.gate.top_k
    tokens = x.flatten(0, 1)
    scores = F.linear(tokens.float(), block.gate.weight.float()).softmax(-1)
    best, chosen = scores.topk(top, dim=-1)
    best = best / best.sum(-1, keepdim=True)
    # Choices in the order of their experts, so that each expert's tokens are one slice.
    order = chosen.flatten().argsort()
    counts = chosen.flatten().bincount(minlength=experts)
    asking = order // top
    parts = []
    for expert, part in enumerate(tokens[asking].split(counts.tolist())):
        gate, up = F.linear(part, block.experts.gate_up_proj[expert]).chunk(2, dim=-1)
        parts.append(F.linear(F.silu(gate) * up, block.experts.down_proj[expert]))
    weighted = torch.cat(parts) * best.flatten()[order, None].to(x.dtype)
    mixed = torch.zeros_like(tokens).index_add(0, asking, weighted.to(x.dtype))
    shares = torch.stack((counts / len(order), scores.mean(0)))
    return mixed.view_as(x), shares


def _balance(routed: Tensor, across: Across) -> Tensor:
    """Mean over layers of `routed` [layers, 2, E]; choices carry no gradient, so their mean may go `across`."""
    used, given = routed.unbind(1)
    return routed.shape[-1] * (across(used) * given).sum(-1).mean()


def _put(hidden: Tensor, visual: Tensor, where: tuple[Tensor, Tensor]) -> Tensor:
    return hidden.index_put(where, visual.to(hidden.dtype))


def _add(hidden: Tensor, visual: Tensor, where: tuple[Tensor, Tensor]) -> Tensor:
    return hidden.index_put(where, visual.to(hidden.dtype), accumulate=True)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    turned = torch.cat((-second, first), dim=-1)
    return (x * cos.to(x.dtype)) + (turned * sin.to(x.dtype))
