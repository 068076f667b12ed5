"""Which arm draws: the best expected advantage less the price of its seconds, or a pair where that is in doubt.

How sure the choice is comes from 256 samples of the posterior. They are made from one fixed table of normal
numbers, so that the same prompt under the same posterior is always answered alike.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from generators.router.errors import RouterError
from generators.router.posterior.arm import Vector

Mode = Literal["fast", "balanced", "best"]
MODES: tuple[Mode, ...] = ("fast", "balanced", "best")
QUALITY_KEPT: Mapping[Mode, float] = {"fast": 0.95, "balanced": 0.99, "best": 1.0}
"""The share of the best mode's predicted score that a mode may not fall below; it sets the price of a second."""

SAMPLES = 256
ABSTAIN_BELOW = 0.45
"""P(best) under which two drafts are offered instead of one."""
FLOOR = -0.25
"""Expected advantage under which no arm is thought fit; the generalist draws then, and is said to."""
_EXPLORED = 0.05
"""Share of live decisions that are drawn from P(best) instead of taking the best, where there is doubt."""
_SURE = 0.8
"""P(best) from which nothing is explored."""
_LEAST_PROPENSITY = 1e-3


@dataclass(frozen=True, eq=False)
class Outlook:
    """What is expected of each arm for one prompt, `[arms]` each."""

    advantage: Vector
    """Standard deviations of a prompt's scores above the mean arm."""
    variance: Vector
    """Of the advantage that the prompt's pictures will really have."""
    seconds: Vector
    utility: Vector
    """Advantage less the price of the seconds."""
    best: Vector
    """P(this arm has the highest utility), calibrated; sums to 1."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided; indices are into the arms that were looked at."""

    arm: int
    kind: Literal["single", "pair", "generalist"]
    runner_up: int | None
    propensity: float
    """How likely the policy was to choose `arm` here."""


def look(
    advantage: Vector,
    variance: Vector,
    noise: float,
    seconds: Vector,
    price: float,
    calibration: tuple[float, float] = (1.0, 0.0),
) -> Outlook:
    """Weigh the arms of one prompt; every vector is `[arms]`, `noise` the variance around a prediction."""
    if not len(advantage):
        raise RouterError("no expert is left to choose from: other media, licences or more memory would allow one")
    utility = advantage - price * seconds
    spread = np.sqrt(variance + noise)
    best = calibrated(win_shares(utility[None], spread[None])[0], calibration)
    return Outlook(advantage, variance + noise, seconds, utility, best)


def choose(outlook: Outlook, generalist: int, rng: np.random.Generator | None = None) -> Choice:
    """Decide for one prompt; `generalist` is the arm with the best mean over all prompts.

    With `rng` a small share of doubtful decisions is explored, so that votes can later tell how another policy
    would have done; without it the choice is deterministic.
    """
    greedy = int(np.argmax(outlook.utility))
    kind: Literal["single", "pair", "generalist"] = "single"
    if outlook.advantage.max() < FLOOR:
        greedy, kind = generalist, "generalist"
    exploring = _EXPLORED if rng is not None and kind == "single" and outlook.best[greedy] < _SURE else 0.0
    arm = greedy
    if rng is not None and exploring and rng.random() < exploring:
        arm = int(rng.choice(len(outlook.best), p=outlook.best))
    propensity = propensities(outlook, greedy, exploring)[arm]
    others = [index for index in range(len(outlook.utility)) if index != arm]
    runner_up = max(others, key=lambda index: float(outlook.best[index]), default=None)
    if kind == "single" and runner_up is not None and outlook.best[greedy] < ABSTAIN_BELOW:
        kind = "pair"
    return Choice(arm, kind, runner_up, float(propensity))


def propensities(outlook: Outlook, greedy: int, exploring: float) -> Vector:
    """How likely each arm is chosen, `[arms]`."""
    chances = exploring * outlook.best
    chances[greedy] += 1 - exploring
    return np.maximum(chances, _LEAST_PROPENSITY * (chances > 0))


def win_shares(utility: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often each arm is best among 256 samples; `[n, arms]` means and spreads to `[n, arms]`."""
    normals = _normals(utility.shape[1])
    shares = np.empty_like(utility)
    for row in range(len(utility)):
        winners = np.argmax(utility[row] + normals * spread[row], axis=1)
        # One win is shared by all: nothing that can be chosen is ever thought impossible.
        shares[row] = (np.bincount(winners, minlength=utility.shape[1]) + 1 / utility.shape[1]) / (SAMPLES + 1)
    return shares


def calibrated(best: Vector, calibration: tuple[float, float]) -> Vector:
    """P(best) after Platt's correction of its logit, `[arms]`, made to sum to 1."""
    slope, offset = calibration
    if (slope, offset) == (1.0, 0.0):
        return best
    inside = np.clip(best, 1e-6, 1 - 1e-6)
    corrected = 1 / (1 + np.exp(-(slope * np.log(inside / (1 - inside)) + offset)))
    top = int(np.argmax(best))
    # The correction was learned for the arm on top; the others share what it leaves, in their proportions.
    rest = best.sum() - best[top]
    scaled = best * ((1 - corrected[top]) / rest) if rest > 0 else best.copy()
    scaled[top] = corrected[top] if rest > 0 else 1.0
    return scaled


def calibrate(best: Vector, right: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset that make P(best) of the chosen arms `[n]` agree with how often they were best `[n]`.

    Platt 1999: logistic regression on the logit by Newton steps, held near the identity by a weak prior.
    """
    inside = np.clip(best, 1e-6, 1 - 1e-6)
    design = np.stack([np.log(inside / (1 - inside)), np.ones(len(best))], axis=1)
    weights, identity = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    for _ in range(50):
        predicted = 1 / (1 + np.exp(-(design @ weights)))
        gradient = design.T @ (right - predicted) - (weights - identity)
        hessian = design.T @ (design * (predicted * (1 - predicted))[:, None]) + np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-10:
            break
    # A negative slope would turn the order round; the samples never deserve that.
    return max(float(weights[0]), 0.05), float(weights[1])


def price_of_seconds(
    advantage: NDArray[np.float64], seconds: Vector, level: NDArray[np.float64], scale: float, kept: float
) -> float:
    """The largest λ with which the mean predicted score stays above `kept` of what the best mode reaches.

    `advantage` is `[n, arms]`, `seconds` `[arms]`, `level` `[n]` each prompt's mean score, `scale` the score of
    one unit of advantage.
    """
    if kept >= 1:
        return 0.0
    rows = np.arange(len(advantage))
    target = kept * float((level + scale * advantage.max(axis=1)).mean())

    def score(price: float) -> float:
        picked = np.argmax(advantage - price * seconds, axis=1)
        return float((level + scale * advantage[rows, picked]).mean())

    span = float(seconds.max() - seconds.min())
    if span <= 0:
        return 0.0
    low, high = 0.0, 20.0 / span
    for _ in range(40):
        middle = (low + high) / 2
        if score(middle) >= target:
            low = middle
        else:
            high = middle
    return low


@cache
def _normals(arms: int) -> NDArray[np.float64]:
    """The table of normal numbers, `[SAMPLES, arms]`; antithetic, so that their means are exactly 0."""
    half = np.random.default_rng(arms).standard_normal((math.ceil(SAMPLES / 2), arms))
    return np.concatenate([half, -half])[:SAMPLES]
