"""The base of the belief: Bayesian linear regression of every arm's advantage on φ, in closed form.

The target is the per-prompt centred score over the spread of all of them, so that an easy prompt, on which every
arm does well, says nothing, and scorers of different scales agree. Prior widths and noise are those of the largest
marginal likelihood among a few (Bishop 2006, section 3.5.1), so that nothing is tuned on test prompts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generators.router.errors import RouterError
from generators.router.features import Layout
from generators.router.posterior.arm import Gaussian, Matrix, Vector

_CANDIDATES: dict[str, tuple[float, ...]] = {
    "noise": (0.05, 0.1, 0.2, 0.4, 0.7),
    "words": (0.35, 0.7, 1.4),
    "outer": (0.3, 1.0, 2.0),
    "leaf": (0.5, 1.0, 2.0),
}
"""In standard deviations of an advantage; noise is a variance."""
_ROUNDS = 2
_BIAS_SCALE = 0.5
_FEWEST = 8
"""Scored prompts below which an arm keeps its prior."""


@dataclass(frozen=True, slots=True)
class Scales:
    """Prior standard deviations of the weights by block, and the noise variance of one prompt's mean score."""

    leaf: float = 1.0
    outer: float = 1.0
    words: float = 0.7
    noise: float = 0.5

    def precision(self, layout: Layout) -> Vector:
        """The diagonal of the prior's precision, `[layout.size]`."""
        diagonal = np.empty(layout.size)
        widths = {
            "bias": _BIAS_SCALE,
            "subject": self.leaf,
            "style": self.leaf,
            "subject and style": self.outer,
            "words": self.words,
        }
        for name, block in layout.blocks.items():
            diagonal[block] = widths[name] ** -2
        return diagonal


@dataclass(frozen=True, eq=False)
class Fitted:
    """A belief for every arm."""

    gaussians: tuple[Gaussian, ...]
    noise: float
    """Variance of a prompt's mean score around its prediction."""
    scale: float
    """What one unit of advantage is in the scorer's own unit."""
    scales: Scales


def advantages(quality: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Per-prompt centred and scaled scores `[n, arms]`, and what one unit of them is in the scorer's unit.

    `quality` is `[n, arms]` with NaN where an arm was not scored. A prompt with fewer than two scores says
    nothing.
    """
    known = ~np.isnan(quality)
    count = known.sum(axis=1, keepdims=True)
    total = np.where(known, quality, 0).sum(axis=1, keepdims=True)
    centred = np.where(known & (count > 1), quality - total / np.maximum(count, 1), np.nan)
    values = centred[~np.isnan(centred)]
    if not values.size:
        raise RouterError("no prompt has scores of two arms: there is nothing to compare")
    spread = float(np.sqrt(np.mean(values**2)))
    scale = spread if spread > 1e-9 else 1.0
    return centred / scale, scale


def fit(
    phi: Matrix,
    quality: NDArray[np.float64],
    priors: Sequence[Vector],
    layout: Layout,
    scales: Scales | None = None,
) -> Fitted:
    """The belief after scores.

    `phi` is `[n, d]`, `quality` `[n, arms]` with NaN where not scored, `priors` one mean `[d]` for each arm.
    Without `scales` those of the largest marginal likelihood are taken.
    """
    targets, scale = advantages(quality)
    chosen = scales or _most_likely(phi, targets, priors, layout)
    return Fitted(
        tuple(
            observe(prior_gaussian(prior, chosen, layout), phi, targets[:, arm], chosen.noise)
            for arm, prior in enumerate(priors)
        ),
        chosen.noise,
        scale,
        chosen,
    )


def prior_gaussian(mean: Vector, scales: Scales, layout: Layout) -> Gaussian:
    """The belief of an arm that nobody has scored."""
    diagonal = scales.precision(layout)
    return Gaussian(np.diag(diagonal), diagonal * mean)


def observe(prior: Gaussian, phi: Matrix, target: Vector, noise: float) -> Gaussian:
    """The belief after targets `[n]` (NaN for none) at `phi` `[n, d]` with noise variance `noise`."""
    known = ~np.isnan(target)
    if known.sum() < _FEWEST:
        return prior
    rows = phi[known]
    return Gaussian(prior.precision + rows.T @ rows / noise, prior.shift + rows.T @ target[known] / noise)


def log_evidence(phi: Matrix, target: Vector, prior: Gaussian, noise: float) -> float:
    """log p(target) of `[n]` observations under the model, through the posterior (Bishop 2006, eq. 3.86)."""
    count = len(target)
    residual = target - phi @ prior.mean
    after = prior.precision + phi.T @ phi / noise
    moved = np.linalg.solve(after, phi.T @ residual / noise)
    quadratic = residual @ residual / noise - moved @ (phi.T @ residual) / noise
    ratio = np.linalg.slogdet(after)[1] - np.linalg.slogdet(prior.precision)[1]
    return float(-0.5 * (quadratic + ratio + count * np.log(2 * np.pi * noise)))


def _most_likely(phi: Matrix, targets: NDArray[np.float64], priors: Sequence[Vector], layout: Layout) -> Scales:
    groups = list(_groups(phi, targets, priors))
    if not groups:
        return Scales()
    best = Scales()
    for _ in range(_ROUNDS):
        for name, values in _CANDIDATES.items():
            # One width after the other: the grid of all of them would cost ten times as much for the same widths.
            tried = [replace(best, **{name: value}) for value in values]
            likelihoods = [sum(_evidence(group, scales, layout) for group in groups) for scales in tried]
            best = tried[int(np.argmax(likelihoods))]
    return best


@dataclass(frozen=True, eq=False)
class _Group:
    """Arms that were scored on the same prompts: they share their precision, which is what costs time."""

    gram: Matrix
    rows: int
    projected: Matrix
    """Φᵀ times the residuals, `[d, arms]`."""
    squares: float


def _groups(phi: Matrix, targets: NDArray[np.float64], priors: Sequence[Vector]) -> Iterator[_Group]:
    known = ~np.isnan(targets)
    by_rows: dict[bytes, list[int]] = {}
    for arm in range(targets.shape[1]):
        if known[:, arm].sum() >= _FEWEST:
            by_rows.setdefault(known[:, arm].tobytes(), []).append(arm)
    for arms in by_rows.values():
        rows = phi[known[:, arms[0]]]
        means = np.stack([priors[arm] for arm in arms], axis=1)
        residual = targets[known[:, arms[0]]][:, arms] - rows @ means
        yield _Group(rows.T @ rows, len(rows), rows.T @ residual, float((residual**2).sum()))


def _evidence(group: _Group, scales: Scales, layout: Layout) -> float:
    """The sum of `log_evidence` over a group's arms, with one factorisation for all."""
    diagonal = scales.precision(layout)
    factor = np.linalg.cholesky(np.diag(diagonal) + group.gram / scales.noise)
    half = np.linalg.solve(factor, group.projected) / scales.noise
    arms = group.projected.shape[1]
    ratio = 2 * np.log(np.diag(factor)).sum() - np.log(diagonal).sum()
    quadratic = group.squares / scales.noise - (half**2).sum()
    return float(-0.5 * (quadratic + arms * (ratio + group.rows * np.log(2 * np.pi * scales.noise))))
