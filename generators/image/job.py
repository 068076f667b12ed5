"""The kind of job that draws one picture."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from generators.errors import RequestRefused
from generators.image.draw import draw
from generators.image.recipe import png_of
from generators.image.request import checked, resolved
from generators.image.safety import SAFE
from generators.jobs.kinds import Made
from generators.jobs.shelf import Shelf
from generators.watch import Watch
from generators.zoo.card import Task
from generators.zoo.zoo import expert_named

INPUTS = ("image", "mask")


class ImageJob:
    """Requests are `ImageRequest`s; the picture to begin with and its mask come as inputs `image` and `mask`."""

    def checked(self, request: Mapping[str, Any], inputs: Mapping[str, bytes]) -> dict[str, Any]:
        """Everything that can be refused is refused here, before the job exists."""
        if strange := set(inputs) - set(INPUTS):
            raise RequestRefused(f"a picture is drawn from an image and a mask, not from {sorted(strange)[0]!r}")
        for name, content in inputs.items():
            _picture(name, io.BytesIO(content))
        task: Task = "inpaint" if "mask" in inputs else "image" if "image" in inputs else "text"
        if task == "inpaint" and "image" not in inputs:
            raise RequestRefused("a mask needs the picture that it masks")
        asked = checked(**dict(request))
        full = resolved(asked, expert_named(asked.expert), task)
        SAFE.check(full.prompt)
        return full.model_dump(mode="json")

    def make(self, request: Mapping[str, Any], inputs: Mapping[str, Path], shelf: Shelf, watch: Watch) -> Made:
        asked = checked(**dict(request))
        expert = shelf.take(expert_named(asked.expert))
        pictures = {name: _picture(name, path) for name, path in inputs.items()}
        drawn = draw(asked, expert, image=pictures.get("image"), mask=pictures.get("mask"), watch=watch)
        return Made(png_of(drawn.image, drawn.recipe), ".png", {"recipe": drawn.recipe.model_dump(mode="json")})


def _picture(name: str, source: Path | io.BytesIO) -> Image.Image:
    try:
        with Image.open(source) as image:
            image.load()
            return image
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise RequestRefused(f"the input {name!r} is no picture that can be read") from None
