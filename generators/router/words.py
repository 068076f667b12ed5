"""From text to words: lower case, accents gone, plurals folded onto what the taxonomy knows."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")

_STOPWORDS = """
a an the of on in at to for with and or but by from into onto over under near as is are was were be been am it its
this that these those there here my your his her our their me you he she we they i us them some any very really
just so too also please who which what where when how than then do does did done can could would should will shall
may might must have has had not no if let lets
"""
STOPWORDS = frozenset(_STOPWORDS.split())
"""Words that say nothing of a picture."""

_PRAISE = """
beautiful nice pretty lovely cool awesome amazing great good perfect stunning gorgeous wonderful fine best cute
quality masterpiece detailed highly hd 4k 8k picture image drawing kind sort bit
"""
PRAISE = frozenset(_PRAISE.split())
"""Words that praise a picture, or name it as one, without asking for anything in it."""


def plain(text: str) -> str:
    """Lower case without accents; curly quotes straightened, every run of white space one space."""
    straight = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-"})
    folded = unicodedata.normalize("NFKD", straight)
    return " ".join("".join(mark for mark in folded if not unicodedata.combining(mark)).lower().split())


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case; hyphens and punctuation part words."""
    return _WORD.findall(plain(text))


def singulars(word: str) -> Iterator[str]:
    """What an English word may be the plural of, the word itself first."""
    yield word
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
        if word.endswith("es"):
            yield word[:-2]
        if word.endswith("ies"):
            yield word[:-3] + "y"
        if word.endswith("ves"):
            yield word[:-3] + "f"


def spelling(text: str) -> tuple[str, ...]:
    """A term's words as they are looked up; `8-bit` and `8 bit` are the same."""
    return tuple(words(text))


def content_words(tokens: Iterable[str]) -> list[str]:
    """Those words that ask for something to be seen."""
    return [word for word in tokens if word not in STOPWORDS and word not in PRAISE]
