"""Labels pictures: what each visual token shows, for the dense losses that teach a small ViT to see.

A visual token covers a cell of 16 x 16 pixels. Its labels are the place it lies at, the widget it belongs to, and
the words and letters that stand on it.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from envs.browser.observation import Box, Element
from trainer.data.shards import Sample
from trainer.data.widgets import CLASSES
from vlm.coordinates import smart_resize
from vlm.profile import Profile

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

TOKEN_PX = 16
"""One visual token covers this many pixels on a side: patch 8, merge 2."""
BIN = 10
"""Coordinates of pixel targets are snapped to multiples of this: a hundred bins a side (Pix2Act used 32)."""
PROFILE = Profile(
    name="vlm-tiny",
    format="seed",
    prompt="terse",
    factor=TOKEN_PX,
    min_pixels=TOKEN_PX**2,
    max_pixels=160 * 160,
    game_temperature=0.7,
)
LETTERS = "".join(map(chr, range(33, 127)))
_WIDTHS = {
    **dict.fromkeys("ijl.,:;|!'I", 0.26),
    **dict.fromkeys('ftr()[]-/\\"`*{}', 0.34),
    **dict.fromkeys("mwMW%@", 0.85),
}
"""Rough widths of Arial's letters in ems; capitals are 0.68, all others 0.55."""
_ROLE_CLASSES = {
    "button": "button", "link": "link", "textbox": "textbox", "searchbox": "textbox", "checkbox": "checkbox",
    "radio": "radio", "combobox": "select", "listbox": "select", "tab": "tab", "heading": "header", "text": "text",
    "slider": "slider",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """What is shown, and what each of its M visual tokens shows, in row-major order of the 16 px cells."""

    pixels: NDArray[np.uint8]
    """[3, height, width]."""
    places: NDArray[np.int32]
    """[M, 2] tokens of each cell's column and row: the coordinates of its middle."""
    classes: NDArray[np.int8]
    """[M] widget class, -1 where it is not known."""
    reading: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]
    """(cell, token, weight) of the text under each cell; weights of a cell sum to 1."""
    letters: NDArray[np.int32] | None
    """[L, 2] (cell, letter) of every letter, numbered as in `LETTERS`; None where not all letters are known."""


class Labeller:
    """Labels the pictures of samples with the tokens of one tokenizer."""

    def __init__(self, tokenizer: "PreTrainedTokenizerFast") -> None:
        self._backend = tokenizer.backend_tokenizer
        self._numbers = number_tokens(tokenizer)
        self._pieces_of: dict[str, list[tuple[int, int]]] = {}

    def picture(self, sample: Sample) -> Picture:
        """What the sample's screenshot shows, with the labels of its cells."""
        image = Image.open(io.BytesIO(sample.png)).convert("RGB")
        high, wide = smart_resize(
            image.height,
            image.width,
            factor=PROFILE.factor,
            min_pixels=PROFILE.min_pixels,
            max_pixels=PROFILE.max_pixels,
        )
        if image.size != (size := (wide, high)):
            # As the served model's image processor does.
            image = image.resize(size, Image.Resampling.BICUBIC)
        pixels = np.asarray(image).transpose(2, 0, 1)
        return Picture(pixels, self._places(size), self._classes(sample, size), **self._reading(sample, size))

    def _places(self, size: tuple[int, int]) -> NDArray[np.int32]:
        columns, rows = size[0] // TOKEN_PX, size[1] // TOKEN_PX
        across, down = (
            self._numbers[[int(snap((number + 0.5) / count) * 1000) for number in range(count)]]
            for count in (columns, rows)
        )
        return np.stack([np.tile(across, rows), np.repeat(down, columns)], 1)

    def _classes(self, sample: Sample, size: tuple[int, int]) -> NDArray[np.int8]:
        columns, rows = size[0] // TOKEN_PX, size[1] // TOKEN_PX
        labels = np.full(rows * columns, 0 if sample.widgets else -1, np.int8)
        pairs = sample.widgets or tuple(
            (_ROLE_CLASSES[each.role], each.box) for each in sample.elements if each.role in _ROLE_CLASSES
        )
        for name, box in pairs:
            labels[cover(box, size) > 0.5] = CLASSES.index(name)
        return labels

    def _reading(self, sample: Sample, size: tuple[int, int]) -> dict[str, Any]:
        """What stands under each cell: the tokens of its words in proportion to their area, and its letters."""
        columns, rows = size[0] // TOKEN_PX, size[1] // TOKEN_PX
        found: dict[tuple[int, int], float] = {}
        letters: set[tuple[int, int]] = set()
        for text, left, top, right, bottom in _words(sample.elements, size):
            row = int((top + bottom) / 2 // TOKEN_PX)
            span = [max(int(top // TOKEN_PX), 0), min(int(bottom // TOKEN_PX), rows - 1)]
            tall = [r for r in range(span[0], span[1] + 1) if _shared(top, bottom, r) > 0.4 * (bottom - top)]
            edges = left + (right - left) * _edges(text)
            place = 0
            for piece, length in self._pieces(text):
                x0, x1 = edges[min(place, len(text))], edges[min(place + length, len(text))]
                place += length
                for column in range(max(int(x0 // TOKEN_PX), 0), min(int(x1 // TOKEN_PX), columns - 1) + 1):
                    share = _shared(x0, x1, column) / TOKEN_PX
                    if share > 0.12:
                        for r in tall or [row]:
                            key = (r * columns + column, piece)
                            found[key] = found.get(key, 0.0) + share
            for position, letter in enumerate(text):
                number = ord(letter) - ord(LETTERS[0])
                column = int((edges[position] + edges[position + 1]) / 2 // TOKEN_PX)
                if 0 <= number < len(LETTERS) and 0 <= column < columns:
                    letters.update((r * columns + column, number) for r in tall)
        found = {key: share for key, share in found.items() if 0 <= key[0] < rows * columns}
        pairs = np.array(sorted(letters), np.int32).reshape(-1, 2)
        cells = np.array([cell for cell, _ in found], np.int32)
        pieces = np.array([piece for _, piece in found], np.int32)
        shares = np.array(list(found.values()), np.float32)
        total = np.bincount(cells, shares, minlength=rows * columns)
        weights = (shares / total[cells]).astype(np.float32) if len(cells) else shares
        return {"reading": (cells, pieces, weights), "letters": pairs if sample.widgets else None}

    def _pieces(self, text: str) -> list[tuple[int, int]]:
        """A word's tokens, each with its number of letters."""
        if text not in self._pieces_of:
            tokens = list(self._backend.encode(text, add_special_tokens=False).ids)
            self._pieces_of[text] = [(token, max(len(self._backend.decode([token])), 1)) for token in tokens]
        return self._pieces_of[text]


def number_tokens(tokenizer: "PreTrainedTokenizerFast") -> NDArray[np.int32]:
    """[1000] the tokens of 000 to 999."""
    return np.array([tokenizer.convert_tokens_to_ids(f"{number:03d}") for number in range(1000)], np.int32)


def _shared(low: float, high: float, cell: int) -> float:
    """How many pixels of [low, high] lie in the cell with this number."""
    return max(min(high, (cell + 1) * TOKEN_PX) - max(low, cell * TOKEN_PX), 0.0)


def _edges(text: str) -> NDArray[np.float64]:
    """[letters + 1] where each letter of a word begins and ends, as shares of its width."""
    widths = [_WIDTHS.get(letter, 0.68 if letter.isupper() else 0.55) for letter in text]
    return np.concatenate([[0.0], np.cumsum(widths)]) / sum(widths)


def cover(box: Box | None, size: tuple[int, int]) -> NDArray[np.float32]:
    """[M] how much of each cell `box` covers, divided by the largest such share."""
    columns, rows = size[0] // TOKEN_PX, size[1] // TOKEN_PX
    if box is None:
        return np.zeros(rows * columns, np.float32)
    x = np.arange(columns + 1) / columns
    y = np.arange(rows + 1) / rows
    wide = np.clip(np.minimum(x[1:], box.x + box.width) - np.maximum(x[:-1], box.x), 0, None)
    high = np.clip(np.minimum(y[1:], box.y + box.height) - np.maximum(y[:-1], box.y), 0, None)
    area = np.outer(high, wide).ravel()
    return (area / max(area.max(), 1e-9)).astype(np.float32)


def _words(elements: Sequence[Element], size: tuple[int, int]) -> list[tuple[str, float, float, float, float]]:
    """Words with their pixel edges (left, top, right, bottom).

    Perception pages give the words themselves (role `word`). Of other lists only one-line texts are taken, and
    their words get shares of the width by their length.
    """
    words = []
    for element in elements:
        box = element.box
        left, top = box.x * size[0], box.y * size[1]
        width, height = box.width * size[0], box.height * size[1]
        if element.role == "word":
            words.append((element.name, left, top, left + width, top + height))
            continue
        text = element.name.strip()
        if element.role != "text" or not text or height > 24:
            continue
        end = left
        for word in text.split(" "):
            start, end = end, end + width * (len(word) + 1) / (len(text) + 1)
            if word:
                words.append((word, start, top, end, top + height))
    return words


def snap(fraction: float) -> float:
    """The middle of the wire format's bin that is the nearest multiple of `BIN`."""
    return (min(round(fraction * 1000 / BIN) * BIN, 990) + 0.5) / 1000
