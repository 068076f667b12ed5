"""Arms that draw for the score matrix: the zoo's experts through their own pipelines, many pictures at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from generators.image.experts import loaded
from generators.router.arms import Arm
from generators.zoo.card import ExpertCard
from generators.zoo.zoo import expert_named
from trainer.router.scores import Draw, Picture


def loader(cards: Mapping[str, ExpertCard], device: str | None = None) -> Callable[[Arm], Draw]:
    """Loads the expert of an arm; the last one stays, since its presets come one after the other."""
    held: dict[str, Any] = {}

    def load(arm: Arm) -> Draw:
        if arm.expert not in held:
            held.clear()
            held[arm.expert] = loaded(expert_named(arm.expert, cards), device)
        return _Drawing(held[arm.expert], arm.preset)

    return load


class _Drawing:
    """One preset of a loaded expert."""

    def __init__(self, expert: Any, preset: str) -> None:
        self._expert, self._preset = expert, expert.card.preset(preset)

    def __call__(self, prompts: Sequence[str], seeds: Sequence[int]) -> list[Picture]:
        pipeline = self._expert.pipeline_for("text", self._preset.scheduler)
        drawn = pipeline(
            prompt=list(prompts),
            height=self._preset.height,
            width=self._preset.width,
            num_inference_steps=self._preset.steps,
            guidance_scale=self._preset.guidance,
            generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds],
            output_type="np",
        )
        return [np.asarray(np.round(picture * 255), dtype=np.uint8) for picture in drawn.images]
