"""Which earlier picture a person means: "the second one", "#3", "the night one", "it". Pure words and lists.

An ordinal counts in the last turn that brought several pictures, where it is the last turn that brought any,
because that is what a person sees side by side; else it counts all pictures of the conversation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

How = Literal["id", "number", "ordinal", "words", "last", "none"]

_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
_LAST = ("last", "latest", "newest", "final")
_THING = r"(?:one|ones|picture|image|version|draft|drawing|photo|variation|result|try)"
_ORDINAL = re.compile(
    rf"\b(?P<word>{'|'.join((*_ORDINALS, *_LAST))}|previous|other|\d{{1,2}}(?:st|nd|rd|th))\s+{_THING}\b",
    re.IGNORECASE,
)
_BARE = re.compile(rf"^\W*(?:the\s+)?(?P<word>{'|'.join((*_ORDINALS, *_LAST))})\W*$", re.IGNORECASE)
_NUMBER = re.compile(rf"(?:\bnumber\s+|\bno\.\s*|#|\b{_THING}\s+#?)(?P<number>\d{{1,3}})\b", re.IGNORECASE)
_HEX = re.compile(r"\b[0-9a-f]{16}\b")
_DESCRIBED = re.compile(
    rf"\b(?:the|that)\s+(?P<words>(?:[\w'-]+\s+){{1,3}}?){_THING}\b"
    rf"|\b(?:the|that)\s+(?:one|picture|image)\s+(?:with|of|at|in)\s+(?:an?\s+|the\s+)?(?P<after>[\w' -]+)",
    re.IGNORECASE,
)
_STOP = frozenset(("the", "a", "an", "with", "of", "at", "in", "on", "and", "one", "that", "this", "same", "very"))


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as a person remembers it."""

    id: str
    words: str
    """What it shows."""
    turn: int
    """Which turn of the conversation brought it."""


@dataclass(frozen=True, slots=True)
class Referent:
    """What was meant; `picture` is None where the text names one that is not there, or there is none at all."""

    picture: Seen | None
    how: How
    said: str = ""
    """The words that named it."""
    showing: str = ""
    """Of these, what it shows, where it was named by that."""


def resolve(text: str, pictures: Sequence[Seen], focus: str | None = None) -> Referent:
    """The picture that `text` means, of `pictures` in the order of their making.

    Without words that name one it is the one with the id `focus`, or else the newest.
    """
    named = mentioned(text, pictures, focus)
    if named is not None:
        return named
    if not pictures:
        return Referent(None, "none")
    for picture in pictures:
        if picture.id == focus:
            return Referent(picture, "last")
    return Referent(pictures[-1], "last")


def mentioned(text: str, pictures: Sequence[Seen], focus: str | None = None) -> Referent | None:
    """As `resolve`, but None where no words name a picture."""
    ids = {picture.id: picture for picture in pictures}
    for found in _HEX.finditer(text):
        return Referent(ids.get(found.group()), "id", found.group())
    if (ordinal := _ORDINAL.search(text) or _BARE.search(text)) is not None:
        picture = _by_ordinal(ordinal["word"].lower(), pictures, focus)
        return Referent(picture, "ordinal", ordinal.group().strip())
    if (numbered := _NUMBER.search(text)) is not None:
        number = int(numbered["number"])
        picture = pictures[number - 1] if 1 <= number <= len(pictures) else None
        return Referent(picture, "number", numbered.group().strip())
    for found in _DESCRIBED.finditer(text):
        showing = found["words"] or found["after"] or ""
        picture = by_words(showing, pictures)
        if picture is not None:
            return Referent(picture, "words", found.group().strip(), showing.strip())
    return None


def by_words(words: str, pictures: Sequence[Seen]) -> Seen | None:
    """The newest picture that shows all these words; None where there is none."""
    wanted = _tokens(words)
    fitting = [picture for picture in pictures if wanted and wanted <= _tokens(picture.words)]
    return fitting[-1] if fitting else None


def first_of_run(words: str, pictures: Sequence[Seen]) -> Seen | None:
    """The picture with which these words came into the conversation, the last time that they did."""
    wanted, found = _tokens(words), None
    for picture in reversed(pictures):
        if wanted and wanted <= _tokens(picture.words):
            found = picture
        elif found is not None:
            break
    return found


def _by_ordinal(word: str, pictures: Sequence[Seen], focus: str | None) -> Seen | None:
    if not pictures:
        return None
    if word in _LAST:
        return pictures[-1]
    place = next((at for at, picture in enumerate(pictures) if picture.id == focus), len(pictures) - 1)
    if word == "previous":
        return pictures[place - 1] if place > 0 else None
    row = [picture for picture in pictures if picture.turn == pictures[-1].turn]
    row = row if len(row) > 1 else list(pictures)
    if word == "other":
        others = [picture for picture in row if picture.id != pictures[place].id]
        return others[-1] if others else None
    number = _ORDINALS.get(word) or int(re.sub(r"\D", "", word))
    return row[number - 1] if 1 <= number <= len(row) else None


def _tokens(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9']+", text.lower())) - _STOP
