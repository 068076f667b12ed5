"""What one does with a picture that is there: others like it, and the same one larger."""

from PIL import Image

from generators.errors import RequestRefused
from generators.image.recipe import Recipe
from generators.image.request import LARGEST_SEED, ImageRequest
from generators.zoo.card import ExpertCard

VARIATION = 0.35
"""Share of the way from a picture's noise to another: near enough to be a relative, far enough to be another."""
ENLARGING_STRENGTH = 0.35
"""Little enough that what is seen stays, enough that details are drawn and not blown up."""


def variations(recipe: Recipe, count: int, amount: float = VARIATION) -> tuple[ImageRequest, ...]:
    """Requests for `count` relatives of a picture, each with noise of its own; the words stay.

    For pictures that were drawn from words alone; one that was edited is varied by another seed.
    """
    asked = recipe.request
    if recipe.task != "text":
        seeds = [(asked.seed + number) % (LARGEST_SEED + 1) for number in range(1, count + 1)]
        return tuple(asked.model_copy(update={"seed": seed}) for seed in seeds)
    if not 0 < amount <= 1:
        raise RequestRefused(f"a variation of {amount} is not above 0 and at most 1")
    first = (asked.seed if asked.variation_seed is None else asked.variation_seed) + 1
    return tuple(
        asked.model_copy(update={"variation_seed": (first + number) % (LARGEST_SEED + 1), "variation": amount})
        for number in range(count)
    )


def enlarged(recipe: Recipe, card: ExpertCard, image: Image.Image, factor: float = 2.0) -> ImageRequest:
    """The request that draws `image` again, `factor` times as large, from itself: give it with the request."""
    if not 1 < factor <= 8:
        raise RequestRefused(f"a picture is enlarged 1 to 8 times, not {factor:g} times")
    width, height = (max(1, round(side * factor / card.multiple)) * card.multiple for side in image.size)
    return recipe.request.model_copy(
        update={
            "width": width,
            "height": height,
            "strength": ENLARGING_STRENGTH,
            "variation_seed": None,
            "variation": 0.0,
        }
    )
