"""The belief against closed forms: the same numbers by another road, and nothing lost on the way to a file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.router.features import Layout
from generators.router.posterior.arm import FORGET, Gaussian, LiveArm
from generators.router.posterior.fit import Scales, advantages, fit, log_evidence, observe, prior_gaussian
from generators.router.posterior.state import Posterior
from generators.router.posterior.votes import GAIN, Learner, Scalar, Vote, mode, sigmoid

from .conftest import same_bits

SMALL = Layout(subjects=2, styles=2, embedding=3)


def data(seed: int, rows: int = 30) -> tuple[np.ndarray, np.ndarray, Gaussian]:
    rng = np.random.default_rng(seed)
    phi = rng.standard_normal((rows, SMALL.size))
    return phi, rng.standard_normal(rows), prior_gaussian(rng.standard_normal(SMALL.size), Scales(), SMALL)


@given(st.integers(0, 50))
def test_the_fit_is_ridge_regression_by_least_squares(seed):
    """The posterior mean minimises a penalised sum of squares: `lstsq` of the stacked system, without any
    inverse.
    """
    phi, target, prior = data(seed)
    noise = 0.3
    after = observe(prior, phi, target, noise)
    root = np.sqrt(np.diag(prior.precision))
    stacked = np.vstack([phi / np.sqrt(noise), np.diag(root)])
    wanted = np.concatenate([target / np.sqrt(noise), root * np.linalg.solve(prior.precision, prior.shift)])
    assert after.mean == pytest.approx(np.linalg.lstsq(stacked, wanted, rcond=None)[0], abs=1e-9)


@given(st.integers(0, 50))
def test_the_evidence_is_the_density_of_the_targets(seed):
    """As one multivariate normal over all targets: N(Φm, ΦΛ⁻¹Φᵀ + noise I)."""
    phi, target, prior = data(seed, rows=12)
    noise = 0.4
    covariance = phi @ np.linalg.inv(prior.precision) @ phi.T + noise * np.eye(12)
    apart = target - phi @ prior.mean
    density = -0.5 * (
        apart @ np.linalg.inv(covariance) @ apart + np.linalg.slogdet(covariance)[1] + 12 * np.log(2 * np.pi)
    )
    assert log_evidence(phi, target, prior, noise) == pytest.approx(density, rel=1e-9)


def test_widths_are_those_of_the_largest_evidence():
    rng = np.random.default_rng(0)
    phi = rng.standard_normal((200, SMALL.size))
    quality = np.stack([phi[:, 0] * 2, -phi[:, 0] * 2], axis=1) + 0.1 * rng.standard_normal((200, 2))
    fitted = fit(phi, quality, [np.zeros(SMALL.size)] * 2, SMALL)
    assert fitted.scales.noise <= 0.1, "clean scores leave little noise"
    noisy = fit(phi, rng.standard_normal((200, 2)), [np.zeros(SMALL.size)] * 2, SMALL)
    assert noisy.scales.noise >= 0.7, "scores that follow nothing are all noise"


@given(st.integers(0, 30), st.floats(0.1, 5), st.floats(-3, 3))
def test_advantages_do_not_depend_on_a_scorers_unit(seed, unit, zero):
    quality = np.random.default_rng(seed).standard_normal((9, 4))
    quality[0, 1] = np.nan
    mine, scale = advantages(quality)
    theirs, their_scale = advantages(quality * unit + zero)
    assert mine == pytest.approx(theirs, nan_ok=True, abs=1e-9)
    assert their_scale == pytest.approx(scale * unit)
    assert np.nansum(mine, axis=1) == pytest.approx(np.zeros(9), abs=1e-9)


@given(st.floats(-6, 6), st.floats(0.01, 20), st.sampled_from([-1, 1]))
def test_the_mode_of_a_vote_has_no_slope(mean, variance, value):
    found = mode(mean, variance, value)
    slope = value * sigmoid(-value * found) - (found - mean) / variance
    assert slope == pytest.approx(0, abs=1e-6)


@given(st.integers(0, 40), st.sampled_from([-1, 1]))
def test_a_vote_is_the_laplace_approximation_of_its_posterior(seed, value):
    """Newton's method over all weights of both arms at once finds the same means; a pair of fresh users has no
    past.
    """
    rng = np.random.default_rng(seed)
    phi, size = rng.standard_normal(SMALL.size), SMALL.size
    base = [prior_gaussian(rng.standard_normal(size), Scales(), SMALL) for _ in range(2)]
    learner = Learner(base).learn([Vote("ada", 0, phi, value, 1, phi)])
    direction = GAIN * np.concatenate([phi, -phi, [1, -1]])
    precision = np.diag(np.concatenate([*(np.diag(one.precision) for one in base), [1 / 0.0625] * 2]))
    start = np.concatenate([base[0].mean, base[1].mean, [0, 0]])
    weights = start.copy()
    for _ in range(200):
        logit = direction @ weights
        slope = value * sigmoid(-value * logit) * direction - precision @ (weights - start)
        curve = precision + sigmoid(logit) * sigmoid(-logit) * np.outer(direction, direction)
        weights = weights + 0.5 * np.linalg.solve(curve, slope)
    after = learner.gaussians()
    assert after[0].mean == pytest.approx(weights[:size], abs=1e-6)
    assert after[1].mean == pytest.approx(weights[size : 2 * size], abs=1e-6)
    assert learner.tastes["ada", 0].mean == pytest.approx(weights[-2], abs=1e-6)
    logit = direction @ weights
    added = after[0].precision - base[0].precision
    assert added == pytest.approx(GAIN**2 * sigmoid(logit) * sigmoid(-logit) * np.outer(phi, phi), abs=1e-6)


def test_a_grumbler_moves_an_arm_less_than_a_friendly_person():
    phi = np.eye(SMALL.size)[0]
    base = [prior_gaussian(np.zeros(SMALL.size), Scales(), SMALL)]
    grumbler = Learner(base, biases={"eve": Scalar(-2.0, 0.2)}).learn([Vote("eve", 0, phi, -1)])
    friend = Learner(base, biases={"eve": Scalar(2.0, 0.2)}).learn([Vote("eve", 0, phi, -1)])
    assert friend.gaussians()[0].mean[0] < grumbler.gaussians()[0].mean[0] < 0


def test_votes_fade_and_scores_do_not():
    phi = np.eye(SMALL.size)[0]
    base = prior_gaussian(np.ones(SMALL.size), Scales(), SMALL)
    arm = LiveArm(base)
    arm.add(1, phi, 4.0, 2.0)
    now, later = arm.now(1), arm.now(1 + 10_000)
    assert now.precision[0, 0] == base.precision[0, 0] + 4.0
    assert later.precision[0, 0] - base.precision[0, 0] == pytest.approx(4.0 * FORGET**10_000)
    assert later.mean == pytest.approx(base.mean, abs=1e-3)


@given(st.integers(0, 20))
def test_a_belief_comes_back_from_its_bytes_to_the_last_bit(seed):
    rng = np.random.default_rng(seed)
    roots = rng.standard_normal((2, SMALL.size, SMALL.size))
    gaussians = tuple(
        Gaussian(root.T @ root + np.eye(SMALL.size), rng.standard_normal(SMALL.size)) for root in roots
    )
    before = Posterior(
        ("a/x", "b/y"), gaussians, 0.1, 0.3, rng.standard_normal(SMALL.size), biases={"ada": Scalar(0.1, 1 / 3)},
        tastes={("ada", 1): Scalar(-0.2, 0.05)}, events=4,
    )  # fmt: skip
    after = Posterior.from_bytes(before.to_bytes())
    assert after.digest() == before.digest()
    assert same_bits(after.gaussians[1].precision, before.gaussians[1].precision)
    assert after.tastes == before.tastes and after.biases == before.biases
