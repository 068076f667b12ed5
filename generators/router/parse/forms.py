"""The four forms of a request as patterns, and how each is stripped to what is to be drawn.

DiffusionGPT (arXiv 2401.10061, section 3.1) names the forms: prompt, instruction, inspiration and hypothesis.
"""

import re
from typing import NamedTuple

from generators.router.parse.schema import Form

_MEDIUM = (
    r"(?:(?:an?|the|some|another|one)\s+)?(?:[\w-]+\s+){0,2}?(?:pictures?|images?|photos?|photographs?|"
    r"illustrations?|"
    r"drawings?|paintings?|sketch(?:es)?|renderings?|renders?|videos?|clips?|animations?|gifs?|movies?)"
)
_OF = r"\s*(?:of|showing|depicting|with|that shows|about|for)\s+"
_VERB = (
    r"(?:draw|paint|generate|create|make|sketch|render|design|illustrate|show|give|produce|depict|visuali[sz]e|"
    r"animate|compose|craft|do)"
)
_ASK = (
    r"(?:(?:please|hey|hi|ok(?:ay)?|now|so|well|kindly)\b[\s,]*)*"
    r"(?:(?:can|could|would|will) you\b[\s,]*|i(?:'d| would) like you to\s+|i (?:need|want) you to\s+|"
    r"let'?s (?:see you\s+)?|go (?:ahead and\s+)?|try to\s+)?(?:(?:please|kindly)\s+)?"
)
_WISH = (
    r"(?:i|we)(?:\s+(?:really|just|so|always|often|have always))*(?:'ve| have| am| are|'m|'re|'d| would| do)?"
    r"(?:\s+(?:really|just|so|always|often|been|keep|kept|cannot stop|can't stop))*\s+"
    r"(?:want(?:ed|ing)?|wish(?:ing)?|like|love|long(?:ing)?|dream(?:ed|t|ing)?|need|crav(?:e|ing)|hop(?:e|ing)|"
    r"miss|"
    r"yearn(?:ing)?|feel like|in the mood|fancy|prefer|imagin(?:e|ing)|think(?:ing)?)\b"
)
_WISHED = (
    r"(?:\s+(?:that|to|for|of|about|at|on|in|i|we|it|there|was|were|am|are|could|can|had|have|would|be|"
    r"see(?:ing)?|"
    r"look(?:ing)?|watch(?:ing)?|being|having|standing|sitting|visit(?:ing)?|live|go(?:ing)?|own|get|show me|"
    r"something "
    r"like|so much)\b)*\s*"
)
_IF = (
    r"(?:(?:and|so|but)\s+)?(?:what (?:if|would happen if)|if|suppose(?: that)?|supposing|imagine(?: if| that)?|"
    r"assuming(?: that)?|let'?s pretend(?: that)?|pretend(?: that)?|in a world (?:where|in which)|"
    r"what would(?= .* look "
    r"like)|had i|were i|should)\b"
)
_GIVEN = (
    r"(?:\s+(?:you|i|we|they|he|she|it|somebody|someone|there|could|can|would|had|have|has|get|got|give|gave|"
    r"given|"
    r"buy|bought|bring|brought|show|showed|sent|send|me|us|was|were|is|are|be|draw|drew|made|make|own|owned|saw|"
    r"see)\b)*\s*"
)
_SPLIT = re.compile(
    r"\s*(?:,|;|\bthen\b|(?=\b(?:i|we|you|he|she|they|my|it)(?:'d|'ll| will| would| could| might| shall| should|"
    r" can)\b))"
    r"\s*",
    re.IGNORECASE,
)
_MOODS = (
    (r"\b(?:laugh|giggle|chuckle)", "a laughing face"),
    (r"\b(?:cry|weep|sob)", "a crying face"),
    (r"\b(?:smile|grin)", "a smiling face"),
)
"""What a hypothesis' consequence shows: "if you give me a toy I will laugh" is a toy and a laughing face."""

_INSTRUCTION = re.compile(
    rf"^\s*{_ASK}(?:have a go at\s+)?{_VERB}(?:ing)?\b(?:\s+(?:me|us|up))*\s*(?:{_MEDIUM}{_OF})?", re.IGNORECASE
)
_POLITE = re.compile(rf"^\s*(?:{_MEDIUM})\s+of\s+(?=.*\bplease\b)", re.IGNORECASE)
_FRAMED = re.compile(rf"^\s*(?:{_MEDIUM})\s+of\s+", re.IGNORECASE)
_INSPIRATION = re.compile(
    rf"^\s*(?:oh\s+to\s+be\b|how (?=i\b)|if only\b)?\s*(?:{_WISH})?{_WISHED}(?:{_MEDIUM}{_OF})?", re.IGNORECASE
)
_WISHING = re.compile(rf"^\s*(?:(?:how\s+)?{_WISH}|oh,?\s+to\s+be\b|if only\b)", re.IGNORECASE)
_TURNED = re.compile(
    r"^\s*(?:i|we|you|it|he|she|they|my [\w ]+|everyone|that)(?:'d|'ll|\s+(?:would|will|might|could|can))\b"
    r"[^,;]{0,60}?(?=\bif\b)",
    re.IGNORECASE,
)
"""The consequence before its condition: "I would be glad if there were a fox"."""
_HYPOTHESIS = re.compile(rf"^\s*{_IF}{_GIVEN}(?:{_MEDIUM}{_OF})?", re.IGNORECASE)
_LEFT_OVER = re.compile(
    r"\s*(?:\bplease\b|\bon (?:my|the|our) wall\b|\bfor (?:me|us|my [\w ]+)$|\bright now\b|\btoday\b|\blately\b|"
    r"\bso (?:much|badly)\b|\bhere$|\blooks? like\W*$|\bhere\W*$|\bin it$|\bcame to life$|"
    r"\bwould make me [\w ]+$)",
    re.IGNORECASE,
)


class Stripped(NamedTuple):
    """A request's form and what is left of it."""

    form: Form | None
    """None where no pattern speaks: a bare prompt, or something that only a classifier can tell."""
    content: str


def strip(text: str) -> Stripped:
    """The form of a request by its patterns, and its content."""
    if _TURNED.match(text):
        return Stripped("hypothesis", content_of(text, "hypothesis"))
    if _HYPOTHESIS.match(text) and not re.match(r"\s*if only\b", text, re.IGNORECASE):
        return Stripped("hypothesis", content_of(text, "hypothesis"))
    if _WISHING.match(text) and not re.match(rf"\s*{_ASK}{_VERB}\b", text, re.IGNORECASE):
        return Stripped("inspiration", content_of(text, "inspiration"))
    if _INSTRUCTION.match(text) or _POLITE.match(text):
        return Stripped("instruction", content_of(text, "instruction"))
    return Stripped(None, content_of(text, "prompt"))


def content_of(text: str, form: Form) -> str:
    """What is to be drawn of a request that has this form."""
    if form == "hypothesis":
        return _hypothesis(text)
    pattern = {"instruction": _INSTRUCTION, "inspiration": _INSPIRATION, "prompt": _FRAMED}[form]
    rest = text[found.end() :] if (found := pattern.match(text)) else text
    if form == "instruction" and (framed := _POLITE.match(rest)):
        rest = rest[framed.end() :]
    if form != "prompt":
        rest = _LEFT_OVER.sub("", rest)
    return tidy(rest) or tidy(text)


def tidy(text: str) -> str:
    """Without punctuation and white space at the ends, and without doubled ones within."""
    text = re.sub(r"\s+([,.;!?])", r"\1", " ".join(text.split()))
    return re.sub(r"(?:,\s*){2,}", ", ", text).strip(" \t,.;:!?-")


def _hypothesis(text: str) -> str:
    turned = _TURNED.match(text)
    moods = text[: turned.end()] if turned else ""
    text = text[turned.end() :] if turned else text
    found = _HYPOTHESIS.match(text)
    rest = text[found.end() :] if found else text
    condition, *consequences = [part for part in _SPLIT.split(rest) if part.strip()] or [rest]
    shown = [tidy(_LEFT_OVER.sub("", condition))]
    said = [face for pattern, face in _MOODS if re.search(pattern, moods, re.IGNORECASE)]
    for part in consequences:
        mood = [face for pattern, face in _MOODS if re.search(pattern, part, re.IGNORECASE)]
        said += mood
        # What follows a comma and is nobody's deed still describes the picture.
        if not mood and not re.match(r"\s*(?:i|we|you|he|she|they|my|it|everyone)\b", part, re.IGNORECASE):
            shown.append(tidy(part))
    return ", ".join(part for part in (*shown, *said) if part) or tidy(text)
