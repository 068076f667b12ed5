"""Follow-ups: "same, but at night, and wider", "the second one without the tree", applied to what came before."""

import re
from typing import Literal

from generators.router.parse.forms import tidy
from generators.router.parse.rules import parse, split_negatives, terms_to_keep
from generators.router.parse.schema import Edit, Parsed
from generators.router.taxonomy import Taxonomy, embedded_taxonomy
from generators.router.words import STOPWORDS, words

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "last": -1, "latest": -1}
_REFERENCE = re.compile(
    r"\b(?:the\s+)?(?P<ordinal>first|second|third|fourth|fifth|sixth|last|latest|[1-9](?:st|nd|rd|th))\s+"
    r"(?:one|picture|image|version|draft|photo|video)\b|\b(?:number|no\.?|#)\s*(?P<number>[1-9]\d?)\b",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|now|great|nice|good|and|but|please|hmm|well)\b[\s,]*)*(?:(?:the\s+)?same\b|again\b|"
    r"once more\b|"
    r"another (?:one|version|try)\b|(?:make|turn|change|let)\s+(?:it|that|this|them|the)\b|(?:it|that|"
    r"this)\s+but\b|"
    r"(?:add|remove|replace|swap|erase|delete|drop)\b|instead\b|(?:a (?:bit|little)|much|slightly|even)?\s*"
    r"(?:wider|taller|bigger|smaller|darker|brighter|square)\b|"
    r"with(?:out)?\b|(?:but|only)\b|try again\b|more like\b|less\b|more\b|in (?!a\b)|at night\b|as (?:an?|"
    r"pixel)\b|"
    r"(?:like|use|take|keep)\s+(?:the\s+)?(?:first|second|third|last|that|it)\b)",
    re.IGNORECASE,
)
_POLITE = re.compile(r"^\s*(?:please\s+)?(?:could|can|would|will)\s+you\s+(?:please\s+)?", re.IGNORECASE)
_WISHED = re.compile(
    r"^\s*(?:i\s+wish|if\s+only|what\s+if|imagine|i(?:['\u2019]d|\s+would)\s+(?:like|love|prefer)|i\s+want)\s+"
    r"(?:it|them|they)\b\s*(?:(?:were|was|is|are|had|(?:could|would|to)\s+(?:be|have))\b\s*)?",
    re.IGNORECASE,
)
"""A wish or a thought about `it`, which is the picture that was drawn."""
_FRAME = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|now|great|nice|good|and|but|please|hmm|well|then|the same(?: (?:one|picture|thing|"
    r"again))?|same"
    r"(?: (?:one|picture|thing|again))?|again|once more|another (?:one|version|try)|try again|only|instead|just|"
    r"(?:make|turn|change|let)\s+(?:it|that|this|them)(?:\s+(?:into|to|be|look(?: like)?))?|it|that|this|with|"
    r"add|also|"
    r"like|use|take|keep|as|so that it is|should be|be)\b[\s,]*)+",
    re.IGNORECASE,
)
_ASPECTS: tuple[tuple[str, Literal["wider", "taller", "square"]], ...] = (
    (r"\b(?:(?:a (?:bit|little)|much)\s+)?(?:wider|wide(?:screen)?|landscape format|panoramic|16:9)\b", "wider"),
    (r"\b(?:(?:a (?:bit|little)|much)\s+)?(?:taller|portrait format|upright|9:16)\b", "taller"),
    (r"\b(?:square|1:1)\b", "square"),
)
_REMOVE = re.compile(
    r"\b(?:remove|erase|delete|drop|take away|get rid of|without|minus|lose)\s+(?:the\s+|any\s+|"
    r"an?\s+)?(?P<what>[\w'-]+"
    r"(?:\s+(?!and\b|but\b|then\b)[\w'-]+)?)",
    re.IGNORECASE,
)
_REPLACE = re.compile(
    r"\b(?:replace|swap|change|turn|make)\s+(?:the\s+)(?P<old>[\w'-]+(?:\s+[\w'-]+)?)\s+(?:with|by|for|into|"
    r"to)\s+(?P<new>"
    r"[\w' -]+?)(?=,|\band\b|$)",
    re.IGNORECASE,
)
_RECOLOUR = re.compile(
    r"\b(?:make|turn|paint|colour|color)\s+the\s+(?P<thing>[\w'-]+)\s+(?P<new>[\w'-]+)\b", re.IGNORECASE
)
_ONE_OF_A_KIND = ("colours", "counts", "sizes", "style")
"""Of these a picture or a thing in it has one: a new one takes the old one's place."""
_ARTICLE = re.compile(r"^(?:an?|the|some)\s+", re.IGNORECASE)
_REACH = 3
"""How many words before a thing its colour may stand."""


def is_edit(text: str) -> bool:
    """Whether a request only makes sense after another one."""
    asked = _POLITE.sub("", text)
    return bool(_WISHED.match(asked) or _FOLLOWS.match(asked) or _REFERENCE.search(text))


def read_edit(text: str) -> Edit:
    """What a follow-up changes."""
    rest = _WISHED.sub("", _POLITE.sub("", " ".join(text.split()).rstrip("?! ")))
    reference, rest = _reference(rest)
    replaced = [(tidy(found["old"]), tidy(found["new"])) for found in _REPLACE.finditer(rest)]
    rest = _REPLACE.sub("", rest)
    recoloured = [
        (f"* {found['thing']}", f"{found['new']} {found['thing']}") for found in _RECOLOUR.finditer(rest)
    ]
    rest = _RECOLOUR.sub("", rest)
    removed = [tidy(found["what"]) for found in _REMOVE.finditer(rest)]
    rest, negatives = split_negatives(_REMOVE.sub("", rest))
    aspect: Literal["wider", "taller", "square"] | None = None
    for pattern, name in _ASPECTS:
        if re.search(pattern, rest, re.IGNORECASE):
            aspect, rest = name, re.sub(pattern, "", rest, flags=re.IGNORECASE)
    added = []
    for part in re.split(r"[,;]|\b(?:and|but)\b", rest):
        if cleaned := tidy(_FRAME.sub("", part)):
            added.append(cleaned)
    changes = bool(added or removed or replaced or recoloured or negatives or aspect)
    return Edit(
        reference=reference,
        add=tuple(added),
        remove=tuple(dict.fromkeys([*removed, *negatives])),
        replace=(*replaced, *recoloured),
        aspect=aspect,
        again=not changes,
    )


def follow_up(text: str, before: Parsed, taxonomy: Taxonomy | None = None) -> Parsed:
    """A follow-up as a whole request: the earlier one's content with the changes in it.

    A text that stands on its own is read on its own.
    """
    tree = taxonomy or embedded_taxonomy()
    if not is_edit(text) and _kind(text, tree) is None:
        return parse(text, tree)
    edit = read_edit(text)
    content = before.content
    for old, new in edit.replace:
        content = _replaced(content, old, new, tree)
    for term in edit.remove:
        content = _without(content, term)
    for term in edit.add:
        content = _with(content, term, tree)
    gone = {*edit.remove}
    return before.model_copy(
        update={
            "text": text,
            "content": content,
            "must_keep": terms_to_keep(content, tree),
            "negatives": tuple(
                dict.fromkeys([*(term for term in before.negatives if term not in edit.add), *gone])
            ),
            "edit": edit,
            "source": "rules",
        }
    )


def _reference(text: str) -> tuple[int | None, str]:
    found = _REFERENCE.search(text)
    if found is None:
        return None, text
    if found["number"]:
        number = int(found["number"])
    else:
        ordinal = found["ordinal"].lower()
        number = _ORDINALS[ordinal] if ordinal in _ORDINALS else int(ordinal[0])
    return number, text[: found.start()] + text[found.end() :]


def _replaced(content: str, old: str, new: str, taxonomy: Taxonomy) -> str:
    thing = old.removeprefix("* ")
    found = re.search(rf"\b{re.escape(thing)}\b", content, re.IGNORECASE)
    if found is None:
        return f"{content}, {new}"
    if old == thing:
        # The old thing's article serves the new one.
        article = re.search(r"\b(?:an?|the|some)\s+$", content[: found.start()], re.IGNORECASE)
        start = article.start() if article and _ARTICLE.match(new) else found.start()
        return content[:start] + new + content[found.end() :]
    # "make the fox blue": of the words before the fox the one goes that says the same kind of thing.
    before = content[: found.start()].split()
    kind = _kind(new.split()[0], taxonomy)
    kept = [
        word
        for place, word in enumerate(before)
        if place < len(before) - _REACH or kind is None or _kind(word, taxonomy) != kind
    ]
    return " ".join([*kept, new]) + content[found.end() :]


def _without(content: str, term: str) -> str:
    pattern = rf",?\s*\b(?:(?:with|and|in|near|beside|by)\s+)?(?:(?:an?|the|some)\s+)?{re.escape(term)}s?\b"
    return tidy(re.sub(pattern, "", content, flags=re.IGNORECASE)) or content


def _with(content: str, term: str, taxonomy: Taxonomy) -> str:
    """Append what is new; a lone colour, number or size takes the place of the one that stood there."""
    kind = _kind(term, taxonomy)
    if kind in _ONE_OF_A_KIND:
        for old in terms_to_keep(content, taxonomy):
            if _kind(old, taxonomy) == kind:
                bare = re.sub(r"^(?:(?:in|as|with|an?)\s+)+", "", term, flags=re.IGNORECASE)
                found = re.search(rf"\b{re.escape(old)}\b", content)
                if found is not None:
                    return content[: found.start()] + bare + content[found.end() :]
    return content if re.search(rf"\b{re.escape(term)}\b", content, re.IGNORECASE) else f"{content}, {term}"


def _kind(term: str, taxonomy: Taxonomy) -> str | None:
    """Which attribute a term as a whole is, `style` for a style, or None."""
    tokens = [word for word in words(term) if word not in STOPWORDS]
    found = taxonomy.find(tokens)
    if len(found) != 1 or found[0].stop - found[0].start != len(tokens):
        return None
    if found[0].facet == "styles" and found[0].node != "astro":
        return "style"
    return found[0].node if found[0].facet == "attributes" else None
