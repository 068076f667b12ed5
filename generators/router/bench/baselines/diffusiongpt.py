"""DiffusionGPT's rule (arXiv 2401.10061, section 3.3), as its code does it but without a language model's slips.

The 5 nearest of the scored prompts name their 5 best models each; what hangs at the leaf is ranked by how often it
was named, then by how near the top it stood. In the original a language model counts and intersects in free text;
here it is counted exactly, and the leaf and the embedding are the same that our own rule has.
"""

import numpy as np
from numpy.typing import NDArray

from generators.router.bench.baselines.registry import certain
from generators.router.bench.baselines.tree import hanging
from generators.router.bench.data import Scored

_PROMPTS, _MODELS = 5, 5


class DiffusionGPT:
    """5 x 5 votes intersected with the leaf."""

    def learn(self, train: Scored, val: Scored) -> None:
        """Keep the database: embeddings, and every prompt's arms from best to worst."""
        self._embedding = train.embedding
        self._ranked = np.argsort(-np.nan_to_num(train.quality, nan=-1.0), axis=1, kind="stable")[:, :_MODELS]

    def choose(self, asked: Scored) -> NDArray[np.float64]:
        """Count, intersect, rank."""
        likeness = asked.embedding @ self._embedding.T
        near = np.argsort(-likeness, axis=1, kind="stable")[:, :_PROMPTS]
        picked = [
            self._ranked_first(near[row], hanging(asked.arms, *leaf)) for row, leaf in enumerate(asked.leaves)
        ]
        return certain(np.array(picked, dtype=np.intp), asked.quality.shape[1])

    def _ranked_first(self, near: NDArray[np.intp], leaf: list[int]) -> int:
        named = self._ranked[near]
        frequency = {arm: int((named == arm).sum()) for arm in np.unique(named)}
        position = {arm: float(np.argwhere(named == arm)[:, 1].mean()) for arm in frequency}
        # Where no voted model hangs at the leaf its code falls back to the votes alone.
        among = [arm for arm in leaf if arm in frequency] or list(frequency)
        return int(min(among, key=lambda arm: (-frequency[arm], position[arm], arm)))
