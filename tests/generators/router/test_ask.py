"""A model reads the request in one call; what it gets wrong is not believed, and is said."""

import json

import pytest

from generators.router.extension import extend, extend_with, lost_terms, retains
from generators.router.parse.ask import parse_with, schema
from generators.router.parse.rules import parse
from generators.router.parse.schema import ModelReading

from . import simulator

ARM = simulator.arms(1)[0]
GOOD = {"form": "instruction", "content": "a red fox by Ada Lovelace", "must_keep": ["red", "Ada Lovelace"],
        "media": "image", "negatives": ["trees"]}  # fmt: skip
TEXT = "paint me a red fox by Ada Lovelace, no trees"


def model(answer, calls=None):
    async def ask(system, user, json_schema):
        if calls is not None:
            calls.append((system, user, json_schema))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, str) else json.dumps(answer)

    return ask


async def test_one_call_with_a_schema_reads_a_request():
    calls = []
    parsed = await parse_with(model(GOOD, calls), TEXT)
    assert len(calls) == 1
    assert calls[0][2] == schema() and json.loads(calls[0][1]) == {"request": TEXT}
    assert (parsed.source, parsed.content, parsed.negatives) == ("model", GOOD["content"], ("trees",))
    assert {"red", "Ada Lovelace", "fox"} <= set(parsed.must_keep), "rules add what the model forgot"


def test_the_schema_is_closed_and_names_every_field():
    assert schema()["additionalProperties"] is False
    assert set(schema()["properties"]) == set(ModelReading.model_fields)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("no json", "does not fit"),
        (GOOD | {"form": "poem"}, "does not fit"),
        (GOOD | {"tool": "shell"}, "does not fit"),
        (GOOD | {"content": "an astronaut riding through neon rain"}, "not in the request"),
        (GOOD | {"content": ""}, "nothing to draw"),
        (TimeoutError("60 s are over"), "60 s are over"),
        (ConnectionError(), "ConnectionError"),
    ],
)
async def test_an_answer_that_is_no_use_leaves_what_rules_read_and_says_why(answer, why):
    parsed = await parse_with(model(answer), TEXT)
    assert why in parsed.refused
    assert parsed.model_copy(update={"refused": ""}) == parse(TEXT)


async def test_a_lost_quotation_is_not_forgiven():
    text = 'draw the word "Open" in gold'
    parsed = await parse_with(model(GOOD | {"content": "the word in gold", "must_keep": []}), text)
    assert "lost the quoted 'Open'" in parsed.refused


async def test_invented_terms_are_not_kept():
    parsed = await parse_with(model(GOOD | {"must_keep": ["red", "unicorn"]}), TEXT)
    assert "unicorn" not in parsed.must_keep


async def test_follow_ups_need_no_call():
    calls = []
    parsed = await parse_with(model(GOOD, calls), "make it blue", before=parse("a red fox"))
    assert (parsed.content, calls) == ("a blue fox", [])


def test_an_extended_prompt_takes_the_manner_of_the_first_example(taxonomy):
    parsed = parse("a red cube")
    assert extend(parsed, ARM, taxonomy).prompt == "a red cube, clean"


def test_a_synonym_retains_a_term_and_a_part_of_a_word_does_not(taxonomy):
    assert retains("a scarlet cube", "red", taxonomy)
    assert not retains("a tired cube", "red", taxonomy)
    assert lost_terms("two cubes", ["two", "lake"], taxonomy) == ["lake"]


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        ("a crimson fox under tall pines", "brought back 'trees'"),
        ("a fox by Ada Lovelace", "lost 'red'"),
        ("", "empty"),
    ],
)
async def test_a_rewriting_that_loses_or_brings_back_a_term_is_not_drawn(prompt, why, taxonomy):
    parsed = parse(TEXT)
    extended = await extend_with(model({"prompt": prompt}), parsed, ARM, taxonomy)
    assert why in extended.refused and extended.source != "model"
    assert not lost_terms(extended.prompt, parsed.must_keep, taxonomy)
    assert extended.negative == "trees"


async def test_a_good_rewriting_is_drawn(taxonomy):
    parsed = parse(TEXT)
    extended = await extend_with(
        model({"prompt": "a crimson fox, by Ada Lovelace, at dusk"}), parsed, ARM, taxonomy
    )
    assert (extended.prompt, extended.source) == ("a crimson fox, by Ada Lovelace, at dusk", "model")
