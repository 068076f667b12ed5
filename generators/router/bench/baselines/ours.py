"""Our own rule, asked like the others: quality alone, without a price on seconds, votes or drafts in pairs."""

import numpy as np
from numpy.typing import NDArray

from generators.router.bench.baselines.registry import certain
from generators.router.bench.data import Scored
from generators.router.posterior.state import Posterior
from generators.router.posterior.train import trained


class Seedbed:
    """The posterior's mean on φ."""

    posterior: Posterior

    def learn(self, train: Scored, val: Scored) -> None:
        """Fit; nothing is tuned on `val`: widths come from the marginal likelihood of `train`."""
        self.posterior = trained(train.arms, train.phi, train.quality, train.seconds, train.taxonomy, train.layout)

    def choose(self, asked: Scored) -> NDArray[np.float64]:
        """The highest expected advantage."""
        scores = asked.phi @ self.posterior.means.T
        return certain(np.argmax(scores, axis=1), scores.shape[1])
