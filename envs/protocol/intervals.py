"""Means with 95% intervals: Wilson's for one task's successes, the (stratified) bootstrap for everything else.

Pure functions. Every bootstrap is seeded, so that the same scores always print the same interval.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.protocol.errors import ProtocolError

LEVEL = 0.95
RESAMPLES = 2000


class Interval(NamedTuple):
    """A confidence interval; both ends belong to it."""

    low: float
    high: float


def mean(values: Sequence[float]) -> float:
    """The plain mean; an empty sequence is an error rather than a silent zero."""
    if not values:
        raise ProtocolError("the mean of no scores is not defined")
    return float(np.mean(values))


def wilson_interval(successes: int, n: int, level: float = LEVEL) -> Interval:
    """Wilson's score interval (1927, eq. 4) for a share of `successes` out of `n` attempts.

    Unlike the bootstrap it keeps a sensible width at 0 of n and n of n, which is where most tasks are.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ProtocolError(f"{successes} successes out of {n} attempts is not a score")
    z = NormalDist().inv_cdf(_checked(level) / 2 + 0.5)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Exact at the ends in theory; rounding must not push a bound past the share itself.
    return Interval(max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share)))


def bootstrap_interval(
    values: Sequence[float], level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """The percentile bootstrap of the mean of `values`."""
    return stratified_interval({"all": values}, level, resamples, seed)


def stratified_interval(
    strata: Mapping[str, Sequence[float]], level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """The percentile bootstrap of the mean over strata of each stratum's mean (Agarwal et al. 2021, section 4.2).

    Episodes are resampled within their task, tasks are not: the interval says how far the score on *these*
    tasks may move with other seeds, not how other tasks would go. Strata are visited in the order of their
    names, so that the order of the mapping does not matter.
    """
    drawn = resampled(strata, resamples, seed)
    means = np.sum([values.mean(axis=1) for values in drawn.values()], axis=0) / len(drawn)
    return percentiles(means, level)


def resampled(
    strata: Mapping[str, Sequence[float]], resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, NDArray[np.float64]]:
    """Each stratum's scores drawn anew with replacement: from its name, sorted, to `[resamples, scores]`.

    This is what every bootstrap here draws from; what differs is the statistic that is taken of each row.
    """
    if not strata or any(not values for values in strata.values()):
        raise ProtocolError("every task needs at least one score before an interval can be given")
    if resamples < 1:
        raise ProtocolError(f"{resamples} resamples are too few")
    generator = np.random.default_rng(seed)
    drawn = {}
    for name in sorted(strata):
        values = np.asarray(strata[name], dtype=np.float64)
        drawn[name] = values[generator.integers(len(values), size=(resamples, len(values)))]
    return drawn


def percentiles(statistics: NDArray[np.float64], level: float = LEVEL) -> Interval:
    """The interval that holds the middle `level` of a statistic's resamples `[resamples]`."""
    tail = (1 - _checked(level)) / 2
    low, high = np.quantile(statistics, [tail, 1 - tail])
    return Interval(float(low), float(high))


def _checked(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise ProtocolError(f"a confidence level lies between 0 and 1, not at {level}")
    return level
