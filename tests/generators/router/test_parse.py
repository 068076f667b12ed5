"""What a person types is read right: form, content, terms to keep, what to leave out, and follow-ups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.router.parse.edits import follow_up, is_edit
from generators.router.parse.rules import parse

# None of these sentences is among those that the classifier learned from.
HELD_OUT = [
    ("two green pyramids next to a lake", "prompt", "two green pyramids next to a lake"),
    ("lighthouse, ink drawing, stormy", "prompt", "lighthouse, ink drawing, stormy"),
    ("a horse made of glass", "prompt", "a horse made of glass"),
    ("Would you kindly sketch a barn owl", "instruction", "a barn owl"),
    ("produce a render of seven marbles", "instruction", "seven marbles"),
    ("Create an illustration showing a wyvern", "instruction", "a wyvern"),
    ("please could you make me a photo of the sea", "instruction", "the sea"),
    ("I wish I were at the beach", "inspiration", "the beach"),
    ("we'd love to see a comet", "inspiration", "a comet"),
    ("I am dreaming of a lighthouse in a storm", "inspiration", "a lighthouse in a storm"),
    ("I have always wanted to have a blue shield", "inspiration", "a blue shield"),
    ("If you give me a toy I will laugh", "hypothesis", "a toy, a laughing face"),
    ("what if there were a robot here?", "hypothesis", "a robot"),
    ("what would a castle on the moon look like?", "hypothesis", "a castle on the moon"),
    ("Had I a dragon I would never be sad", "hypothesis", "a dragon"),
    ("I would laugh if you drew a fox in a hat", "hypothesis", "a fox in a hat, a laughing face"),
    ("suppose that we had three suns", "hypothesis", "three suns"),
]


@pytest.mark.parametrize(("text", "form", "content"), HELD_OUT, ids=[text for text, _, _ in HELD_OUT])
def test_forms_and_their_content(text, form, content):
    parsed = parse(text)
    assert (parsed.form, parsed.content, parsed.media) == (form, content, "image")


@pytest.mark.parametrize(
    "text",
    ["what time is it in Lima?", "Hello!", "thank you", "how do I bake bread?", "who painted the Mona Lisa?",
     "translate this into Welsh", "explain photosynthesis", "what is the boiling point of lead?"],
)  # fmt: skip
def test_what_asks_for_no_picture_is_told_apart(text):
    assert parse(text).media == "none"


def test_a_video_is_asked_for_by_name():
    parsed = parse("a short video of a fox running")
    assert (parsed.media, parsed.content) == ("video", "a fox running")


@pytest.mark.parametrize(
    ("text", "content", "negatives"),
    [
        ("a beach without people", "a beach", ("people",)),
        ("draw three red cubes, no shadows", "three red cubes", ("shadows",)),
        ("a city with no cars or buses", "a city", ("cars", "buses")),
        ('the words "no entry" on a sign', 'the words "no entry" on a sign', ()),
    ],
)
def test_what_shall_not_be_seen_leaves_the_content(text, content, negatives):
    parsed = parse(text)
    assert (parsed.content, parsed.negatives) == (content, negatives)


def test_quoted_text_numbers_and_known_terms_are_kept_as_they_are_spelled():
    parsed = parse('please draw 3 Scarlet cubes and the word "Open Now" in 8-bit style near Oslo')
    assert {"Open Now", "3", "Scarlet", "cubes", "8-bit", "Oslo"} <= set(parsed.must_keep)
    assert "the" not in parsed.must_keep


@given(st.text(max_size=80))
def test_every_text_has_some_reading_and_kept_terms_stand_in_its_content(text):
    parsed = parse(text)
    assert all(term in parsed.content for term in parsed.must_keep)
    assert parse(text) == parsed


BEFORE = parse("a red watercolour fox with a tree")


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("same, but at night, and wider", "a red watercolour fox with a tree, at night"),
        ("the second one without the tree", "a red watercolour fox"),
        ("make the fox blue", "a watercolour blue fox with a tree"),
        ("green", "a green watercolour fox with a tree"),
        ("replace the tree with a lake", "a red watercolour fox with a lake"),
        ("make it pixel art", "a red pixel art fox with a tree"),
        ("add two moons", "a red watercolour fox with a tree, two moons"),
        ("another one", "a red watercolour fox with a tree"),
        ("could you make it blue?", "a blue watercolour fox with a tree"),
        ("can you add a moon", "a red watercolour fox with a tree, a moon"),
        ("I wish it were at night", "a red watercolour fox with a tree, at night"),
        ("what if it were blue?", "a blue watercolour fox with a tree"),
        ("imagine it at night", "a red watercolour fox with a tree, at night"),
        ("I'd like it without the tree", "a red watercolour fox"),
    ],
)
def test_follow_ups_change_what_came_before(text, content):
    assert follow_up(text, BEFORE).content == content


def test_a_follow_up_says_which_picture_how_wide_and_whether_anything_changed():
    wider = follow_up("same, but at night, and wider", BEFORE).edit
    assert wider is not None and (wider.add, wider.aspect, wider.again) == (("at night",), "wider", False)
    second = follow_up("the second one without the tree", BEFORE)
    assert second.edit is not None and (second.edit.reference, second.negatives) == (2, ("tree",))
    again = follow_up("again", BEFORE).edit
    assert again is not None and again.again


def test_a_request_that_stands_alone_is_no_follow_up():
    for alone in ("draw a castle", "I wish I were at the beach", "imagine a fox", "can you draw a fox?"):
        assert not is_edit(alone)
    assert follow_up("draw a castle", BEFORE).content == "a castle"
