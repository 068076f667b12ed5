"""Reads a request offline: patterns for the forms, a tiny classifier where they are silent, the lexicon for the
rest.
"""

import re

from generators.router.parse.classifier import classify
from generators.router.parse.forms import content_of, strip, tidy
from generators.router.parse.schema import Form, Media, Parsed
from generators.router.taxonomy import Taxonomy, embedded_taxonomy
from generators.router.words import PRAISE, STOPWORDS

_VIDEO = re.compile(
    r"\b(?:videos?|clips?|animations?|animated|movies?|films?|gifs?|footage|time-?lapses?|slow[- ]motion)\b",
    re.IGNORECASE,
)
_NO_PICTURE = re.compile(
    r"^\s*(?:(?:what|who|whom|whose|when|where|why|which)(?:'s|\s+(?:is|are|was|were|does|do|did|time|kind of|"
    r"model|will|"
    r"can|should|happened))\b|how (?:do|does|did|can|are|is|was|much|many|long|old|far|come|should)\b|"
    r"(?:hello|hi|hey|thanks?|thank you|good (?:morning|evening|night)|bye|ok|okay|yes|no|sorry)\W*$|"
    r"(?:tell|explain|translate|summari[sz]e|remind|calculate|write|open|click|log in|search|book|send|read|"
    r"play)\b)",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"(?:,\s*)?\b(?:but\s+|and\s+)?(?:without(?:\s+any)?|with no|but no|no|not|never|except(?: for)?|avoid|minus|"
    r"leave out|"
    r"leaving out|free of|don'?t (?:show|include|draw|add))\s+(?P<what>(?:(?:an?|the|"
    r"any)\s+)?[\w'-]+(?:\s+(?!and\b|but\b|or\b|nor\b|"
    r"with\b|in\b|on\b|at\b)[\w'-]+)?(?:\s+(?:or|nor)\s+(?:(?:an?|the|any)\s+)?[\w'-]+)*)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"([^"]+)"|\u201c([^\u201d]+)\u201d|\u2018([^\u2019]+)\u2019|(?<!\w)\'([^\']+)\'(?!\w)')
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_SURE = 0.25
"""Margin from which the classifier's word counts against a bare prompt."""


def parse(text: str, taxonomy: Taxonomy | None = None) -> Parsed:
    """Read a request by rules; never fails, since every text has some reading."""
    tree = taxonomy or embedded_taxonomy()
    given = " ".join(text.split())
    stripped = strip(given)
    form, content, media = stripped.form, stripped.content, _media(given)
    if form is None:
        form, content, silent = _classified(given, content, tree)
        media = "none" if silent else media
    if _NO_PICTURE.match(given) and stripped.form is None:
        media = "none"
    content, negatives = split_negatives(content)
    if media == "video":
        content = tidy(re.sub(r"^(?:of|showing)\s+", "", tidy(_VIDEO.sub("", content)))) or content
    return Parsed(
        text=text,
        form=form,
        content=content,
        must_keep=terms_to_keep(content, tree) if media != "none" else (),
        media=media,
        negatives=negatives,
    )


def terms_to_keep(content: str, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What a rewriting must not lose, as it is spelled: quoted text, known terms, numbers, every other content
    word.
    """
    kept, masked = [], content
    for found in _QUOTED.finditer(content):
        kept.append(next(group for group in found.groups() if group is not None).strip())
        masked = masked.replace(found.group(), " " * len(found.group()))
    tokens = list(_TOKEN.finditer(masked))
    pieces = [(match, part) for match in tokens for part in re.split(r"[-\u2019']", match.group().lower())]
    covered = set()
    for hit in taxonomy.find([part for _, part in pieces]):
        first, last = pieces[hit.start][0], pieces[hit.stop - 1][0]
        term = masked[first.start() : last.end()]
        if term.lower() not in STOPWORDS:
            kept.append(term)
        covered |= {match.start() for match, _ in pieces[hit.start : hit.stop]}
    kept += [
        match.group()
        for match in tokens
        if match.start() not in covered and match.group().lower() not in STOPWORDS | PRAISE
    ]
    return tuple(dict.fromkeys(sorted((term for term in kept if term), key=content.find)))


def split_negatives(content: str) -> tuple[str, tuple[str, ...]]:
    """The content without what it says shall not be there, and that."""
    masked = _QUOTED.sub(lambda found: "\0" * len(found.group()), content)
    found = [match for match in _NEGATIVE.finditer(masked) if "\0" not in match.group()]
    if not found:
        return content, ()
    negatives = [
        tidy(re.sub(r"^(?:an?|the|any)\s+", "", part, flags=re.IGNORECASE))
        for match in found
        for part in re.split(r"\s+(?:or|nor)\s+", match.group("what"))
    ]
    for match in reversed(found):
        content = content[: match.start()] + content[match.end() :]
    return tidy(content), tuple(dict.fromkeys(part for part in negatives if part))


def _classified(text: str, content: str, taxonomy: Taxonomy) -> tuple[Form, str, bool]:
    """Form, content and whether no picture is asked for, of a text on which no pattern speaks."""
    verdict = classify(text)
    if verdict.margin < _SURE or verdict.name == "prompt":
        return "prompt", content, False
    if verdict.name == "none":
        # A bare noun phrase that the lexicon knows is a prompt, however chatty it looks.
        tokens = [word.lower() for word in _TOKEN.findall(text)]
        return "prompt", content, not taxonomy.find(tokens)
    for form in ("instruction", "inspiration", "hypothesis"):
        if verdict.name == form:
            return form, content_of(text, form), False
    return "prompt", content, False


def _media(text: str) -> Media:
    return "video" if _VIDEO.search(text) else "image"
