"""Regret, the share of the gap that is closed, how far certainty can be believed."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_BINS = 10
_RESAMPLES = 2000

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reached:
    """What a rule reaches on some prompts."""

    quality: float
    """Mean score of what it chose, in [0, 1]."""
    regret: float
    """Mean score lost against the oracle."""
    top1: float
    """Share of prompts on which nothing scores higher than its choice."""
    gap_closed: float
    """Share of the way from the best single arm to the oracle; below 0 is worse than that arm."""
    seconds: float
    """Mean seconds of what it chose."""


def chosen(chances: NDArray[np.float64], quality: NDArray[np.float64]) -> Vector:
    """The expected score on each prompt, `[n]`, of choices `[n, arms]`; an arm without a score counts as 0."""
    expected: Vector = (chances * np.nan_to_num(quality)).sum(axis=1)
    return expected


def reached(
    chances: NDArray[np.float64], quality: NDArray[np.float64], seconds: Vector, single: float, oracle: float
) -> Reached:
    """Measure choices `[n, arms]`; `single` and `oracle` are the two ends of the gap on the same prompts."""
    mean = float(chosen(chances, quality).mean())
    best = np.nan_to_num(quality) >= np.nanmax(quality, axis=1, keepdims=True) - 1e-9
    gap = oracle - single
    return Reached(
        quality=mean,
        regret=oracle - mean,
        top1=float((chances * best).sum(axis=1).mean()),
        gap_closed=(mean - single) / gap if gap > 1e-12 else 0.0,
        seconds=float((chances @ seconds).mean()),
    )


def regret_ratio_upper(ours: Vector, theirs: Vector, level: float = 0.95, seed: int = 0) -> float:
    """The one-sided upper bound of our mean regret over theirs: a paired bootstrap over prompts, `[n]` each.

    Prompts are drawn anew with both regrets, since what is hard for one is hard for the other.
    """
    rows = np.random.default_rng(seed).integers(len(ours), size=(_RESAMPLES, len(ours)))
    numerator, denominator = ours[rows].mean(axis=1), theirs[rows].mean(axis=1)
    # A resample in which they lose nothing says that we are worse, unless we lose nothing either.
    ratios = np.divide(numerator, denominator, out=np.where(numerator > 0, np.inf, 1.0), where=denominator > 1e-12)
    return float(np.quantile(ratios, level, method="higher"))


def calibration_error(certainty: Vector, right: NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini et al. 2015) in 10 bins of equally many prompts, `[n]` each."""
    order = np.argsort(certainty, kind="stable")
    parts = [part for part in np.array_split(order, _BINS) if len(part)]
    errors = [abs(float(certainty[part].mean()) - float(right[part].mean())) * len(part) for part in parts]
    return sum(errors) / len(certainty)


def risk_coverage(certainty: Vector, regret: Vector) -> list[tuple[float, float]]:
    """Mean regret of the surest 10%, 20% ... 100% of prompts: pairs of coverage and risk."""
    order = np.argsort(-certainty, kind="stable")
    return [
        (share / 10, float(regret[order[: max(1, len(order) * share // 10)]].mean())) for share in range(1, 11)
    ]


def rises(curve: list[tuple[float, float]], tolerance: float = 0.005) -> bool:
    """Whether risk never falls by more than `tolerance` as less sure prompts are taken in."""
    return all(later >= earlier - tolerance for (_, earlier), (_, later) in pairwise(curve))
