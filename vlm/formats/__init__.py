"""How each model family words an action: `render` an action as text, `parse` text back, `grammar` for decoding.

A format knows no world. It trades in a `Call`: a verb and plain arguments, with points as fractions of the image.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol


class ParseError(ValueError):
    """The text is not one well-formed action; the message says what is wrong with it, in one line."""


class FormatUnknown(ValueError):
    """No format has this name."""


THOUGHT_CHARS = 500
"""How long a thought may be where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Call:
    """One action in no model's words: `Call("click", {"point": {"x": 0.5, "y": 0.25}})`.

    `kind` and the arguments' names are those of `envs.browser.actions`; `arguments` are plain JSON values.
    """

    kind: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said: its thought (may be empty) and the one action that it chose."""

    call: Call
    thought: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """A kind of action that the model may use now: its arguments' types and one sentence for the prompt."""

    kind: str
    parameters: dict[str, str]
    """From argument name to `point`, `text`, `integer`, or alternatives such as `up|down|left|right`: any words
    without quotes, backslashes and bars."""
    help: str


class WireFormat(Protocol):
    """What every format offers; `check_format` exercises all of it."""

    name: str

    def render(self, call: Call, image_size: tuple[int, int], thought: str = "") -> str:
        """The text with which this family says `call` about an encoded image of this width and height."""

    def parse(self, text: str, image_size: tuple[int, int]) -> Reply:
        """Read a reply back; raises `ParseError`, and nothing else, for any other text."""

    def grammar(
        self, verbs: Sequence[Verb], image_size: tuple[int, int], *, thought_chars: int = THOUGHT_CHARS
    ) -> dict[str, Any]:
        """vLLM's `structured_outputs` parameter under which only well-formed actions with these verbs come out.

        A thought of at most `thought_chars` letters may stand before the action; none for 0.
        """

    def system_prompt(self, verbs: Sequence[Verb]) -> str:
        """The instructions that the family was trained with, listing these verbs."""


FORMATS = {
    "seed": "vlm.formats.seed:Seed",
    "qwen3_vl": "vlm.formats.qwen3_vl:Qwen3VL",
    "ui_tars": "vlm.formats.ui_tars:UiTars",
}


def wire_format(name: str) -> WireFormat:
    """The format with this name; an unknown one is answered with what there is."""
    try:
        module, _, attribute = FORMATS[name].partition(":")
    except KeyError:
        raise FormatUnknown(f"no wire format {name!r}; there are {', '.join(FORMATS)}") from None
    instance: WireFormat = getattr(import_module(module), attribute)()
    return instance
