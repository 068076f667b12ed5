"""The training loop: draws, learns, reports and saves; interrupted at any step, it resumes to the same result.

Matrix products run in bf16 under autocast where the hardware has them, on fp32 weights. Under `torchrun` the
learner is sharded with FSDP2 and every process takes its part of each batch; all losses are divided by counts of
the whole batch, so that their mean over the processes, and so the gradient, is that of one process with all of it.
"""

import contextlib
import json
import math
import os
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from pydantic import ValidationError
from torch import Tensor, distributed
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)
from torch.distributed.tensor import DTensor

from trainer.errors import TrainerError
from trainer.vlm import losses
from trainer.vlm.batches import collate
from trainer.vlm.config import TrainConfig
from trainer.vlm.forward import FastForward
from trainer.vlm.mixture import ROUND, Drawn, Mixture
from trainer.vlm.optimiser import optimisers
from vlm.hardware import cpu_multiplies_bf16

if TYPE_CHECKING:
    from transformers import Qwen3VLMoeForConditionalGeneration

STATE = "state.pt"
METRICS = "metrics.jsonl"
PATIENCE = timedelta(hours=12)
"""How long processes wait for each other: the first may be making the data."""
_WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True)
# Parameters that have not been trained yet have no state in the optimiser.
_SOME = StateDictOptions(full_state_dict=True, cpu_offload=True, strict=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a listener hears after each step."""

    step: int
    steps: int
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class Place:
    """Where this process runs and which part of each batch is its own."""

    device: torch.device
    rank: int = 0
    world: int = 1

    def part(self, batch: list[Drawn]) -> list[Drawn]:
        return batch[self.rank :: self.world]

    def average(self, count: Tensor) -> Tensor:
        """The mean of a count over all processes."""
        if self.world == 1:
            return count
        count = count.detach().clone()
        distributed.all_reduce(count)
        return count / self.world

    def wait(self) -> None:
        """Go on when all processes have come here."""
        if self.world > 1:
            distributed.barrier()


@contextlib.contextmanager
def place() -> Iterator[Place]:
    """This process's place: under `torchrun` it joins the group (NCCL on GPUs, gloo else), and leaves it after."""
    cuda = torch.cuda.is_available()
    if "RANK" not in os.environ:
        yield Place(torch.device("cuda" if cuda else "cpu"))
        return
    distributed.init_process_group("nccl" if cuda else "gloo", timeout=PATIENCE)
    try:
        local = int(os.environ["LOCAL_RANK"])
        device = torch.device("cuda", local) if cuda else torch.device("cpu")
        if cuda:
            torch.cuda.set_device(device)
        yield Place(device, distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()


class Run:
    """One run in one folder: `state.pt` to resume from, `metrics.jsonl` to plot from."""

    def __init__(
        self,
        config: TrainConfig,
        model: "Qwen3VLMoeForConditionalGeneration",
        mixture: Mixture,
        folder: Path,
        where: Place,
    ) -> None:
        if config.batch % (where.world * config.questions):
            raise TrainerError(
                f"batch {config.batch} does not divide into {where.world} processes with {config.questions} "
                "questions about each picture"
            )
        self._config, self._mixture, self._folder, self._where = config, mixture, folder, where
        self.model = model.to(where.device)
        able = where.device.type == "cuda" or cpu_multiplies_bf16()
        self._bf16 = config.precision == "bf16" or (config.precision == "auto" and able)
        if config.vit_rests:
            for name, parameter in self.model.model.visual.named_parameters():
                parameter.requires_grad_("merger" in name)
        self._learner = losses.Learner(FastForward(self.model, compiled=config.compiled)).to(where.device)
        if where.world > 1:
            from torch.distributed.device_mesh import init_device_mesh
            from torch.distributed.fsdp import fully_shard

            mesh = init_device_mesh(where.device.type, (where.world,))
            fully_shard(self._learner, mesh=mesh, reshard_after_forward=False)
        self._optimisers = optimisers(self._learner, config.weight_decay, fused=where.world == 1)
        self.step = 0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / STATE).exists():
            self._load()
        elif config.heads_from is not None:
            self._take_heads(config.heads_from)

    def train(self, tell: Callable[[Progress], None], saved: Callable[[int], None]) -> None:
        """Go on to the last step; `saved` is called after each checkpoint, on all ranks.

        A run that had finished only calls `saved`: it may have been killed between its state and its checkpoint.
        """
        if self.step >= self._config.steps:
            saved(self.step)
        with (self._folder / METRICS).open("a", encoding="utf-8") as log:
            while self.step < self._config.steps:
                for batch in self._mixture.round(self.step // ROUND)[: self._config.steps - self.step]:
                    began = time.perf_counter()
                    metrics = self._learn(batch)
                    self.step += 1
                    asked = sum(len(each.sequences) for each in batch)
                    metrics["samples_per_s"] = asked / (time.perf_counter() - began)
                    if self._where.rank == 0:
                        log.write(json.dumps({"step": self.step, **metrics}) + "\n")
                        log.flush()
                        tell(Progress(self.step, self._config.steps, metrics))
                # A round is drawn from what was known when it began: only between rounds is there a state.
                due = self.step % max(self._config.save_steps // ROUND * ROUND, ROUND) == 0
                if due or self.step >= self._config.steps:
                    self.save()
                    saved(self.step)

    def _learn(self, drawn: list[Drawn]) -> dict[str, float]:
        own = self._where.part(drawn)
        longest = max(each.length for each in drawn)
        sequences = [sequence for each in own for sequence in each.sequences]
        batch, labels = collate(sequences, self._where.device, longest)
        rate = learning_rate(self._config, self.step)
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
        with torch.autocast(self._where.device.type, torch.bfloat16, enabled=self._bf16):
            parts = self._learner(batch, labels, self._where.average, self.step >= self._config.seeing_steps)
        right = parts.pop("right", None)
        weights = losses.Weights(**self._config.weights.model_dump())
        loss = losses.total(parts, weights)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self._learner.parameters(), self._config.clip)
        norm = float(norm.full_tensor() if isinstance(norm, DTensor) else norm)
        if not math.isfinite(norm):
            raise TrainerError(f"the gradient is {norm} at step {self.step}: lower peak_lr and resume")
        for optimiser in self._optimisers:
            optimiser.step()
            optimiser.zero_grad()
        if right is not None:
            self._note(drawn, own, right, labels.rows)
        source = "elements" if batch.pixels is None else "pixels"
        names = {f"{source}/{name}": self._mean(value) for name, value in parts.items()}
        return {"loss": self._mean(loss), "lr": rate, **names}

    def _note(self, drawn: list[Drawn], own: list[Drawn], right: Tensor, rows: Tensor) -> None:
        """Tell the curriculum which samples were answered wholly right; all processes keep the same book.

        Of several questions about one picture the first is the demonstration's own.
        """
        counts = [len(each.sequences) for each in own]
        wrong = torch.zeros(sum(counts), device=rows.device).index_add(0, rows, (~right).float())
        whole = torch.stack([part[0] == 0 for part in wrong.split(counts)])
        answers = [None] * self._where.world
        if self._where.world > 1:
            distributed.all_gather_object(answers, whole.tolist())
        else:
            answers = [whole.tolist()]
        for position, each in enumerate(drawn):
            rank, row = position % self._where.world, position // self._where.world
            self._mixture.learned(each.name, bool(answers[rank][row]))  # type: ignore[index]

    def _mean(self, value: Tensor) -> float:
        return float(self._where.average(value.detach()))

    def save(self) -> None:
        """Write the whole state, beside and then in place."""
        state: dict[str, Any] = {
            "config": self._config.model_dump_json(),
            "step": self.step,
            "accuracy": self._mixture.accuracy,
            "learner": get_model_state_dict(self._learner, options=_WHOLE),
            "optimiser": get_optimizer_state_dict(self._learner, self._optimisers, options=_WHOLE),
        }
        if self._where.rank == 0:
            part = self._folder / f"{STATE}.part"
            torch.save(state, part)
            part.replace(self._folder / STATE)

    def weights(self) -> dict[str, Tensor]:
        """The model's whole weights by name, on the CPU of rank 0; all ranks must ask for them together."""
        state = get_model_state_dict(self._learner, options=_WHOLE)
        return {name.removeprefix(_MODEL): tensor for name, tensor in state.items() if name.startswith(_MODEL)}

    def _take_heads(self, run: Path) -> None:
        state = _state(run, "choose another heads_from")["learner"]
        # Of the model itself nothing is taken: it comes from elsewhere.
        mine = get_model_state_dict(self._learner, options=_WHOLE)
        heads = {name: state[name] for name in mine if name.startswith(_HEADS) and name in state}
        set_model_state_dict(self._learner, mine | heads, options=_WHOLE)

    def _load(self) -> None:
        state = _state(self._folder, "choose another --out")
        # Settings that came up after the run began stand at their defaults.
        then = TrainConfig.model_validate_json(state["config"]).model_dump()
        now = self._config.model_dump()
        changed = sorted(name for name in now if now[name] != then[name] and name not in _MAY_CHANGE)
        if changed:
            raise TrainerError(
                f"{self._folder} holds a run with other settings ({', '.join(changed)}): choose another --out"
            )
        set_model_state_dict(self._learner, state["learner"], options=_WHOLE)
        set_optimizer_state_dict(self._learner, self._optimisers, state["optimiser"], options=_SOME)
        for name, parameter in self._learner.named_parameters():
            # torch gives a parameter without state one of zeros that has counted a step: take it away again.
            if name not in state["optimiser"]["state"]:
                for optimiser in self._optimisers:
                    optimiser.state.pop(parameter, None)
        self.step = state["step"]
        self._mixture.accuracy = dict(state["accuracy"])
        if self._where.rank == 0:
            _forget_after(self._folder / METRICS, self.step)


def _state(folder: Path, instead: str) -> dict[str, Any]:
    """A run's saved state; raises `TrainerError` where there is none that can be read."""
    try:
        state: dict[str, Any] = torch.load(folder / STATE, map_location="cpu", weights_only=True)
        TrainConfig.model_validate_json(state["config"])
    except (OSError, RuntimeError, EOFError, KeyError, pickle.UnpicklingError, ValidationError):
        raise TrainerError(f"{folder / STATE} cannot be read: {instead}") from None
    return state


_MODEL = "fast.model."
_HEADS = "heads."
_MAY_CHANGE = ("save_steps", "compiled", "data")


def learning_rate(config: TrainConfig, step: int) -> float:
    """Linear warm-up, then a cosine from `peak_lr` to its final share."""
    if step < config.warmup_steps:
        return config.peak_lr * (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(config.steps - config.warmup_steps, 1)
    low = config.final_lr_share
    return config.peak_lr * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * done)))


def _forget_after(path: Path, step: int) -> None:
    """Drop the metrics of steps that will be done again."""
    if not path.exists():
        return
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if _step(line) <= step]
    part = path.with_suffix(".part")
    part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    part.replace(path)


def _step(line: str) -> float:
    try:
        return int(json.loads(line)["step"])
    except (json.JSONDecodeError, KeyError):
        return math.inf  # The line that a kill cut short.
