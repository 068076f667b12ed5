"""Learning beside the live posterior: a shadow takes every vote in, and replaces it only when it is not worse.

How the shadow would have done is estimated from the live one's decisions by the doubly robust estimator (Dudík et
al. 2011, arXiv 1103.4601, eq. 1): the model's guess for what the shadow would have chosen, corrected by what
people said wherever both chose alike, weighted by one over how likely that choice was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from generators.router.arms import Arm
from generators.router.costs import Costs
from generators.router.database.beliefs import live_version, newest_version, posterior_of, put_posterior, set_live
from generators.router.database.record import Feedback, counting_votes
from generators.router.database.store import Database
from generators.router.errors import RouterError
from generators.router.features import layout_of
from generators.router.posterior.state import Posterior
from generators.router.posterior.train import trained
from generators.router.posterior.votes import GAIN, Learner, Vote, sigmoid, taste_of, thumb_probability

FEWEST = 30
"""Judged decisions without which nothing is said about a shadow."""
LEVEL = 0.95
"""Of the one-sided lower bound."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a shadow compares with the live posterior."""

    judged: int
    """Decisions of the live posterior that people voted on."""
    gain: float
    """Estimated share of approval that the shadow would have gained."""
    lower: float
    """The gain's one-sided 95% lower bound."""

    @property
    def not_worse(self) -> bool:
        """Whether the shadow may decide: with enough votes, and a lower bound that is not below the live one."""
        return self.judged >= FEWEST and self.lower >= 0


class Shadow:
    """The belief with all votes in it: from the tables when it is made, then vote by vote.

    However it came about, it has the bits that `refit` makes from the tables.
    """

    def __init__(self, database: Database, arms: Sequence[Arm]) -> None:
        self._database, self._arms = database, tuple(arms)
        self._base = base_of(database, arms)
        self._taken: list[int] = []
        self._learner = Learner(self._base.gaussians)
        self.catch_up()

    def catch_up(self) -> int:
        """Take in what was voted since; returns how many votes count now."""
        votes = counting_votes(self._database)
        ids = [vote.id for vote in votes]
        if ids[: len(self._taken)] != self._taken:
            # A vote was changed: what it had moved cannot be taken out again, so all are told anew.
            self._taken, self._learner = [], Learner(self._base.gaussians)
        self._learner.learn(
            as_vote(self._database, vote, self._base) for vote in votes[len(self._taken) :] if self._known(vote)
        )
        self._taken = ids
        return len(ids)

    def posterior(self) -> Posterior:
        """The belief now."""
        return replace(
            self._base,
            gaussians=self._learner.gaussians(),
            biases=dict(self._learner.biases),
            tastes=dict(self._learner.tastes),
            events=self._learner.events,
        )

    def _known(self, vote: Feedback) -> bool:
        """Votes on arms whose cards are gone stay in the tables and say nothing."""
        return vote.arm_a in self._base.arms and (vote.arm_b is None or vote.arm_b in self._base.arms)


def base_of(database: Database, arms: Sequence[Arm]) -> Posterior:
    """The belief from offline scores alone."""
    names = [arm.name for arm in arms]
    scores = database.scores(names)
    layout = layout_of(database.taxonomy)
    phi = np.array([database.features(prompt).phi() for prompt in scores.prompt_ids]).reshape(-1, layout.size)
    measured = database.seconds()
    costs = Costs()
    seconds = np.array([measured[arm.name][0] if arm.name in measured else costs.seconds(arm) for arm in arms])
    return trained(arms, phi, scores.quality, seconds, database.taxonomy, layout)


def refit(database: Database, arms: Sequence[Arm]) -> Posterior:
    """The belief, made from the tables alone: scores, then the votes that count, in order."""
    return Shadow(database, arms).posterior()


def as_vote(database: Database, feedback: Feedback, posterior: Posterior) -> Vote:
    """A vote with the features of what it was about."""
    return Vote(
        user=feedback.user,
        arm_a=posterior.index(feedback.arm_a),
        phi_a=database.features(feedback.prompt_a).phi(),
        value=feedback.value,
        arm_b=None if feedback.arm_b is None else posterior.index(feedback.arm_b),
        phi_b=None if feedback.prompt_b is None else database.features(feedback.prompt_b).phi(),
    )


def keep(database: Database, arms: Sequence[Arm], now_s: float) -> int:
    """Refit and keep the result as a new version; the first one ever decides at once. Returns the version."""
    kept = put_posterior(database, refit(database, arms), {}, now_s)
    if live_version(database) is None:
        set_live(database, kept.version, "first", now_s)
    return kept.version


def promote(database: Database, now_s: float) -> Verdict | None:
    """Let the newest version decide; raises `RouterError` where its lower bound is below the live one.

    Returns the verdict, or None where the two have other arms: a posterior that does not know an expert cannot be
    compared with one that does, and `roll_back` is one command away.
    """
    live, newest = live_version(database), newest_version(database)
    if live is None or newest is None or newest == live:
        raise RouterError("the newest posterior decides already: `seedbed router refit` makes a new one")
    shadow, current = posterior_of(database, newest), posterior_of(database, live)
    verdict = None
    if shadow.arms == current.arms:
        verdict = compare(database, current, shadow, live)
        if verdict.judged < FEWEST:
            raise RouterError(
                f"{verdict.judged} decisions of posterior {live} were voted on; it takes {FEWEST} to compare "
                f"another"
            )
        if not verdict.not_worse:
            raise RouterError(
                f"posterior {newest} is not promoted: its gain in approval over {live} is {verdict.gain:+.3f}, "
                f"but "
                f"the lower bound is {verdict.lower:+.3f} ({verdict.judged} decisions)"
            )
    set_live(database, newest, "promoted", now_s)
    return verdict


def compare(database: Database, live: Posterior, shadow: Posterior, version: int) -> Verdict:
    """The doubly robust gain of `shadow` over `live` on the decisions that version `version` made."""
    rows = database.connection.execute(
        "SELECT d.id, d.prompt_id, d.user, d.arm, d.mode, d.propensity, f.kind, f.value, a.arm, b.arm"
        " FROM decision d JOIN artifact a ON a.decision_id = d.id JOIN feedback f ON f.artifact_a = a.id"
        " LEFT JOIN artifact b ON b.id = f.artifact_b"
        " WHERE d.posterior_version = ? AND f.superseded_by IS NULL AND f.value != 0 ORDER BY f.id",
        (version,),
    ).fetchall()
    measured = database.seconds()
    seconds = np.array([measured.get(arm, (0.0, 0))[0] for arm in live.arms])
    gains = []
    for _, prompt, user, arm, mode, propensity, kind, value, arm_a, arm_b in rows:
        phi = database.features(prompt).phi()
        seen = {arm_a: float(value > 0)} | ({arm_b: float(value < 0)} if arm_b is not None else {})
        # Both drafts of a pair were shown for certain; a single picture as often as the policy chose it.
        weight = 1.0 if kind == "pair" else (1 / propensity if arm_a == arm else 0.0)
        if any(name not in live.arms for name in seen):
            continue
        other = live.index(arm_b) if arm_b is not None else None
        guesses = _approval(live, phi, user, other)
        picks = [_greedy(each, phi, user, mode, seconds) for each in (shadow, live)]
        values = []
        for pick in picks:
            said = seen.get(live.arms[pick])
            values.append(guesses[pick] + (0.0 if said is None else weight * (said - guesses[pick])))
        gains.append(values[0] - values[1])
    if not gains:
        return Verdict(0, 0.0, 0.0)
    mean = float(np.mean(gains))
    error = float(np.std(gains, ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else 0.0
    return Verdict(len(gains), mean, mean - NormalDist().inv_cdf(LEVEL) * error)


def _approval(posterior: Posterior, phi: NDArray[np.float64], user: str, other: int | None) -> NDArray[np.float64]:
    """How likely each arm is approved: a thumb up, or preferred to the draft `other`, `[arms]`."""
    scores = posterior.means @ phi + taste_of(posterior.tastes, user, len(posterior.arms))
    if other is not None:
        return np.array([sigmoid(GAIN * (score - scores[other])) for score in scores])
    bias = posterior.biases[user].mean if user in posterior.biases else 0.0
    return np.array([thumb_probability(score, bias) for score in scores])


def _greedy(
    posterior: Posterior, phi: NDArray[np.float64], user: str, mode: str, seconds: NDArray[np.float64]
) -> int:
    taste = taste_of(posterior.tastes, user, len(posterior.arms))
    return int(np.argmax(posterior.means @ phi + taste - posterior.prices[mode] * seconds))
