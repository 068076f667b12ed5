"""Loads an expert's weights, and offers them for each task that it can do."""

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from generators.device import devices, precision
from generators.errors import CardError, RequestRefused
from generators.watch import Unwatched, Watch
from generators.zoo.card import ExpertCard, Task
from generators.zoo.check import check_weights, hash_of_weights
from generators.zoo.zoo import weights_folder

OURS = "SmallTextToImagePipeline"
AUTO: Mapping[Task, str] = MappingProxyType(
    {
        "text": "AutoPipelineForText2Image",
        "image": "AutoPipelineForImage2Image",
        "inpaint": "AutoPipelineForInpainting",
    }
)
"""diffusers' own choice of a pipeline class for each task."""


class Expert:
    """A loaded expert. One drawing at a time: a scheduler has a state."""

    def __init__(self, card: ExpertCard, pipeline: Any, device: str, weights_sha256: str) -> None:
        self.card = card
        self.pipeline = pipeline
        self.device = device
        self.weights_sha256 = weights_sha256
        """Empty where the weights are on a hub and the card does not state it."""
        self.watch: Watch = Unwatched()
        """Who follows the drawing that is being made."""
        self._scheduler = pipeline.scheduler
        self._tasks: dict[Task, Any] = {"text": pipeline}
        self._make_decoding_cancellable()

    def pipeline_for(self, task: Task, scheduler: str = "") -> Any:
        """The pipeline of `task` with a fresh scheduler: of the class `scheduler`, or as the weights say."""
        if task not in self._tasks:
            self._tasks[task] = self.pipeline if _is_ours(self.pipeline) else self._auto(task)
        pipeline = self._tasks[task]
        kind = _scheduler_class(scheduler) if scheduler else type(self._scheduler)
        pipeline.scheduler = kind.from_config(self._scheduler.config)
        pipeline.set_progress_bar_config(disable=True)
        return pipeline

    def _auto(self, task: Task) -> Any:
        import diffusers

        try:
            return getattr(diffusers, AUTO[task]).from_pipe(self.pipeline)
        except ValueError as error:
            raise RequestRefused(f"{self.card.name} cannot do {task}: {error}") from None

    def _make_decoding_cancellable(self) -> None:
        """Decoding a large picture takes as long as several steps and is one call: ask in front of every block."""
        decoder = getattr(getattr(self.pipeline, "vae", None), "decoder", None)
        for block in decoder.modules() if decoder is not None else ():
            block.register_forward_pre_hook(lambda module, given: self.watch.check())


def loaded(card: ExpertCard, device: str | None = None) -> Expert:
    """The expert, ready to draw on `device`; raises `CardError` where its weights cannot be had."""
    from generators.torchvision_shim import ensure

    ensure()
    check_weights(card)
    device = device or devices()[0]
    folder = weights_folder(card.weights)
    _quieten()
    try:
        pipeline = _pipeline(card, folder, precision(card.dtype, device))
        _add_loras(pipeline, card)
        pipeline.to(device)
    except (OSError, ValueError, ImportError) as error:
        said = " ".join(str(error).split())
        raise CardError(f"{card.name}: cannot load {card.weights}: {said[:300]}") from None
    sha256 = card.weights_sha256
    if not sha256 and card.size == "embedded" and folder is not None:
        sha256 = hash_of_weights(folder)
    return Expert(card, pipeline, device, sha256)


def accepts(pipeline: Any, name: str) -> bool:
    """Whether a pipeline's call has a parameter `name`."""
    return name in inspect.signature(pipeline.__call__).parameters


def _quieten() -> None:
    """Loading shows half a dozen bars of its own; ours says enough."""
    from diffusers.utils import logging as of_diffusers
    from transformers.utils import logging as of_transformers

    of_diffusers.disable_progress_bar()
    of_transformers.disable_progress_bar()


def _pipeline(card: ExpertCard, folder: Path | None, dtype: Any) -> Any:
    if folder is not None and _class_in(folder) == OURS:
        from generators.image.pipeline import SmallTextToImagePipeline

        return SmallTextToImagePipeline.from_pretrained(folder, dtype=dtype, local_files_only=True)
    import diffusers

    options: dict[str, Any] = {"dtype": dtype, "local_files_only": folder is not None}
    if card.variant:
        options["variant"] = card.variant
    if card.revision:
        options["revision"] = card.revision
    return diffusers.AutoPipelineForText2Image.from_pretrained(folder or card.weights, **options)


def _add_loras(pipeline: Any, card: ExpertCard) -> None:
    names = []
    for number, lora in enumerate(card.loras):
        place = weights_folder(lora.weights)
        names.append(f"lora{number}")
        pipeline.load_lora_weights(
            str(place) if place is not None else lora.weights,
            adapter_name=names[-1],
            **({"weight_name": lora.file} if lora.file else {}),
        )
    if names:
        pipeline.set_adapters(names, [lora.scale for lora in card.loras])


def _class_in(folder: Path) -> str:
    """The pipeline's class that a folder in diffusers' layout names."""
    index = folder / "model_index.json"
    if not index.is_file():
        raise CardError(f"{folder} holds no model_index.json: it is no pipeline in diffusers' layout")
    try:
        return str(json.loads(index.read_text(encoding="utf-8"))["_class_name"])
    except (ValueError, KeyError):
        raise CardError(f"{index} does not name a pipeline's class") from None


def _scheduler_class(name: str) -> Any:
    import diffusers

    kind = getattr(diffusers, name, None) if name.endswith("Scheduler") else None
    if kind is None:
        raise RequestRefused(f"diffusers has no scheduler {name!r}; one is DPMSolverMultistepScheduler")
    return kind


def _is_ours(pipeline: Any) -> bool:
    return type(pipeline).__name__ == OURS
