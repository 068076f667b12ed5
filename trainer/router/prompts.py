"""The bench's prompts: scenes of all worlds, asked for in every form, split so that the test is really new.

Test prompts stand in templates that neither training prompts nor experts' captions use. A seventh of the pairs of
world and style occurs in no training prompt; unseen synonyms and contradictions occur in the test only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trainer.data.worlds import forms
from trainer.data.worlds.phrases import Phrases
from trainer.data.worlds.registry import WORLDS, world
from trainer.data.worlds.synonyms import unfamiliar

TEST_FORMS: Mapping[str, tuple[str, ...]] = {
    "prompt": ("{}", "{}, please", "{}."),
    "instruction": ("kindly sketch {}", "could you produce {}?", "render {}", "I need you to draw {}"),
    "inspiration": ("we would like to see {}", "I'm longing for {}", "I have always wanted {}"),
    "hypothesis": ("what if there were {}?", "imagine we had {}", "if only you drew {}, I would be glad"),
}
"""Templates of the test; those of training are the captions' own (`trainer.data.worlds.forms.FORMS`)."""
NO_PICTURE = (
    "what time is it in {}?", "how far away is {}?", "thanks!", "good evening", "who founded {}?",
    "how many people live in {}?", "explain the history of {} to me", "translate 'good morning' for {}",
)  # fmt: skip
_PLACES = ("Oslo", "Lima", "Kyoto", "Dakar", "Quito", "Riga")
_KEPT = ("colour", "subject", "place")
"""Attributes whose words no rewriting may lose."""
_OTHER_STYLE, _NO_STYLE = 0.25, 0.3
"""Shares of prompts that name another world's style, and that name none."""
_SHARES = (
    ("train", "in-distribution", 0.55),
    ("val", "in-distribution", 0.1),
    ("test", "in-distribution", 0.15),
    ("test", "synonyms", 0.08),
    ("test", "unseen-pairs", 0.06),
    ("test", "contradictions", 0.03),
    ("test", "not-media", 0.03),
)


@dataclass(frozen=True, slots=True)
class BenchPrompt:
    """A prompt and what the bench knows of it; the fields are those of the score matrix."""

    text: str
    split: str
    slice: str
    form: str
    must_keep: tuple[str, ...]


def bench_prompts(count: int, seed: int = 0) -> list[BenchPrompt]:
    """About `count` different prompts, the same for the same seed."""
    rng = np.random.default_rng(seed)
    made: dict[str, BenchPrompt] = {}
    for split, kind, share in _SHARES:
        wanted = max(1, round(count * share))
        prompts = _no_pictures() if kind == "not-media" else _pictures(rng, split, kind)
        for prompt in prompts:
            if prompt.text not in made:
                made[prompt.text] = prompt
                wanted -= 1
            if not wanted:
                break
    return list(made.values())


def _pictures(rng: np.random.Generator, split: str, kind: str) -> Iterator[BenchPrompt]:
    names = list(WORLDS)
    while True:
        name = names[rng.integers(len(names))]
        style = _style(name, names, rng)
        if kind == "unseen-pairs":
            style = names[rng.integers(len(names))]
        if _unseen(name, style) != (kind == "unseen-pairs"):
            continue
        text, kept = _said(name, style, rng)
        if kind == "contradictions":
            other = names[rng.integers(len(names))]
            if style is None or other == style:
                continue
            text = _styled(other, text, rng)
        if kind == "synonyms":
            changed = unfamiliar(text, rng)
            if changed == text:
                continue
            kept, text = tuple(term for term in kept if term in changed), changed
        form = list(forms.FORMS)[rng.integers(len(forms.FORMS))]
        templates = (TEST_FORMS if split == "test" else forms.FORMS)[form]
        template = templates[rng.integers(len(templates))]
        yield BenchPrompt(template.format(text), split, kind, form, kept)


def _no_pictures() -> Iterator[BenchPrompt]:
    for place in _PLACES:
        for template in NO_PICTURE:
            yield BenchPrompt(template.format(place), "test", "not-media", "prompt", ())


def _said(name: str, style: str | None, rng: np.random.Generator) -> tuple[str, tuple[str, ...]]:
    """A scene in words, in a style or in none, and the words of it that have to be kept."""
    chosen = world(name)
    say = _Recorded(chosen.phrases, rng)
    text = chosen.describe(say, chosen.sample(rng))
    kept = tuple(dict.fromkeys(term for term in say.said if term in text))
    return (text if style is None else _styled(style, text, rng)), kept


def _styled(style: str, text: str, rng: np.random.Generator) -> str:
    styles = world(style).styles
    return styles[rng.integers(len(styles))].format(text)


def _style(name: str, names: list[str], rng: np.random.Generator) -> str | None:
    draw = rng.random()
    if draw < _NO_STYLE:
        return None
    return names[rng.integers(len(names))] if draw < _NO_STYLE + _OTHER_STYLE else name


def _unseen(name: str, style: str | None) -> bool:
    """Whether the pair of world and foreign style is kept for the test; a world's own style never is."""
    if style is None or style == name:
        return False
    names = list(WORLDS)
    return (names.index(name) * len(names) + names.index(style)) % 7 == 3


class _Recorded(forms.Say):
    """Remembers the words that it picked for what has to be kept."""

    def __init__(self, phrases: Phrases, rng: np.random.Generator) -> None:
        super().__init__(phrases, rng)
        self.said: list[str] = []

    def __call__(self, attribute: str, value: str) -> str:
        phrase = super().__call__(attribute, value)
        if attribute in _KEPT:
            self.said.append(phrase)
        return phrase
