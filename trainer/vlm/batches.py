"""Makes tensors of encoded samples: padded to a few fixed lengths, so that compiled code is reused."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from trainer.vlm.encoding import Encoded
from trainer.vlm.forward import Batch
from trainer.vlm.losses import Labels
from trainer.vlm.picture import LETTERS, TOKEN_PX, Picture

LENGTHS = (64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512, 768, 1024)
"""Sequences are padded to the first of these that holds the batch."""


def fits(sample: Encoded) -> bool:
    """Whether the sequence is short enough to train on."""
    return len(sample.tokens) <= LENGTHS[-1]


def collate(samples: Sequence[Encoded], device: torch.device, longest: int = 0) -> tuple[Batch, Labels]:
    """One batch; either all samples have a picture, all of the same size, or none has.

    Samples that share a `Picture` follow each other, and it is in the batch once.

    `longest` is the number of tokens that the padding must hold besides: under `torchrun` all processes pad as
    the longest sequence of the whole batch asks.
    """
    longest = max(longest, *(len(sample.tokens) for sample in samples))
    length = next(size for size in LENGTHS if size >= longest)
    tokens = np.zeros((len(samples), length), np.int64)
    positions = np.zeros((3, len(samples), length), np.int64)
    rows, columns, answers, shares = [], [], [], []
    for row, sample in enumerate(samples):
        tokens[row, : len(sample.tokens)] = sample.tokens
        positions[:, row] = _positions(sample, length)
        for place in range(sample.answer, len(sample.tokens)):
            if sample.learned is not None and place not in sample.learned:
                continue
            right, weight = np.full(5, sample.tokens[place]), np.eye(1, 5, dtype=np.float32)[0]
            if place in sample.soft:
                near, near_weight = sample.soft[place]
                right, weight = np.full(5, near[0]), np.zeros(5, np.float32)
                right[: len(near)], weight[: len(near)] = near, near_weight
            rows.append(row)
            columns.append(place - 1)
            answers.append(right)
            shares.append(weight)
    batch = Batch(
        pixels=None,
        image_of=None,
        image_rows=None,
        image_starts=None,
        tokens=torch.from_numpy(tokens).to(device),
        positions=torch.from_numpy(positions).to(device),
    )
    spoken = {
        "rows": torch.tensor(rows, device=device),
        "columns": torch.tensor(columns, device=device),
        "answers": torch.from_numpy(np.stack(answers).astype(np.int64)).to(device),
        "shares": torch.from_numpy(np.stack(shares)).to(device),
    }
    if samples[0].picture is None:
        none = dict.fromkeys(
            (
                "target",
                "has_target",
                "places",
                "classes",
                "reading_at",
                "reading_token",
                "reading_weight",
                "letters",
                "spells",
            )
        )
        return batch, Labels(**spoken, **none)
    pictures, shown = _pictures(samples)
    batch = replace(
        batch,
        pixels=torch.from_numpy(np.stack([picture.pixels for picture in pictures])).to(device),
        image_of=torch.tensor(shown, device=device),
        image_rows=torch.arange(len(samples), device=device),
        image_starts=torch.tensor([s.image_start for s in samples], device=device),
    )
    target = np.stack([s.target for s in samples])  # type: ignore[misc]
    pointed = {
        "target": torch.from_numpy(target).to(device),
        "has_target": torch.from_numpy((target.max(1) > 0).astype(np.float32)).to(device),
    }
    return batch, Labels(**spoken, **pointed, **_seen(pictures, device))


def _pictures(samples: Sequence[Encoded]) -> tuple[list[Picture], list[int]]:
    """The different pictures in order, and which of them each sample shows."""
    pictures: list[Picture] = []
    shown = []
    for sample in samples:
        assert sample.picture is not None
        if not pictures or sample.picture is not pictures[-1]:
            pictures.append(sample.picture)
        shown.append(len(pictures) - 1)
    return pictures, shown


def _seen(pictures: Sequence[Picture], device: torch.device) -> dict[str, torch.Tensor]:
    at, words, weights = [], [], []
    for number, picture in enumerate(pictures):
        cells, pieces, shares = picture.reading
        at.append(np.stack([np.full(len(cells), number), cells], 1))
        words.append(pieces)
        weights.append(shares)
    letters = np.zeros((len(pictures), len(pictures[0].classes), len(LETTERS)), np.float32)
    for number, picture in enumerate(pictures):
        if picture.letters is not None:
            letters[number, picture.letters[:, 0], picture.letters[:, 1]] = 1.0
    return {
        "places": torch.from_numpy(np.stack([p.places for p in pictures]).astype(np.int64)).to(device),
        "classes": torch.from_numpy(np.stack([p.classes for p in pictures]).astype(np.int64)).to(device),
        "reading_at": torch.from_numpy(np.concatenate(at).astype(np.int64)).to(device),
        "reading_token": torch.from_numpy(np.concatenate(words).astype(np.int64)).to(device),
        "letters": torch.from_numpy(letters).to(device),
        "spells": torch.tensor([float(p.letters is not None) for p in pictures], device=device),
        "reading_weight": torch.from_numpy(np.concatenate(weights)).to(device),
    }


def _positions(sample: Encoded, length: int) -> np.ndarray:
    """[3, length] M-RoPE positions: text counts on, a picture's tokens share one time and spread over its grid."""
    if sample.picture is None:
        return np.tile(np.arange(length), (3, 1))
    rows, columns = (side // TOKEN_PX for side in sample.picture.pixels.shape[1:])
    start, count = sample.image_start, rows * columns
    positions = np.tile(np.arange(length), (3, 1))
    grid_rows, grid_columns = np.divmod(np.arange(count), columns)
    positions[:, start : start + count] = start
    positions[1, start : start + count] += grid_rows
    positions[2, start : start + count] += grid_columns
    positions[:, start + count :] = start + max(rows, columns) + np.arange(length - start - count)
    return positions
