"""Makes more of a demonstration: other questions about its page, the same episode with other words.

The oracles solve some hundred episodes of a task, and a small model learns those by heart; a varied list has words
and places that it never saw, so that only looking them up helps.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from envs.browser.actions import Action, Click, Point
from envs.browser.observation import Box, Element
from envs.games.adapter.actions import GameAction
from trainer.data.shards import Sample

RENAMED = 0.5
"""Share of the lists in which words are exchanged."""
MOVED = 0.5
"""Share of the lists whose page is shrunk and shifted."""
_WORD = re.compile(r"[^\W_]*[^\W\d_][^\W_]*")
"""Letters and digits with at least one letter."""
_KEPT = frozenset(
    re.findall(
        r"\w+",
        "a an and at button by checkbox for from in input into is it item link list of on or radio tab text "
        "textbox that the then this to with",
    )
)
"""Words that say what is wanted, not of what; they keep their meaning."""


def question(rng: random.Random, sample: Sample) -> Sample | None:
    """The same page with another question: to click an element whose name, or whose role, stands alone on it."""
    names = [element.name or element.role for element in sample.elements]
    alone = [
        e for e, name in zip(sample.elements, names, strict=True) if names.count(name) == 1 and len(name) < 40
    ]
    if not alone:
        return None
    element = rng.choice(alone)
    role = element.role if element.role not in ("word", "graphics") else "text"
    ask = f"Click on the {role}." if not element.name else rng.choice(_QUESTIONS).format(element.name, role)
    return replace(
        sample,
        instruction=ask,
        past=(),
        action=Click(point=element.box.centre),
        target=element.box,
        end=None,
        play=None,
    )


_QUESTIONS = ('Click on "{0}".', 'Click the "{0}" {1}.', "Click on {0}", "Select {0}", "Click the {0} {1}.", "{0}")


def varied(rng: random.Random, sample: Sample, words: Sequence[str]) -> Sample:
    """The episode as it might have been, for a list: with other words from `words`, or elsewhere on the page."""
    if rng.random() < RENAMED:
        sample = _renamed(rng, sample, words)
    if rng.random() < MOVED:
        sample = _moved(rng, sample)
    return sample


def _renamed(rng: random.Random, sample: Sample, words: Sequence[str]) -> Sample:
    """Exchanges words that the instruction shares with the page, everywhere alike."""
    listed = {word for e in sample.elements for text in (e.name, e.value) for word in _WORD.findall(text)}
    shared = sorted({word for word in _WORD.findall(sample.instruction) if word in listed} - _KEPT)
    others = {word: _other(rng, word, words) for word in shared if rng.random() < 0.8}

    def rename(text: str) -> str:
        return _WORD.sub(lambda found: others.get(found[0], found[0]), text)

    return replace(
        sample,
        instruction=rename(sample.instruction),
        past=tuple(_with_text(action, rename) for action in sample.past),
        action=_with_text(sample.action, rename),
        elements=tuple(
            replace(e, name=rename(e.name), value=rename(e.value), options=tuple(map(rename, e.options)))
            for e in sample.elements
        ),
    )


def _other(rng: random.Random, word: str, words: Sequence[str]) -> str:
    found = _WORD.findall(rng.choice(words))
    other = found[0] if found else word
    return other.capitalize() if word[0].isupper() else other.lower()


def _with_text(action: Action | GameAction, rename: Callable[[str], str]) -> Action | GameAction:
    texts = {
        name: rename(getattr(action, name)) for name in ("content", "value", "answer") if hasattr(action, name)
    }
    return action.model_copy(update=texts)


@dataclass(frozen=True, slots=True)
class _Move:
    """x → scale * x + shift, for each axis; the page stays inside the view."""

    scale: tuple[float, float]
    shift: tuple[float, float]

    def point(self, point: Point) -> Point:
        return Point(x=self.scale[0] * point.x + self.shift[0], y=self.scale[1] * point.y + self.shift[1])

    def box(self, box: Box) -> Box:
        (wide, high), (right, down) = self.scale, self.shift
        return Box(wide * box.x + right, high * box.y + down, wide * box.width, high * box.height)

    def action(self, action: Action | GameAction) -> Action | GameAction:
        names = [name for name in ("point", "start", "end") if hasattr(action, name)]
        return action.model_copy(update={name: self.point(getattr(action, name)) for name in names})

    def element(self, element: Element) -> Element:
        return replace(element, box=self.box(element.box))


def _moved(rng: random.Random, sample: Sample) -> Sample:
    """Shrinks the page by up to a half and shifts it: what lies how to what stays, the places are others."""
    scale = rng.uniform(0.5, 1.0), rng.uniform(0.5, 1.0)
    move = _Move(scale, (rng.uniform(0, 1 - scale[0]), rng.uniform(0, 1 - scale[1])))
    return replace(
        sample,
        past=tuple(map(move.action, sample.past)),
        action=move.action(sample.action),
        target=None if sample.target is None else move.box(sample.target),
        end=None if sample.end is None else move.box(sample.end),
        elements=tuple(map(move.element, sample.elements)),
    )
