"""Seed1.5-VL's wording: `Thought: …`, then `Action: click(point='<point>512 230</point>')`.

Coordinates are integers 0-999, a thousandth of the image's width or height each, whatever its size (report,
section 2.3). They are always written with three digits, so that a tokenizer can give each its own token; the
surface text is Seed's all the same.

Seed's own verbs are click, left_double, right_single, drag, hotkey, type, scroll, wait and finished. We add, in
the same manner, select, navigate, back, new_tab, switch_tab, close_tab, upload and ask_user.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from vlm.formats import ParseError, Verb
from vlm.formats.thought_action import ROLE, SEED_VERBS, ThoughtAction

BINS = 1000


class Seed(ThoughtAction):
    """The format of Seed1.5-VL and of the models that this project trains."""

    name: ClassVar[str] = "seed"
    verb_names: ClassVar[Mapping[str, str]] = SEED_VERBS
    argument_names: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "drag": {"start": "start_point", "end": "end_point"},
        "finish": {"answer": "content"},
    }

    def point_regex(self, image_size: tuple[int, int]) -> str:
        return "<point>[0-9]{1,3} [0-9]{1,3}</point>"

    def point_example(self, number: str) -> str:
        return f"<point>x{number} y{number}</point>"

    def write_point(self, point: Mapping[str, float], image_size: tuple[int, int]) -> str:
        """Rounds down to the bin that holds the point, so that reading it back is at most half a bin off."""
        return f"<point>{_bin(point['x']):03d} {_bin(point['y']):03d}</point>"

    def read_point(self, x: float, y: float, image_size: tuple[int, int]) -> dict[str, float]:
        """The middle of the bin."""
        if not (0 <= x < BINS and 0 <= y < BINS):
            raise ParseError(f"point ({x:g}, {y:g}) is outside 0-{BINS - 1}")
        return {"x": min((x + 0.5) / BINS, 1.0), "y": min((y + 0.5) / BINS, 1.0)}

    def system_prompt(self, verbs: Sequence[Verb]) -> str:
        actions = "\n".join(self.describe(verb) for verb in verbs)
        return ROLE + (
            "## Output Format\nThought: ...\nAction: ...\n\n"
            f"## Action Space\n{actions}\n\n"
            "## Note\n"
            "- Write a small plan and finally summarize your next action (with its target element) in one "
            "sentence in `Thought` part.\n"
            "- One action per reply."
        )


def _bin(fraction: float) -> int:
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"{fraction} is not a fraction of the image")
    return min(int(fraction * BINS), BINS - 1)
