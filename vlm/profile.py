"""What a client must know of a served model: its wire format, its prompt, and how it resizes a picture.

Weights that Seedbed exports carry this as `seedbed.json` beside them. For weights made elsewhere the name decides.
"""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FILE = "seedbed.json"


class ProfileError(ValueError):
    """A profile could not be read; the message is one line that names the file and what is wrong in it."""


class Profile(BaseModel):
    """How to talk to one model. Frozen, and strict about unknown fields, because it is read from a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """What people call the model; it appears in run records."""
    format: str
    """The wire format's name in `vlm.formats.FORMATS`."""
    prompt: Literal["terse", "full"] = "full"
    """`terse`: the short prompt of the embedded model; `full`: the family's own system prompt."""
    factor: int = Field(32, gt=0)
    """Sides of the encoded image are multiples of this many pixels: patch size times merge size."""
    min_pixels: int = Field(65_536, gt=0)
    """Smaller images are enlarged to at least this area, px²."""
    max_pixels: int = Field(16_777_216, gt=0)
    """Larger images are shrunk to at most this area, px²."""
    temperature: float = Field(0.0, ge=0.0)
    game_temperature: float | None = Field(None, ge=0.0)
    """Of a turn in a game; `temperature` where it is None. A player that decides alike whenever all looks alike
    goes round in circles for ever, and a small one gets there often; a little chance leads it out."""

    @property
    def temperature_in_games(self) -> float:
        """What a turn in a game is sampled at."""
        return self.temperature if self.game_temperature is None else self.game_temperature

    @model_validator(mode="after")
    def _room_for_one_token(self) -> "Profile":
        if not self.factor**2 <= self.max_pixels or self.min_pixels > self.max_pixels:
            raise ValueError(
                f"min_pixels {self.min_pixels} and factor² {self.factor**2} must not exceed "
                f"max_pixels {self.max_pixels}"
            )
        return self


# Qwen3-VL: patch 16, merge 2, 256² to 4096² px. UI-TARS-1.5 stands on Qwen2.5-VL: patch 14, merge 2, and its own
# upper bound of 16384 tokens; Seed1.5-VL also maps 28x28 px to a token, with 100 to 16384 tokens per image.
_FAMILIES: tuple[tuple[tuple[str, ...], Profile], ...] = (
    (
        ("qwen3-vl", "qwen3_vl", "qwen3vl"),
        Profile(name="qwen3-vl", format="qwen3_vl", factor=32, min_pixels=65_536, max_pixels=16_777_216),
    ),
    (
        ("ui-tars", "ui_tars", "uitars"),
        Profile(name="ui-tars", format="ui_tars", factor=28, min_pixels=100 * 28**2, max_pixels=16_384 * 28**2),
    ),
)
_OTHER = Profile(name="seed", format="seed", factor=28, min_pixels=100 * 28**2, max_pixels=16_384 * 28**2)


def by_name(model: str) -> Profile:
    """The profile that a model's name suggests: Qwen3-VL's or UI-TARS's family, else Seed1.5-VL's."""
    lowered = model.lower()
    for patterns, profile in _FAMILIES:
        if any(pattern in lowered for pattern in patterns):
            return profile.model_copy(update={"name": model})
    return _OTHER.model_copy(update={"name": model})


def read(folder: Path) -> Profile:
    """The profile beside the weights in `folder`; raises `ProfileError` where it is missing or malformed."""
    path = folder / FILE
    try:
        return Profile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ProfileError(f"cannot read {path}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise ProfileError(f"{path} is not JSON: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the profile"
        raise ProfileError(f"{path}: {where}: {first['msg']}") from None


def profile_of(model: str, root: str | None = None, wire_format: str | None = None) -> Profile:
    """The profile of a served model.

    `model` is its served name and `root` the path or hub id of its weights, as `/v1/models` gives them; `root` is
    looked into only where it is a folder on this machine. `wire_format` (the `--format` option) has the last word.
    """
    source = root or model
    folder = Path(source)
    profile = read(folder) if (folder / FILE).is_file() else by_name(source)
    return profile if wire_format is None else profile.model_copy(update={"format": wire_format})


def write(profile: Profile, folder: Path) -> None:
    """Put the profile beside the weights in `folder`."""
    (folder / FILE).write_text(profile.model_dump_json(indent=2) + "\n", encoding="utf-8")
