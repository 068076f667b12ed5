"""Decides without a model: patterns for what a person wants, the router's reader for what is to be drawn."""

import re
from collections.abc import Sequence
from typing import Any

from agent.chat.calls import Call, Reply
from agent.chat.deciders import Say, Situation
from agent.chat.references import Seen, mentioned, resolve
from agent.chat.tools import arguments_of
from generators.router.parse.edits import is_edit, read_edit
from generators.router.parse.rules import parse

HELP = (
    'I draw pictures ("a watercolour fox"), change them ("same, but at night, and wider"), vary them ("two more '
    'like the first one"), say how one was made ("describe the second one"), go back ("go back to before the '
    'night one"), look at web pages ("browse https://example.org and find the price") and play games '
    '("play 2048").'
)

_URL = re.compile(r"\b(?:https?|file)://[^\s<>\"']+", re.IGNORECASE)
_PLAY = re.compile(
    r"^\s*(?:please\s+)?play\s+(?:a\s+(?:game|round)\s+of\s+|the\s+game\s+)?(?P<game>[\w/.-]+)", re.IGNORECASE
)
_DESCRIBE = re.compile(
    r"^\s*(?:please\s+)?(?:describe\b|(?:what|who|which|how)\b.*\b(?:picture|image|one|it|that|this|draw|drew|drawn|made)\b"
    r"|(?:tell me|say)\b.*\babout\b|explain\b)",
    re.IGNORECASE,
)
_VARY = re.compile(
    r"\bvar(?:y|iations?|iants?)\b|\b(?:more|another|others?)\s+(?:\w+\s+)?like\b|\b(?P<n>two|three|four|[2-4])\s+more\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\b(?P<n>two|three|four|[2-4])\s+(?:\w+\s+)?(?:pictures|images|versions|variations|variants|drafts|more)\b"
    r"(?:\s+of\b)?",
    re.IGNORECASE,
)
_NUMBERS = {"two": 2, "three": 3, "four": 4}


class RulesDecider:
    """The same words always lead to the same calls."""

    @property
    def name(self) -> str:
        return "rules"

    async def decide(self, situation: Situation, say: Say) -> Reply:
        if situation.results:
            text = closing(situation.results)
            say(text)
            return Reply(text, ())
        text = str(situation.messages[-1]["text"])
        call = intent(text, situation.pictures, situation.focus)
        if call is None:
            say(HELP)
            return Reply(HELP, ())
        return Reply("", (call,))


def intent(text: str, pictures: Sequence[Seen], focus: str = "") -> Call | None:
    """The call that a text asks for; None where it asks for nothing that can be done."""
    if (found := _URL.search(text)) is not None:
        url = found.group().rstrip(".,;:!?)")
        return _call("browse", task=text.strip(), url=url)
    if (found := _PLAY.match(text)) is not None:
        return _call("play", game=_game(found["game"].rstrip(".")))
    if pictures:
        about = resolve(text, pictures, focus or None)
        # An unknown picture is named to the tool as it was said: its refusal tells the person what there is.
        picture = about.picture.id if about.picture is not None else about.said
        if _DESCRIBE.match(text):
            return _call("describe", picture=picture, question=text.strip())
        if _VARY.search(text):
            return _call("vary", picture=picture, count=_count(text))
        if is_edit(text) or mentioned(text, pictures, focus or None) is not None:
            edit = read_edit(text)
            if edit.again:
                return _call("vary", picture=picture, count=_count(text), amount=1.0)
            return _call("edit_image", picture=picture, instruction=text.strip())
    parsed = parse(text)
    if parsed.media == "none" or not parsed.content.strip():
        return None
    words = _COUNT.sub("", text).strip() or text if _COUNT.search(text) else text
    return _call("generate_image", prompt=words.strip(), count=_count(text) if words != text else 1)


def closing(results: Sequence[dict[str, Any]]) -> str:
    """What is said after the tools have done their work."""
    parts = []
    for result in results:
        text = str(result["text"])
        parts.append(f"I could not do that: {text}" if result["failed"] else text[:1].upper() + text[1:])
    return "\n".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)


def _count(text: str) -> int:
    found = _COUNT.search(text) or _VARY.search(text)
    number = (found.groupdict().get("n") or "1").lower() if found is not None else "1"
    return _NUMBERS.get(number) or int(number)


def _game(name: str) -> str:
    return (
        name if "/" in name or name.endswith(tuple(f"-v{n}" for n in range(10))) else f"seedbed/{name.lower()}-v1"
    )


def _call(name: str, **arguments: Any) -> Call:
    return Call(name, arguments_of(name, arguments).model_dump(mode="json", exclude_none=True))
