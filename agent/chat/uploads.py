"""Pictures that people bring: decoded, bounded, and kept as PNG, with the recipe inside if there is one."""

import io
from typing import Any

from PIL import Image, UnidentifiedImageError

from agent.chat.errors import ChatError
from generators.errors import RecipeError
from generators.image.recipe import Recipe, png_of, recipe_in

MOST_BYTES = 20_000_000
MOST_PX = 50_000_000


def brought(content: bytes) -> tuple[bytes, dict[str, Any], str]:
    """The picture as a PNG, its recipe and the words it was drawn from, both empty where it has none.

    Raises `ChatError` for bytes that are no picture, or one that is too large.
    """
    if len(content) > MOST_BYTES:
        raise ChatError(f"a picture of {len(content)} bytes: at most {MOST_BYTES} are taken")
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MOST_PX:
                raise ChatError(f"a picture of {image.width}x{image.height}: at most {MOST_PX} pixels are taken")
            image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ChatError("what was attached is no picture that can be read") from None
    try:
        recipe: Recipe | None = recipe_in(image, "the picture")
    except RecipeError:
        recipe = None
    if recipe is not None:
        return png_of(image, recipe), recipe.model_dump(mode="json"), recipe.request.prompt
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "PNG")
    return stream.getvalue(), {}, ""
