"""How people ask: the four forms of a request, around a phrase that says what the picture shows.

DiffusionGPT (arXiv 2401.10061, section 3.1) tells them apart: prompt, instruction, inspiration, hypothesis.
"""

import numpy as np

from trainer.data.worlds.phrases import Phrases

FORMS: dict[str, tuple[str, ...]] = {
    "prompt": ("{}",),
    "instruction": (
        "draw {}", "generate an image of {}", "please make {}", "create a picture of {}", "show me {}",
        "paint {} for me", "can you draw {}?", "make an image of {}",
    ),
    "inspiration": (
        "I want to see {}", "I wish I could look at {}", "I would love to see {}", "I keep thinking of {}",
        "I dream of {}", "I feel like looking at {}",
    ),
    "hypothesis": (
        "if you showed me {}, I would smile", "if I had {}, I would hang it on my wall",
        "if you give me {}, I will be happy", "I would be glad if there were {}", "suppose there is {}",
    ),
}  # fmt: skip
"""From a form's name to its templates."""

_SHARES = {"prompt": 0.55, "instruction": 0.2, "inspiration": 0.15, "hypothesis": 0.1}


def worded(core: str, rng: np.random.Generator, form: str | None = None) -> str:
    """The phrase in this form, or in any by their shares."""
    chosen = form or str(rng.choice(list(_SHARES), p=list(_SHARES.values())))
    templates = FORMS[chosen]
    return templates[rng.integers(len(templates))].format(core)


class Say:
    """Picks one of the phrases for an attribute's value."""

    def __init__(self, phrases: Phrases, rng: np.random.Generator) -> None:
        self._phrases, self.rng = phrases, rng

    def __call__(self, attribute: str, value: str) -> str:
        said = self._phrases[attribute][value]
        return said[self.rng.integers(len(said))]

    def one(self, *texts: str) -> str:
        """One of several ways to put something."""
        return texts[self.rng.integers(len(texts))]
