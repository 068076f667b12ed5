"""Which rules there are, as lazy import strings: each is a class that learns from scored prompts and then
chooses.
"""

import difflib
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generators.router.bench.data import Scored
from generators.router.errors import RouterError

_HERE = "generators.router.bench.baselines"

RULES: dict[str, str] = {
    "random": f"{_HERE}.simple:Random",
    "best-single": f"{_HERE}.simple:BestSingle",
    "tree": f"{_HERE}.tree:Tree",
    "diffusiongpt": f"{_HERE}.diffusiongpt:DiffusionGPT",
    "knn": f"{_HERE}.knn:NearestNeighbours",
    "rff-ucb": f"{_HERE}.rff_ucb:FourierUCB",
    "seedbed": f"{_HERE}.ours:Seedbed",
    "oracle": f"{_HERE}.simple:Oracle",
}


class Rule(Protocol):
    """A way to choose an arm for each prompt."""

    def learn(self, train: Scored, val: Scored) -> None:
        """Learn from scored prompts; settings are tuned on `val`, never on what is asked later."""

    def choose(self, asked: Scored) -> NDArray[np.float64]:
        """How likely each arm is chosen, `[n, arms]`, rows summing to 1. Only an oracle looks at the scores."""


def rule_named(name: str) -> Rule:
    """A fresh rule; raises `RouterError` with the nearest name otherwise."""
    if name not in RULES:
        near = difflib.get_close_matches(name, RULES, n=1, cutoff=0.0)[0]
        raise RouterError(f"no rule {name!r}; the nearest is {near!r}, and there are {', '.join(RULES)}")
    module, _, attribute = RULES[name].partition(":")
    made: Rule = getattr(import_module(module), attribute)()
    return made


def certain(arms: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """Choices `[n]` as the probabilities `[n, count]` that a rule returns."""
    return np.eye(count)[arms]
