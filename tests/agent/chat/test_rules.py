"""What rules make of what people say."""

import pytest

from agent.chat.references import Seen
from agent.chat.rules import closing, intent
from agent.chat.state import result

ROW = (Seen("00000000000000f0", "a red fox", 1), Seen("00000000000000f1", "a red fox, at night", 2))


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    (
        ("a watercolour fox", "generate_image", {"prompt": "a watercolour fox", "count": 1}),
        ("I wish I were at the beach", "generate_image", {"count": 1}),
        ("three pictures of a fox", "generate_image", {"prompt": "a fox", "count": 3}),
        ("same, but wider", "edit_image", {"picture": ROW[1].id, "instruction": "same, but wider"}),
        ("make the first one blue", "edit_image", {"picture": ROW[0].id}),
        ("two more like the first one", "vary", {"picture": ROW[0].id, "count": 2}),
        ("another one", "vary", {"picture": ROW[1].id, "count": 1}),
        ("what is in the first picture?", "describe", {"picture": ROW[0].id}),
        ("describe it", "describe", {"picture": ROW[1].id}),
        ("browse https://example.org/a and find the price", "browse", {"url": "https://example.org/a"}),
        ("play 2048", "play", {"game": "seedbed/2048-v1"}),
        ("play MiniGrid-Empty-8x8-v0", "play", {"game": "MiniGrid-Empty-8x8-v0"}),
    ),
)
def test_what_is_called(text: str, tool: str, arguments: dict[str, object]) -> None:
    call = intent(text, ROW)
    assert call is not None
    assert call.name == tool
    assert arguments.items() <= call.arguments.items()


@pytest.mark.parametrize("text", ("hello", "what time is it?", "thank you"))
def test_what_asks_for_nothing_calls_nothing(text: str) -> None:
    assert intent(text, ()) is None


def test_the_closing_words_say_what_failed() -> None:
    said = closing([result("vary", "drawn by tiny: [#a]"), result("play", "no game 'x'", failed=True)])
    assert said == "Drawn by tiny: [#a].\nI could not do that: no game 'x'."
