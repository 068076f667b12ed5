"""Words that no caption uses, for words that captions do use: what an expert never heard, but people say."""

import re

import numpy as np

UNSEEN: dict[str, tuple[str, ...]] = {
    "sphere": ("globe", "marble"),
    "cube": ("crate", "dice"),
    "cylinder": ("barrel", "pillar"),
    "cone": ("funnel",),
    "ring": ("hoop", "donut"),
    "sword": ("sabre", "dagger"),
    "potion": ("elixir", "vial"),
    "mushroom": ("fungus",),
    "ghost": ("phantom", "spectre"),
    "gem": ("crystal",),
    "fish": ("trout", "goldfish"),
    "house": ("hut", "cabin"),
    "tree": ("oak", "willow"),
    "boat": ("yacht", "sailboat"),
    "flower": ("tulip", "daisy"),
    "cup": ("beaker", "teacup"),
    "umbrella": ("brolly",),
    "mountains": ("alps", "summits"),
    "hills": ("downs", "pastures"),
    "the sea": ("the surf", "the seashore"),
    "a forest": ("a woodland", "a grove"),
    "a desert": ("the sahara",),
    "a city": ("a town", "a metropolis"),
    "shield": ("buckler",),
    "flag": ("pennant", "ensign"),
    "roundel": ("medallion",),
    "bar chart": ("histogram", "bar diagram"),
    "line chart": ("curve", "time series"),
    "pie chart": ("pie diagram",),
    "scatter plot": ("point cloud",),
    "red": ("ruby", "cherry"),
    "orange": ("apricot",),
    "yellow": ("lemon", "canary"),
    "green": ("jade", "olive"),
    "blue": ("cobalt", "navy"),
    "purple": ("lilac", "mauve"),
    "pink": ("fuchsia", "magenta"),
}
"""From a phrase of captions to words for the same that they lack."""

_SEEN = {word: phrase for phrase, words in UNSEEN.items() for word in words}


def folded(prompt: str) -> str:
    """The prompt with every unseen word, alone or with a plural s, put as captions put it."""

    def seen(match: re.Match[str]) -> str:
        return _SEEN[match.group(1).lower()] + match.group(2)

    return _EITHER.sub(seen, prompt)


def unfamiliar(caption: str, rng: np.random.Generator) -> str:
    """The caption with unseen words in place of all that have one; the same where none has."""
    for phrase in sorted(UNSEEN, key=len, reverse=True):
        word = UNSEEN[phrase][rng.integers(len(UNSEEN[phrase]))]
        caption = re.sub(rf"\b{phrase}\b", word, caption)
        if not phrase.endswith("s"):
            caption = re.sub(rf"\b{phrase}s\b", f"{word}s", caption)
    return caption


_EITHER = re.compile(rf"\b({'|'.join(sorted(map(re.escape, _SEEN), key=len, reverse=True))})(s?)\b", re.IGNORECASE)
