"""The settings of a training run, read from TOML; every field has a default that trains the embedded model."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from trainer.errors import TrainerError
from vlm.architecture import PRESETS


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Mix(Frozen):
    """Shares of the samples, which need not sum to 1."""

    perception: float = Field(0.0, ge=0)
    """Rendered pages of words and widgets."""
    pixels: float = Field(0.0, ge=0)
    """Demonstrations, seen as a screenshot."""
    elements: float = Field(0.0, ge=0)
    """Demonstrations, given as a list of elements."""

    games: float = Field(0.0, ge=0)
    """Turns of games, seen as pictures."""
    decisions: float = Field(0.0, ge=0)
    """Turns of games with their thought given and without their picture, which teach to choose the move."""
    copying: float = Field(0.0, ge=0)
    """Made-up lists with several questions each, which teach to look up and copy."""
    retelling: float = Field(0.0, ge=0)
    """Made-up lists that are told again in another order, with which looking up begins."""

    @model_validator(mode="after")
    def _something(self) -> "Mix":
        if not any(self.model_dump().values()):
            raise ValueError(f"at least one of {', '.join(type(self).model_fields)} must be above 0")
        return self


class LossWeights(Frozen):
    """How much each part of the loss counts; see `trainer.vlm.losses`."""

    answer: float = Field(1.0, ge=0)
    target: float = Field(1.0, ge=0)
    place: float = Field(0.5, ge=0)
    reading: float = Field(1.0, ge=0)
    letters: float = Field(0.5, ge=0)
    classes: float = Field(0.3, ge=0)
    balance: float = Field(0.01, ge=0)


class TrainConfig(Frozen):
    """One stage of training."""

    stage: Literal["perception", "imitate"]
    preset: str = "tiny"
    """A name of `vlm.architecture.PRESETS`."""
    seed: int = Field(0, ge=0)
    steps: int = Field(gt=0)
    batch: int = Field(64, gt=0)
    """Sequences in a step, all processes together."""
    questions: int = Field(4, gt=0)
    """Sequences about each picture, which share the work of looking at it; `batch` is a multiple of it."""
    peak_lr: float = Field(1e-3, gt=0)
    final_lr_share: float = Field(0.1, ge=0, le=1)
    """The cosine ends at this share of `peak_lr`."""
    warmup_steps: int = Field(100, ge=0)
    seeing_steps: int = Field(0, ge=0)
    """For so many steps at first only ViT and adapter learn, from their dense labels; the decoder rests."""
    vit_rests: bool = False
    """The ViT stays as it is, while its adapter and the decoder learn: a third of the work for each picture."""
    weight_decay: float = Field(0.1, ge=0)
    """On matrices; not on biases and norms (Seed1.5-VL, section 4)."""
    clip: float = Field(1.0, gt=0)
    """Largest norm of the gradient."""
    mix: Mix
    weights: LossWeights = LossWeights()
    tier_a_share: float = Field(0.0, ge=0, le=1)
    """Share of the pixel demonstrations that come from tier A, whatever the curriculum says."""
    curriculum_floor: float = Field(0.15, ge=0, le=1)
    """A task that is answered perfectly is still drawn with this weight; one that never is, with 1 more."""
    data: Path = Path("data/vlm")
    """Folder with `perception/`, `demonstrations/` and `plays/`; missing shards are made before the first step."""
    perception_pages: int = Field(20_000, ge=0)
    """How many rendered pages there must be."""
    episodes: int = Field(200, ge=0)
    """How many episodes of each task the oracles must have tried to solve."""
    task_seconds: float = Field(60.0, gt=0)
    """A slow task's collection stops after this many seconds, with the episodes that it has by then."""
    play_steps: int = Field(2000, ge=1)
    """How many decisions of an oracle there must be in each game, where the mix has games."""
    begin_with: Path | None = None
    """A checkpoint whose weights the stage starts from; random weights without one."""
    vit_from: Path | None = None
    """A checkpoint whose ViT and tokenizer the stage starts from, while adapter and decoder are random."""
    heads_from: Path | None = None
    """A run whose throw-away heads go on (see `trainer.vlm.losses`). Without one they begin at random, and a ViT
    that does not rest learns from noise at first."""
    save_steps: int = Field(200, gt=0)
    compiled: bool = True
    """Fuse small operations (needs a C++ compiler); off gives the same result up to rounding."""
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    """Of the matrix products; weights and optimiser stay in fp32. `auto` is bf16 where the hardware multiplies it:
    without AMX or AVX512-BF16 a CPU takes fifty times as long for it as for fp32."""

    @model_validator(mode="after")
    def _sensible(self) -> "TrainConfig":
        if self.preset not in PRESETS:
            raise ValueError(f"preset: no model preset {self.preset!r}; there are {', '.join(PRESETS)}")
        if self.warmup_steps >= self.steps:
            raise ValueError(f"warmup_steps {self.warmup_steps} must be below steps {self.steps}")
        if self.begin_with is not None and self.vit_from is not None:
            raise ValueError("begin_with and vit_from exclude each other: the first brings a ViT of its own")
        if self.batch % self.questions:
            raise ValueError(f"batch {self.batch} must be a multiple of questions {self.questions}")
        mix = self.mix
        lists = mix.elements or mix.copying or mix.retelling or mix.decisions
        if self.seeing_steps and (lists or not self.mix.perception):
            raise ValueError("seeing_steps needs a mix of pictures only: set the shares of lists to 0")
        if self.seeing_steps and self.vit_rests:
            raise ValueError("seeing_steps and vit_rests exclude each other: somebody has to learn")
        if self.stage == "perception" and (self.mix.pixels or self.mix.games or lists):
            raise ValueError("mix: the stage perception has no demonstrations; set the others to 0")
        return self


def read(path: Path) -> TrainConfig:
    """The configuration in a TOML file; raises `TrainerError` with the first thing that is wrong in it."""
    try:
        return TrainConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise TrainerError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainerError(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise TrainerError(f"{path}: {where + ': ' if where else ''}{first['msg']}") from None
