"""Which picture people mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chat.references import Referent, Seen, mentioned, resolve

FOX = Seen("00000000000000f0", "a red fox", 1)
NIGHT = Seen("00000000000000f1", "a red fox, at night", 2)
LAKE = Seen("00000000000000f2", "a lake under mountains", 3)
ROW = (FOX, NIGHT, LAKE)
A, B = Seen("00000000000000fa", "two cubes", 4), Seen("00000000000000fb", "two cubes", 4)

pictures = st.lists(
    st.builds(
        Seen,
        st.integers(0, 2**64 - 1).map(lambda number: f"{number:016x}"),
        st.sampled_from(("a red fox", "a blue lake", "three cubes at night", "")),
        st.integers(1, 5),
    ),
    max_size=8,
    unique_by=lambda picture: picture.id,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    (
        ("make the second one blue", NIGHT),
        ("the 3rd picture, please", LAKE),
        ("number 1 without the tree", FOX),
        ("vary #2", NIGHT),
        ("image 3 again", LAKE),
        ("the last one", LAKE),
        ("the previous one was better", NIGHT),
        ("the night one, but wider", NIGHT),
        ("take the one with mountains", LAKE),
        ("describe the red fox picture", NIGHT),
        ("00000000000000f0 but blue", FOX),
        ("same, but at night", LAKE),
        ("second", NIGHT),
    ),
)
def test_words_that_people_use(text: str, meant: Seen) -> None:
    assert resolve(text, ROW).picture == meant


def test_an_ordinal_counts_among_those_that_came_together() -> None:
    assert resolve("the second one", (*ROW, A, B)).picture == B
    assert resolve("the first one", (*ROW, A, B)).picture == A
    assert resolve("the other one", (*ROW, A, B), B.id).picture == A
    assert resolve("number 2", (*ROW, A, B)).picture == NIGHT, "a number counts all of them"


def test_it_is_what_the_conversation_is_about() -> None:
    assert resolve("make it blue", ROW, FOX.id).picture == FOX
    assert resolve("the previous one", ROW, NIGHT.id).picture == FOX


@pytest.mark.parametrize("text", ("the ninth image", "the fourth one", "number 9", "ffffffffffffffff", "#0"))
def test_what_is_not_there_is_never_another_picture(text: str) -> None:
    found = resolve(text, ROW)
    assert found.picture is None
    assert found.said


def test_words_of_a_new_wish_name_no_picture() -> None:
    for text in (
        "a watercolour fox",
        "draw three cubes",
        "the first snow of the year",
        "a picture of a night sky",
    ):
        assert mentioned(text, ROW) is None, text


def test_without_pictures_there_is_nothing_to_mean() -> None:
    assert resolve("make it blue", ()) == Referent(None, "none")


@given(st.text(max_size=60), pictures)
def test_only_pictures_that_are_there_are_meant(text: str, row: list[Seen]) -> None:
    found = resolve(text, row).picture
    assert found is None or found in row


@given(pictures.filter(bool), st.data())
def test_every_picture_can_be_meant_by_number_and_by_id(row: list[Seen], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(row) - 1))
    assert resolve(f"make number {place + 1} blue", row).picture == row[place]
    assert resolve(f"vary {row[place].id}", row).picture == row[place]
