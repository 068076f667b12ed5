"""Who decides what to do next in a conversation: a model, or rules where no model was taught to chat.

A decider is asked again after every tool, with the results of the turn, until it calls none.
"""

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from agent.chat.calls import Call, Reply, from_openai, read
from agent.chat.look import Look
from agent.chat.references import Seen
from agent.chat.tools import system_prompt
from vlm.client import VlmClient
from vlm.messages import Message, assistant, system, user

Say = Callable[[str], None]
"""Takes a piece of text as it comes."""
MAX_TOKENS = 1024
KEPT = 40
"""Messages of the conversation that a model is given."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What there is to decide on."""

    messages: Sequence[dict[str, Any]]
    """The conversation as the state keeps it; the last is the person's."""
    pictures: Sequence[Seen]
    focus: str
    results: Sequence[dict[str, Any]]
    """Of the tools of this turn."""
    files: Callable[[str], bytes]
    """The PNG of a picture."""


class Decider(Protocol):
    """Chooses words, calls of tools, or both. Raises `vlm.completion.ClientError`."""

    @property
    def name(self) -> str:
        """Who it is, for people."""

    def decide(self, situation: Situation, say: Say) -> Awaitable[Reply]:
        """The next step; `say` is given the words as they come."""


class ModelDecider:
    """A model behind an OpenAI-compatible endpoint; calls come in Hermes style, or split off by its server."""

    def __init__(self, client: VlmClient, name: str, *, sees: bool = True, instructions: str = "") -> None:
        """`sees` says whether the model takes pictures; `instructions` come behind our own."""
        self._client = client
        self._name = name
        self._sees = sees
        self._instructions = instructions

    @property
    def name(self) -> str:
        return self._name

    async def decide(self, situation: Situation, say: Say) -> Reply:
        parts, split = [], list[dict[str, Any]]()
        async for delta in self._client.stream(self._prompt(situation), max_tokens=MAX_TOKENS):
            if delta.text:
                parts.append(delta.text)
                say(delta.text)
            for choice in delta.raw.get("choices", ())[:1]:
                for piece in (choice.get("delta") or {}).get("tool_calls") or ():
                    _gather(split, piece)
        return read("".join(parts) + from_openai(split))

    def _prompt(self, situation: Situation) -> list[Message]:
        prompt = [system("\n".join(part for part in (system_prompt(), self._instructions) if part))]
        known = {picture.id: number for number, picture in enumerate(situation.pictures, start=1)}
        for message in situation.messages[-KEPT:]:
            if message["role"] == "assistant":
                prompt.append(assistant(message["text"]))
                continue
            notes = [f"[#{artifact}] is attached." for artifact in message["artifacts"]]
            pictures = [_shown(situation.files(each)) for each in message["artifacts"] if self._sees]
            prompt.append(user(*pictures, "\n".join([message["text"], *notes])))
        if known:
            listed = [
                f"{known[each.id]}. [#{each.id}] {each.words or 'brought by the person'}"
                for each in situation.pictures
            ]
            prompt[0]["content"] += "\nPictures of this conversation:\n" + "\n".join(listed)
        if situation.results:
            said = "\n".join(
                f"<tool_response>\n{each['tool']}: {each['text']}\n</tool_response>" for each in situation.results
            )
            prompt += [assistant("(tools were called)"), user(said)]
        return prompt


class ModelLook(Look):
    """A model that sees."""

    def __init__(self, client: VlmClient) -> None:
        self._client = client

    async def answer(self, picture: bytes, question: str) -> str:
        done = await self._client.complete([user(_shown(picture), question)], max_tokens=MAX_TOKENS)
        return done.text.strip()


def _gather(calls: list[dict[str, Any]], piece: dict[str, Any]) -> None:
    """Put a streamed piece of a call, as OpenAI's protocol cuts it, behind what came of that call before."""
    index = int(piece.get("index", 0))
    while len(calls) <= index:
        calls.append({"function": {"name": "", "arguments": ""}})
    function = piece.get("function") or {}
    for key in ("name", "arguments"):
        calls[index]["function"][key] += function.get(key) or ""


def _shown(content: bytes) -> dict[str, Any]:
    url = f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"
    return {"type": "image_url", "image_url": {"url": url}}


__all__ = ["Call", "Decider", "ModelDecider", "ModelLook", "Situation"]
