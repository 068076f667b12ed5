"""UI-TARS-1.5's wording: `Thought: …`, then `Action: click(start_box='<|box_start|>(512,230)<|box_end|>')`.

Coordinates are whole pixels of the image as the model saw it, after its processor had resized it
(`vlm.coordinates.smart_resize` with a factor of 28); the newer `point='<point>512 230</point>'` is read too. A
pixel stands for its middle, so fractions differ from pixel / width by half a pixel. UI-TARS-72B counts
thousandths instead, whatever the image: give this format an `image_size` of (1000, 1000) for it.

The verbs are Seed's, with call_user for asking; we add those that Seed lacks in the same manner.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from vlm.formats import ParseError, Verb
from vlm.formats.thought_action import ROLE, SEED_VERBS, ThoughtAction
from vlm.formats.verbs import DEFAULTS


class UiTars(ThoughtAction):
    """The format of UI-TARS and UI-TARS-1.5."""

    name: ClassVar[str] = "ui_tars"
    verb_names: ClassVar[Mapping[str, str]] = {**SEED_VERBS, "ask_user": "call_user"}
    argument_names: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "drag": {"start": "start_box", "end": "end_box"},
        "ask_user": {"question": "content"},
        "finish": {"answer": "content"},
    } | {
        kind: {"point": "start_box"}
        for kind in ("click", "double_click", "right_click", "scroll", "select", "upload")
    }
    defaults: ClassVar[Mapping[tuple[str, str], str]] = {**DEFAULTS, ("ask_user", "question"): ""}

    def point_regex(self, image_size: tuple[int, int]) -> str:
        x, y = (_below(side) for side in image_size)
        return rf"<\|box_start\|>\({x},{y}\)<\|box_end\|>"

    def point_example(self, number: str) -> str:
        return f"<|box_start|>(x{number},y{number})<|box_end|>"

    def write_point(self, point: Mapping[str, float], image_size: tuple[int, int]) -> str:
        """The pixel that holds the point."""
        x, y = (_pixel(point[axis], side) for axis, side in zip("xy", image_size, strict=True))
        return f"<|box_start|>({x},{y})<|box_end|>"

    def read_point(self, x: float, y: float, image_size: tuple[int, int]) -> dict[str, float]:
        """The middle of the pixel; the far edges, one pixel too far, are let pass."""
        width, height = image_size
        if x > width or y > height:
            raise ParseError(f"point ({x:g}, {y:g}) is outside the image of {width} x {height}")
        return {"x": min((x + 0.5) / width, 1.0), "y": min((y + 0.5) / height, 1.0)}

    def system_prompt(self, verbs: Sequence[Verb]) -> str:
        actions = "\n".join(self.describe(verb) for verb in verbs)
        return ROLE + (
            "## Output Format\n```\nThought: ...\nAction: ...\n```\n\n"
            f"## Action Space\n{actions}\n\n"
            "## Note\n"
            "- Use English in `Thought` part.\n"
            "- Write a small plan and finally summarize your next action (with its target element) in one "
            "sentence in `Thought` part.\n"
        )


def _pixel(fraction: float, side: int) -> int:
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"{fraction} is not a fraction of the image")
    return min(int(fraction * side), side - 1)


def _below(limit: int) -> str:
    """A regular expression for the whole numbers from 0 to `limit` - 1, without leading zeros."""
    largest = str(limit - 1)
    ways = ["[0-9]"] if len(largest) > 1 else [f"[0-{largest}]"]
    for length in range(2, len(largest)):
        ways.append(f"[1-9][0-9]{{{length - 1}}}")
    if len(largest) > 1:
        for position, digit in enumerate(largest):
            low, high = ("1" if position == 0 else "0"), str(int(digit) - 1)
            if high >= low and digit != "0":
                rest = len(largest) - position - 1
                ways.append(f"{largest[:position]}[{low}-{high}]" + (f"[0-9]{{{rest}}}" if rest else ""))
        ways.append(largest)
    return f"(?:{'|'.join(ways)})"
