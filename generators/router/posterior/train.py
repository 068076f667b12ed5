"""From scores to a belief that can choose: the fit, how far its certainty can be trusted, what a second is
worth.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from generators.router.arms import Arm, prior_mean
from generators.router.choice import MODES, QUALITY_KEPT, calibrate, price_of_seconds, win_shares
from generators.router.features import Layout
from generators.router.posterior.arm import Matrix, Vector
from generators.router.posterior.fit import Fitted, Scales, advantages, fit, prior_gaussian
from generators.router.posterior.state import Posterior
from generators.router.taxonomy import Taxonomy

_FOLDS = 4
_FEWEST = 40
"""Scored prompts below which certainty is not corrected and seconds have no price."""


def trained(
    arms: Sequence[Arm],
    phi: Matrix,
    quality: NDArray[np.float64],
    seconds: Vector,
    taxonomy: Taxonomy,
    layout: Layout,
) -> Posterior:
    """The belief after scores: `phi` `[n, d]`, `quality` `[n, arms]` with NaN where not scored, `seconds`
    `[arms]`.

    Without any scores it is the prior that the arms' tags promise.
    """
    names = tuple(arm.name for arm in arms)
    priors = [prior_mean(arm, taxonomy, layout) for arm in arms]
    scored = (~np.isnan(quality)).sum(axis=1) > 1
    if not scored.any():
        default = Scales()
        gaussians = tuple(prior_gaussian(prior, default, layout) for prior in priors)
        return Posterior(names, gaussians, default.noise, 1.0, np.eye(layout.size)[0])
    phi, quality = phi[scored], quality[scored]
    fitted = fit(phi, quality, priors, layout)
    posterior = _as_posterior(names, fitted, phi.mean(axis=0))
    if len(phi) < _FEWEST:
        return posterior
    calibration = _cross_validated(names, phi, quality, priors, layout, fitted.scales)
    advantage = phi @ posterior.means.T
    level = np.nanmean(quality, axis=1)
    prices: dict[str, float] = {
        mode: price_of_seconds(advantage, seconds, level, fitted.scale, QUALITY_KEPT[mode]) for mode in MODES
    }
    return replace(posterior, calibration=calibration, prices=prices)


def _cross_validated(
    names: tuple[str, ...],
    phi: Matrix,
    quality: NDArray[np.float64],
    priors: Sequence[Vector],
    layout: Layout,
    scales: Scales,
) -> tuple[float, float]:
    """The correction of P(best), from prompts that each fold's fit has not seen."""
    targets, _ = advantages(quality)
    certain, right = [], []
    for fold in range(_FOLDS):
        held = np.arange(len(phi)) % _FOLDS == fold
        model = _as_posterior(names, fit(phi[~held], quality[~held], priors, layout, scales), phi[0])
        mean, variance = model.predict_many(phi[held])
        shares = win_shares(mean, np.sqrt(variance + model.noise))
        for row, target in zip(range(len(mean)), targets[held], strict=True):
            picked = int(np.argmax(mean[row]))
            if not np.isnan(target).any():
                certain.append(shares[row, picked])
                right.append(bool(target[picked] >= target.max() - 1e-9))
    if len(right) < _FEWEST:
        return 1.0, 0.0
    return calibrate(np.array(certain), np.array(right))


def _as_posterior(names: tuple[str, ...], fitted: Fitted, centre: Vector) -> Posterior:
    return Posterior(names, fitted.gaussians, fitted.noise, fitted.scale, centre, fitted.scales)
