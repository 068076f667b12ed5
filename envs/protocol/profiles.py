"""How scores are distributed: the share of episodes above each threshold (Agarwal et al. 2021, section 4.3).

A mean hides whether a player is middling everywhere or perfect half of the time; a performance profile shows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from envs.protocol.errors import ProtocolError
from envs.protocol.intervals import LEVEL, RESAMPLES, Interval, percentiles, resampled


@dataclass(frozen=True, slots=True)
class Profile:
    """A performance profile, with a pointwise interval at each threshold."""

    thresholds: tuple[float, ...]
    shares: tuple[float, ...]
    """The share of episodes that score more than each threshold, every game weighing the same."""
    bands: tuple[Interval, ...]


def performance_profile(
    strata: Mapping[str, Sequence[float]],
    thresholds: Sequence[float],
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Profile:
    """The profile of normalised scores, by game, with the stratified percentile bootstrap."""
    if not thresholds:
        raise ProtocolError("a performance profile needs at least one threshold")
    drawn = resampled(strata, resamples, seed)
    shares, bands = [], []
    for threshold in thresholds:
        shares.append(float(np.mean([np.mean(np.asarray(values) > threshold) for values in strata.values()])))
        above = np.mean([(values > threshold).mean(axis=1) for values in drawn.values()], axis=0)
        bands.append(percentiles(above, level))
    return Profile(tuple(thresholds), tuple(shares), tuple(bands))
