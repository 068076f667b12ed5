"""Judges an expert: it draws prompts that it never saw, and the world's reader says what the pictures show."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from trainer.data.worlds.registry import world
from trainer.data.worlds.style import style_of
from trainer.data.worlds.world import Picture

if TYPE_CHECKING:
    from generators.image.pipeline import SmallTextToImagePipeline

_SEED = 2_000_003
_TOGETHER = 24


@dataclass(frozen=True, slots=True)
class Judged:
    """Shares from 0 to 1 over the held-out prompts."""

    prompts: int
    attributes: dict[str, float]
    """Of pictures that show it as asked, by attribute."""
    overall: float
    """Of all attributes of all prompts."""
    whole: float
    """Of pictures that show everything that was asked."""
    style: float
    """Of pictures in the world's style."""
    chance: float
    """`overall`, had each prompt been given the next one's picture."""
    ceiling: float
    """`overall` of the renderer's own pictures: what the reader can read at best."""
    pictures: list[Picture] = field(repr=False)
    captions: list[str] = field(repr=False)


def held_out(name: str, count: int) -> list[tuple[Any, str]]:
    """Scenes of combinations that no expert was trained on, with a caption of each; always the same."""
    made, rng = world(name), np.random.default_rng(_SEED)
    found: list[tuple[Any, str]] = []
    while len(found) < count:
        scene = made.sample(rng)
        if made.held_out(scene):
            found.append((scene, made.caption(scene, rng)))
    return found


def judge(
    pipeline: "SmallTextToImagePipeline",
    name: str,
    count: int,
    steps: int,
    guidance: float,
    tell: Callable[[str, int, int], None],
) -> Judged:
    """Draw `count` held-out prompts, one seed each, and read the pictures."""
    asked = held_out(name, count)
    captions = [caption for _, caption in asked]
    pictures: list[Picture] = []
    pipeline.set_progress_bar_config(disable=True)
    for begin in range(0, count, _TOGETHER):
        some = captions[begin : begin + _TOGETHER]
        seeds = [torch.Generator().manual_seed(begin + number) for number in range(len(some))]
        drawn = pipeline(
            some, num_inference_steps=steps, guidance_scale=guidance, generator=seeds, output_type="np"
        ).images
        pictures += [np.asarray(each * 255 + 0.5, np.uint8) for each in drawn]
        tell("evaluation", len(pictures), count)
    return read(name, [scene for scene, _ in asked], captions, pictures)


def read(name: str, scenes: list[Any], captions: list[str], pictures: list[Picture]) -> Judged:
    """What the world's reader says of pictures that were drawn for these scenes."""
    made, rng = world(name), np.random.default_rng(_SEED + 1)
    wanted = [made.attributes(scene) for scene in scenes]
    checks = [made.check(picture, each) for picture, each in zip(pictures, wanted, strict=True)]
    others = [made.check(pictures[(i + 1) % len(pictures)], each) for i, each in enumerate(wanted)]
    rendered = [made.check(made.render(scene, rng), each) for scene, each in zip(scenes, wanted, strict=True)]
    names = sorted({attribute for each in wanted for attribute in each})
    return Judged(
        prompts=len(scenes),
        attributes={attribute: _share([c[attribute] for c in checks if attribute in c]) for attribute in names},
        overall=_share([ok for each in checks for ok in each.values()]),
        whole=_share([all(each.values()) for each in checks]),
        style=_share([style_of(picture) == name for picture in pictures]),
        chance=_share([ok for each in others for ok in each.values()]),
        ceiling=_share([ok for each in rendered for ok in each.values()]),
        pictures=pictures,
        captions=captions,
    )


def _share(answers: list[bool]) -> float:
    return sum(answers) / len(answers)
