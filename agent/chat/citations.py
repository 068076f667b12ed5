"""What an answer may say: `[#id]` names a picture, and only pictures that exist; `<tool_call>` is no text for
people.

The same rule works on a whole text and on a stream, where a piece is held back until it is known what it begins.
"""

import re
from collections.abc import Container

_CITATION = re.compile(r"\[#([^\[\]\s]{0,64})\]")
_LONGEST = 70
"""Characters of a citation, brackets included; what is longer is none."""
CALL, CALL_END = "<tool_call>", "</tool_call>"


def cite(artifact: str) -> str:
    """How an answer names a picture."""
    return f"[#{artifact}]"


def cited(text: str) -> tuple[str, ...]:
    """The ids that a text names, in order."""
    return tuple(found[1] for found in _CITATION.finditer(text))


def verified(text: str, known: Container[str]) -> tuple[str, tuple[str, ...]]:
    """The text with every citation of a picture that does not exist taken out, and those ids."""
    missing = tuple(artifact for artifact in cited(text) if artifact not in known)
    return _CITATION.sub(lambda found: found.group() if found[1] in known else "", text), missing


class Sieve:
    """Lets a stream through: without calls of tools, and without citations of what does not exist.

    Whatever the pieces are, all that it lets through is what `verified` says of the text before the first call.
    """

    def __init__(self, known: Container[str]) -> None:
        self._known = known
        self._held = ""
        self._in_call = False

    def feed(self, piece: str) -> str:
        """What may be shown now."""
        if self._in_call:
            return ""
        self._held += piece
        if CALL in self._held:
            self._in_call = True
            text, self._held = self._held.partition(CALL)[0], ""
            return verified(text, self._known)[0]
        keep = self._undecided()
        text, self._held = self._held[:keep], self._held[keep:]
        return verified(text, self._known)[0]

    def end(self) -> str:
        """What is left when the stream ends."""
        text, self._held = self._held, ""
        return "" if self._in_call else verified(text, self._known)[0]

    def _undecided(self) -> int:
        """Where the part begins that may still become a call or a citation."""
        end = len(self._held)
        for size in range(min(len(CALL) - 1, end), 0, -1):
            if CALL.startswith(self._held[-size:]):
                end -= size
                break
        opened = self._held.rfind("[", max(0, end - _LONGEST), end)
        if opened >= 0 and re.fullmatch(r"\[(?:#[^\[\]\s]{0,64})?", self._held[opened:end]):
            return opened
        return end
