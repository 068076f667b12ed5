"""What a card says of an expert, checked when it is read.

title = "Watercolour"
about = "Loose washes on white paper."
weights = "someone/watercolour-v1"          # a hub id, or a folder that holds a pipeline in diffusers' layout
licence = "CreativeML-OpenRAIL-M"
memory_mb = 4000
subjects = ["landscape", "animal"]
styles = ["watercolour"]
example_prompts = ["a harbour at dawn, watercolour"]

[presets.balanced]
steps = 25
width = 512
height = 512
guidance = 7.0
"""

import difflib
import math
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from generators.errors import CardError, RequestRefused

Task = Literal["text", "image", "inpaint"]
"""What an expert can begin with: words alone, a picture as well, or a picture and a mask."""
LARGEST_SIDE_PX = 8192


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Preset(_Frozen):
    """One way to run an expert, which the router can choose: an arm is an expert with a preset."""

    steps: int = Field(ge=1, le=1000)
    width: int = Field(ge=8, le=LARGEST_SIDE_PX)
    height: int = Field(ge=8, le=LARGEST_SIDE_PX)
    guidance: float = Field(default=3.0, ge=0, le=100, allow_inf_nan=False)
    """Classifier-free guidance; 1 or less is none. Distilled models take it as an input instead."""
    scheduler: str = ""
    """A scheduler class of diffusers; the weights' own where empty."""
    about: str = ""

    @property
    def size_px(self) -> int:
        """The side of a square of as many pixels."""
        return round(math.sqrt(self.width * self.height))


class Lora(_Frozen):
    """A low-rank adapter that is loaded on top of the weights."""

    weights: str = Field(min_length=1)
    """A hub id, a folder or a file."""
    file: str = ""
    """Which file of the hub id or the folder, where there are several."""
    scale: float = Field(default=1.0, ge=-4, le=4, allow_inf_nan=False)
    trigger: str = ""
    """Words that call the adapter's style; they are put before a prompt that lacks them."""


class ExpertCard(_Frozen):
    """All that the program knows of an expert before its weights are loaded."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    """The file's name without its ending."""
    title: str = Field(min_length=1)
    about: str = ""
    media: Literal["image", "video"] = "image"
    weights: str = Field(min_length=1)
    """A hub id (`owner/name`), or a folder: absolute, beside the card with `./`, or `checkpoints/...`."""
    size: Literal["embedded", "full"] = "full"
    """Embedded experts come with the program and run on a CPU."""
    revision: str = ""
    """Of the hub id."""
    variant: str = ""
    """Of the weights' files, such as `fp16`."""
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    """In which precision it runs; `auto` is float32 on a CPU, else bfloat16."""
    weights_sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    """Of the safetensors files in a folder, in the order of their paths; checked before loading where given."""
    licence: str = Field(min_length=1)
    commercial: bool = True
    """Whether the licence allows commercial use."""
    memory_mb: int = Field(ge=1)
    """What it takes on its device while it draws at the largest preset."""
    multiple: int = Field(default=8, ge=1, le=256)
    """Width and height must be multiples of it."""
    tasks: tuple[Task, ...] = ("text", "image", "inpaint")
    subjects: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    example_prompts: tuple[str, ...] = ()
    negative_prompt: str = ""
    """Used where a request has none."""
    loras: tuple[Lora, ...] = ()
    presets: dict[str, Preset] = Field(min_length=1)
    default_preset: str = ""
    """The first preset where empty."""

    @model_validator(mode="after")
    def _holds_together(self) -> "ExpertCard":
        if self.default_preset and self.default_preset not in self.presets:
            raise ValueError(f"default_preset {self.default_preset!r} is none of {', '.join(self.presets)}")
        for name, preset in self.presets.items():
            if preset.width % self.multiple or preset.height % self.multiple:
                raise ValueError(
                    f"presets.{name} is {preset.width}x{preset.height}, no multiple of {self.multiple}"
                )
        if "text" not in self.tasks:
            raise ValueError("tasks must name 'text': every expert draws from words")
        return self

    def preset(self, name: str = "") -> Preset:
        """The preset called `name`, or the default one; raises `RequestRefused`."""
        wanted = name or self.default_preset or next(iter(self.presets))
        if wanted not in self.presets:
            near = difflib.get_close_matches(wanted, self.presets, n=1, cutoff=0.0)[0]
            raise RequestRefused(
                f"{self.name} has no preset {wanted!r}; the nearest is {near!r}, and there are "
                f"{', '.join(self.presets)}"
            )
        return self.presets[wanted]

    def preset_name(self, name: str = "") -> str:
        """As `preset`, but its name."""
        self.preset(name)
        return name or self.default_preset or next(iter(self.presets))


@lru_cache(maxsize=512)
def read_card(name: str, content: str, where: str) -> ExpertCard:
    """The card that a TOML text states; raises `CardError`, which says `where` it stands and the wrong key.

    Remembered, because a server looks at all cards for every request.
    """
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise CardError(f"card {where}: not TOML: {error}") from None
    if "name" in data:
        raise CardError(f"card {where}: it is called after its file, leave `name` out")
    try:
        return ExpertCard.model_validate({"name": name, **data})
    except ValidationError as error:
        raise CardError(f"card {where}: {_explained(error.errors()[0])}") from None


def _explained(error: Mapping[str, Any]) -> str:
    """What is wrong, and where: `presets.fast.steps`."""
    places = list(error["loc"])
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in places).lstrip(".")
    if error["type"] == "extra_forbidden":
        part: type[_Frozen] = ExpertCard
        if len(places) > 1:
            part = Preset if places[0] == "presets" else Lora
        fields = part.model_fields
        near = difflib.get_close_matches(str(places[-1]), set(fields) - {"name"}, n=1, cutoff=0.0)[0]
        return f"unknown key {place}; the nearest is {near!r}"
    if error["type"] == "missing":
        return f"{place} is missing"
    if not places:
        return str(error["msg"]).removeprefix("Value error, ")
    return f"{place} {error['input']!r}: {error['msg']}"
