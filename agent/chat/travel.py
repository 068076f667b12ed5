"""Time travel in words: "go back to before the night one", "undo", "back to the second picture". Pure.

A conversation is a row of turns. To go back is to take up the thread as it stood after an earlier turn; what
came later stays in the store and in the thread's history, but the conversation no longer knows of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.chat.references import Seen, by_words, first_of_run, mentioned

_BACK = re.compile(
    r"^\s*(?:(?:please|ok(?:ay)?|no|let'?s|can we|can you)\b[\s,]*)*"
    r"(?:go|get|roll|take (?:me|us))\s+back\s+(?:to\s+)?(?P<rest>.+?)\W*$",
    re.IGNORECASE,
)
_UNDO = re.compile(
    r"^\s*(?:please\s+)?(?:undo(?:\s+(?:that|it|this|the last (?:one|turn|step|picture)))?"
    r"|go back(?: one(?: step)?)?|take that back|forget (?:that|the last one))\W*$",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"^(?:(?:it|that|this|the|an?|i|you|was|were|got|became|had|made|added|asked|for)\b\s*)+", re.IGNORECASE
)
_TURN = re.compile(r"\bturn\s+(?P<turn>\d{1,4})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Journey:
    """Where to go: the thread as it stood after `turn` turns, or why nowhere."""

    turn: int | None
    why: str = ""


def journey(text: str, pictures: Sequence[Seen], turns: int) -> Journey | None:
    """Where a text wants to go back to in a conversation of `turns` turns; None where it says no such thing."""
    if _UNDO.match(text):
        return Journey(turns - 1) if turns else Journey(None, "there is nothing to undo")
    found = _BACK.match(text)
    if found is None:
        return None
    rest = found["rest"].strip()
    before = re.match(r"before\b\s*", rest, re.IGNORECASE)
    named = rest[before.end() :] if before else rest
    if (number := _TURN.search(named)) is not None:
        return _checked(int(number["turn"]), bool(before), turns)
    if re.search(r"\b(?:start|beginning)\b", named, re.IGNORECASE):
        return Journey(0)
    picture = _named(named, pictures, bool(before))
    if picture is None:
        return Journey(None, f"no picture here is {named!r}")
    return _checked(picture.turn, bool(before), turns)


def _named(text: str, pictures: Sequence[Seen], before: bool) -> Seen | None:
    referent = mentioned(text, pictures)
    if referent is not None and referent.how != "words":
        return referent.picture
    # "before it was night": whichever picture shows that. Before it is before the first of them, not the newest.
    showing = _FRAME.sub("", text) if referent is None else referent.showing
    return (first_of_run if before else by_words)(showing, pictures)


def _checked(turn: int, before: bool, turns: int) -> Journey:
    target = turn - 1 if before else turn
    if not 0 <= target <= turns:
        return Journey(None, f"this conversation has {turns} turns, so none to go back to there")
    return Journey(target)
