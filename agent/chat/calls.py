"""Calls of tools in Hermes style: `<tool_call>{"name": …, "arguments": {…}}</tool_call>` in a model's text.

The text is read as JSON and checked against the tool's schema; nothing in it is executed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.chat.citations import CALL, CALL_END
from agent.chat.errors import ChatError
from agent.chat.tools import arguments_of, tool_named

_CALLS = re.compile(rf"{CALL}(?P<body>.*?)(?:{CALL_END}|(?={CALL})|$)", re.DOTALL)
_MOST = 8
"""Calls in one reply; a model that makes more goes in circles."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, its arguments checked."""

    name: str
    arguments: dict[str, Any]

    def plain(self) -> dict[str, Any]:
        """As the state keeps it."""
        return {"name": self.name, "arguments": self.arguments}


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's reply, read."""

    text: str
    """What is for the person: all that is outside calls."""
    calls: tuple[Call, ...]
    errors: tuple[str, ...] = ()
    """What is wrong with calls that cannot be followed, for the model to read."""


def read(text: str) -> Reply:
    """Words and calls of a reply. Bad calls become errors, never exceptions."""
    calls: list[Call] = []
    errors: list[str] = []
    for found in _CALLS.finditer(text):
        try:
            calls.append(_call(found["body"]))
        except ChatError as error:
            errors.append(str(error))
    if len(calls) > _MOST:
        errors.append(f"{len(calls)} calls in one reply: only the first {_MOST} are made")
    return Reply(_CALLS.sub("", text).strip(), tuple(calls[:_MOST]), tuple(errors))


def render(call: Call) -> str:
    """A call as a model writes it."""
    return f"{CALL}\n{json.dumps(call.plain(), ensure_ascii=False)}\n{CALL_END}"


def from_openai(calls: Sequence[Mapping[str, Any]]) -> str:
    """The `tool_calls` that a server has split off already, back in the text: one reader reads both."""
    parts = []
    for call in calls:
        function = call.get("function") or {}
        arguments = function.get("arguments") or "{}"
        arguments = arguments if isinstance(arguments, str) else json.dumps(arguments)
        parts.append(
            f'{CALL}\n{{"name": {json.dumps(function.get("name", ""))}, "arguments": {arguments}}}\n{CALL_END}'
        )
    return "\n".join(parts)


def _call(body: str) -> Call:
    try:
        data = json.loads(body.strip())
    except ValueError as error:
        raise ChatError(f"a tool call is not JSON ({error}): {body.strip()[:80]!r}") from None
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        raise ChatError(f"a tool call names no tool: {body.strip()[:80]!r}")
    name, arguments = data["name"], data.get("arguments", {})
    tool_named(name)
    if not isinstance(arguments, dict):
        raise ChatError(f"the arguments of {name} are no JSON object: {str(arguments)[:80]!r}")
    return Call(name, arguments_of(name, arguments).model_dump(mode="json", exclude_none=True))
