"""The settings of an image expert's training, read from TOML; the defaults train the embedded experts."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from trainer.errors import TrainerError


class ImageConfig(BaseModel):
    """One expert's training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(0, ge=0)
    steps: int = Field(1400, gt=0)
    batch: int = Field(32, ge=2)
    peak_lr: float = Field(1.5e-3, gt=0)
    final_lr_share: float = Field(0.05, ge=0, le=1)
    """The cosine ends at this share of `peak_lr`."""
    warmup_steps: int = Field(60, ge=0)
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(1.0, gt=0)
    """Largest norm of the gradient."""
    pictures: int = Field(16_000, gt=0)
    """How many pictures there are to learn from; missing ones are drawn before the first step."""
    data: Path = Path("data/image")
    patch: Literal[1, 2, 4, 8] = 4
    """The U-Net sees squares of so many pixels as one, with 3 patch^2 channels: a sixteenth of the work at 4."""
    widths: tuple[int, int] = (64, 96)
    """Channels at the patches' resolution and at half of it."""
    text_width: int = Field(96, gt=0, multiple_of=8)
    text_layers: int = Field(2, gt=0)
    vocabulary: int = Field(1280, ge=400)
    prediction: Literal["sample", "v_prediction", "epsilon"] = "sample"
    """What the U-Net says. The picture itself by default: noise of 48 channels does not fit through a narrow net,
    a picture does (arXiv 2511.13720)."""
    largest_weight: float = Field(5.0, gt=0)
    """The picture's error counts SNR + 1 times, as it would for v, and at most so often (arXiv 2303.09556)."""
    drop_captions: float = Field(0.1, ge=0, lt=1)
    """Share of the samples without a caption, for classifier-free guidance (arXiv 2207.12598)."""
    ema: float = Field(0.998, ge=0, lt=1)
    """The exported weights are the mean over about 1 / (1 - ema) steps."""
    save_steps: int = Field(200, gt=0)
    drawing_steps: int = Field(20, gt=0)
    guidance: float = Field(2.0, ge=1)
    """Steps and guidance that the evaluation draws with."""
    prompts: int = Field(120, gt=0)
    """How many held-out prompts the expert is judged by."""

    @model_validator(mode="after")
    def _sensible(self) -> "ImageConfig":
        if self.warmup_steps >= self.steps:
            raise ValueError(f"warmup_steps {self.warmup_steps} must be below steps {self.steps}")
        if any(width % 16 for width in self.widths):
            raise ValueError(
                f"widths {self.widths} must be multiples of 16, the groups that are normalised together"
            )
        return self


def read(path: Path) -> ImageConfig:
    """The configuration in a TOML file; raises `TrainerError` with the first thing that is wrong in it."""
    try:
        return ImageConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise TrainerError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainerError(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise TrainerError(f"{path}: {where + ': ' if where else ''}{first['msg']}") from None
