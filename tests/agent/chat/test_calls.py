"""What a model may write to use a tool, and what it is told when it writes something else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chat.calls import Call, from_openai, read, render
from agent.chat.errors import ChatError
from agent.chat.tools import TOOLS, arguments_of, functions, system_prompt, tool_named


def test_words_and_calls_are_told_apart() -> None:
    call = '<tool_call>{"name": "generate_image", "arguments": {"prompt": "a fox"}}</tool_call>'
    reply = read(f"I draw it.\n{call}")
    assert reply.text == "I draw it."
    assert reply.calls == (Call("generate_image", {"prompt": "a fox", "count": 1}),)
    assert reply.errors == ()


def test_a_call_that_was_cut_off_before_its_end_tag_is_still_one() -> None:
    (call,) = read('<tool_call>{"name": "describe", "arguments": {}}').calls
    assert call.arguments["picture"] == "last"


@pytest.mark.parametrize(
    ("body", "said"),
    (
        ("{not json", "is not JSON"),
        ('{"arguments": {}}', "names no tool"),
        ('{"name": "generate_imag", "arguments": {"prompt": "x"}}', "the nearest is 'generate_image'"),
        ('{"name": "generate_image", "arguments": {}}', "prompt"),
        ('{"name": "generate_image", "arguments": {"promt": "x", "prompt": "x"}}', "the nearest is 'prompt'"),
        ('{"name": "vary", "arguments": {"count": 99}}', "count '99'"),
        ('{"name": "vary", "arguments": [1]}', "no JSON object"),
        ("[]", "names no tool"),
    ),
)
def test_what_is_wrong_with_a_call_is_said(body: str, said: str) -> None:
    reply = read(f"<tool_call>{body}</tool_call>")
    assert reply.calls == ()
    assert said in reply.errors[0]


@given(st.text(max_size=80))
def test_no_text_is_an_exception(text: str) -> None:
    read(text)
    read(f"<tool_call>{text}</tool_call>")


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and "</tool_call>" not in text))
def test_what_is_written_is_read(prompt: str) -> None:
    call = Call("generate_image", {"prompt": prompt, "count": 1})
    assert read(render(call)).calls == (call,)


def test_calls_that_a_server_split_off_are_read_alike() -> None:
    split = [{"function": {"name": "play", "arguments": json.dumps({"game": "seedbed/2048-v1"})}}]
    (call,) = read(from_openai(split)).calls
    assert call.name == "play"


def test_every_tool_is_described_and_can_be_called_with_its_own_schema() -> None:
    assert [each["function"]["name"] for each in functions()] == list(TOOLS)
    for name in TOOLS:
        assert name in system_prompt()
        with pytest.raises(ChatError):
            arguments_of(name, {"no_such_argument": 1})
    with pytest.raises(ChatError, match="the nearest is 'browse'"):
        tool_named("brows")
