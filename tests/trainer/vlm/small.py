"""A model small enough to train in a test, and a handful of pages drawn without a browser."""

import io
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image, ImageDraw

from envs.browser.actions import Click, Type
from envs.browser.observation import Box, Element
from trainer.data.shards import Sample
from trainer.vlm import vocabulary
from trainer.vlm.config import TrainConfig
from trainer.vlm.encoding import Encoder
from trainer.vlm.loop import Place, Run
from trainer.vlm.mixture import Mixture
from vlm import architecture, tokenizer
from vlm.architecture import Preset, TextShape, VisionShape

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, Qwen3VLMoeForConditionalGeneration

WORDS = ("Submit", "Cancel", "Next", "Search", "Login", "Reset", "Close", "Open")
SIDE = 160


def sample(number: int, task: str = "click-button", typed: str | None = None) -> Sample:
    """A page with two buttons at places that follow from the number, of which the first is asked for."""
    rng = random.Random(number)
    asked, other = rng.sample(WORDS, 2)
    places = [(rng.randrange(0, 90), rng.randrange(0, 60)), (rng.randrange(0, 90), rng.randrange(80, 135))]
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    draw = ImageDraw.Draw(picture)
    boxes = []
    for name, (x, y) in zip((asked, other), places, strict=True):
        draw.rectangle((x, y, x + 60, y + 20), fill="lightgrey", outline="black")
        draw.text((x + 5, y + 4), name, fill="black")
        boxes.append(Box(x / SIDE, y / SIDE, 60 / SIDE, 20 / SIDE))
    png = io.BytesIO()
    picture.save(png, "PNG")
    rendered = task == "perception"
    return Sample(
        task=task,
        instruction=f'Click the "{asked}" button.' if typed is None else f'Type "{typed}".',
        past=(),
        action=Click(point=boxes[0].centre) if typed is None else Type(content=typed),
        target=boxes[0] if typed is None else None,
        end=None,
        elements=tuple(
            Element(index, "word" if rendered else "button", name, box)
            for index, (name, box) in enumerate(zip((asked, other), boxes, strict=True))
        ),
        png=png.getvalue(),
        seed=number,
        widgets=tuple(("button", box) for box in boxes) if rendered else (),
    )


def rendered() -> list[Sample]:
    return [sample(number, "perception") for number in range(24)]


def demonstrated() -> list[Sample]:
    clicks = [sample(number, "click-button") for number in range(12)]
    return clicks + [sample(number, "enter-text", typed=f"Login {number}") for number in range(12)]


def words() -> "PreTrainedTokenizerFast":
    return tokenizer.train(vocabulary.texts(demonstrated()) * 5, 2048)


def shape() -> Preset:
    vision = VisionShape(
        layers=2, width=32, heads=2, mlp_width=64, patch_px=8, position_grid=8, deepstack_layers=(0,)
    )
    text = TextShape(
        layers=2,
        width=64,
        heads=4,
        key_value_heads=2,
        head_width=32,
        experts=4,
        experts_per_token=2,
        expert_width=24,
        vocabulary=2048,
        context=1024,
        tied_embeddings=True,
        mrope_section=(6, 5, 5),
    )
    return Preset(vision, text)


def model(learned: "PreTrainedTokenizerFast") -> "Qwen3VLMoeForConditionalGeneration":
    torch.manual_seed(0)
    return architecture.model(architecture.config(shape(), tokenizer.special_ids(learned)))


def config(**changes: Any) -> TrainConfig:
    """Perception in fp32 and without a compiler, sixteen steps unless `changes` say otherwise."""
    settings: dict[str, Any] = {
        "stage": "perception",
        "steps": 16,
        "batch": 4,
        "questions": 2,
        "warmup_steps": 2,
        "save_steps": 8,
        "mix": {"perception": 1.0},
        "compiled": False,
        "precision": "fp32",
    }
    return TrainConfig.model_validate(settings | changes)


def run(settings: TrainConfig, learned: "PreTrainedTokenizerFast", folder: Path) -> Run:
    """A run with objects of its own, as a new process would make them."""
    mixture = Mixture(settings, Encoder(learned), rendered(), demonstrated())
    return Run(settings, model(learned), mixture, folder, Place(torch.device("cpu")))
