"""How much of a prompt a picture shows: for any prompt and any picture, from 0 to 1.

What a prompt asks for is read with every world's words, since a person need not name a style. A picture is read by
the world whose style it has: a red heart counts as one whether it is pixel art or drawn with a pen, and half of
"a pixel-art heart" is still right when the heart is drawn with a pen.
"""

import re
from dataclasses import dataclass

from trainer.data.worlds.registry import WORLDS, world
from trainer.data.worlds.style import style_of
from trainer.data.worlds.synonyms import folded
from trainer.data.worlds.world import Picture


@dataclass(frozen=True, slots=True)
class Asked:
    """What a prompt asks for: the style that it names, if any, and the attributes as each world reads them."""

    style: str | None
    attributes: dict[str, dict[str, str]]

    @property
    def expected(self) -> int:
        """How many attributes there are to get right, besides the style."""
        own = len(self.attributes[self.style]) if self.style else 0
        return own or max(len(found) for found in self.attributes.values())


def asked(prompt: str) -> Asked:
    """The attributes that the prompt asks for; unseen synonyms count as the words that they stand for."""
    text = folded(prompt)
    attributes = {name: world(name).asked(text) for name in WORLDS}
    # "A" alone is an article, not a count, where the world knows nothing else of the prompt.
    known = {name: found if set(found) - {"count"} else {} for name, found in attributes.items()}
    return Asked(_style(text), known)


def shown(prompt: str, picture: Picture) -> dict[str, bool]:
    """For each thing that the prompt asks for, whether the picture shows it; "style" is one of them."""
    wanted, seen = asked(prompt), style_of(picture)
    result = world(seen).check(picture, wanted.attributes[seen])
    return result if wanted.style is None else {"style": wanted.style == seen, **result}


def score(prompt: str, picture: Picture) -> float:
    """The share of what the prompt asks for that the picture shows; 0 for a prompt that asks for nothing known."""
    wanted = asked(prompt)
    total = wanted.expected + (wanted.style is not None)
    return min(sum(shown(prompt, picture).values()) / total, 1.0) if total else 0.0


def _style(prompt: str) -> str | None:
    """The world whose style words the prompt has, by the longest of them."""
    best: tuple[int, str | None] = (0, None)
    for name in WORLDS:
        for words in world(name).style_words:
            pattern = r"[\s-]+".join(map(re.escape, words.replace("-", " ").split()))
            if len(words) > best[0] and re.search(rf"(?<!\w){pattern}(?!\w)", prompt, re.IGNORECASE):
                best = (len(words), name)
    return best[1]
