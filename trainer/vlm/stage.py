"""One stage from its configuration to an exported checkpoint: data, tokenizer, model, loop, plot."""

import asyncio
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from trainer.errors import TrainerError
from trainer.vlm import prepare, vocabulary
from trainer.vlm.config import TrainConfig
from trainer.vlm.encoding import Encoder
from trainer.vlm.initial import begin
from trainer.vlm.loop import Place, Progress, Run
from trainer.vlm.mixture import Mixture
from trainer.vlm.picture import PROFILE
from trainer.vlm.plot import plot
from vlm import architecture, tokenizer
from vlm.export import ExportError, export, load

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, Qwen3VLMoeForConditionalGeneration

CHECKPOINT = "checkpoint"
"""The exported weights, within a run's folder."""


def run(
    config: TrainConfig, folder: Path, where: Place, tell: Callable[[Progress], None], prepared: prepare.Tell
) -> Path:
    """Train one stage in `folder`, going on with what is there; returns the exported checkpoint's folder."""
    torch.manual_seed(config.seed)
    if where.rank > 0:
        where.wait()  # The first process makes what data is missing; the others find it.
    demonstrated = asyncio.run(prepare.demonstrations(config, prepared))
    words = prepare.words_of(demonstrated)
    rendered = asyncio.run(prepare.pages(config, words, prepared)) if config.mix.perception else []
    played = prepare.plays(config, prepared) if config.mix.games or config.mix.decisions else []
    if where.rank == 0:
        where.wait()
    model, words_to_ids = _model(config, vocabulary.texts([*demonstrated, *played]))
    mixture = Mixture(config, Encoder(words_to_ids), rendered, demonstrated, played)
    began = time.time()

    def saved(step: int) -> None:
        weights = learning.weights()
        if where.rank > 0:
            return
        export(_whole(model, weights), words_to_ids, folder / CHECKPOINT, profile=PROFILE)
        _write_facts(config, folder, step, time.time() - began, len(rendered), len(demonstrated), len(played))
        plot(folder / "metrics.jsonl", folder / "metrics.png")

    learning = Run(config, model, mixture, folder, where)
    learning.train(tell, saved)
    return folder / CHECKPOINT


def _whole(
    model: "Qwen3VLMoeForConditionalGeneration", weights: dict[str, torch.Tensor]
) -> "Qwen3VLMoeForConditionalGeneration":
    """A model of the same shape that holds these weights, whereas `model` itself may be sharded."""
    with torch.device("meta"):
        whole = architecture.model(model.config)
    whole.load_state_dict(weights, strict=not model.config.tie_word_embeddings, assign=True)
    return whole


def _model(
    config: TrainConfig, texts: list[str]
) -> "tuple[Qwen3VLMoeForConditionalGeneration, PreTrainedTokenizerFast]":
    """Model and tokenizer to begin with: those of `begin_with`; or a random model and a tokenizer of `texts`, of
    which `vit_from` gives the ViT and the tokenizer."""
    shape = architecture.preset(config.preset)
    if config.begin_with is not None:
        model, learned = _loaded(config.begin_with, "begin_with")
        return model.train(), learned
    if config.vit_from is not None:
        seeing, learned = _loaded(config.vit_from, "vit_from")
        model = begin(architecture.model(architecture.config(shape, tokenizer.special_ids(learned))))
        _graft(seeing.model.visual, model.model.visual)
        return model, learned
    learned = vocabulary.build_tokenizer(texts, shape.text.vocabulary)
    return begin(architecture.model(architecture.config(shape, tokenizer.special_ids(learned)))), learned


def _loaded(folder: Path, setting: str) -> "tuple[Qwen3VLMoeForConditionalGeneration, PreTrainedTokenizerFast]":
    try:
        return load(folder)[0], tokenizer.load(folder)
    except (ExportError, tokenizer.TokenizerError) as error:
        raise TrainerError(f"{setting}: {error}") from None


def _graft(giver: torch.nn.Module, taker: torch.nn.Module) -> None:
    """Copies a ViT without the adapter, which belongs to the decoder it was trained with."""
    given = {name: weight for name, weight in giver.state_dict().items() if "merger" not in name}
    own = taker.state_dict()
    unlike = [name for name, weight in given.items() if name not in own or own[name].shape != weight.shape]
    if unlike:
        raise TrainerError(f"vit_from: its ViT has another shape (first in {unlike[0]})")
    taker.load_state_dict(given, strict=False)


def _write_facts(
    config: TrainConfig, folder: Path, step: int, seconds: float, pages: int, samples: int, turns: int
) -> None:
    """What a model card needs to know of this run, beside the checkpoint."""
    facts = {
        "stage": config.stage,
        "step": step,
        "seconds_this_start": round(seconds),
        "perception_pages": pages,
        "demonstration_steps": samples,
        "game_turns": turns,
        "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "config": json.loads(config.model_dump_json()),
    }
    part = folder / "facts.json.part"
    part.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    part.replace(folder / "facts.json")
