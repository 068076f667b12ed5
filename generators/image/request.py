"""What is asked of an image expert, and the same with every open choice made."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generators.errors import RequestRefused
from generators.zoo.card import LARGEST_SIDE_PX, ExpertCard, Task

LARGEST_SEED = 2**32 - 1
LONGEST_PROMPT = 4000
"""Characters; no text encoder reads that many."""
DEFAULT_STRENGTH = 0.6


class ImageRequest(BaseModel):
    """One picture. What is None is taken from the expert's preset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(min_length=1, max_length=LONGEST_PROMPT)
    expert: str = Field(min_length=1)
    preset: str = ""
    seed: int = Field(default=0, ge=0, le=LARGEST_SEED)
    negative_prompt: str | None = Field(default=None, max_length=LONGEST_PROMPT)
    width: int | None = Field(default=None, ge=8, le=LARGEST_SIDE_PX)
    height: int | None = Field(default=None, ge=8, le=LARGEST_SIDE_PX)
    steps: int | None = Field(default=None, ge=1, le=1000)
    guidance: float | None = Field(default=None, ge=0, le=100, allow_inf_nan=False)
    scheduler: str | None = None
    """A scheduler class of diffusers; empty for the weights' own."""
    strength: float = Field(default=DEFAULT_STRENGTH, gt=0, le=1, allow_inf_nan=False)
    """How far a picture that is given may be left: 1 forgets it."""
    variation_seed: int | None = Field(default=None, ge=0, le=LARGEST_SEED)
    """The noise of `seed` is turned towards the noise of this one …"""
    variation: float = Field(default=0.0, ge=0, le=1, allow_inf_nan=False)
    """… by this share of the way."""


def checked(**given: Any) -> ImageRequest:
    """A request from outside; raises `RequestRefused`, which names the value that cannot be."""
    try:
        return ImageRequest(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "request"
        shown = repr(first["input"])
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        raise RequestRefused(f"{name} {shown}: {first['msg']}") from None


def resolved(request: ImageRequest, card: ExpertCard, task: Task = "text") -> ImageRequest:
    """The request with everything filled in from the card; raises `RequestRefused` where the expert cannot."""
    if task not in card.tasks:
        raise RequestRefused(f"{card.name} cannot do {task}; it can do {', '.join(card.tasks)}")
    preset = card.preset(request.preset)
    negative = card.negative_prompt if request.negative_prompt is None else request.negative_prompt
    width, height = request.width or preset.width, request.height or preset.height
    if width % card.multiple or height % card.multiple:
        raise RequestRefused(
            f"{width}x{height}: width and height must be multiples of {card.multiple} for {card.name}"
        )
    return request.model_copy(
        update={
            "prompt": _triggered(request.prompt, card),
            "expert": card.name,
            "preset": card.preset_name(request.preset),
            "negative_prompt": negative,
            "width": width,
            "height": height,
            "steps": request.steps or preset.steps,
            "guidance": preset.guidance if request.guidance is None else request.guidance,
            "scheduler": preset.scheduler if request.scheduler is None else request.scheduler,
        }
    )


def _triggered(prompt: str, card: ExpertCard) -> str:
    """The prompt with the trigger words of the card's LoRAs in front, where it lacks them."""
    missing = [lora.trigger for lora in card.loras if lora.trigger and lora.trigger.lower() not in prompt.lower()]
    return ", ".join([*missing, prompt])
