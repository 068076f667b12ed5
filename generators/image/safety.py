"""A small check of prompts, and what else keeps pictures honest. On unless it is turned off.

It reads words, not meaning: it stops the plain cases and claims no more. Four kinds of prompts are refused:

- `minors`: a word for a child together with a sexual one. This part cannot be turned off.
- `sexual`: words of pornography.
- `gore`: words of mutilation.
- `hate`: the names of hate symbols and groups.

Spelling tricks are undone first: case, accents, look-alike digits and signs, letters that are spaced or repeated.
The experts' own checkers of finished pictures (diffusers' `safety_checker`) are asked by `generators.image.draw`.
"""

import re
import unicodedata
from dataclasses import dataclass

from generators.errors import PromptRefused

SEXUAL = (
    "porn", "porno", "pornographic", "hentai", "nsfw", "nude", "nudes", "naked", "nudity", "topless", "sex",
    "sexual", "sexy", "erotic", "erotica", "fetish", "bdsm", "lingerie", "orgasm", "masturbating", "genitals",
    "penis", "vagina", "blowjob", "cumshot", "upskirt", "seductive", "provocative",
)  # fmt: skip
"""Together with `MINOR` all of these are refused; alone only those of `EXPLICIT`."""
EXPLICIT = (
    "porn", "porno", "pornographic", "hentai", "nsfw", "bdsm", "orgasm", "masturbating", "genitals", "penis",
    "vagina", "blowjob", "cumshot", "upskirt",
)  # fmt: skip
MINOR = (
    "child", "children", "kid", "kids", "minor", "minors", "underage", "toddler", "baby", "infant", "schoolgirl",
    "schoolboy", "preteen", "teen", "teenage", "teenager", "loli", "lolita", "shota", "boy", "boys",
    "girl", "girls",
)  # fmt: skip
GORE = (
    "gore",
    "beheading",
    "beheaded",
    "decapitated",
    "disembowelled",
    "disemboweled",
    "mutilated",
    "dismembered",
)
HATE = ("swastika", "swastikas", "kkk", "ku klux klan", "nazi salute", "heil hitler")
AGE = r"\b(?:[1-9]|1[0-7])[ -]?(?:years?|yrs?|yo)\b"
"""An age below 18 counts as a word for a child."""

_LOOKALIKES = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)


@dataclass(frozen=True, slots=True)
class Safety:
    """What is on."""

    prompt_check: bool = True
    mark: bool = True
    """Whether a picture says that a model made it."""

    def check(self, prompt: str) -> None:
        """Raise `PromptRefused` for a prompt that is not drawn."""
        kind = refusal(prompt)
        if kind == "minors" or (kind and self.prompt_check):
            raise PromptRefused(
                f"this prompt is not drawn here ({kind}); see the documentation of the prompt check"
            )


SAFE = Safety()


def refusal(prompt: str) -> str:
    """Which kind of refused prompt this is: `minors`, `sexual`, `gore` or `hate`; empty for none."""
    for text in _readings(prompt):
        sexual = _says(text, SEXUAL)
        if sexual and (_says(text, MINOR) or re.search(AGE, _plain(prompt))):
            return "minors"
        for kind, words in (("sexual", EXPLICIT), ("gore", GORE), ("hate", HATE)):
            if _says(text, words):
                return kind
    return ""


def _readings(prompt: str) -> tuple[str, ...]:
    """The prompt as it stands, and with its spelling tricks undone."""
    plain = _plain(prompt)
    # "n u d e" and "n.u.d.e": single letters in a row are one word.
    joined = re.sub(
        r"\b\w(?:[\s._*-]+\w\b)+",
        lambda found: re.sub(r"[\s._*-]+", "", found.group()),
        plain.translate(_LOOKALIKES),
    )
    return (plain, joined, re.sub(r"(\w)\1{2,}", r"\1", joined), re.sub(r"(\w)\1+", r"\1", joined))


def _plain(prompt: str) -> str:
    """Lower case, without accents and invisible characters, in compatible letters."""
    apart = unicodedata.normalize("NFKD", prompt.casefold())
    return "".join(sign for sign in apart if unicodedata.category(sign) not in ("Mn", "Cf"))


def _says(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in the text as a whole word: Essex and Scunthorpe are places."""
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words)
