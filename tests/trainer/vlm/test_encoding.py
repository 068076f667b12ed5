"""What the model is trained on is what it meets at work: the same prompt, an answer that parses, honest labels."""

import io
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from agent.games.prompts import render as render_turn
from agent.games.turn import task_of, turn_of
from agent.gui.prompts import render
from agent.policy import Past
from envs.browser.actions import Click, Drag, Point, Select, Type
from envs.browser.observation import Box, Element, Observation
from envs.games.adapter.game import Game
from trainer.data.copying import CopyText
from trainer.data.plays import plays
from trainer.data.shards import Sample
from trainer.vlm.batches import collate
from trainer.vlm.encoding import Encoded, Encoder, best_match
from trainer.vlm.picture import LETTERS, PROFILE, TOKEN_PX, cover
from vlm.formats import wire_format

from . import small

SIZE = (small.SIDE, small.SIDE)
CELLS = (small.SIDE // TOKEN_PX) ** 2


@pytest.fixture(scope="module")
def encoder(words: Any) -> Encoder:
    return Encoder(words)


def encode(encoder: Encoder, sample: Sample, mode: str) -> Encoded:
    return encoder.encode(sample, encoder.picture(sample) if mode == "pixels" else None)


def said(words: Any, encoded: Encoded) -> str:
    return str(words.decode(encoded.tokens[encoded.answer :].tolist(), skip_special_tokens=False))


def call_of(words: Any, encoded: Encoded) -> Any:
    return wire_format(PROFILE.format).parse(said(words, encoded).removesuffix("<|im_end|>"), SIZE).call


@pytest.mark.parametrize("mode", ["pixels", "elements"])
def test_the_prompt_is_the_agents_own_through_the_chat_template(words: Any, encoder: Encoder, mode: Any) -> None:
    past = (Click(point=Point(x=0.25, y=0.5)), Type(content="abc"))
    sample = replace(small.sample(3), past=past)
    encoded = encode(encoder, sample, mode)

    observation = Observation(sample.png, SIZE, sample.elements, url="", title="")
    messages = render(PROFILE, sample.instruction, observation, [Past(each) for each in past], mode)
    prompt = words.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    prompt = prompt.replace("<|image_pad|>", "<|image_pad|>" * CELLS)
    assert encoded.tokens[: encoded.answer].tolist() == words(prompt, add_special_tokens=False).input_ids


def test_a_click_answers_with_the_middle_of_the_target(words: Any, encoder: Encoder) -> None:
    sample = small.sample(3)
    encoded = encode(encoder, sample, "pixels")
    call = call_of(words, encoded)
    assert call.kind == "click"
    assert sample.target is not None
    assert abs(call.arguments["point"]["x"] - sample.target.centre.x) <= 0.0055
    assert abs(call.arguments["point"]["y"] - sample.target.centre.y) <= 0.0055


def test_from_a_list_the_place_is_copied_digit_for_digit(words: Any, encoder: Encoder) -> None:
    sample = small.sample(3)
    encoded = encode(encoder, sample, "elements")
    prompt = words.decode(encoded.tokens[: encoded.answer].tolist(), skip_special_tokens=False)
    place = said(words, encoded).split("<point>")[1].split("</point>")[0]
    name = sample.elements[0].name
    assert f"button:{name} {place}\n" in prompt
    assert encoded.soft == {}
    assert encoded.picture is None


def test_typed_text_comes_back_from_the_answer(words: Any, encoder: Encoder) -> None:
    typed = "it's 512 \\ “quoted”"
    call = call_of(words, encode(encoder, small.sample(1, typed=typed), "pixels"))
    assert (call.kind, call.arguments["content"]) == ("type", typed)


ACTIONS = [
    Click(point=Point(x=0.4, y=0.6)),
    Drag(start=Point(x=0.4, y=0.6), end=Point(x=0.1, y=0.9)),
    Select(point=Point(x=0.4, y=0.6), value="512 250"),
    Type(content="512 250"),
]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.kind)
def test_only_coordinates_have_soft_labels_and_each_sums_to_one(words: Any, encoder: Encoder, action: Any) -> None:
    box = Box(0.35, 0.5, 0.1, 0.2)
    target = None if action.kind == "type" else box
    end = Box(0.05, 0.85, 0.1, 0.1) if action.kind == "drag" else None
    encoded = encode(encoder, replace(small.sample(1), action=action, target=target, end=end), "pixels")
    assert len(encoded.soft) == {"click": 2, "drag": 4, "select": 2, "type": 0}[action.kind]
    tokens = words.convert_ids_to_tokens(encoded.tokens.tolist())
    for place, (near, shares) in encoded.soft.items():
        assert place >= encoded.answer
        assert shares.sum() == pytest.approx(1.0)
        best = words.convert_ids_to_tokens(int(near[shares.argmax()]))
        assert best == tokens[place], "the label's peak is what is written"
        assert len(best) == 3


def test_a_coordinate_at_the_edge_keeps_its_labels_inside(words: Any, encoder: Encoder) -> None:
    corner = replace(small.sample(1), action=Click(point=Point(x=0, y=1)), target=Box(-0.1, 0.99, 0.1, 0.1))
    for near, shares in encode(encoder, corner, "pixels").soft.values():
        numbers = [int(each) for each in words.convert_ids_to_tokens(near.tolist())]
        assert all(0 <= number < 1000 for number in numbers)
        assert shares.sum() == pytest.approx(1.0)


def test_the_target_and_the_classes_lie_where_the_widgets_are(encoder: Encoder) -> None:
    sample = small.sample(5, "perception")
    encoded = encode(encoder, sample, "pixels")
    assert encoded.target is not None and encoded.picture is not None and sample.target is not None
    column, row = int(sample.target.centre.x * 10), int(sample.target.centre.y * 10)
    assert encoded.target.reshape(10, 10)[row, column] == pytest.approx(1.0)
    assert set(encoded.picture.classes.tolist()) == {0, 2}, "nothing and button"
    assert encoded.picture.classes.reshape(10, 10)[row, column] == 2


def test_every_letter_and_every_cell_of_a_word_is_labelled_once(words: Any, encoder: Encoder) -> None:
    word = Element(0, "word", "Submit", Box(0.1, 0.4, 0.3, 0.08))
    encoded = encode(encoder, replace(small.sample(5, "perception"), elements=(word,)), "pixels")
    assert encoded.picture is not None and encoded.picture.letters is not None
    assert {LETTERS[letter] for _, letter in encoded.picture.letters.tolist()} == set("Submit")
    cells, pieces, weights = encoded.picture.reading
    assert set(cells.tolist()) == {41, 42, 43}
    assert {words.decode([piece]) for piece in set(pieces.tolist())} == {"Submit"}
    assert np.bincount(cells, weights)[41:] == pytest.approx(1.0)


def test_a_list_with_several_questions_learns_all_answers(words: Any, encoder: Encoder) -> None:
    answers = ("Action: click(point='<point>100 200</point>')", "Action: click(point='<point>300 400</point>')")
    encoded = encoder.encode_copying(CopyText("Click A. Click B.", "link:A 100 200\nlink:B 300 400\n", answers))
    assert said(words, encoded) == "".join(f"{answer}<|im_end|>" for answer in answers)


places = st.integers(-200, 1000).map(lambda thousandths: thousandths / 1000)
lengths = st.integers(1, 1000).map(lambda thousandths: thousandths / 1000)
boxes = st.builds(Box, x=places, y=places, width=lengths, height=lengths)


@given(box=boxes)
def test_the_cover_of_a_box_is_between_none_and_all_and_its_fullest_cell_is_one(box: Box) -> None:
    shares = cover(box, SIZE)
    assert shares.shape == (CELLS,)
    assert ((shares >= 0) & (shares <= 1)).all()
    seen = min(box.x + box.width, 1) - max(box.x, 0) > 1e-3 and min(box.y + box.height, 1) - max(box.y, 0) > 1e-3
    assert not seen or shares.max() == pytest.approx(1.0)


def test_nothing_is_covered_without_a_box() -> None:
    assert cover(None, SIZE).sum() == 0


@given(listed=st.lists(boxes, min_size=1, max_size=6), data=st.data())
def test_an_element_that_is_the_box_itself_is_found(listed: list[Box], data: st.DataObject) -> None:
    elements = [Element(number, "button", str(number), box) for number, box in enumerate(listed)]
    asked = data.draw(st.sampled_from(elements))
    found = best_match(elements, asked.box)
    assert found is not None
    assert found.box == asked.box


def test_an_element_far_from_the_box_is_not_taken() -> None:
    far = Element(0, "button", "far", Box(0.8, 0.8, 0.1, 0.1))
    assert best_match([far], Box(0.1, 0.1, 0.1, 0.1)) is None


def test_of_elements_around_the_box_the_smallest_is_taken() -> None:
    page = Element(0, "text", "page", Box(0, 0, 1, 1))
    row = Element(1, "text", "row", Box(0, 0.4, 1, 0.3))
    assert best_match([page, row], Box(0.6, 0.6, 0.01, 0.01)) is row


def test_samples_of_an_action_without_a_target_have_nothing_to_point_at(encoder: Encoder) -> None:
    sample: Sample = small.sample(2, typed="hello")
    encoded = encode(encoder, sample, "pixels")
    assert encoded.target is not None
    assert encoded.target.sum() == 0


def test_a_turn_of_a_game_is_asked_as_the_game_agent_asks(words: Any, encoder: Encoder) -> None:
    game = Game.make("seedbed/maze-v1")
    sample = next(plays("seedbed/maze-v1", iter([3])))
    game.start(3)
    encoded = encode(encoder, sample, "pixels")

    messages = render_turn(PROFILE, task_of(game), turn_of(game), [], "pixels")
    prompt = words.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    prompt = prompt.replace("<|image_pad|>", "<|image_pad|>" * CELLS)
    assert encoded.tokens[: encoded.answer].tolist() == words(prompt, add_special_tokens=False).input_ids
    reply = wire_format(PROFILE.format).parse(said(words, encoded).removesuffix("<|im_end|>"), SIZE)
    assert reply.call.kind == "press" and reply.thought.startswith("light ")
    # Each of the four numbers of the thought may be off by a little.
    assert len(encoded.soft) == 4
    game.close()


def test_a_picture_of_another_size_is_seen_as_the_server_sees_it(encoder: Encoder) -> None:
    sample = next(plays("MiniGrid-FourRooms-v0", iter([3])))
    assert Image.open(io.BytesIO(sample.png)).size == (152, 152)
    assert encoder.picture(sample).pixels.shape == (3, 160, 160)


def test_decisions_are_what_follows_from_the_places(words: Any, encoder: Encoder) -> None:
    turns = list(islice(plays("MiniGrid-Empty-8x8-v0", iter([3])), 3))
    encoded = encoder.encode_decisions(turns)
    assert encoded.learned is not None and encoded.image_start == -1
    text = words.decode(encoded.tokens.tolist(), skip_special_tokens=False)
    assert text.count("Thought: ") == 3 and "<|image_pad|>" not in text
    learned = words.decode([int(encoded.tokens[place]) for place in sorted(encoded.learned)])
    follows = "".join(f", {turn.play.noted}{turn.action.key}')" for turn in turns)  # type: ignore[union-attr]
    assert learned.replace("<|im_end|>", "") == follows
    _, labels = collate([encoded], torch.device("cpu"))
    assert (labels.columns + 1).tolist() == sorted(encoded.learned)
