"""RFF-UCB (arXiv 2410.13287): one kernel ridge per generator through random Fourier features, with an upper bound.

The paper chooses online; here every arm has been tried on every scored prompt, and the bound that drives
exploration stays in the choice, as in its algorithm 2. Width, ridge and exploration are tuned on `val`.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from generators.router.bench.baselines.registry import certain
from generators.router.bench.data import Scored

_FEATURES = 256
_WIDTHS = (0.5, 1.0, 2.0)
_RIDGES = (0.3, 1.0, 3.0)
_EXPLORATION = (0.0, 0.1, 1.0)


class FourierUCB:
    """Kernel ridge on the embedding in an RBF kernel's random features (Rahimi and Recht 2007)."""

    def learn(self, train: Scored, val: Scored) -> None:
        """Fit every arm for every setting; keep what does best on `val`."""
        reached = []
        settings = list(product(_WIDTHS, _RIDGES))
        for width, ridge in settings:
            weights, inverse = self._fitted(train, width, ridge)
            for exploration in _EXPLORATION:
                scores = _bounds(_fourier(val.embedding, width), weights, inverse, exploration)
                picked = np.argmax(scores, axis=1)
                mean = float(np.nanmean(val.quality[np.arange(len(picked)), picked]))
                reached.append((mean, width, ridge, exploration))
        _, self._width, ridge, self._exploration = max(reached)
        self._weights, self._inverse = self._fitted(train, self._width, ridge)

    def choose(self, asked: Scored) -> NDArray[np.float64]:
        """The highest upper bound."""
        scores = _bounds(_fourier(asked.embedding, self._width), self._weights, self._inverse, self._exploration)
        return certain(np.argmax(scores, axis=1), scores.shape[1])

    def _fitted(
        self, train: Scored, width: float, ridge: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weights `[features, arms]` and the inverse `[features, features]`: all arms saw the same prompts."""
        points = _fourier(train.embedding, width)
        gram = points.T @ points + ridge * np.eye(_FEATURES)
        inverse = np.asarray(np.linalg.inv(gram), dtype=np.float64)
        return inverse @ points.T @ np.nan_to_num(train.advantage), inverse


def _fourier(embedding: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Random Fourier features of an RBF kernel, `[n, _FEATURES]`."""
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((embedding.shape[1], _FEATURES)) / width
    phases = rng.uniform(0, 2 * np.pi, _FEATURES)
    return np.sqrt(2 / _FEATURES) * np.cos(embedding @ directions + phases)


def _bounds(
    points: NDArray[np.float64], weights: NDArray[np.float64], inverse: NDArray[np.float64], exploration: float
) -> NDArray[np.float64]:
    width = np.sqrt(np.einsum("nf,fg,ng->n", points, inverse, points))
    bounds: NDArray[np.float64] = points @ weights + exploration * width[:, None]
    return bounds
