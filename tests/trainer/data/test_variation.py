"""A varied sample is the same task in other words or at another place, and its answer changes with its list."""

import random
from dataclasses import replace

import pytest

from envs.browser.actions import Click, Drag, Point, Type
from envs.browser.observation import Box, Element
from tests.trainer.vlm import small
from trainer.data.variation import _moved, _renamed, question, varied

WORDS = ["Lorem", "ipsum", "dolor,", "AMET"]


@pytest.mark.parametrize("seed", range(20))
def test_words_that_the_instruction_shares_with_the_list_are_exchanged_in_both(seed: int) -> None:
    sample = small.sample(seed)
    other = _renamed(random.Random(seed), sample, WORDS)
    asked = other.instruction.split('"')[1]
    assert asked == other.elements[0].name
    assert other.elements[1] == sample.elements[1], "a word that nobody asked for stays"
    assert other.instruction.startswith('Click the "') and other.instruction.endswith('" button.')


def test_what_is_typed_changes_with_the_instruction() -> None:
    sample = small.sample(1, typed="Login")
    shown = replace(sample.elements[0], name="Login")
    renamed = [
        _renamed(random.Random(seed), replace(sample, elements=(shown,), past=(Type(content="Login"),)), WORDS)
        for seed in range(20)
    ]
    assert any(each.instruction != sample.instruction for each in renamed)
    for each in renamed:
        assert isinstance(each.action, Type) and each.past == (each.action,)
        assert each.instruction == f'Type "{each.action.content}".'
        assert each.elements[0].name == each.action.content


@pytest.mark.parametrize("seed", range(20))
def test_a_moved_page_stays_inside_and_all_of_it_moves_alike(seed: int) -> None:
    box, end = Box(0.1, 0.2, 0.3, 0.1), Box(0.7, 0.8, 0.2, 0.2)
    sample = replace(
        small.sample(seed),
        past=(Click(point=box.centre),),
        action=Drag(start=box.centre, end=end.centre),
        target=box,
        end=end,
        elements=(Element(0, "button", "A", box), Element(1, "button", "B", end)),
    )
    moved = _moved(random.Random(seed), sample)
    assert moved.target == moved.elements[0].box and moved.end == moved.elements[1].box
    assert isinstance(moved.action, Drag) and isinstance(moved.past[0], Click)
    for point, place in ((moved.action.start, moved.target), (moved.action.end, moved.end)):
        assert point.x == pytest.approx(place.centre.x) and point.y == pytest.approx(place.centre.y)
    assert moved.past[0].point == moved.action.start
    for element in moved.elements:
        assert element.box.x >= 0 and element.box.x + element.box.width <= 1
        assert element.box.y >= 0 and element.box.y + element.box.height <= 1


def test_another_question_asks_for_an_element_that_only_it_can_mean() -> None:
    button, twin = Element(0, "button", "Go", Box(0, 0, 0.1, 0.1)), Element(1, "link", "Go", Box(0.5, 0, 0.1, 0.1))
    field = Element(2, "textbox", "", Box(0, 0.5, 0.4, 0.1))
    page = replace(small.sample(0), elements=(button, twin, field))
    for seed in range(10):
        asked = question(random.Random(seed), page)
        assert asked is not None and asked.target == field.box and "textbox" in asked.instruction
        assert asked.action == Click(point=field.box.centre)
    assert question(random.Random(0), replace(page, elements=(button, twin))) is None


def test_the_same_seed_varies_alike() -> None:
    one, other = (varied(random.Random(5), small.sample(5), WORDS) for _ in range(2))
    assert one == other
    point = one.action.point if isinstance(one.action, Click) else Point(x=0, y=0)
    assert one.target is not None and one.target.contains(point)
