"""The tiny classifier behind the rules: which form a request has, or that it asks for no picture at all.

A ridge regression from hashed words and word pairs to one-hot classes, in closed form, from the few hundred
sentences of `examples.yaml`. That takes milliseconds, so it is fitted when it is first needed and no weights ship.
"""

import hashlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from generators.router.words import words

_SIZE = 1024
_RIDGE = 0.3
_FIRST_WORDS = 3
"""How many words at the beginning also count by their place: that is where a form shows."""


class Verdict(NamedTuple):
    """The likeliest class of a text and how far it is ahead of the next."""

    name: str
    """A form, or `none`."""
    margin: float


def classify(text: str) -> Verdict:
    """The class of a text."""
    names, weights = _weights()
    scores = _hashed(text) @ weights
    order = np.argsort(-scores)
    return Verdict(names[order[0]], float(scores[order[0]] - scores[order[1]]))


def sentences() -> list[tuple[str, str]]:
    """The sentences that it learns from, with their classes."""
    given = yaml.safe_load((files("generators.router.parse") / "examples.yaml").read_text("utf-8"))
    made = []
    for name, templates in given["templates"].items():
        for template in templates:
            filled = (
                [template.replace("{}", thing) for thing in given["things"]]
                if "{}" in template
                else [template] * 4
            )
            made += [(text, name) for text in filled]
    return made


@cache
def _weights() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Class names, and weights `[_SIZE, classes]`; classes weigh alike however many sentences they have."""
    pairs = sentences()
    names = tuple(dict.fromkeys(name for _, name in pairs))
    points = np.stack([_hashed(text) for text, _ in pairs])
    target = np.array([[float(name == own) for name in names] for _, own in pairs]) - 1 / len(names)
    share = np.array([1 / sum(own == name for _, name in pairs) for _, own in pairs]) * len(pairs) / len(names)
    rows = points * np.sqrt(share)[:, None]
    gram = rows @ rows.T + _RIDGE * np.eye(len(pairs))
    return names, rows.T @ np.linalg.solve(gram, target * np.sqrt(share)[:, None])


def _hashed(text: str) -> NDArray[np.float64]:
    vector = np.zeros(_SIZE)
    tokens = words(text)
    pieces = [f"{place}:{word}" for place, word in enumerate(tokens[:_FIRST_WORDS])]
    pieces += [f"w:{word}" for word in tokens]
    pieces += [f"p:{first} {second}" for first, second in zip(["^", *tokens], [*tokens, "$"], strict=True)]
    if text.rstrip().endswith("?"):
        pieces.append("?")
    for piece in pieces:
        number = int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "little")
        vector[number % _SIZE] += 1.0 if number >> 63 else -1.0
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
