"""Lettering: one to three capitals on a plate, plain, underlined or framed."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from trainer.data.worlds import colours, seeing
from trainer.data.worlds.forms import Say
from trainer.data.worlds.phrases import OPEN, Phrases
from trainer.data.worlds.world import SIZE_PX, Picture, World

_FINE = 4
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COLOURS = tuple(colours.HUES)
PLATES = {"dark": (0.14, 0.15, 0.19), "light": (0.88, 0.92, 0.96)}
_TRIMMING = {"dark": (0.93, 0.92, 0.88), "light": (0.20, 0.20, 0.24)}
"""What underlines and frames are drawn in."""
_SLOT_PX = {1: 36, 2: 23, 3: 17}
"""The width of a letter's place, by how many there are."""
_MIDDLE_Y = 31


@dataclass(frozen=True, slots=True)
class Scene:
    """`text` is one to three capitals."""

    text: str
    colour: str
    ground: str
    trim: str


class Lettering(World[Scene]):
    """Signs."""

    name = "lettering"
    styles = ("a sign: {}", "lettering: {}", "a poster with {}", "{}, bold lettering", "{} as a logo")
    style_words = ("lettering", "sign", "logo", "typography", "poster", "caption", "monogram", "letters")
    phrases: ClassVar[Phrases] = {
        "text": {OPEN: (r"""["'\u201c]([A-Z]{1,3})["'\u201d]""",)},
        "ground": {
            "dark": ("on a dark plate", "on black", "on a dark ground"),
            "light": ("on a light plate", "on white", "on a pale ground"),
        },
        "trim": {
            "plain": ("plain", "without ornament", "nothing else"),
            "underlined": ("underlined", "with a line below", "with an underline"),
            "framed": ("framed", "in a frame", "with a frame"),
        },
        "colour": {name: colours.WORDS[name] for name in COLOURS},
    }

    def sample(self, rng: np.random.Generator) -> Scene:
        length = int(rng.choice([1, 2, 3], p=[0.3, 0.35, 0.35]))
        text = "".join(rng.choice(list(LETTERS), length))
        trim = str(rng.choice(["plain", "underlined", "framed"]))
        return Scene(text, str(rng.choice(COLOURS)), str(rng.choice(list(PLATES))), trim)

    def describe(self, say: Say, scene: Scene) -> str:
        colour, ground, trim = (say(name, getattr(scene, name)) for name in ("colour", "ground", "trim"))
        return f'"{scene.text}" in {colour} {ground}, {trim}'

    def draw(self, scene: Scene, rng: np.random.Generator) -> Picture:
        side = SIZE_PX * _FINE
        level = np.array(PLATES[scene.ground]) + rng.uniform(-0.03, 0.03)
        image = Image.fromarray(np.broadcast_to(np.clip(level, 0, 1) * 255, (side, side, 3)).astype(np.uint8))
        pen = ImageDraw.Draw(image)
        slot = _SLOT_PX[len(scene.text)]
        x0 = SIZE_PX / 2 - slot * len(scene.text) / 2 + rng.uniform(-1.2, 1.2)
        y = _MIDDLE_Y + rng.uniform(-1.2, 1.2)
        font = _font(round(slot * 1.12))
        for number, letter in enumerate(scene.text):
            spot = ((x0 + slot * (number + 0.5)) * _FINE, y * _FINE)
            pen.text(spot, letter, font=font, fill=colours.HUES[scene.colour], anchor="mm")
        trimming = tuple(round(value * 255) for value in _TRIMMING[scene.ground])
        if scene.trim == "underlined":
            pen.rectangle((12 * _FINE, 51 * _FINE, 52 * _FINE, 54 * _FINE), fill=trimming)
        elif scene.trim == "framed":
            pen.rectangle(
                (4 * _FINE, 4 * _FINE, 60 * _FINE - 1, 60 * _FINE - 1), outline=trimming, width=2 * _FINE
            )
        return np.asarray(image.resize((SIZE_PX, SIZE_PX), Image.Resampling.BOX), np.uint8)

    def read(self, picture: Picture) -> dict[str, str]:
        pixels = seeing.unit(picture)
        plate = np.median(np.concatenate([pixels[:3].reshape(-1, 3), pixels[-3:].reshape(-1, 3)]), 0)
        ground = "light" if float(colours.luminance(plate)) > 0.5 else "dark"
        ink = np.clip(colours.chroma(pixels) - colours.chroma(plate), 0, 1)
        inked = ink > 0.25
        seen = {"ground": ground, "trim": _trim(pixels, plate)}
        if inked.sum() < 20:
            return seen
        if (colour := colours.named(pixels[inked], COLOURS)) is not None:
            seen["colour"] = colour
        seen["text"] = _text(np.clip(ink / np.quantile(ink[inked], 0.8), 0, 1))
        return seen


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans Bold, which matplotlib brings, at a size in pixels of the picture."""
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
    return ImageFont.truetype(str(path), size_px * _FINE)


def _trim(pixels: NDArray[np.floating], plate: NDArray[np.floating]) -> str:
    """A frame darkens or lightens the border, an underline a bar below; neither has a hue."""
    apart = np.abs(pixels - plate).mean(-1) * (colours.chroma(pixels) < 0.3)
    top, bottom = apart[3:7, 10:54].max(0), apart[57:61, 10:54].max(0)
    if float(np.minimum(top, bottom).mean()) > 0.3:
        return "framed"
    return "underlined" if float(apart[50:56, 16:48].max(0).mean()) > 0.3 else "plain"


def _text(ink: NDArray[np.floating]) -> str:
    """The letters whose picture covers the ink best, over one, two and three of them and small moves."""
    best = ("", -1.0)
    for length, slot in _SLOT_PX.items():
        known = _letters(slot)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                x0 = round(SIZE_PX / 2 - slot * length / 2) + dx
                text, common, joint = "", 0.0, 0.0
                for number in range(length):
                    window = _window(ink, x0 + number * slot, _MIDDLE_Y - 20 + dy, slot)
                    least = np.minimum(known, window).sum((1, 2))
                    most = np.maximum(known, window).sum((1, 2))
                    pick = int((least / most).argmax())
                    text += LETTERS[pick]
                    common, joint = common + float(least[pick]), joint + float(most[pick])
                # Ink outside all the places was meant for something.
                outside = float(ink.sum()) - float(_window(ink, x0, _MIDDLE_Y - 20 + dy, slot * length).sum())
                score = common / (joint + max(outside, 0.0))
                if score > best[1]:
                    best = (text, score)
    return best[0]


def _window(ink: NDArray[np.floating], x: int, y: int, width: int) -> NDArray[np.floating]:
    """`[40, width]` of the ink from this corner on, zeros beyond the picture."""
    padded = np.pad(ink, 8)
    return padded[y + 8 : y + 48, x + 8 : x + 8 + width]


@cache
def _letters(slot: int) -> NDArray[np.floating]:
    """All letters as drawn in a place of this width, `[26, 40, slot]`."""
    font = _font(round(slot * 1.12))
    drawn = []
    for letter in LETTERS:
        image = Image.new("L", (slot * _FINE, 40 * _FINE))
        ImageDraw.Draw(image).text((slot * _FINE / 2, 20 * _FINE), letter, font=font, fill=255, anchor="mm")
        drawn.append(np.asarray(image.resize((slot, 40), Image.Resampling.BOX), np.float32) / 255)
    return np.stack(drawn)
