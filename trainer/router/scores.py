"""Makes the score matrix: every arm draws every prompt with every seed, and every picture is scored.

An arm's scores are written when it is done, beside the matrix; a killed run goes on with the arms that are left.
"""

import hashlib
import json
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generators.router.arms import Arm
from generators.router.matrix import ScoreMatrix, save_matrix
from generators.router.parse.rules import parse
from trainer.errors import TrainerError
from trainer.router.prompts import BenchPrompt

Picture = NDArray[np.uint8]
"""RGB `[height, width, 3]`."""

_BATCH = 16


class Draw(Protocol):
    """An arm that is loaded and draws."""

    def __call__(self, prompts: Sequence[str], seeds: Sequence[int]) -> Sequence[Picture]:
        """One picture for each prompt with its seed; the same for the same pair, whatever the batch."""


Load = Callable[[Arm], Draw]
"""Loads an arm's expert."""
Score = Callable[[str, Picture], float]
"""How much of a prompt a picture shows, from 0 to 1."""
Told = Callable[[str, int, int], None]
"""Told the arm, how many of its pictures are done, and of how many."""


def make_matrix(
    prompts: Sequence[BenchPrompt],
    arms: Sequence[Arm],
    load: Load,
    score: Score,
    scorer: str,
    out: Path,
    seeds: int = 3,
    told: Told = lambda arm, done, of: None,
) -> ScoreMatrix:
    """Draw, score and write the matrix to `out`. What is drawn is the prompt's content, as the router parses
    it.
    """
    if len(arms) < 2:
        raise TrainerError(f"a score matrix compares arms, and there are {len(arms)}")
    parts = out.with_name(out.name + ".parts")
    parts.mkdir(parents=True, exist_ok=True)
    asked = [index for index, prompt in enumerate(prompts) if prompt.slice != "not-media"]
    stamp = _stamp(prompts, seeds, scorer)
    rows = []
    for arm in arms:
        part = parts / f"{arm.name.replace('/', '--')}.npz"
        found = _kept(part, stamp)
        if found is None:
            found = _scored(prompts, asked, arm, load(arm), score, seeds, told)
            _keep(part, stamp, *found)
        rows.append(found)
    matrix = ScoreMatrix(
        scores=np.stack([scores for scores, _ in rows], axis=1),
        seconds=np.stack([seconds for _, seconds in rows]),
        arms=tuple(arm.name for arm in arms),
        scorer=scorer,
        prompts=tuple(prompt.text for prompt in prompts),
        split=tuple(prompt.split for prompt in prompts),
        slice=tuple(prompt.slice for prompt in prompts),
        form=tuple(prompt.form for prompt in prompts),
        must_keep=tuple(prompt.must_keep for prompt in prompts),
    )
    save_matrix(matrix, out)
    for part in parts.iterdir():
        part.unlink()
    parts.rmdir()
    return matrix


def _scored(
    prompts: Sequence[BenchPrompt],
    asked: Sequence[int],
    arm: Arm,
    draw: Draw,
    score: Score,
    seeds: int,
    told: Told,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scores `[prompts, seeds]` and mean seconds of a picture `[seeds]`."""
    scores = np.full((len(prompts), seeds), np.nan, dtype=np.float32)
    seconds = np.zeros(seeds, dtype=np.float32)
    for seed in range(seeds):
        for start in range(0, len(asked), _BATCH):
            batch = asked[start : start + _BATCH]
            texts = [parse(prompts[index].text).content for index in batch]
            began = time.perf_counter()
            # A picture's seed follows its prompt, so that neither batch nor order changes it.
            pictures = draw(texts, [1000 * index + seed for index in batch])
            seconds[seed] += (time.perf_counter() - began) / len(asked)
            for index, picture in zip(batch, pictures, strict=True):
                scores[index, seed] = score(prompts[index].text, picture)
            told(arm.name, seed * len(asked) + start + len(batch), seeds * len(asked))
    return scores, seconds


def _stamp(prompts: Sequence[BenchPrompt], seeds: int, scorer: str) -> str:
    """What a part's scores depend on besides its arm."""
    return hashlib.sha256(json.dumps([[prompt.text for prompt in prompts], seeds, scorer]).encode()).hexdigest()


def _keep(part: Path, stamp: str, scores: NDArray[np.float32], seconds: NDArray[np.float32]) -> None:
    beside = part.with_name(part.name + ".part")
    with beside.open("wb") as file:
        np.savez_compressed(file, stamp=np.array(stamp), scores=scores, seconds=seconds)
    beside.replace(part)


def _kept(part: Path, stamp: str) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """What an earlier run kept of an arm; None where there is nothing, or it is of other prompts."""
    if not part.exists():
        return None
    try:
        with np.load(part, allow_pickle=False) as held:
            return (held["scores"], held["seconds"]) if str(held["stamp"]) == stamp else None
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise TrainerError(f"{part} is damaged ({error}): delete it and start again") from None
