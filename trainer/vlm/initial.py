"""Random weights that already look things up, for decoders too small to find out how from a few thousand samples.

A decoder that must copy from its prompt needs heads that find a token's twin and hand on what they find (induction
heads, arXiv 2209.11895). Mimetic initialisation (Trockman and Kolter, arXiv 2305.09828) begins there: half of the
heads query as they are keyed, so that equal tokens attend to each other, and every head writes back what its
values read. The paper mixes identity and noise in products of the projections; we copy the projections themselves.
"""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from transformers import Qwen3VLMoeForConditionalGeneration

QK_GAIN = 1.5
"""What the norms of queries and keys begin with. At 1, as transformers begins, no score exceeds the root of the
head's width, too little to single out one token of a hundred. A gain grows no faster than the learning rate."""


@torch.no_grad()
def begin(model: "Qwen3VLMoeForConditionalGeneration") -> "Qwen3VLMoeForConditionalGeneration":
    """Prepares the decoder's attention in place, before the first step of a model with random weights."""
    for layer in model.model.language_model.layers:
        attention = layer.self_attn
        width, groups = attention.head_dim, attention.num_key_value_groups
        keys = attention.k_proj.weight.unflatten(0, (-1, width))
        values = attention.v_proj.weight.unflatten(0, (-1, width))
        queries = attention.q_proj.weight.unflatten(0, (-1, width))
        written = attention.o_proj.weight.unflatten(1, (-1, width))
        # The first head of each group looks for twins; the others find their own uses.
        queries[::groups] = keys
        for head in range(len(queries)):
            written[:, head] = values[head // groups].T
        attention.q_norm.weight.fill_(QK_GAIN)
        attention.k_norm.weight.fill_(QK_GAIN)
    return model
