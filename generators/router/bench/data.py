"""What a rule learns from and is asked: scored prompts with their features, leaves and arms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from generators.router.arms import Arm
from generators.router.features import Features, Layout, features_of, layout_of
from generators.router.matrix import ScoreMatrix
from generators.router.parse.rules import parse
from generators.router.posterior.fit import advantages
from generators.router.taxonomy import Taxonomy


@dataclass(frozen=True, eq=False)
class Scored:
    """n prompts with every arm's score."""

    features: tuple[Features, ...]
    quality: NDArray[np.float64]
    """Mean score over seeds, `[n, arms]` in [0, 1]."""
    seconds: NDArray[np.float64]
    """`[arms]`."""
    arms: tuple[Arm, ...]
    taxonomy: Taxonomy

    @cached_property
    def phi(self) -> NDArray[np.float64]:
        """`[n, d]`."""
        return np.stack([features.phi() for features in self.features])

    @cached_property
    def embedding(self) -> NDArray[np.float64]:
        """`[n, EMBEDDING]`, rows of length 1."""
        return np.stack([features.embedding for features in self.features]).astype(np.float64)

    @cached_property
    def leaves(self) -> list[tuple[str, str]]:
        """Each prompt's most likely subject and style: what a search down the tree ends at."""
        return [
            (
                self.taxonomy.subjects[int(np.argmax(features.subjects))],
                self.taxonomy.styles[int(np.argmax(features.styles))],
            )
            for features in self.features
        ]

    @cached_property
    def advantage(self) -> NDArray[np.float64]:
        """Per-prompt centred and scaled scores, `[n, arms]`."""
        return advantages(self.quality)[0]

    @property
    def layout(self) -> Layout:
        """Of `phi`."""
        return layout_of(self.taxonomy)

    def at(self, index: NDArray[np.intp] | Sequence[int]) -> "Scored":
        """Some of the prompts."""
        chosen = np.asarray(index, dtype=np.intp)
        return replace(
            self, features=tuple(self.features[place] for place in chosen), quality=self.quality[chosen]
        )


def scored(matrix: ScoreMatrix, arms: Sequence[Arm], taxonomy: Taxonomy) -> Scored:
    """All prompts of a matrix, in its order, as the offline parser reads them; `arms` in the order of the
    matrix.
    """
    return Scored(
        features=tuple(features_of(parse(text, taxonomy).content, taxonomy) for text in matrix.prompts),
        quality=matrix.quality(),
        seconds=np.nanmean(matrix.seconds, axis=1).astype(np.float64),
        arms=tuple(arms),
        taxonomy=taxonomy,
    )
