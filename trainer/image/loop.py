"""The training loop of an expert: draws a batch, learns, averages, reports, saves; resumed, it ends the same.

Every step draws its samples, timesteps and noise from its own seed, so that nothing of a generator has to be kept.
"""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from torch import Tensor

from trainer.errors import TrainerError
from trainer.image.config import ImageConfig
from trainer.vlm.loop import Progress

if TYPE_CHECKING:
    from generators.image.pipeline import SmallTextToImagePipeline

STATE = "state.pt"
METRICS = "metrics.jsonl"
_MAY_CHANGE = ("data", "save_steps", "drawing_steps", "guidance", "prompts")


class Run:
    """One run in one folder: `state.pt` to resume from, `metrics.jsonl` to plot from."""

    def __init__(
        self,
        config: ImageConfig,
        pipeline: "SmallTextToImagePipeline",
        pictures: NDArray[np.uint8],
        captions: list[list[str]],
        folder: Path,
        device: torch.device,
    ) -> None:
        self._config, self._folder, self._device = config, folder, device
        self._pipeline = pipeline.to(device)
        pipeline.unet.to(memory_format=torch.channels_last)
        self._pictures = pictures
        self._words, self._masks = _encoded(pipeline.tokenizer, captions)
        self._learned = [*pipeline.unet.parameters(), *pipeline.text_encoder.parameters()]
        self._mean = [parameter.detach().clone() for parameter in self._learned]
        self._optimiser = torch.optim.AdamW(
            self._learned, lr=config.peak_lr, weight_decay=config.weight_decay, betas=(0.9, 0.99)
        )
        self._kept = pipeline.scheduler.alphas_cumprod.to(device)
        self.step = 0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / STATE).exists():
            self._load()

    def train(self, tell: Callable[[Progress], None]) -> None:
        """Go on to the last step, saving on the way and at the end."""
        self._pipeline.unet.train()
        self._pipeline.text_encoder.train()
        with (self._folder / METRICS).open("a", encoding="utf-8") as log:
            while self.step < self._config.steps:
                began = time.perf_counter()
                metrics = self._learn()
                self.step += 1
                metrics["samples_per_s"] = self._config.batch / (time.perf_counter() - began)
                log.write(json.dumps({"step": self.step, **metrics}) + "\n")
                log.flush()
                tell(Progress(self.step, self._config.steps, metrics))
                if self.step % self._config.save_steps == 0 or self.step == self._config.steps:
                    self._save()

    def averaged(self) -> "SmallTextToImagePipeline":
        """The pipeline with the mean weights in place of the last ones; there is no training on from here."""
        with torch.no_grad():
            for parameter, mean in zip(self._learned, self._mean, strict=True):
                parameter.copy_(mean)
        self._pipeline.unet.eval()
        self._pipeline.text_encoder.eval()
        return self._pipeline

    def _learn(self) -> dict[str, float]:
        config, rng = self._config, np.random.default_rng([self._config.seed, self.step])
        chosen = rng.integers(len(self._pictures), size=config.batch)
        pixels = torch.from_numpy(self._pictures[chosen]).to(self._device).permute(0, 3, 1, 2).float() / 127.5 - 1
        clean = torch.nn.functional.pixel_unshuffle(pixels, config.patch)
        noise = torch.from_numpy(rng.standard_normal(tuple(clean.shape), np.float32)).to(self._device)
        # One timestep from each equal part of the schedule, so that losses of two batches can be compared.
        spread = (rng.permutation(config.batch) + rng.random(config.batch)) / config.batch
        times = torch.from_numpy((spread * len(self._kept)).astype(np.int64)).to(self._device)
        said, mask = self._prompts(chosen, rng)
        predicted = self._predict(clean, noise, times, said, mask)
        losses = self._losses(predicted, clean, noise, times)
        loss = losses.mean()
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(config, self.step)
        self._optimiser.zero_grad()
        loss.backward()
        norm = float(torch.nn.utils.clip_grad_norm_(self._learned, config.clip).detach())
        if not math.isfinite(norm):
            raise TrainerError(f"the gradient is {norm} at step {self.step}: lower peak_lr and resume")
        self._optimiser.step()
        with torch.no_grad():
            # Early means follow quickly, or they would remember the random beginning.
            share = 1 - min(config.ema, (1 + self.step) / (10 + self.step))
            torch._foreach_lerp_(self._mean, self._learned, share)
        late, losses = times >= len(self._kept) // 2, losses.detach()
        return {
            "loss": float(losses.mean()),
            "lr": learning_rate(config, self.step),
            "gradient": norm,
            "loss/much noise": float(losses[late].mean()),
            "loss/little noise": float(losses[~late].mean()),
        }

    def _prompts(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Token ids `[batch, tokens]` of one caption of each picture, or of none, and their mask."""
        which = rng.integers(self._words.shape[1], size=len(chosen))
        words, masks = self._words[chosen, which].clone(), self._masks[chosen, which].clone()
        dropped = torch.from_numpy(rng.random(len(chosen)) < self._config.drop_captions)
        words[dropped], masks[dropped] = self._words[-1, 0], self._masks[-1, 0]
        return words.to(self._device), masks.to(self._device)

    def _predict(self, clean: Tensor, noise: Tensor, times: Tensor, said: Tensor, mask: Tensor) -> Tensor:
        kept = self._kept[times][:, None, None, None]
        noisy = kept.sqrt() * clean + (1 - kept).sqrt() * noise
        embeds = self._pipeline.text_encoder(said, attention_mask=mask).last_hidden_state
        predicted: Tensor = self._pipeline.unet(
            noisy.contiguous(memory_format=torch.channels_last),
            times,
            encoder_hidden_states=embeds,
            encoder_attention_mask=mask,
        ).sample
        return predicted

    def _losses(self, predicted: Tensor, clean: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """Each sample's loss `[batch]`, in whatever the net predicts, weighted as the error of v."""
        kept = self._kept[times]
        signal, rest = kept[:, None, None, None].sqrt(), (1 - kept)[:, None, None, None].sqrt()
        if self._config.prediction == "sample":
            target, weight = clean, (1 / (1 - kept).clamp(min=1e-5)).clamp(max=self._config.largest_weight)
        elif self._config.prediction == "v_prediction":
            target, weight = signal * noise - rest * clean, torch.ones_like(kept)
        else:
            target, weight = noise, torch.ones_like(kept)
        return weight * (predicted - target).square().mean((1, 2, 3))

    def _save(self) -> None:
        state: dict[str, Any] = {
            "config": self._config.model_dump_json(),
            "step": self.step,
            "learned": [parameter.detach().cpu() for parameter in self._learned],
            "mean": [each.cpu() for each in self._mean],
            "optimiser": self._optimiser.state_dict(),
        }
        part = self._folder / f"{STATE}.part"
        torch.save(state, part)
        part.replace(self._folder / STATE)

    def _load(self) -> None:
        try:
            state = torch.load(self._folder / STATE, map_location=self._device, weights_only=True)
            then = ImageConfig.model_validate_json(state["config"]).model_dump()
        except (RuntimeError, EOFError, KeyError, ValidationError):
            raise TrainerError(f"{self._folder / STATE} cannot be read: choose another --out") from None
        now = self._config.model_dump()
        changed = sorted(name for name in now if now[name] != then[name] and name not in _MAY_CHANGE)
        if changed:
            raise TrainerError(
                f"{self._folder} holds a run with other settings ({', '.join(changed)}): choose another --out"
            )
        with torch.no_grad():
            for mine, saved in zip(
                [*self._learned, *self._mean], [*state["learned"], *state["mean"]], strict=True
            ):
                mine.copy_(saved)
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        _forget_after(self._folder / METRICS, self.step)


def learning_rate(config: ImageConfig, step: int) -> float:
    """Linear warm-up, then a cosine from `peak_lr` to its final share."""
    if step < config.warmup_steps:
        return config.peak_lr * (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(config.steps - config.warmup_steps, 1)
    low = config.final_lr_share
    return config.peak_lr * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * done)))


def _encoded(tokenizer: Any, captions: list[list[str]]) -> tuple[Tensor, Tensor]:
    """Token ids `[pictures + 1, captions, tokens]` and their masks; the last row is the empty caption's."""
    each = len(captions[0])
    texts = [text for row in [*captions, [""] * each] for text in row]
    tokens = tokenizer(
        texts, padding="max_length", truncation=True, max_length=tokenizer.model_max_length, return_tensors="pt"
    )
    shape = (len(captions) + 1, each, tokenizer.model_max_length)
    return tokens.input_ids.reshape(shape), tokens.attention_mask.reshape(shape)


def _forget_after(path: Path, step: int) -> None:
    """Drop the metrics of steps that will be done again, and the line that a kill cut short."""
    if not path.exists():
        return
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            if int(json.loads(line)["step"]) <= step:
                kept.append(line)
        except (json.JSONDecodeError, KeyError):
            continue
    part = path.with_suffix(".part")
    part.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    part.replace(path)
