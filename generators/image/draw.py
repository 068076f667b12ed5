"""Draws one picture: the request is made whole and checked, run step by step while somebody watches, and kept."""

from dataclasses import dataclass
from typing import Any

from PIL import Image

from generators.errors import GeneratorError, PromptRefused, RequestRefused
from generators.image.experts import Expert, accepts
from generators.image.preview import preview
from generators.image.recipe import Recipe, hash_of_picture, versions
from generators.image.request import ImageRequest, resolved
from generators.image.safety import SAFE, Safety
from generators.watch import Unwatched, Watch
from generators.zoo.card import Task


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture and all that is needed to draw it again."""

    image: Image.Image
    recipe: Recipe


def draw(
    request: ImageRequest,
    expert: Expert,
    *,
    image: Image.Image | None = None,
    mask: Image.Image | None = None,
    watch: Watch | None = None,
    safety: Safety = SAFE,
) -> Drawn:
    """Draw what `request` says, from `image` where one is given, and only where `mask` is white.

    Raises `PromptRefused`, `RequestRefused`, and `Cancelled` where `watch` does.
    """
    if mask is not None and image is None:
        raise RequestRefused("a mask needs the picture that it masks")
    task: Task = "text" if image is None else "image" if mask is None else "inpaint"
    full = resolved(request, expert.card, task)
    safety.check(full.prompt)
    pipeline = expert.pipeline_for(task, full.scheduler or "")
    expert.watch = watch or Unwatched()
    try:
        output = pipeline(**_arguments(pipeline, full, image, mask, expert.watch))
    except GeneratorError:
        raise
    except ValueError as error:
        # How diffusers refuses what it is given, such as more steps than the scheduler knows.
        raise RequestRefused(f"{expert.card.name} refuses this: {' '.join(str(error).split())[:300]}") from error
    finally:
        expert.watch = Unwatched()
    # diffusers' own checkers of pictures blacken what they refuse, and say so here.
    if any(getattr(output, "nsfw_content_detected", None) or ()):
        raise PromptRefused("the expert's own checker refuses the picture; try other words or another seed")
    recipe = Recipe(
        request=full,
        task=task,
        weights=expert.card.weights,
        weights_sha256=expert.weights_sha256,
        source_sha256="" if image is None else hash_of_picture(image),
        mask_sha256="" if mask is None else hash_of_picture(mask),
        device=expert.device.partition(":")[0],
        dtype=str(pipeline.dtype).removeprefix("torch."),
        versions=versions(),
        ai_made=safety.mark,
    )
    return Drawn(output.images[0], recipe)


def _arguments(
    pipeline: Any, full: ImageRequest, image: Image.Image | None, mask: Image.Image | None, watch: Watch
) -> dict[str, Any]:
    """The request in the words of this pipeline's call."""
    import torch

    assert full.width is not None and full.height is not None and full.steps is not None
    size = (full.width, full.height)
    given: dict[str, Any] = {
        "prompt": full.prompt,
        "num_inference_steps": full.steps,
        "guidance_scale": full.guidance,
        # Always the CPU's: its numbers are the same on every machine.
        "generator": torch.Generator("cpu").manual_seed(full.seed),
    }
    if full.negative_prompt:
        if not accepts(pipeline, "negative_prompt"):
            raise RequestRefused(f"{full.expert} knows no negative prompt: leave it out")
        given["negative_prompt"] = full.negative_prompt
    if image is not None:
        given["image"] = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        given["strength"] = full.strength
    if mask is not None:
        given["mask_image"] = mask.convert("L").resize(size, Image.Resampling.NEAREST)
    for name, value in (("width", full.width), ("height", full.height)):
        if accepts(pipeline, name):
            given[name] = value
    if full.variation_seed is not None and full.variation > 0:
        given["latents"] = _turned(pipeline, full)
    return given | _callback(pipeline, full, watch, image is not None)


def _callback(pipeline: Any, full: ImageRequest, watch: Watch, edits: bool) -> dict[str, Any]:
    """How this pipeline tells of its steps; pipelines that take no callback cannot be followed or cancelled."""
    assert full.steps is not None and full.width is not None and full.height is not None
    width, height = full.width, full.height
    of = max(1, int(full.steps * full.strength)) if edits else full.steps

    def step(number: int, latents: Any) -> None:
        watch.check()
        watch.step(min(number + 1, of), of, lambda: preview(pipeline, latents, width, height))

    def modern(pipe: Any, number: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        step(number, tensors["latents"])
        return tensors

    if accepts(pipeline, "callback_on_step_end"):
        return {"callback_on_step_end": modern, "callback_on_step_end_tensor_inputs": ["latents"]}
    if accepts(pipeline, "callback"):
        return {"callback": lambda number, timestep, latents: step(number, latents), "callback_steps": 1}
    return {}


def _turned(pipeline: Any, full: ImageRequest) -> Any:
    """The noise of the seed, turned towards that of the variation's seed: `[1, channels, h, w]`.

    Along the great circle, because noise halfway along the chord is too faint to be noise.
    """
    import torch

    network = getattr(pipeline, "unet", None)
    if network is None or not accepts(pipeline, "latents"):
        raise RequestRefused(f"{full.expert} cannot vary its noise; change the picture itself instead")
    assert full.width is not None and full.height is not None and full.variation_seed is not None
    scale = getattr(pipeline, "scale", None) or pipeline.vae_scale_factor
    shape = (1, network.config.in_channels, full.height // scale, full.width // scale)
    one, other = (
        torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed))
        for seed in (full.seed, full.variation_seed)
    )
    cosine = (one * other).sum() / (one.norm() * other.norm())
    angle = torch.arccos(cosine.clamp(-1, 1))
    if angle < 1e-3:
        return one
    share = full.variation
    return (torch.sin((1 - share) * angle) * one + torch.sin(share * angle) * other) / torch.sin(angle)
