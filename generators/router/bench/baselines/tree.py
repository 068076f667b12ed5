"""The tree alone: descend to a leaf, take what hangs there."""

import numpy as np
from numpy.typing import NDArray

from generators.router.arms import Arm
from generators.router.bench.data import Scored


def hanging(arms: tuple[Arm, ...], subject: str, style: str) -> list[int]:
    """The arms at a leaf: tagged with both; else with the style; else with the subject; else all of them.

    DiffusionGPT's code ends in a KeyError where a leaf has no model (`DiffusionGPT-sd15-app.py`); climbing back up
    is the kindest reading of it.
    """
    styled = [index for index, arm in enumerate(arms) if style in arm.styles]
    named = [index for index, arm in enumerate(arms) if subject in arm.subjects]
    return sorted(set(styled) & set(named)) or styled or named or list(range(len(arms)))


class Tree:
    """Any of the leaf's arms, equally often: the tree knows tags and no scores."""

    def learn(self, train: Scored, val: Scored) -> None:
        """Nothing: tags are given."""

    def choose(self, asked: Scored) -> NDArray[np.float64]:
        """In expectation over the leaf's arms."""
        chances = np.zeros(asked.quality.shape)
        for row, (subject, style) in enumerate(asked.leaves):
            found = hanging(asked.arms, subject, style)
            chances[row, found] = 1 / len(found)
        return chances
