"""An expert with random weights: a small bidirectional text encoder, a U-Net over patches of pixels, a scheduler.

Two levels are enough for 64 pixels in patches of 4: at 16 x 16 the net only convolves, at 8 x 8 and in the middle
it also looks at the words. The words' pooled embedding joins that of the timestep, so that colour and count, which
concern the whole picture, need no attention to arrive.
"""

import math
from typing import TYPE_CHECKING

from trainer.data.worlds.world import SIZE_PX
from trainer.errors import TrainerError
from trainer.image.config import ImageConfig
from trainer.image.vocabulary import TOKENS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from generators.image.pipeline import SmallTextToImagePipeline

MOST_PARAMETERS = 3_000_000
_GROUPS = 16
_HEADS = 4


def pipeline(config: ImageConfig, tokenizer: "PreTrainedTokenizerFast") -> "SmallTextToImagePipeline":
    """The whole expert; raises `TrainerError` where it has more parameters than an embedded one may have."""
    from generators.image.pipeline import SmallTextToImagePipeline  # isort: skip  (first: it prepares torchvision)
    from diffusers import DDIMScheduler, UNet2DConditionModel
    from transformers import DistilBertConfig, DistilBertModel

    channels = 3 * config.patch**2
    unet = UNet2DConditionModel(
        sample_size=SIZE_PX // config.patch,
        in_channels=channels,
        out_channels=channels,
        block_out_channels=config.widths,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=config.text_width,
        attention_head_dim=_HEADS,
        norm_num_groups=_GROUPS,
        resnet_time_scale_shift="scale_shift",
        time_embedding_dim=2 * config.text_width,
        addition_embed_type="text",
        addition_embed_type_num_heads=_HEADS,
    )
    words = DistilBertModel(
        DistilBertConfig(
            vocab_size=len(tokenizer),
            max_position_embeddings=TOKENS,
            dim=config.text_width,
            hidden_dim=2 * config.text_width,
            n_layers=config.text_layers,
            n_heads=_HEADS,
            dropout=0.0,
            attention_dropout=0.0,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    # Embeddings of transformers' default 0.02 would take a third of a short training to tell words apart.
    words.embeddings.word_embeddings.weight.data.normal_(0, 1 / math.sqrt(config.text_width))
    count = parameters(unet) + parameters(words)
    if count > MOST_PARAMETERS:
        raise TrainerError(f"{count:,} parameters, at most {MOST_PARAMETERS:,}: lower widths or text_width")
    scheduler = DDIMScheduler(
        beta_schedule="squaredcos_cap_v2",
        prediction_type=config.prediction,
        timestep_spacing="trailing",
        rescale_betas_zero_snr=config.prediction != "epsilon",
        clip_sample=True,
    )
    return SmallTextToImagePipeline(tokenizer=tokenizer, text_encoder=words, unet=unet, scheduler=scheduler)


def parameters(module: object) -> int:
    """How many numbers a module learns."""
    return sum(each.numel() for each in module.parameters())  # type: ignore[attr-defined]
