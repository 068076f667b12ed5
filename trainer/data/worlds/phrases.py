"""Phrases that say an attribute's value, and how a prompt is understood by them."""

import re
from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

Phrases: TypeAlias = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Attribute -> value -> phrases. The attributes stand in the order in which they are looked for."""

OPEN = "*"
"""The value of an attribute that takes any text; its phrases are regular expressions with one group."""


def understood(prompt: str, phrases: Phrases) -> dict[str, str]:
    """The attributes that the prompt says.

    For each attribute in turn the longest phrase that occurs wins, and its words are spent: in "a red flag with a
    white cross" the attribute of the cross's colour, asked first, takes "with a white", and "red" is left for the
    flag's.
    """
    left = " ".join(prompt.split())
    found = {}
    for attribute, patterns in _patterns(_frozen(phrases)):
        for pattern, value in patterns:
            match = pattern.search(left)
            if match is None:
                continue
            found[attribute] = match.group(1) if value == OPEN else value
            left = f"{left[: match.start()]} | {left[match.end() :]}"
            break
    return found


_Frozen: TypeAlias = tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]


def _frozen(phrases: Phrases) -> _Frozen:
    return tuple(
        (name, tuple((value, tuple(said)) for value, said in values.items())) for name, values in phrases.items()
    )


@cache
def _patterns(phrases: _Frozen) -> list[tuple[str, list[tuple[re.Pattern[str], str]]]]:
    """For each attribute its phrases as whole words, the longest first."""
    result = []
    for attribute, values in phrases:
        pairs = sorted(
            ((phrase, value) for value, said in values for phrase in said), key=lambda pair: _rank(pair[0])
        )
        result.append((attribute, [(_pattern(phrase, value == OPEN), value) for phrase, value in pairs]))
    return result


def _rank(phrase: str) -> int:
    """Longer phrases first; an article says "one" only where nothing else says how many."""
    return 0 if phrase in ("a", "an") else -len(phrase)


def _pattern(phrase: str, is_open: bool) -> re.Pattern[str]:
    if is_open:
        return re.compile(phrase)
    words = r"[\s-]+".join(re.escape(word) for word in phrase.replace("-", " ").split())
    return re.compile(rf"(?<![\w'-])(?:{words})(?![\w'-])", re.IGNORECASE)
