"""A tiny untrained expert in diffusers' layout, for tests: the real classes, random weights, 16 px."""

from pathlib import Path
from typing import Any

import torch

from generators.image.pipeline import SmallTextToImagePipeline
from generators.zoo.card import ExpertCard

WORDS = ("a", "red", "blue", "fox", "at", "night", "big", "two")


def tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: number for number, word in enumerate(("<pad>", "<s>", "</s>", "<unk>", *WORDS))}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=12,
    )


def pipeline(*, vae: bool = False, scheduler: str = "DDIMScheduler") -> SmallTextToImagePipeline:
    """The expert itself; with `vae` it works on latents of half the size."""
    import diffusers
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)
    words = tokenizer()
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(words),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=12,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
        )
    )
    channels = 4 if vae else 3
    unet = diffusers.UNet2DConditionModel(
        sample_size=8 if vae else 16,
        in_channels=channels,
        out_channels=channels,
        block_out_channels=(8, 16),
        layers_per_block=1,
        norm_num_groups=4,
        cross_attention_dim=16,
        attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )
    coder = diffusers.AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=channels,
        norm_num_groups=4,
    )
    noises = getattr(diffusers, scheduler)(num_train_timesteps=100, prediction_type="epsilon")
    made = SmallTextToImagePipeline(words, text, unet, noises, coder if vae else None)
    made.set_progress_bar_config(disable=True)
    return made


def saved(folder: Path, **kinds: Any) -> Path:
    """The expert's folder, as a checkpoint has it."""
    pipeline(**kinds).save_pretrained(folder)
    return folder


def stable_diffusion() -> Any:
    """A tiny Stable Diffusion, of diffusers' own class."""
    from diffusers import StableDiffusionPipeline

    parts = pipeline(vae=True)
    return StableDiffusionPipeline(
        vae=parts.vae,
        text_encoder=parts.text_encoder,
        tokenizer=parts.tokenizer,
        unet=parts.unet,
        scheduler=type(parts.scheduler).from_config(parts.scheduler.config, steps_offset=1, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def card(folder: Path | str, **changes: Any) -> ExpertCard:
    """A card for the weights in `folder`."""
    return ExpertCard.model_validate(
        {
            "name": "tiny",
            "title": "Tiny",
            "weights": str(folder),
            "size": "embedded",
            "licence": "Apache-2.0",
            "memory_mb": 50,
            "multiple": 4,
            "subjects": ["animal"],
            "example_prompts": ["a red fox"],
            "presets": {"draft": {"steps": 3, "width": 16, "height": 16}},
            **changes,
        }
    )
