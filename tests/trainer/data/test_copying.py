"""Made-up lists ask only for what they hold, and their answers stand in them letter for letter."""

import random
import re

import pytest

from trainer.data.copying import CopyText, copy_text, retold_text
from vlm.formats import wire_format

WORDS = ["Lorem", "it's", "dolor,", "sit", "Amet", "\\back"]


def listed(text: CopyText) -> dict[str, str]:
    """From each name of the list to its place."""
    found = [re.fullmatch(r"[^:]*:(.*) (\d{3} \d{3})", line) for line in text.lines.splitlines()]
    return {match[1]: match[2] for match in found if match}


@pytest.mark.parametrize("seed", range(30))
def test_every_answer_is_an_action_on_what_was_asked_for(seed: int) -> None:
    text = copy_text(random.Random(seed), WORDS)
    places = listed(text)
    assert 1 <= len(text.answers) <= 6 and 1 <= len(places) == text.lines.count("\n")
    for answer in text.answers:
        call = wire_format("seed").parse(answer, (160, 160)).call
        if call.kind == "type":
            assert call.arguments["content"] in places and call.arguments["content"] in text.instruction
        else:
            place = answer.split("<point>")[1].split("</point>")[0]
            assert any(name in text.instruction and place == where for name, where in places.items())


@pytest.mark.parametrize("seed", range(10))
def test_a_list_is_told_again_whole(seed: int) -> None:
    text = retold_text(random.Random(seed), WORDS)
    assert sorted(text.answers) == sorted(f"{name} {place}" for name, place in listed(text).items())
