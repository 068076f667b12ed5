"""Where "go back" leads."""

import pytest

from agent.chat.references import Seen
from agent.chat.travel import Journey, journey

ROW = (
    Seen("00000000000000f0", "a red fox", 1),
    Seen("00000000000000f1", "a red fox, at night", 2),
    Seen("00000000000000f2", "a lake", 4),
)


@pytest.mark.parametrize(
    ("text", "turn"),
    (
        ("go back to before the night one", 1),
        ("Please go back to the night one.", 2),
        ("let's go back to before it was night", 1),
        ("go back to the first picture", 1),
        ("go back to before the last one", 3),
        ("go back to turn 3", 3),
        ("take me back to the beginning", 0),
        ("undo", 3),
        ("undo that", 3),
        ("go back", 3),
    ),
)
def test_where_people_want_to_be(text: str, turn: int) -> None:
    assert journey(text, ROW, 4) == Journey(turn)


@pytest.mark.parametrize(
    "text", ("a fox seen from the back", "same, but at night", "the night one", "bring back the fox in blue", "")
)
def test_nothing_else_is_a_journey(text: str) -> None:
    assert journey(text, ROW, 4) is None


@pytest.mark.parametrize("text", ("go back to the castle", "go back to turn 9", "go back to before turn 0"))
def test_there_has_to_be_something_to_go_back_to(text: str) -> None:
    found = journey(text, ROW, 4)
    assert found is not None
    assert found.turn is None
    assert found.why


def test_before_something_is_before_it_came_not_before_its_newest_relative() -> None:
    row = (*ROW[:2], Seen("00000000000000f3", "a blue fox, at night", 3), Seen("00000000000000f4", "a lake", 4))
    assert journey("go back to before the night one", row, 4) == Journey(1)
    assert journey("go back to the night one", row, 4) == Journey(3)


def test_a_new_conversation_has_nothing_to_undo() -> None:
    assert journey("undo", (), 0) == Journey(None, "there is nothing to undo")
