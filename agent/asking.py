"""Asks a served model for one action: prompt, reply under the wire format's grammar, one call read back.

The policies of every world stand on this; what an action is and how the question is worded is theirs.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError

from agent.policy import Choice
from vlm.client import VlmClient
from vlm.completion import Completion, Refused
from vlm.coordinates import smart_resize
from vlm.formats import ParseError, Verb, wire_format
from vlm.profile import Profile
from vlm.request import Options

A = TypeVar("A", bound=BaseModel)

MAX_TOKENS = {"terse": 128, "full": 1024}
"""Room for a reply: the embedded model says an action and little more, larger ones think first."""
THOUGHT_CHARS = {"terse": 112, "full": 500}
"""The longest thought that the grammar lets through, so that a model that goes round in circles still acts."""

_log = structlog.get_logger()


class Asker(Generic[A]):
    """One model, one kind of action.

    A reply that is no well-formed action is not an exception: it becomes a `Choice` without action whose `error`
    the model reads in its next prompt. `vlm.completion.ClientError` passes through.
    """

    def __init__(self, client: VlmClient, profile: Profile, actions: TypeAdapter[A]) -> None:
        self.profile = profile
        self._client = client
        self._actions = actions
        self._format = wire_format(profile.format)
        self._constrain = True

    async def ask(
        self,
        messages: Sequence[dict[str, Any]],
        verbs: Sequence[Verb],
        size: tuple[int, int],
        *,
        thought: bool = True,
        check: Callable[[A], str] = lambda action: "",
        temperature: float | None = None,
        seed: int | None = None,
    ) -> Choice[A]:
        """One action with one of `verbs`, about a picture of `size` (width, height, px).

        `thought` says whether the reply may begin with one. `check` says what is wrong with an action that is
        well-formed, or nothing. `temperature` is the profile's where it is None, and `seed` is what the draws at a
        temperature above zero follow from; at zero nothing is drawn, and no seed is sent.
        """
        encoded = self.encoded_size(size)
        started = time.perf_counter()
        warmth = self.profile.temperature if temperature is None else temperature
        options: Options = {
            "max_tokens": MAX_TOKENS[self.profile.prompt],
            "temperature": warmth,
            "seed": seed if warmth > 0 else None,
        }
        completion = await self._complete(messages, verbs, encoded, thought, options)
        said, action, error = completion.reasoning, None, ""
        try:
            reply = self._format.parse(completion.text, encoded)
            said = said or reply.thought
            action = self._actions.validate_python({"kind": reply.call.kind, **reply.call.arguments})
            error = check(action)
        except ParseError as problem:
            error = f"the reply was not an action: {problem}"
        except ValidationError as problem:
            first = problem.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            error = f"the reply was not an action: {where}: {first['msg']}"
        return Choice(
            None if error else action,
            thought=said,
            reply=completion.text,
            prompt=text_of(messages),
            error=error,
            prompt_tokens=completion.prompt_tokens,
            completion_tokens=completion.completion_tokens,
            seconds=time.perf_counter() - started,
        )

    async def write(self, messages: Sequence[dict[str, Any]], max_tokens: int) -> Completion:
        """Plain text, under no grammar."""
        return await self._client.complete(messages, max_tokens=max_tokens, temperature=self.profile.temperature)

    async def _complete(
        self,
        messages: Sequence[dict[str, Any]],
        verbs: Sequence[Verb],
        size: tuple[int, int],
        thought: bool,
        options: Options,
    ) -> Completion:
        if self._constrain:
            chars = THOUGHT_CHARS[self.profile.prompt] if thought else 0
            grammar = self._format.grammar(verbs, size, thought_chars=chars)
            try:
                return await self._client.complete(messages, **(options | {"structured": grammar}))
            except Refused as refusal:
                if not _about_structure(refusal):
                    raise
                # Not every OpenAI-compatible server knows vLLM's parameter; the parser still guards what comes.
                _log.warning("the server takes no grammar: replies are checked, not constrained")
                self._constrain = False
        return await self._client.complete(messages, **options)

    def encoded_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height of the image as the model's processor resizes it: UI-TARS counts in its pixels."""
        width, height = size
        encoded_height, encoded_width = smart_resize(
            height,
            width,
            factor=self.profile.factor,
            min_pixels=self.profile.min_pixels,
            max_pixels=self.profile.max_pixels,
        )
        return encoded_width, encoded_height


def text_of(messages: Sequence[Mapping[str, Any]]) -> str:
    """All text of a prompt, role by role; a picture is only mentioned."""
    lines = []
    for message in messages:
        content = message["content"]
        parts = [content] if isinstance(content, str) else [p.get("text", f"[{p['type']}]") for p in content]
        lines.append(f"{message['role']}: " + "\n".join(parts))
    return "\n\n".join(lines)


def _about_structure(refusal: Refused) -> bool:
    text = str(refusal).lower()
    return refusal.status in (400, 422) and any(
        word in text for word in ("structured", "unknown", "extra", "unrec")
    )
