"""What made a picture, inside the picture: a PNG carries it as JSON, and as the text that other tools read.

Three chunks are written. `seedbed` is the whole recipe as JSON. `parameters` is the human-readable text that many
programs show and parse. `XML:com.adobe.xmp` marks the picture as made by a model, in IPTC's words. With the same
weights, versions and number of threads a recipe gives the same bytes on a CPU.
"""

import contextlib
import hashlib
import io
import os
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generators.errors import RecipeError, RequestRefused
from generators.image.mark import XMP_KEYWORD, packet
from generators.image.request import ImageRequest, checked
from generators.zoo.card import Task

KEYWORD = "seedbed"
PARAMETERS = "parameters"


class Recipe(BaseModel):
    """Everything that a picture depends on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    kind: Literal["image"] = "image"
    request: ImageRequest
    """With every choice made."""
    task: Task = "text"
    weights: str = ""
    """As the expert's card names them."""
    weights_sha256: str = ""
    source_sha256: str = ""
    """Of the pixels of the picture that this one was made from."""
    mask_sha256: str = ""
    device: str = "cpu"
    dtype: str = "float32"
    versions: dict[str, str] = Field(default_factory=dict)
    ai_made: bool = True


@cache
def versions() -> dict[str, str]:
    """Of what a picture depends on."""
    found = {}
    for name in ("seedbed", "torch", "diffusers", "transformers"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def hash_of_picture(image: Image.Image) -> str:
    """SHA-256 of mode, size and pixels: it does not depend on how a file was compressed."""
    return hashlib.sha256(f"{image.mode} {image.size}".encode() + image.tobytes()).hexdigest()


def png_of(image: Image.Image, recipe: Recipe) -> bytes:
    """The picture as a PNG file with its recipe; nothing in it depends on the time."""
    chunks = PngInfo()
    chunks.add_itxt(KEYWORD, recipe.model_dump_json(exclude_none=True))
    chunks.add_itxt(PARAMETERS, parameters_of(recipe))
    if recipe.ai_made:
        chunks.add_itxt(XMP_KEYWORD, packet("seedbed"))
    stream = io.BytesIO()
    image.save(stream, "PNG", pnginfo=chunks)
    return stream.getvalue()


def write(path: Path, content: bytes) -> None:
    """Write beside, then rename; raises `RequestRefused` where that cannot be."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise RequestRefused(f"cannot write {path}: {error.strerror}") from None


def opened(path: Path) -> Image.Image:
    """The picture in a file, wholly read; raises `RequestRefused`."""
    try:
        with Image.open(path) as image:
            image.load()
            return image
    except UnidentifiedImageError:
        raise RequestRefused(f"{path} is no picture") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise RequestRefused(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None


def recipe_in(image: Image.Image, where: str) -> Recipe:
    """The recipe that a picture carries; raises `RecipeError` where there is none.

    One from another program is understood as far as its `parameters` text says a prompt and a model that is
    an expert here.
    """
    found = image.info.get(KEYWORD)
    if found is not None:
        try:
            return Recipe.model_validate_json(found)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise RecipeError(f"{where}: its recipe cannot be read: {place}: {first['msg']}") from None
    if isinstance(text := image.info.get(PARAMETERS), str):
        return Recipe(request=request_from(text, where), ai_made=True)
    raise RecipeError(f"{where} carries no recipe: it was not made here, or a program removed it")


def parameters_of(recipe: Recipe) -> str:
    """The recipe as the text that other tools read: prompt, negative prompt, one line of `Key: value`."""
    asked = recipe.request
    facts = {
        "Steps": asked.steps,
        "Sampler": asked.scheduler or "default",
        "CFG scale": asked.guidance,
        "Seed": asked.seed,
        "Size": f"{asked.width}x{asked.height}",
        "Model hash": recipe.weights_sha256[:10],
        "Model": asked.expert,
        "Denoising strength": asked.strength if recipe.task != "text" else "",
        "Variation seed": asked.variation_seed if asked.variation else "",
        "Variation seed strength": asked.variation or "",
        "Version": f"seedbed {recipe.versions.get('seedbed', '')}".strip(),
    }
    lines = [asked.prompt]
    if asked.negative_prompt:
        lines.append(f"Negative prompt: {asked.negative_prompt}")
    lines.append(", ".join(f"{name}: {value}" for name, value in facts.items() if value not in ("", None)))
    return "\n".join(lines)


def request_from(text: str, where: str) -> ImageRequest:
    """What a `parameters` text asks for; raises `RecipeError`."""
    *words, last = text.strip().split("\n")
    facts = dict(re.findall(r"\s*([\w ]+):\s*(\"(?:\\.|[^\"])*\"|[^,]*)(?:,|$)", last))
    if "Steps" not in facts or not words:
        raise RecipeError(f"{where}: its parameters text names no steps")
    prompt, _, negative = "\n".join(words).partition("\nNegative prompt: ")
    width, _, height = facts.get("Size", "").partition("x")
    given: dict[str, object] = {
        "prompt": prompt,
        "negative_prompt": negative,
        "expert": facts.get("Model", ""),
        "steps": facts["Steps"],
        "seed": facts.get("Seed"),
        "guidance": facts.get("CFG scale"),
        "width": width,
        "height": height,
        "strength": facts.get("Denoising strength"),
    }
    try:
        return checked(**{name: value for name, value in given.items() if value or name == "negative_prompt"})
    except RequestRefused as error:
        raise RecipeError(f"{where}: its parameters text cannot be followed: {error}") from None
