"""Turns a sample into what the model learns from: tokens, and soft labels of its coordinates.

The prompt is the agent's own (`agent.gui.prompts`), in the tokenizer's own chat template, so that the model meets
at work what it met in training.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agent.games.prompts import render as render_turn
from agent.games.turn import Turn
from agent.gui.prompts import TERSE_ELEMENTS, TERSE_NAME, place_of, plain, render
from agent.policy import Past
from envs.browser.actions import Action, Point
from envs.browser.observation import Box, Element, Observation
from envs.games.adapter.actions import GameAction, Press
from envs.games.adapter.view import View
from trainer.data.copying import RETELL, CopyText
from trainer.data.shards import Sample
from trainer.vlm.picture import BIN, PROFILE, Labeller, Picture, cover, number_tokens, snap
from vlm.formats import Call, wire_format

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

SMEAR = np.exp(-0.5 * (np.arange(-2, 3) / 0.8) ** 2)
"""Weights of the bins around the right one: a Gaussian of 0.8 bins, so that near misses are nearly right."""
ELEMENTS_SIZE = (160, 160)
"""Of a page that is not shown: the wire format asks for a size, though its thousandths do not depend on it."""
RETOLD = 10
"""Elements of a picture that are told at most."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One training sequence. Several may be about the same `Picture` object, which is then looked at once."""

    tokens: NDArray[np.int32]
    answer: int
    """Position of the answer's first token; everything from there on is learned, or what of it is in `learned`."""
    soft: dict[int, tuple[NDArray[np.int32], NDArray[np.float32]]]
    """Position of a coordinate token → the tokens that count as right, with their shares."""
    image_start: int = -1
    """Position of the first visual token, -1 without a picture."""
    picture: Picture | None = None
    target: NDArray[np.float32] | None = None
    """[M] share of each cell that lies inside the target, scaled so that the fullest cell is 1."""
    learned: frozenset[int] | None = None
    """Positions of the tokens that are learned, where that is not the whole answer."""


class Encoder:
    """Encodes samples for one tokenizer."""

    def __init__(self, tokenizer: "PreTrainedTokenizerFast") -> None:
        self._backend = tokenizer.backend_tokenizer
        self._format = wire_format(PROFILE.format)
        self._image_pad = tokenizer.convert_tokens_to_ids("<|image_pad|>")
        self._numbers = number_tokens(tokenizer)
        self._number_of = {int(token): number for number, token in enumerate(self._numbers)}
        self.picture = Labeller(tokenizer).picture

    def encode(self, sample: Sample, picture: Picture | None = None) -> Encoded:
        """The sample as a question about its `picture`; without one, about its list of elements."""
        if picture is None:
            action, exact, thought = self._aim(sample, "elements")
            before = self._tokens(self._prompt(sample, "elements", ELEMENTS_SIZE))
            tokens = self._with_answer(before, action, ELEMENTS_SIZE, thought)
            return Encoded(tokens, len(before), {} if exact else self._soft(tokens, len(before), action))
        size = (picture.pixels.shape[2], picture.pixels.shape[1])
        action, _, thought = self._aim(sample, "pixels")
        before = self._tokens(self._prompt(sample, "pixels", size))
        image_start = before.index(self._image_pad)
        before[image_start : image_start + 1] = [self._image_pad] * len(picture.classes)
        tokens = self._with_answer(before, action, size, thought)
        soft = self._soft(tokens, len(before), action, thought if sample.play else "")
        return Encoded(tokens, len(before), soft, image_start, picture, cover(sample.target, size))

    def encode_retelling(self, sample: Sample, picture: Picture) -> Encoded:
        """All that stands on a picture, name and place in the order of the list: many points from one look."""
        size = (picture.pixels.shape[2], picture.pixels.shape[1])
        asked = replace(sample, instruction=RETELL, past=(), play=None)
        before = self._tokens(self._prompt(asked, "pixels", size))
        image_start = before.index(self._image_pad)
        before[image_start : image_start + 1] = [self._image_pad] * len(picture.classes)
        tokens, soft = list(before), {}
        for element in sample.elements[:RETOLD]:
            tokens += self._tokens(_named(element, with_place=False))
            place = _clipped(element.box)
            for fraction in (place.x, place.y):
                tokens += self._tokens(f" {int(snap(fraction) * 1000):03d}")
                soft[len(tokens) - 1] = self._smeared(self._number_of[tokens[-1]])
            tokens += self._tokens("<|im_end|>")
        nowhere = np.zeros(len(picture.classes), np.float32)
        return Encoded(np.array(tokens, np.int32), len(before), soft, image_start, picture, nowhere)

    def encode_decisions(self, samples: Sequence[Sample]) -> Encoded:
        """Turns of a game, alike but for their thoughts, without a picture: what follows from places is learned.

        Whoever knows where it stands and where it wants to go needs no picture to decide. So the places are
        given, one after the other behind one prompt, and a decision costs a twentieth of one with a picture.
        Learned are the conclusion and the move; of a click the conclusion alone, since its place must be seen.
        """
        prompt = self._prompt(samples[0], "pixels", ELEMENTS_SIZE)
        before = [token for token in self._tokens(prompt) if token != self._image_pad]
        tokens = list(before)
        learned: list[int] = []
        for sample in samples:
            assert sample.play is not None
            action, _, thought = self._aim(sample, "pixels")
            said = self._with_answer([], action, ELEMENTS_SIZE, thought).tolist()
            given = len(self._tokens(f"Thought: {_places(sample)}"))
            concluded = len(self._tokens(f"Thought: {thought}"))
            named = len(self._tokens(f"Thought: {thought}\nAction: press(key='"))
            learned += range(len(tokens) + given, len(tokens) + concluded)
            if isinstance(action, Press):
                learned += range(len(tokens) + named, len(tokens) + len(said))
            tokens += said
        return Encoded(np.array(tokens, np.int32), len(before), {}, learned=frozenset(learned))

    def encode_copying(self, text: CopyText) -> Encoded:
        """A list with several questions: all answers, one after the other, are learned."""
        prompt = f"{plain(text.instruction)}\n<|page_start|>{text.lines}<|page_end|>"
        before = self._tokens(f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n")
        said = [token for answer in text.answers for token in self._tokens(f"{answer}<|im_end|>")]
        return Encoded(np.array([*before, *said], np.int32), len(before), {})

    def _with_answer(
        self, before: list[int], action: Action | GameAction, size: tuple[int, int], thought: str
    ) -> NDArray[np.int32]:
        data = action.model_dump()
        said = self._format.render(Call(data.pop("kind"), data), size, thought)
        return np.array([*before, *self._tokens(said), *self._tokens("<|im_end|>")], np.int32)

    def _tokens(self, text: str) -> list[int]:
        return list(self._backend.encode(text, add_special_tokens=False).ids)

    def _prompt(self, sample: Sample, mode: str, size: tuple[int, int]) -> str:
        past: list[Any] = [Past(action) for action in sample.past]
        if sample.play is None:
            observation = Observation(sample.png, size, sample.elements, url="", title="")
            (message,) = render(PROFILE, sample.instruction, observation, past, mode)  # type: ignore[arg-type]
        else:
            view = View(
                sample.png, size, True, "", "", sample.play.legal, url=sample.task, title=sample.play.title
            )
            (message,) = render_turn(PROFILE, sample.instruction, Turn(view, help=""), past, "pixels")
        parts = [part.get("text", "<|vision_start|><|image_pad|><|vision_end|>") for part in message["content"]]
        return f"<|im_start|>user\n{''.join(parts)}<|im_end|>\n<|im_start|>assistant\n"

    def _aim(self, sample: Sample, mode: str) -> tuple[Action | GameAction, bool, str]:
        """The action with its points moved to where the model shall point, whether they are copied, and a thought.

        From pixels a point is the middle of the target, snapped to the grid; from a list it is the place that the
        list gives for the element, digit for digit. The thought names the element, and with a list its place:
        whoever has said what he looks for finds it by looking up one word (see `trainer.data.copying`). In a game
        it says where the player is and where it wants to go, and what follows.
        """
        places = {"point": sample.target, "start": sample.target, "end": sample.end}
        changes, exact, named = {}, mode == "elements", []
        for name, box in places.items():
            if not hasattr(sample.action, name) or box is None:
                continue
            place = _clipped(box)
            changes[name] = Point(x=snap(place.x), y=snap(place.y))
            listed = best_match(sample.elements[:TERSE_ELEMENTS], box)
            if listed is None:
                exact = False
                continue
            if mode == "elements":
                changes[name] = listed.box.centre
            named.append(_named(listed, with_place=mode == "elements"))
        thought = " to ".join(named)
        if sample.play is not None and (sample.play.minded or sample.play.noted):
            thought = ", ".join(filter(None, (_places(sample), sample.play.noted)))
        return sample.action.model_copy(update=changes), exact, thought

    def _soft(
        self, tokens: NDArray[np.int32], start: int, action: Action | GameAction, thought: str = ""
    ) -> dict[int, tuple[NDArray[np.int32], NDArray[np.float32]]]:
        """Of a point's coordinates; and of those in a `thought` about a game, where all numbers are places."""
        everywhere = bool(thought)
        if not everywhere and not any(hasattr(action, name) for name in ("point", "start")):
            return {}
        soft = {}
        for place in range(start, len(tokens)):
            number = self._number_of.get(int(tokens[place]))
            if number is None or not (everywhere or self._in_point(tokens, place)):
                continue
            soft[place] = self._smeared(number)
        return soft

    def _smeared(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The tokens of a coordinate and its neighbours, with their shares."""
        near = number + BIN * np.arange(-2, 3)
        inside = (near >= 0) & (near < 1000)
        weights = SMEAR[inside]
        return self._numbers[near[inside]], (weights / weights.sum()).astype(np.float32)

    def _in_point(self, tokens: NDArray[np.int32], place: int) -> bool:
        """Whether the number at `place` is part of a `<point>`: the text just before or after says so."""
        text = self._backend.decode(
            [int(token) for token in tokens[max(place - 3, 0) : place]], skip_special_tokens=False
        )
        return text.endswith("<point>") or ("<point>" in text and text.endswith(" "))


def _named(element: Element, with_place: bool) -> str:
    """How a thought names an element: as the prompt's line does, without the role where there is a name."""
    name = plain(element.name)[:TERSE_NAME] or element.role
    return f"{name} {place_of(element)}" if with_place else name


def _places(sample: Sample) -> str:
    """How a thought about a game names the things that are minded, and where they are."""
    assert sample.play is not None
    named = []
    for element in (sample.elements[number] for number in sample.play.minded):
        place = _clipped(element.box)
        named.append(f"{element.name} {int(snap(place.x) * 1000):03d} {int(snap(place.y) * 1000):03d}")
    return ", ".join(named)


def best_match(elements: Sequence[Element], box: Box) -> Element | None:
    """The listed element that the box belongs to: most overlap in proportion, or nearest middle inside the box."""
    best, score = None, 0.3
    for element in elements:
        overlap = _overlap(element.box, box)
        if overlap > score:
            best, score = element, overlap
    if best is not None:
        return best
    inside = [e for e in elements if box.contains(e.box.centre)] or [
        e for e in elements if e.box.contains(box.centre)
    ]
    return min(inside, key=lambda e: e.box.width * e.box.height, default=None)


def _overlap(a: Box, b: Box) -> float:
    wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    both = max(wide, 0) * max(high, 0)
    return both / max(a.width * a.height + b.width * b.height - both, 1e-9)


def _clipped(box: Box) -> Point:
    left, right = max(box.x, 0.0), min(box.x + box.width, 1.0)
    top, bottom = max(box.y, 0.0), min(box.y + box.height, 1.0)
    return replace(box, x=left, y=top, width=max(right - left, 0.0), height=max(bottom - top, 0.0)).centre
