"""Text that teaches to copy: a list of made-up elements, and questions that are answered by finding lines in it.

A demonstration asks for one place in a whole list; here nearly every token that is learned must be looked up, so
that the decoder finds the trick (an induction head, arXiv 2209.11895) in minutes.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

RETELL = "Where is what?"
"""Asks for all that there is, name and place."""
ROLES = ("button", "link", "textbox", "checkbox", "radio", "text", "tab", "combobox", "graphics", "listitem")
STATES = ("", "", "", "", " focused", " checked", " selected")


@dataclass(frozen=True, slots=True)
class CopyText:
    """A prompt's instruction and list, as the terse prompt has them, and the answers in the order of asking."""

    instruction: str
    lines: str
    answers: tuple[str, ...]


def copy_text(rng: random.Random, words: Sequence[str]) -> CopyText:
    """A random list of 2 to 16 elements with different names, mostly short, and 1 to 6 of them asked for."""
    places = _places(rng, words)
    listed = list(places)
    roles = {name: rng.choice(ROLES) for name in listed}
    lines = _lines(rng, roles, places)
    asked = rng.sample(listed, min(rng.randint(1, 6), len(listed)))
    if rng.random() < 0.2:
        return CopyText(_typing(asked), lines, tuple(f"Action: type(content='{_safe(name)}')" for name in asked))
    instruction = " ".join(_ask(rng, name, roles[name]) for name in asked)
    return CopyText(
        instruction,
        lines,
        tuple(
            f"Thought: {name} {places[name]}\nAction: click(point='<point>{places[name]}</point>')"
            for name in asked
        ),
    )


def retold_text(rng: random.Random, words: Sequence[str]) -> CopyText:
    """A random list that is told again whole in another order, name and place: looking up in its plainest form."""
    places = _places(rng, words)
    lines = _lines(rng, {name: rng.choice(ROLES) for name in places}, places)
    told = rng.sample(list(places), len(places))
    return CopyText(RETELL, lines, tuple(f"{name} {places[name]}" for name in told))


def _places(rng: random.Random, words: Sequence[str]) -> dict[str, str]:
    """2 to 16 different names, mostly few, in random order, each with its place as the list says it."""
    names = {_name(rng, words) for _ in range(round(2 * 8 ** rng.random()))}
    listed = sorted(names, key=lambda _: rng.random())
    return {name: f"{rng.randrange(1000):03d} {rng.randrange(1000):03d}" for name in listed}


def _lines(rng: random.Random, roles: dict[str, str], places: dict[str, str]) -> str:
    return "".join(f"{roles[name]}{rng.choice(STATES)}:{name} {place}\n" for name, place in places.items())


def _name(rng: random.Random, words: Sequence[str]) -> str:
    return " ".join(rng.choice(words) for _ in range(rng.choice((1, 1, 1, 2, 3))))


def _safe(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _typing(asked: Sequence[str]) -> str:
    return " ".join(f'Type "{name}".' for name in asked)


def _ask(rng: random.Random, name: str, role: str) -> str:
    return rng.choice((f'Click "{name}".', f"Click on {name}.", f'Click the "{name}" {role}.', f"Select {name}."))
