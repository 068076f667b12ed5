"""A decoder that has learned nothing yet already attends to the twins of a token."""

from typing import Any

import torch

from trainer.vlm.initial import begin

from . import small


def scores(model: Any, tokens: list[int]) -> torch.Tensor:
    """[heads, tokens, tokens] attention scores of the first layer before the mask, at equal positions."""
    decoder = model.model.language_model
    attention = decoder.layers[0].self_attn
    x = decoder.layers[0].input_layernorm(decoder.embed_tokens(torch.tensor([tokens])))
    shape = (1, len(tokens), -1, attention.head_dim)
    query = attention.q_norm(attention.q_proj(x).reshape(shape)).transpose(1, 2)
    key = attention.k_norm(attention.k_proj(x).reshape(shape)).transpose(1, 2)
    return (query @ key.repeat_interleave(attention.num_key_value_groups, 1).mT)[0] * attention.scaling


def test_half_of_the_heads_look_for_twins(words: Any) -> None:
    model = begin(small.model(words)).eval()
    with torch.no_grad():
        found = scores(model, [500, 600, 700, 600, 800])
    for head in (0, 2):
        row = found[head, 3]
        assert row[1] == row[3], "a token and its twin are one to the head"
        assert row[1] > max(row[0], row[2], row[4]) + 3, "and e to the third more than any other"


def test_what_a_head_reads_it_writes_back(words: Any) -> None:
    attention = begin(small.model(words)).model.language_model.layers[1].self_attn
    x = torch.randn(5, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        value = attention.v_proj(x)[:, : attention.head_dim]
        written = value @ attention.o_proj.weight[:, : attention.head_dim].T
    alike = torch.nn.functional.cosine_similarity(written, x, dim=-1)
    assert float(alike.min()) > 0.3
