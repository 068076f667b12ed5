"""What a world is: scenes of a few attributes, pictures and captions of them, and a reader of pictures.

An attribute has one of a few values, and every value has the phrases that say it. Captions are made of these
phrases and prompts are understood by them, so that what is asked and what is read are the same words.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.worlds import forms
from trainer.data.worlds.phrases import Phrases, understood

Picture: TypeAlias = NDArray[np.uint8]
"""RGB `[height, width, 3]`."""

SIZE_PX = 64
HELD_OUT = 0.15
"""Share of the scenes whose combination of attributes no expert sees in training."""

S = TypeVar("S")


class World(ABC, Generic[S]):
    """One style of pictures; `S` is a frozen dataclass of strings, with None for an attribute a scene lacks."""

    name: ClassVar[str]
    styles: ClassVar[tuple[str, ...]]
    """Phrases that name the style, as "pixel-art sprite of {}"; those that the style of a prompt is known by."""
    style_words: ClassVar[tuple[str, ...]]
    """Words by which a prompt asks for this style, besides those of `styles`."""
    phrases: ClassVar[Phrases]
    """From an attribute to its values to the phrases that say each, the commonest first."""

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> S:
        """Any scene; all combinations that make sense are about equally likely."""

    @abstractmethod
    def draw(self, scene: S, rng: np.random.Generator) -> Picture:
        """The picture at `SIZE_PX`; `rng` decides what no attribute says (jitter, light, size)."""

    @abstractmethod
    def describe(self, say: "forms.Say", scene: S) -> str:
        """The scene in one phrase, without its style; `say` picks a phrase for an attribute's value."""

    @abstractmethod
    def read(self, picture: Picture) -> dict[str, str]:
        """What a picture of this world shows, from its pixels alone; `picture` is at `SIZE_PX`."""

    def render(self, scene: S, rng: np.random.Generator, size_px: int = SIZE_PX) -> Picture:
        """The picture `[size_px, size_px, 3]`."""
        return resized(self.draw(scene, rng), size_px)

    def attributes(self, scene: S) -> dict[str, str]:
        """The scene's attributes by name, without those that it lacks."""
        values: dict[str, Any] = asdict(scene)  # type: ignore[call-overload]
        return {name: value for name, value in values.items() if value is not None}

    def caption(self, scene: S, rng: np.random.Generator, form: str | None = None) -> str:
        """What somebody who wants this picture could write: one of `forms.FORMS`, any of them without a name."""
        core = self.describe(forms.Say(self.phrases, rng), scene)
        if rng.random() < 0.7:
            core = self.styles[rng.integers(len(self.styles))].format(core)
        return forms.worded(core, rng, form)

    def asked(self, prompt: str) -> dict[str, str]:
        """The attributes that a prompt asks for, as far as this world has words for them."""
        return understood(prompt, self.phrases)

    def check(self, picture: Picture, wanted: Mapping[str, str]) -> dict[str, bool]:
        """For each wanted attribute, whether the picture shows it."""
        seen = self.read(resized(picture, SIZE_PX))
        return {name: seen.get(name) == value for name, value in wanted.items()}

    def held_out(self, scene: S) -> bool:
        """Whether this combination of attributes is kept from training; the same on every machine."""
        text = repr(sorted(self.attributes(scene).items()))
        digest = hashlib.sha256(f"{self.name} {text}".encode()).digest()
        return digest[0] / 256 < HELD_OUT


def resized(picture: Picture, size_px: int) -> Picture:
    """The picture at another size, by area where it shrinks and in blocks where it grows by a whole number."""
    height, width = picture.shape[:2]
    if (height, width) == (size_px, size_px):
        return picture
    larger = cv2.INTER_NEAREST if size_px % height == 0 else cv2.INTER_CUBIC
    how = cv2.INTER_AREA if size_px < height else larger
    return np.asarray(cv2.resize(picture, (size_px, size_px), interpolation=how), np.uint8)
