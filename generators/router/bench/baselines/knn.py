"""Nearest neighbours, tuned: the baseline that 2505.12601 found hard to beat among routers of language models."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from generators.router.bench.baselines.registry import certain
from generators.router.bench.data import Scored

_NEIGHBOURS = (4, 8, 16, 32, 64)
_SHARPNESS = (0.0, 4.0, 16.0)
_LEAF_WEIGHTS = (0.0, 1.0, 3.0)


class NearestNeighbours:
    """The mean advantage of the k most alike prompts, weighted by exp(sharpness * likeness)."""

    def learn(self, train: Scored, val: Scored) -> None:
        """Number of neighbours, sharpness, and how much the leaves count beside the embedding: best on `val`."""
        self._train = train
        grid = list(product(_NEIGHBOURS, _SHARPNESS, _LEAF_WEIGHTS))
        reached = [_mean_quality(self._scores(val, *setting), val) for setting in grid]
        self._setting = grid[int(np.argmax(reached))]

    def choose(self, asked: Scored) -> NDArray[np.float64]:
        """The best neighbourhood mean."""
        scores = self._scores(asked, *self._setting)
        return certain(np.argmax(scores, axis=1), scores.shape[1])

    def _scores(self, asked: Scored, neighbours: int, sharpness: float, leaf: float) -> NDArray[np.float64]:
        likeness = _points(asked, leaf) @ _points(self._train, leaf).T
        count = min(neighbours, likeness.shape[1])
        near = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
        weights = np.exp(sharpness * np.take_along_axis(likeness, near, axis=1))
        mean: NDArray[np.float64] = np.einsum("nk,nka->na", weights, np.nan_to_num(self._train.advantage)[near])
        return mean / weights.sum(axis=1, keepdims=True)


def _points(data: Scored, leaf: float) -> NDArray[np.float64]:
    leaves = np.stack([np.concatenate([one.subjects, one.styles]) for one in data.features]).astype(np.float64)
    points = np.concatenate([data.embedding, leaf * leaves], axis=1)
    return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)


def _mean_quality(scores: NDArray[np.float64], data: Scored) -> float:
    picked = np.argmax(scores, axis=1)
    return float(np.nanmean(data.quality[np.arange(len(picked)), picked]))
