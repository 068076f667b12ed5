"""An expert from its world to its checkpoint: pictures, tokenizer, loop, evaluation, card, plot."""

import time
from collections.abc import Callable
from pathlib import Path

import torch

from trainer.data.worlds import blocks
from trainer.data.worlds.registry import world
from trainer.image import card, evaluate, model, vocabulary
from trainer.image.config import ImageConfig
from trainer.image.loop import METRICS, Run
from trainer.image.plot import plot
from trainer.vlm.loop import Progress


def run(
    name: str,
    config: ImageConfig,
    folder: Path,
    checkpoint: Path,
    tell: Callable[[Progress], None],
    prepared: blocks.Tell,
) -> evaluate.Judged:
    """Train the expert of one world in `folder`, going on with what is there, and write it to `checkpoint`."""
    world(name)  # An unknown name is said before anything is drawn.
    began = time.time()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pictures, captions = blocks.prepared(name, config.pictures, config.data, prepared)
    torch.manual_seed(config.seed)
    tokenizer = vocabulary.train((text for texts in captions for text in texts), config.vocabulary)
    learning = Run(config, model.pipeline(config, tokenizer), pictures, captions, folder, device)
    learning.train(tell)
    plot(folder / METRICS, folder / "metrics.png")
    expert = learning.averaged()
    judged = evaluate.judge(expert, name, config.prompts, config.drawing_steps, config.guidance, prepared)
    checkpoint.mkdir(parents=True, exist_ok=True)
    expert.save_pretrained(checkpoint, safe_serialization=True)
    numbers = (model.parameters(expert.unet), model.parameters(expert.text_encoder))
    card.write(checkpoint, name, config, judged, numbers, time.time() - began)
    return judged
