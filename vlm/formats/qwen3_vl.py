"""Qwen3-VL's wording: a `computer_use` function call in JSON, after its reasoning.

    <tool_call>
    {"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [512, 230]}}
    </tool_call>

Coordinates are whole thousandths of the image, 0-1000. Reasoning is `<think>…</think>` or plain text before the
call. Where the family's tool differs from our actions:

- `left_click_drag` gives only the end; we add `start_coordinate` and tell the model so.
- `scroll` (up positive) and `hscroll` (right positive) count pixels and scroll at the cursor; we keep the sign,
  add `coordinate`, and take the middle of the image where it is missing.
- `answer` and `terminate` both finish; a `terminate` with status failure finishes with the answer `failure`.
- `wait` may say how long; our wait has one length.
- `select`, `navigate`, `back`, `new_tab`, `switch_tab`, `close_tab`, `upload` and `ask_user` are ours.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from vlm.formats import THOUGHT_CHARS, Call, ParseError, Reply, Verb
from vlm.formats.call_syntax import IDENTIFIER, INTEGER_REGEX, MAX_CALL_CHARS, MAX_TEXT_CHARS, one_of
from vlm.formats.verbs import BROWSER_VERBS, DEFAULTS, PARAMETERS

SCALE = 1000
SCROLL_PIXELS = 500
TOOL = "computer_use"

_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "click": ("left_click", {"point": "coordinate"}),
    "double_click": ("double_click", {"point": "coordinate"}),
    "right_click": ("right_click", {"point": "coordinate"}),
    "drag": ("left_click_drag", {"start": "start_coordinate", "end": "coordinate"}),
    "hotkey": ("key", {"key": "keys"}),
    "type": ("type", {"content": "text"}),
    "select": ("select", {"point": "coordinate", "value": "text"}),
    "upload": ("upload", {"point": "coordinate"}),
    "finish": ("answer", {"answer": "text"}),
}
"""From a kind to the tool's action and its arguments' names; what is not listed has our own names."""
_SCROLLS = {"up": ("scroll", 1), "down": ("scroll", -1), "right": ("hscroll", 1), "left": ("hscroll", -1)}
_KINDS = {_WORDS.get(verb.kind, (verb.kind, {}))[0]: verb.kind for verb in BROWSER_VERBS}
_OPEN, _CLOSE = "<tool_call>", "</tool_call>"
_THINK, _THOUGHT = "<think>", "</think>"
_COORDINATE = r"\[(?:[0-9]{1,3}|1000), (?:[0-9]{1,3}|1000)\]"
_TEXT = r'"(?:[^"\\\x00-\x1f\x7f]|\\["\\nrt]){0,' + f'{MAX_TEXT_CHARS}}}"'
_KEYS = r'\["[^"\\ \x00-\x1f\x7f]{1,20}"(?:, "[^"\\ \x00-\x1f\x7f]{1,20}"){0,2}\]'


class Qwen3VL:
    """The format of Qwen3-VL's computer use."""

    name: ClassVar[str] = "qwen3_vl"

    def render(self, call: Call, image_size: tuple[int, int], thought: str = "") -> str:
        """Raises `ValueError` for a call that is no action: that is our mistake, not a model's."""
        thought = thought.strip()
        if any(tag in thought for tag in (_OPEN, _THINK, _THOUGHT)):
            raise ValueError(f"a thought cannot hold one of the format's own tags: {thought[:80]!r}")
        arguments = json.dumps({"name": TOOL, "arguments": _write(call)}, ensure_ascii=False)
        return f"{thought}\n{_OPEN}\n{arguments}\n{_CLOSE}" if thought else f"{_OPEN}\n{arguments}\n{_CLOSE}"

    def parse(self, text: str, image_size: tuple[int, int]) -> Reply:
        """Read a reply; the tags may be missing where nothing but the JSON is there."""
        thought, body = _split_thought(text)
        said, found, action = body.partition(_OPEN)
        if not found:
            said, action = "", body
        data, rest = _decode(action)
        rest = rest.removeprefix(_CLOSE).strip()
        if rest.startswith(_OPEN):
            raise ParseError("several actions in one reply")
        if rest:
            raise ParseError(f"text after the action: {rest[:80]!r}")
        return Reply(_read(data), "\n".join(part for part in (thought, said.strip()) if part))

    def grammar(
        self, verbs: Sequence[Verb], image_size: tuple[int, int], *, thought_chars: int = THOUGHT_CHARS
    ) -> dict[str, Any]:
        """A regular expression: some plain text without `<`, then exactly one call of one of `verbs`."""
        if not verbs:
            raise ValueError("a grammar needs at least one verb")
        calls = "|".join(_call_regex(verb) for verb in verbs)
        call = rf'\{{"name": "{TOOL}", "arguments": \{{"action": (?:{calls})\}}\}}'
        before = rf"[^<\x00-\x09\x0b-\x1f\x7f]{{0,{thought_chars}}}" if thought_chars else ""
        return {"regex": f"{before}<tool_call>\n{call}\n</tool_call>"}

    def system_prompt(self, verbs: Sequence[Verb]) -> str:
        """The tool's description in the layout of Qwen's chat template, with these verbs only."""
        return (
            "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
            "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n"
            f"{json.dumps(_tool(verbs), ensure_ascii=False)}\n</tools>\n\n"
            "For each function call, return a json object with function name and arguments within "
            "<tool_call></tool_call> XML tags:\n<tool_call>\n"
            '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>\n\n'
            "Say in one sentence what you will do next, then make exactly one function call."
        )


def _write(call: Call) -> dict[str, Any]:
    known = PARAMETERS.get(call.kind)
    if known is None:
        if call.kind in _KINDS or not all(IDENTIFIER.match(word) for word in (call.kind, *call.arguments)):
            raise ValueError(f"{call.kind!r} cannot name an action in the {Qwen3VL.name} format")
        if "action" in call.arguments:
            raise ValueError("an argument cannot be called action")
        return {"action": call.kind} | {name: _value(value) for name, value in call.arguments.items()}
    missing = [name for name in known if name not in call.arguments and (call.kind, name) not in DEFAULTS]
    if missing or any(name not in known for name in call.arguments):
        raise ValueError(f"{call.kind} takes {', '.join(known) or 'nothing'}, got {list(call.arguments)}")
    values = {name: _value(call.arguments.get(name, ""), type_) for name, type_ in known.items()}
    if call.kind == "scroll":
        action, sign = _SCROLLS[values["direction"]]
        return {"action": action, "coordinate": values["point"], "pixels": sign * SCROLL_PIXELS}
    if call.kind == "hotkey":
        return {"action": "key", "keys": values["key"].split(" ")}
    if call.kind == "wait":
        return {"action": "wait", "time": 1}
    action, names = _WORDS.get(call.kind, (call.kind, {}))
    return {"action": action} | {names.get(name, name): value for name, value in values.items()}


def _value(value: Any, type_: str = "") -> Any:
    if isinstance(value, Mapping) and type_ in ("", "point"):
        return [_thousandths(value["x"]), _thousandths(value["y"])]
    whole = isinstance(value, int) and not isinstance(value, bool)
    if (whole and type_ in ("", "integer")) or (isinstance(value, str) and type_ not in ("point", "integer")):
        if "|" in type_ and value not in type_.split("|"):
            raise ValueError(f"{value!r} is none of {type_}")
        return value
    raise ValueError(f"{value!r} cannot be written as {type_ or 'an argument'}")


def _thousandths(fraction: float) -> int:
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"{fraction} is not a fraction of the image")
    return round(fraction * SCALE)


def _split_thought(text: str) -> tuple[str, str]:
    """What stands in the `<think>` tags, whose first the chat template may have written, and the rest."""
    thought, found, rest = text.partition(_THOUGHT)
    opened = thought.lstrip().startswith(_THINK)
    if not found or (_OPEN in thought and not opened):
        return "", text
    return thought.strip().removeprefix(_THINK).strip(), rest


def _decode(text: str) -> tuple[Any, str]:
    """The JSON value with which `text` begins, and what follows it."""
    text = text.strip()
    if len(text) > MAX_CALL_CHARS:
        raise ParseError(f"the action is {len(text)} characters long; at most {MAX_CALL_CHARS} are read")
    try:
        data, end = json.JSONDecoder().raw_decode(text)
        # JSON can spell half a surrogate pair, which is no text and cannot be encoded.
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError, MemoryError):
        raise ParseError(f"not a function call in JSON: {text[:80]!r}") from None
    return data, text[end:].strip()


def _read(data: Any) -> Call:
    if not isinstance(data, dict) or set(data) != {"name", "arguments"} or data["name"] != TOOL:
        raise ParseError(f"not a call of {TOOL} with arguments: {str(data)[:80]!r}")
    arguments = data["arguments"]
    if not isinstance(arguments, dict) or not isinstance(arguments.get("action"), str):
        raise ParseError(f"{TOOL} needs an action among its arguments")
    return _call(arguments["action"], {name: value for name, value in arguments.items() if name != "action"})


def _call(action: str, given: dict[str, Any]) -> Call:
    if action in ("scroll", "hscroll"):
        return _scroll(action, given)
    if action == "wait":
        given.pop("time", None)
    if action == "terminate":
        status = given.pop("status", "success")
        _refuse_unknown(action, given)
        return Call("finish", {"answer": "failure" if status == "failure" else ""})
    kind = _KINDS.get(action)
    if kind is None:
        if action in PARAMETERS or not all(IDENTIFIER.match(word) for word in (action, *given)):
            raise ParseError(f"there is no action named {action[:80]!r}")
        return Call(action, {name: _argument(name, value) for name, value in given.items()})
    names = _WORDS.get(kind, (kind, {}))[1]
    arguments: dict[str, Any] = {}
    for name, type_ in PARAMETERS[kind].items():
        key = names.get(name, name)
        value = given.pop(key, None)
        if (kind, name) in DEFAULTS:
            value = value or DEFAULTS[kind, name]
        if value is None:
            raise ParseError(f"{action} lacks {key}")
        if key == "keys":
            value = _keys(value)
        arguments[name] = _argument(key, value, type_)
    _refuse_unknown(action, given)
    return Call(kind, arguments)


def _scroll(action: str, given: dict[str, Any]) -> Call:
    point = _argument("coordinate", given.pop("coordinate", [SCALE // 2, SCALE // 2]), "point")
    pixels = given.pop("pixels", None)
    _refuse_unknown(action, given)
    if type(pixels) not in (int, float) or not abs(pixels) > 0:
        raise ParseError(f"{action} needs a number of pixels other than 0")
    direction = {"scroll": ("up", "down"), "hscroll": ("right", "left")}[action][pixels < 0]
    return Call("scroll", {"point": point, "direction": direction})


def _keys(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
        raise ParseError("keys is a list of key names")
    return " ".join(key.lower() for key in value)


def _argument(name: str, value: Any, type_: str = "") -> Any:
    if isinstance(value, list) and type_ in ("", "point"):
        numbers = [n for n in value if type(n) in (int, float) and 0 <= n <= SCALE]
        if len(numbers) == len(value) == 4:  # a box: its middle is meant
            numbers = [(numbers[0] + numbers[2]) / 2, (numbers[1] + numbers[3]) / 2]
        if len(numbers) == 2 and len(value) in (2, 4):
            return {"x": numbers[0] / SCALE, "y": numbers[1] / SCALE}
        raise ParseError(f"{name[:80]} is no pair of numbers from 0 to {SCALE}: {str(value)[:80]!r}")
    if type(value) is int and type_ in ("", "integer"):
        return value
    if isinstance(value, str) and type_ in ("", "text"):
        return value
    raise ParseError(f"{name[:80]!r} is not {type_ or 'a text, a whole number or a point'}: {str(value)[:80]!r}")


def _refuse_unknown(action: str, rest: Mapping[str, Any]) -> None:
    if rest:
        raise ParseError(f"{action} has no argument {next(iter(rest))[:80]!r}")


def _call_regex(verb: Verb) -> str:
    if verb.kind == "scroll":
        return rf'"h?scroll", "coordinate": {_COORDINATE}, "pixels": -?[1-9][0-9]{{0,3}}'
    if verb.kind == "wait":
        return r'"wait", "time": [1-9]'
    action, names = _WORDS.get(verb.kind, (verb.kind, {}))
    words = [f'"{action}"']
    for name, type_ in verb.parameters.items():
        key = names.get(name, name)
        if key == "keys":
            value = _KEYS
        elif type_ in ("point", "text", "integer"):
            value = {"point": _COORDINATE, "text": _TEXT, "integer": INTEGER_REGEX}[type_]
        else:
            value = f'"{one_of(type_)}"'
        words.append(f'"{key}": {value}')
    return ", ".join(words)


def _tool(verbs: Sequence[Verb]) -> dict[str, Any]:
    """The JSON schema of the function with these verbs."""
    lines: list[str] = []
    actions: list[str] = []
    properties: dict[str, Any] = {}
    for verb in verbs:
        action, names = _WORDS.get(verb.kind, (verb.kind, {}))
        schemas = {names.get(n, n): _schema(type_) for n, type_ in verb.parameters.items()}
        if verb.kind == "scroll":
            actions.append("hscroll")
            schemas = {"coordinate": _schema("point"), "pixels": {"type": "integer"}}
            lines.append("`hscroll`: As `scroll`, to the right (pixels positive) or left (negative).")
            verb = Verb(verb.kind, verb.parameters, verb.help + " Positive pixels scroll up, negative down.")
        if "keys" in schemas:
            schemas["keys"] = {"type": "array", "items": {"type": "string"}}
        actions.append(action)
        lines.append(f"`{action}`: {verb.help} Arguments: {', '.join(schemas) or 'none'}.")
        properties |= schemas
    description = (
        "Use a mouse and keyboard to interact with a computer, and take screenshots.\n"
        f"* The screen's resolution is {SCALE}x{SCALE}.\n"
        "* Make sure to click any buttons, links, icons, etc with the cursor tip in the center of the element."
    )
    action_schema = {
        "description": "The action to perform. The available actions are:\n" + "\n".join(f"* {x}" for x in lines),
        "enum": actions,
        "type": "string",
    }
    parameters = {"properties": {"action": action_schema} | properties, "required": ["action"], "type": "object"}
    function = {"name": TOOL, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


def _schema(type_: str) -> dict[str, Any]:
    if type_ == "point":
        return {"description": "(x, y): pixels from the left edge and from the top edge.", "type": "array"}
    if type_ in ("text", "integer"):
        return {"type": "string" if type_ == "text" else "integer"}
    return {"enum": type_.split("|"), "type": "string"}
