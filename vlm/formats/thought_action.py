"""What Seed's and UI-TARS's replies have in common: a `Thought:` line, then an `Action:` line with one call.

A family adds its names for verbs and arguments and its way of writing a point.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from vlm.formats import THOUGHT_CHARS, Call, ParseError, Reply, Verb
from vlm.formats.call_syntax import (
    IDENTIFIER,
    INTEGER_REGEX,
    TEXT_REGEX,
    one_of,
    quote,
    read_call,
    read_numbers,
)
from vlm.formats.verbs import DEFAULTS, PARAMETERS

SEED_VERBS: Mapping[str, str] = {
    "double_click": "left_double",
    "right_click": "right_single",
    "finish": "finished",
}
"""Where both families name a verb otherwise than we do."""
ROLE = (
    "You are a GUI agent. You are given a task and your action history, with screenshots. "
    "You need to perform the next action to complete the task.\n\n"
)
"""How both families' system prompts begin."""
_ACTION_LINE = re.compile(r"^[ \t]*Action:[ \t]*", re.MULTILINE)
_THOUGHT = re.compile(r"\s*Thought:\s*")


class ThoughtAction(ABC):
    """Renders, reads and constrains `Thought: …` and `Action: verb(name=value, …)`.

    Verbs that no family knows (a game's) are worded generically, under their own kind and argument names.
    """

    name: ClassVar[str]
    verb_names: ClassVar[Mapping[str, str]] = {}
    """From a kind to the family's word for it, where the two differ."""
    argument_names: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """From a kind to its arguments' names in the family's words, where they differ."""
    defaults: ClassVar[Mapping[tuple[str, str], str]] = DEFAULTS
    """What an argument, given as (kind, name), is when it is left out or empty."""

    @abstractmethod
    def point_regex(self, image_size: tuple[int, int]) -> str:
        """What `write_point` writes, as a regular expression."""

    @abstractmethod
    def point_example(self, number: str) -> str:
        """How a point looks in the prompt's list of actions, its coordinates named `x` and `y` plus `number`."""

    @abstractmethod
    def write_point(self, point: Mapping[str, float], image_size: tuple[int, int]) -> str:
        """The family's text, quotes left out, for a point given as fractions."""

    @abstractmethod
    def read_point(self, x: float, y: float, image_size: tuple[int, int]) -> dict[str, float]:
        """The fractions for a point in the family's units; raises `ParseError` where it is outside."""

    @abstractmethod
    def system_prompt(self, verbs: Sequence[Verb]) -> str: ...

    def render(self, call: Call, image_size: tuple[int, int], thought: str = "") -> str:
        """One line for the thought, whose white space is folded, and one for the call.

        Raises `ValueError` for a call that is no action: that is our mistake, not a model's.
        """
        parameters = self._parameters(call)
        words = []
        for argument, type_ in parameters.items():
            value = self._write(call.arguments.get(argument, ""), type_, image_size)
            words.append(f"{self._argument_name(call.kind, argument)}={value}")
        folded = " ".join(thought.split())
        prefix = f"Thought: {folded}\n" if folded else ""
        return f"{prefix}Action: {self._verb_name(call.kind)}({', '.join(words)})"

    def parse(self, text: str, image_size: tuple[int, int]) -> Reply:
        """Read a reply, with or without its `Thought:` and the word `Action:`; raises `ParseError` otherwise."""
        thought, action = _split(text)
        verb, values = read_call(action)
        return Reply(Call(*self._arguments(verb, values, image_size)), thought)

    def grammar(
        self, verbs: Sequence[Verb], image_size: tuple[int, int], *, thought_chars: int = THOUGHT_CHARS
    ) -> dict[str, Any]:
        """A regular expression: an optional thought of one line, then exactly one call of one of `verbs`."""
        if not verbs:
            raise ValueError("a grammar needs at least one verb")
        calls = "|".join(self._call_regex(verb, image_size) for verb in verbs)
        before = rf"(?:Thought: [^\x00-\x1f\x7f]{{1,{thought_chars}}}\n)?" if thought_chars else ""
        return {"regex": f"{before}Action: (?:{calls})"}

    def describe(self, verb: Verb) -> str:
        """The verb's line in a prompt: an example call and what it does."""
        words = [
            f"{self._argument_name(verb.kind, argument)}={self._example(argument, type_)}"
            for argument, type_ in verb.parameters.items()
        ]
        return f"{self._verb_name(verb.kind)}({', '.join(words)}) # {verb.help}"

    def _example(self, argument: str, type_: str) -> str:
        if type_ == "point":
            return f"'{self.point_example({'start': '1', 'end': '2'}.get(argument, ''))}'"
        if type_ == "text":
            return "''"
        if type_ == "integer":
            return "1"
        return "'" + type_.replace("|", "' or '") + "'"

    def _verb_name(self, kind: str) -> str:
        return self.verb_names.get(kind, kind)

    def _argument_name(self, kind: str, argument: str) -> str:
        return self.argument_names.get(kind, {}).get(argument, argument)

    def _call_regex(self, verb: Verb, image_size: tuple[int, int]) -> str:
        words = []
        for argument, type_ in verb.parameters.items():
            if type_ == "point":
                value = f"'{self.point_regex(image_size)}'"
            elif type_ in ("text", "integer"):
                value = TEXT_REGEX if type_ == "text" else INTEGER_REGEX
            else:
                value = f"'{one_of(type_)}'"
            words.append(f"{self._argument_name(verb.kind, argument)}={value}")
        return rf"{self._verb_name(verb.kind)}\({', '.join(words)}\)"

    def _parameters(self, call: Call) -> Mapping[str, str]:
        """The types of `call`'s arguments, known or guessed, after a check that they fit."""
        if (known := PARAMETERS.get(call.kind)) is not None:
            missing = [n for n in known if n not in call.arguments and (call.kind, n) not in self.defaults]
            unknown = [n for n in call.arguments if n not in known]
            if missing or unknown:
                raise ValueError(f"{call.kind} takes {', '.join(known) or 'nothing'}, got {list(call.arguments)}")
            return known
        if call.kind in self._kinds:
            raise ValueError(f"{call.kind!r} is already the {self.name} format's word for another action")
        if not all(IDENTIFIER.match(word) for word in (call.kind, *call.arguments)):
            raise ValueError(f"not a plain identifier among {[call.kind, *call.arguments]}")
        return {n: "point" if isinstance(v, Mapping) else "free" for n, v in call.arguments.items()}

    def _write(self, value: Any, type_: str, image_size: tuple[int, int]) -> str:
        if type_ == "point":
            return f"'{self.write_point(value, image_size)}'"
        if isinstance(value, int) and not isinstance(value, bool) and type_ in ("integer", "free"):
            return str(value)
        if not isinstance(value, str) or type_ == "integer":
            raise ValueError(f"{value!r} cannot be written as {type_}")
        return quote(value)

    @property
    def _kinds(self) -> dict[str, str]:
        """From the family's word for a verb back to its kind."""
        return {self._verb_name(kind): kind for kind in PARAMETERS}

    def _arguments(
        self, verb: str, values: dict[str, Any], image_size: tuple[int, int]
    ) -> tuple[str, dict[str, Any]]:
        kind = self._kinds.get(verb)
        if kind is None:
            if verb in PARAMETERS or not all(IDENTIFIER.match(word) for word in (verb, *values)):
                raise ParseError(f"there is no action named {verb[:80]!r}")
            return verb, {n: self._guess(n, v, image_size) for n, v in values.items()}
        types = PARAMETERS[kind]
        arguments: dict[str, Any] = {}
        for word, value in values.items():
            argument = self._argument(kind, word)
            if argument in arguments:
                raise ParseError(f"{verb} was given {argument} twice")
            arguments[argument] = self._read(verb, word, value, types[argument], image_size)
        for argument in types:
            if (kind, argument) in self.defaults:
                arguments[argument] = arguments.get(argument) or self.defaults[kind, argument]
            elif argument not in arguments:
                raise ParseError(f"{verb} lacks {self._argument_name(kind, argument)}")
        return kind, arguments

    def _argument(self, kind: str, word: str) -> str:
        """Our name for the argument that the family, or a sibling of it, calls `word`."""
        for argument, type_ in PARAMETERS[kind].items():
            words = {argument, self._argument_name(kind, argument)}
            if type_ == "point":
                words |= {"end_point", "end_box"} if argument == "end" else {"start_point", "start_box", "point"}
            if word in words:
                return argument
        raise ParseError(f"{self._verb_name(kind)} has no argument {word[:80]!r}")

    def _read(self, verb: str, word: str, value: Any, type_: str, image_size: tuple[int, int]) -> Any:
        if type_ == "point":
            return self._point(word, value, image_size)
        if type_ == "integer":
            if isinstance(value, int):
                return value
            raise ParseError(f"{verb} takes a whole number as {word}")
        if not isinstance(value, str):
            raise ParseError(f"{verb} takes a text as {word}")
        if type_ != "text" and value not in type_.split("|"):
            raise ParseError(f"{word} is one of {type_.replace('|', ', ')}, not {value[:80]!r}")
        return value

    def _guess(self, word: str, value: Any, image_size: tuple[int, int]) -> Any:
        if isinstance(value, tuple) or (
            isinstance(value, str) and re.fullmatch(self.point_regex(image_size), value)
        ):
            return self._point(word, value, image_size)
        return value

    def _point(self, word: str, value: Any, image_size: tuple[int, int]) -> dict[str, float]:
        numbers = read_numbers(value)
        if numbers is None:
            raise ParseError(f"{word} is no point: {str(value)[:80]!r}")
        if len(numbers) == 4:  # a box: its middle is meant
            numbers = ((numbers[0] + numbers[2]) / 2, (numbers[1] + numbers[3]) / 2)
        return self.read_point(numbers[0], numbers[1], image_size)


def _split(text: str) -> tuple[str, str]:
    """The thought and the text of the call."""
    lines = list(_ACTION_LINE.finditer(text))
    if len(lines) > 1:
        raise ParseError(f"{len(lines)} actions in one reply")
    if lines:
        return _without_label(text[: lines[0].start()]), text[lines[0].end() :]
    if _THOUGHT.match(text) is None:
        return "", text
    thought, found, action = text.partition("Action:")
    if not found:
        thought, found, action = text.rstrip().rpartition("\n")
    if not found:
        raise ParseError("a thought without an action")
    return _without_label(thought), action


def _without_label(text: str) -> str:
    return _THOUGHT.sub("", text, count=1).strip() if _THOUGHT.match(text) else text.strip()
