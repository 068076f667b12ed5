"""The vision-language model: Qwen3-VL-MoE, at the sizes that Seedbed names.

A native-resolution ViT with 2D RoPE, a 2x2 merge with an MLP adapter, and a sparse mixture-of-experts decoder.
`tiny` is the embedded model. `seed1_5_vl` has the scale that Seed1.5-VL's report gives (arXiv 2505.07062,
section 2: a 532M-parameter ViT of 27 layers, width 1280, 20 heads, patch 14; about 20B active parameters in the
language model). The report keeps the language model's shape to itself, so layers, widths and experts are ours.
Two departures from the report come with Qwen3-VL's layout, which vLLM and transformers both serve: tokens are
merged by concatenation instead of average pooling, and positions in the decoder are three-dimensional.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlm.torchvision_shim import ensure

if TYPE_CHECKING:
    from transformers import Qwen3VLMoeConfig, Qwen3VLMoeForConditionalGeneration


class PresetUnknown(ValueError):
    """No preset has this name."""


@dataclass(frozen=True, slots=True)
class VisionShape:
    """The ViT: `position_grid` is the side, in patches, of the learned position table."""

    layers: int
    width: int
    heads: int
    mlp_width: int
    patch_px: int
    position_grid: int
    deepstack_layers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TextShape:
    """The decoder: hidden width, expert width and twice the expert width must differ.

    transformers tells the two layouts of the expert tensors apart by their shapes alone.
    """

    layers: int
    width: int
    heads: int
    key_value_heads: int
    head_width: int
    experts: int
    experts_per_token: int
    expert_width: int
    vocabulary: int
    context: int
    tied_embeddings: bool
    mrope_section: tuple[int, int, int]
    """How many of the `head_width / 2` rotary frequencies follow time, height and width."""


@dataclass(frozen=True, slots=True)
class Preset:
    vision: VisionShape
    text: TextShape


PRESETS = {
    "tiny": Preset(
        VisionShape(
            layers=5, width=192, heads=3, mlp_width=768, patch_px=8, position_grid=20, deepstack_layers=(2,)
        ),
        TextShape(
            layers=4,
            width=192,
            heads=4,
            key_value_heads=2,
            head_width=64,
            experts=8,
            experts_per_token=2,
            expert_width=88,
            vocabulary=4096,
            context=4096,
            tied_embeddings=True,
            mrope_section=(12, 10, 10),
        ),
    ),
    "seed1_5_vl": Preset(
        VisionShape(
            layers=27,
            width=1280,
            heads=20,
            mlp_width=5120,
            patch_px=14,
            position_grid=48,
            deepstack_layers=(),
        ),
        TextShape(
            layers=56,
            width=5120,
            heads=40,
            key_value_heads=8,
            head_width=128,
            experts=128,
            experts_per_token=8,
            expert_width=2304,
            vocabulary=155_136,
            context=131_072,
            tied_embeddings=False,
            mrope_section=(24, 20, 20),
        ),
    ),
}
MERGE = 2
TEMPORAL_PATCH = 2


def preset(name: str) -> Preset:
    """The sizes with this name; an unknown one is answered with what there is."""
    try:
        return PRESETS[name]
    except KeyError:
        raise PresetUnknown(f"no model preset {name!r}; there are {', '.join(PRESETS)}") from None


def config(shape: Preset, special_ids: dict[str, int]) -> "Qwen3VLMoeConfig":
    """The transformers configuration; `special_ids` are the tokenizer's ids by token (see `vlm.tokenizer`)."""
    ensure()
    from transformers import Qwen3VLMoeConfig

    text, vision = shape.text, shape.vision
    return Qwen3VLMoeConfig(
        text_config={
            "vocab_size": text.vocabulary,
            "hidden_size": text.width,
            "intermediate_size": 4 * text.width,
            "num_hidden_layers": text.layers,
            "num_attention_heads": text.heads,
            "num_key_value_heads": text.key_value_heads,
            "head_dim": text.head_width,
            "num_experts": text.experts,
            "num_experts_per_tok": text.experts_per_token,
            "moe_intermediate_size": text.expert_width,
            "max_position_embeddings": text.context,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 100_000.0,
                "mrope_section": list(text.mrope_section),
                "mrope_interleaved": True,
            },
            "norm_topk_prob": True,
            "tie_word_embeddings": text.tied_embeddings,
            "eos_token_id": special_ids["<|im_end|>"],
            "pad_token_id": special_ids["<|endoftext|>"],
        },
        vision_config={
            "depth": vision.layers,
            "hidden_size": vision.width,
            "intermediate_size": vision.mlp_width,
            "num_heads": vision.heads,
            "patch_size": vision.patch_px,
            "spatial_merge_size": MERGE,
            "temporal_patch_size": TEMPORAL_PATCH,
            "out_hidden_size": text.width,
            "num_position_embeddings": vision.position_grid**2,
            "deepstack_visual_indexes": list(vision.deepstack_layers),
        },
        image_token_id=special_ids["<|image_pad|>"],
        video_token_id=special_ids["<|video_pad|>"],
        vision_start_token_id=special_ids["<|vision_start|>"],
        vision_end_token_id=special_ids["<|vision_end|>"],
        tie_word_embeddings=text.tied_embeddings,
    )


def model(configuration: "Qwen3VLMoeConfig") -> "Qwen3VLMoeForConditionalGeneration":
    """A model with random weights; build it under `torch.device("meta")` to count without memory."""
    ensure()
    from transformers import Qwen3VLMoeForConditionalGeneration

    return Qwen3VLMoeForConditionalGeneration(configuration)


@dataclass(frozen=True, slots=True)
class Count:
    """Parameters of a model: all of them, those of the vision encoder, and those that one token uses."""

    total: int
    vision: int
    """The ViT alone, without the adapter that maps its tokens into the decoder."""
    active: int
    """Of the decoder: everything but the experts that a token is not routed to."""


def count(built: "Qwen3VLMoeForConditionalGeneration") -> Count:
    """Count the parameters by their role; works on the meta device."""
    total = vision = text = experts = 0
    for name, parameter in built.named_parameters():
        total += parameter.numel()
        if ".visual." in f".{name}":
            vision += 0 if "merger" in name else parameter.numel()
        else:
            text += parameter.numel()
            experts += parameter.numel() if ".experts." in name else 0
    settings = built.config.text_config
    share = settings.num_experts_per_tok / settings.num_experts
    return Count(total=total, vision=vision, active=round(text - experts * (1 - share)))
