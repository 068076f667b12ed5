"""Chooses an expert by its card alone: the plainest router, for when nothing has been learned yet."""

import re
from collections.abc import Mapping

from generators.errors import ExpertUnknown
from generators.zoo.card import ExpertCard


def best_by_tags(prompt: str, cards: Mapping[str, ExpertCard]) -> str:
    """The expert whose tags, title and example prompts share most words with the prompt; the first of equals."""
    if not cards:
        raise ExpertUnknown("no expert's weights are here: train one, or name one with --expert to download it")
    words = _words(prompt)
    return max(sorted(cards), key=lambda name: _shared(words, cards[name]))


def _shared(words: frozenset[str], card: ExpertCard) -> float:
    tags = _words(" ".join((*card.subjects, *card.styles, card.title, card.about)))
    examples = _words(" ".join(card.example_prompts))
    return 2.0 * len(words & tags) + len(words & examples)


def _words(text: str) -> frozenset[str]:
    """Words of four letters and more, without a plural's s: shorter ones are in every prompt."""
    return frozenset(word.removesuffix("s") for word in re.findall(r"[a-z]{4,}", text.lower()))
