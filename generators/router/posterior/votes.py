"""Votes as evidence: pairs and thumbs through a logistic link, each with one Laplace step along its own direction.

A pair says sigmoid(κ(s_a - s_b)), a thumb sigmoid(κ s_a + the user's bias), where s is the arm's advantage plus
what this user thinks of the arm beyond its merit. The mode along the vote's direction is found exactly, which a
single Newton step from the old mean would overshoot for a surprising vote; curvature there gives the rank-1
precision. Arms are kept independent: the covariance that a pair induces between its two arms is dropped.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from generators.router.posterior.arm import Gaussian, LiveArm, Vector

GAIN = 2.0
"""κ: logits per standard deviation of advantage."""
BIAS_VARIANCE = 1.0
"""Of a user's readiness to thumb up, in logits."""
TASTE_VARIANCE = 0.0625
"""Of a user's liking of one arm beyond its merit, in squared advantages."""
_HALVINGS = 60


@dataclass(frozen=True, eq=False)
class Vote:
    """One person's judgement of one picture, or of two."""

    user: str
    arm_a: int
    phi_a: Vector
    value: int
    """+1: up, or a is better; -1: down, or b is better."""
    arm_b: int | None = None
    """None for a thumb."""
    phi_b: Vector | None = None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A one-dimensional Gaussian."""

    mean: float = 0.0
    variance: float = 1.0


@dataclass
class Learner:
    """The belief as votes come in, in order; the same votes in the same order give the same bits."""

    base: Sequence[Gaussian]
    arms: list[LiveArm] = field(init=False)
    biases: dict[str, Scalar] = field(default_factory=dict)
    """Per user."""
    tastes: dict[tuple[str, int], Scalar] = field(default_factory=dict)
    """Per user and arm."""
    events: int = 0

    def __post_init__(self) -> None:
        self.arms = [LiveArm(base) for base in self.base]

    def learn(self, votes: Iterable[Vote]) -> "Learner":
        """Take votes in; returns itself."""
        for vote in votes:
            self._take(vote)
        return self

    def gaussians(self) -> tuple[Gaussian, ...]:
        """The belief of every arm now."""
        return tuple(arm.now(self.events) for arm in self.arms)

    def _take(self, vote: Vote) -> None:
        self.events += 1
        sides = [(vote.arm_a, vote.phi_a, 1.0)]
        if vote.arm_b is not None and vote.phi_b is not None:
            sides.append((vote.arm_b, vote.phi_b, -1.0))
        beliefs = [self.arms[arm].now(self.events).predict(phi) for arm, phi, _ in sides]
        tastes = [self.tastes.get((vote.user, arm), Scalar(0.0, TASTE_VARIANCE)) for arm, _, _ in sides]
        bias = self.biases.get(vote.user, Scalar(0.0, BIAS_VARIANCE)) if len(sides) == 1 else Scalar(0.0, 0.0)
        mean, variance = bias.mean, bias.variance
        for (_, _, sign), (m, v), taste in zip(sides, beliefs, tastes, strict=True):
            mean += GAIN * sign * (m + taste.mean)
            variance += GAIN**2 * (v + taste.variance)
        logit = mode(mean, variance, vote.value)
        pull = (vote.value > 0) - sigmoid(logit)
        curvature = sigmoid(logit) * sigmoid(-logit)
        for (arm, phi, sign), (m, v), taste in zip(sides, beliefs, tastes, strict=True):
            precision = GAIN**2 * curvature
            # The shift that makes the arm's new mean the joint mode: Λ' m' with m' = m + κ sign Σ φ pull.
            moved = m + GAIN * sign * v * pull
            self.arms[arm].add(self.events, phi, precision, GAIN * sign * pull + precision * moved)
            self.tastes[vote.user, arm] = _moved(taste, GAIN * sign, pull, curvature)
        if len(sides) == 1:
            self.biases[vote.user] = _moved(bias, 1.0, pull, curvature)


def mode(mean: float, variance: float, value: int) -> float:
    """The z that maximises log sigmoid(value z) - (z - mean)² / 2 variance, by bisection of its derivative."""
    target = 1.0 if value > 0 else 0.0
    low, high = mean - variance, mean + variance
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle - mean - variance * (target - sigmoid(middle)) > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def sigmoid(logit: float) -> float:
    """1 / (1 + exp(-logit)) without overflow."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    grown = math.exp(logit)
    return grown / (1 + grown)


def thumb_probability(score: float, bias: float = 0.0) -> float:
    """How likely a picture of this advantage gets a thumb up."""
    return sigmoid(GAIN * score + bias)


def taste_of(tastes: Mapping[tuple[str, int], Scalar], user: str, arms: int) -> Vector:
    """What a user thinks of each arm beyond its merit, `[arms]`."""
    return np.array([tastes[user, arm].mean if (user, arm) in tastes else 0.0 for arm in range(arms)])


def _moved(before: Scalar, factor: float, pull: float, curvature: float) -> Scalar:
    mean = before.mean + factor * before.variance * pull
    return Scalar(mean, 1 / (1 / before.variance + factor**2 * curvature) if before.variance else 0.0)
