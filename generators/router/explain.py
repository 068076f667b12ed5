"""Why an arm was chosen: terms that sum to its score, the runner-up, the cost and the nearest prompts seen
before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.router.features import Layout
from generators.router.posterior.arm import Vector
from generators.router.taxonomy import Taxonomy

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a score."""

    name: str
    value: float


def terms_of(
    phi: Vector, mean: Vector, taxonomy: Taxonomy, layout: Layout, taste: float, cost: float
) -> tuple[Term, ...]:
    """Every part of an arm's utility, largest first; they sum to it.

    `mean` is the arm's weights `[d]`, `taste` what this user adds, `cost` the price of the seconds (subtracted).
    """
    blocks = layout.blocks
    products = phi * mean
    named = {"in general": float(products[blocks["bias"]].sum())}
    for block, names in (("subject", taxonomy.subjects), ("style", taxonomy.styles)):
        for name, value in zip(names, products[blocks[block]], strict=True):
            named[f"{block} {name}"] = float(value)
    outer = products[blocks["subject and style"]].reshape(layout.subjects, layout.styles)
    for subject, row in zip(taxonomy.subjects, outer, strict=True):
        for style, value in zip(taxonomy.styles, row, strict=True):
            named[f"{subject} in {style}"] = float(value)
    named["its words"] = float(products[blocks["words"]].sum())
    named["your taste"] = taste
    named["its time"] = -cost
    terms = [Term(name, value) for name, value in named.items() if value]
    return tuple(sorted(terms, key=lambda term: -abs(term.value)))


def shown(terms: Sequence[Term], count: int = _SHOWN) -> tuple[Term, ...]:
    """The `count` largest terms and the rest as one, so that what is shown still sums to the score."""
    rest = sum(term.value for term in terms[count:])
    return (*terms[:count], *((Term("the rest", rest),) if len(terms) > count else ()))


def nearest(
    embedding: Vector, known: NDArray[np.floating], texts: Sequence[str], count: int = 3
) -> tuple[str, ...]:
    """The `count` prompts whose embeddings `[n, d]` are most like this one `[d]`, most alike first."""
    if not texts:
        return ()
    likeness = known @ embedding
    return tuple(texts[index] for index in np.argsort(-likeness, kind="stable")[:count])
