"""What the router does over time, replayed on a matrix: prices of seconds, a new expert, votes that change
nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from generators.router.arms import prior_mean
from generators.router.bench.data import Scored
from generators.router.posterior.fit import Scales, fit
from generators.router.posterior.state import Posterior
from generators.router.posterior.votes import GAIN, Learner, Vote, sigmoid

NEW_EXPERT_SCORED = 200
NEW_EXPERT_VOTES = 500
STATIONARY_VOTES = 300


def seconds_saved(posterior: Posterior, test: Scored) -> tuple[float, float]:
    """Of the balanced mode against the best: the share of seconds saved, and its quality over the best mode's."""
    mean = test.phi @ posterior.means.T
    rows = np.arange(len(mean))
    best = np.argmax(mean, axis=1)
    balanced = np.argmax(mean - posterior.prices["balanced"] * test.seconds, axis=1)
    quality = [float(np.nan_to_num(test.quality[rows, arm]).mean()) for arm in (balanced, best)]
    return 1 - float(test.seconds[balanced].mean() / test.seconds[best].mean()), quality[0] / max(
        quality[1], 1e-12
    )


def new_expert(train: Scored, test: Scored, posterior: Posterior, seed: int = 0) -> dict[str, float]:
    """How much of the regret of not knowing an expert is closed by scoring it on 200 prompts, or by 500 pair
    votes.

    Each expert is forgotten in turn; the shares are of the summed regret. Votes are simulated for that expert
    alone whose absence costs most, since they take long.
    """
    scales = posterior.scales
    experts = sorted({arm.expert for arm in train.arms})
    known = [_quality(posterior.means, test)] * len(experts)
    without, scored = [], []
    for expert in experts:
        hidden = np.array([arm.expert == expert for arm in train.arms])
        without.append(_quality(_fitted(train, hidden, 0, scales).means, test))
        scored.append(_quality(_fitted(train, hidden, NEW_EXPERT_SCORED, scales).means, test))
    costs = [full - lost for full, lost in zip(known, without, strict=True)]
    closed = sum(some - lost for some, lost in zip(scored, without, strict=True))
    worst = int(np.argmax(costs))
    hidden = np.array([arm.expert == experts[worst] for arm in train.arms])
    voted = _voted(
        _fitted(train, hidden, 0, scales), train, np.flatnonzero(hidden).tolist(), NEW_EXPERT_VOTES, seed
    )
    return {
        "closed_by_scores": closed / sum(costs) if sum(costs) > 1e-9 else 1.0,
        "closed_by_votes": (
            (_quality(voted.means, test) - without[worst]) / costs[worst] if costs[worst] > 1e-9 else 1.0
        ),
    }


def stationary_loss(posterior: Posterior, train: Scored, test: Scored, seed: int = 0) -> float:
    """The share of quality that votes lose in a world where there is nothing to learn from them."""
    voted = _voted(posterior, train, list(range(len(train.arms))), STATIONARY_VOTES, seed)
    return 1 - _quality(voted.means, test) / max(_quality(posterior.means, test), 1e-12)


def _voted(posterior: Posterior, train: Scored, curious: Sequence[int], votes: int, seed: int) -> Posterior:
    """The belief after pair votes between the best arm and a sample of the curious ones.

    People prefer by the scores of the matrix through the logistic link that the learner assumes.
    """
    rng = np.random.default_rng(seed)
    learner = Learner(posterior.gaussians)
    phi, means = train.phi, posterior.means.copy()
    for _ in range(votes):
        row = int(rng.integers(len(phi)))
        belief = [learner.arms[arm].now(learner.events).predict(phi[row]) for arm in curious]
        sampled = [mean + np.sqrt(variance) * rng.standard_normal() for mean, variance in belief]
        arm = curious[int(np.argmax(sampled))]
        scores = means @ phi[row]
        scores[arm] = -np.inf
        rival = int(np.argmax(scores))
        merit = train.advantage[row, arm] - train.advantage[row, rival]
        if np.isnan(merit):
            continue
        value = 1 if rng.random() < sigmoid(GAIN * float(merit)) else -1
        learner.learn([Vote("bench", arm, phi[row], value, rival, phi[row])])
        means[arm] = learner.arms[arm].now(learner.events).mean
    return replace(posterior, gaussians=learner.gaussians())


def _fitted(train: Scored, hidden: NDArray[np.bool_], scored: int, scales: Scales) -> Posterior:
    """The belief where the hidden arms have scores for the first `scored` prompts of a fixed shuffle only."""
    quality = train.quality.copy()
    order = np.random.default_rng(0).permutation(len(quality))
    quality[np.ix_(order[scored:], np.flatnonzero(hidden))] = np.nan
    priors = [prior_mean(arm, train.taxonomy, train.layout) for arm in train.arms]
    fitted = fit(train.phi, quality, priors, train.layout, scales)
    names = tuple(arm.name for arm in train.arms)
    return Posterior(names, fitted.gaussians, fitted.noise, fitted.scale, train.phi.mean(axis=0))


def _quality(means: NDArray[np.float64], test: Scored) -> float:
    picked = np.argmax(test.phi @ means.T, axis=1)
    return float(np.nan_to_num(test.quality[np.arange(len(picked)), picked]).mean())
