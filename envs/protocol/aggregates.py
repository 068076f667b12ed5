"""One number for a whole suite: the interquartile mean and its interval, as rliable defines them.

Scores of different games must have one scale before they are pooled; `envs.protocol.normalised` gives them one.
Agarwal et al. 2021 (arXiv 2108.13264), section 4.3: the interquartile mean ignores a lucky quarter and an unlucky
one, so that neither a single game nor a single seed decides the aggregate.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from envs.protocol.errors import ProtocolError
from envs.protocol.intervals import LEVEL, RESAMPLES, Interval, percentiles, resampled


def interquartile_mean(values: Sequence[float]) -> float:
    """The mean of the middle half: `floor(n / 4)` scores are cut at either end, as `rliable.metrics` cuts them."""
    if not values:
        raise ProtocolError("the interquartile mean of no scores is not defined")
    return float(_trimmed(np.asarray(values, dtype=np.float64)[None])[0])


def pooled_iqm(strata: Mapping[str, Sequence[float]]) -> float:
    """The interquartile mean over the episodes of all strata together."""
    return interquartile_mean([value for values in strata.values() for value in values])


def iqm_interval(
    strata: Mapping[str, Sequence[float]], level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """The stratified percentile bootstrap of `pooled_iqm`: episodes are drawn anew within their game."""
    return percentiles(_trimmed(np.hstack(list(resampled(strata, resamples, seed).values()))), level)


def optimality_gap(strata: Mapping[str, Sequence[float]], target: float = 1.0) -> float:
    """By how much the scores miss `target` on average over games; what lies above it counts as `target`."""
    if not strata or any(not values for values in strata.values()):
        raise ProtocolError("the optimality gap of no scores is not defined")
    return target - float(
        np.mean([np.minimum(values, target).mean() for values in map(np.asarray, strata.values())])
    )


def _trimmed(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of the middle half of every row; `[rows, scores]` to `[rows]`."""
    cut = rows.shape[1] // 4
    middle: NDArray[np.float64] = np.sort(rows, axis=1)[:, cut : rows.shape[1] - cut].mean(axis=1)
    return middle
