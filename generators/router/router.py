"""The router: from a prompt to the arm that should draw it, with its reasons; and from votes to a better one."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from generators.router.arms import Allowed, Arm
from generators.router.choice import Mode, choose, look
from generators.router.costs import Costs, costs_of
from generators.router.database.beliefs import live_version, posterior_of
from generators.router.database.record import Decided, put_decision, vote
from generators.router.database.store import Database
from generators.router.errors import RouterError
from generators.router.explain import Term, nearest, terms_of
from generators.router.features import features_of, layout_of
from generators.router.posterior.state import Posterior
from generators.router.posterior.votes import taste_of
from generators.router.shadow import Shadow, keep

GUEST = "guest"
"""Who asks, where nobody is known."""


@dataclass(frozen=True)
class Route:
    """A decision and its reasons."""

    decision_id: int
    arm: Arm
    kind: Literal["single", "pair", "generalist"]
    """`pair`: draw with the runner-up too and ask which is better; `generalist`: no arm is thought fit."""
    runner_up: Arm | None
    score: float
    """Utility: expected advantage less the price of the seconds; `terms` sum to it."""
    terms: tuple[Term, ...]
    certainty: float
    """P(best)."""
    seconds: float
    """Predicted, loading included."""
    nearest: tuple[str, ...]
    """The most alike prompts that were scored."""
    table: tuple[tuple[str, float, float, float], ...]
    """Every arm that was looked at: name, utility, P(best), seconds; best first."""
    posterior_version: int


@dataclass
class Router:
    """Decides with the live posterior of a database; a context of one process and one thread."""

    database: Database
    arms: Sequence[Arm]
    rng: np.random.Generator | None = None
    """With it a few doubtful decisions are explored; without it every decision is deterministic."""
    _version: int = field(default=-1, init=False)
    _posterior: Posterior = field(init=False)
    _shadow: Shadow | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if not self.arms:
            raise RouterError("there are no experts to route to")
        if live_version(self.database) is None:
            keep(self.database, self.arms, time.time())
        self._reload()
        self._costs = self._measured()
        rows = self.database.connection.execute(
            "SELECT text, embedding FROM prompt WHERE id IN (SELECT prompt_id FROM score) ORDER BY id"
        ).fetchall()
        self._texts = [row[0] for row in rows]
        self._embeddings = np.array([np.frombuffer(row[1], dtype=np.float32) for row in rows])

    def route(
        self,
        content: str,
        *,
        mode: Mode = "balanced",
        user: str = GUEST,
        allowed: Allowed | None = None,
        loaded: frozenset[str] | None = None,
    ) -> Route:
        """Decide for a prompt's content (as parsed, without the words around it) and write the decision down.

        `loaded` names the experts in memory, as far as known: the others pay for loading.
        """
        self._reload()
        filters = allowed or Allowed()
        arms = [arm for arm in self.arms if filters.admits(arm) and arm.name in self._posterior.arms]
        index = np.array([self._posterior.index(arm.name) for arm in arms], dtype=np.intp)
        features = features_of(content, self.database.taxonomy)
        phi = features.phi()
        mean, variance = self._posterior.predict(phi)
        taste = taste_of(self._posterior.tastes, user, len(self._posterior.arms))
        seconds = np.array([self._costs.seconds(arm, loaded) for arm in arms])
        price = self._posterior.prices[mode]
        outlook = look(
            (mean + taste)[index],
            variance[index],
            self._posterior.noise,
            seconds,
            price,
            self._posterior.calibration,
        )
        general = int(np.argmax(self._posterior.general[index])) if arms else 0
        choice = choose(outlook, general, self.rng)
        arm, place = arms[choice.arm], index[choice.arm]
        cost = price * float(seconds[choice.arm])
        layout = layout_of(self.database.taxonomy)
        terms = terms_of(
            phi, self._posterior.means[place], self.database.taxonomy, layout, float(taste[place]), cost
        )
        decided = Decided(
            user, self.database.prompt_id(content), arm.name, choice.kind, mode, choice.propensity, self._version,
            features.digest(), terms, float(seconds[choice.arm]),
        )  # fmt: skip
        order = np.argsort(-outlook.utility, kind="stable")
        return Route(
            decision_id=put_decision(self.database, decided, time.time()),
            arm=arm,
            kind=choice.kind,
            runner_up=None if choice.runner_up is None else arms[choice.runner_up],
            score=float(outlook.utility[choice.arm]),
            terms=terms,
            certainty=float(outlook.best[choice.arm]),
            seconds=float(seconds[choice.arm]),
            nearest=nearest(features.embedding.astype(np.float64), self._embeddings, self._texts),
            table=tuple(
                (arms[i].name, float(outlook.utility[i]), float(outlook.best[i]), float(seconds[i])) for i in order
            ),
            posterior_version=self._version,
        )

    def feedback(self, user: str, artifact_a: str, value: int, artifact_b: str | None = None) -> int:
        """Take a thumb or a preference in: into the tables, and into the shadow. Returns the vote's id."""
        number = vote(self.database, user, artifact_a, value, time.time(), artifact_b)
        if self._shadow is not None:
            self._shadow.catch_up()
        return number

    @property
    def shadow(self) -> Shadow:
        """The belief with every vote in it; made from the tables when it is first asked for."""
        if self._shadow is None:
            self._shadow = Shadow(self.database, self.arms)
        return self._shadow

    def learned_seconds(self) -> None:
        """Take the seconds of jobs in that finished since."""
        self._costs = self._measured()

    def _measured(self) -> Costs:
        return costs_of(self.arms, self.database.seconds())

    def _reload(self) -> None:
        """Another process may have promoted or rolled back."""
        version = live_version(self.database)
        if version is not None and version != self._version:
            self._posterior, self._version = posterior_of(self.database, version), version
