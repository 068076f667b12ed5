"""The two ends: chance and the best arm for everything at one, an oracle that sees the scores at the other."""

import numpy as np
from numpy.typing import NDArray

from generators.router.bench.baselines.registry import certain
from generators.router.bench.data import Scored


class Random:
    """Every arm equally often."""

    def learn(self, train: Scored, val: Scored) -> None:
        """Nothing."""

    def choose(self, asked: Scored) -> NDArray[np.float64]:
        """In expectation over all draws, so that a seed neither flatters nor hurts it."""
        return np.full(asked.quality.shape, 1 / asked.quality.shape[1])


class BestSingle:
    """The arm with the best mean score, whatever is asked."""

    def learn(self, train: Scored, val: Scored) -> None:
        """Which one that is."""
        self._arm = int(np.argmax(np.nanmean(train.quality, axis=0)))

    def choose(self, asked: Scored) -> NDArray[np.float64]:
        """Always the same."""
        return certain(np.full(len(asked.quality), self._arm), asked.quality.shape[1])


class Oracle:
    """The arm with the highest score on this very prompt."""

    def learn(self, train: Scored, val: Scored) -> None:
        """Nothing."""

    def choose(self, asked: Scored) -> NDArray[np.float64]:
        """By looking."""
        return certain(np.nanargmax(asked.quality, axis=1), asked.quality.shape[1])
