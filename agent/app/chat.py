"""`/v1/chat/completions`: OpenAI's chat, with tools that run here and not at the client."""

import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from agent.app.answers import ERRORS, SSE, STREAM, current_user, json_answer, service, until_gone
from agent.app.chatservice import ChatEvent, ChatService, ChatTurn, Said
from agent.app.errors import ApiError, wrong
from agent.app.services import Services
from agent.app.uploads import picture_at

router = APIRouter(prefix="/v1", tags=["chat"], responses=ERRORS)

LONGEST_TEXT = 32_000
"""Characters of one message."""
MOST_PICTURES = 8
"""Of one request."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TextPart(_Frozen):
    """Words."""

    type: Literal["text"]
    text: str = Field(max_length=LONGEST_TEXT)


class ImageAddress(_Frozen):
    """A picture, inside its own address."""

    url: str = Field(description="data:image/png;base64,…; no other address is opened.")
    detail: Literal["auto", "low", "high"] = "auto"


class ImagePart(_Frozen):
    """A picture in a message."""

    type: Literal["image_url"]
    image_url: ImageAddress


class Message(_Frozen):
    """One message."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, Field(max_length=LONGEST_TEXT)] | list[TextPart | ImagePart]
    name: str = Field("", max_length=64)


class StreamOptions(_Frozen):
    """What a stream ends with."""

    include_usage: bool = False


class Completion(_Frozen):
    """What is asked of the chat. A setting that is not known is refused instead of ignored."""

    messages: list[Message] = Field(min_length=1, max_length=200)
    model: str = Field(min_length=1, max_length=200)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] = 1
    user: str = Field("", max_length=256, description="Not looked at: the token says who asks.")
    thread: str = Field(
        "",
        pattern="^[0-9a-zA-Z_-]{0,64}$",
        description="A conversation to go on with; only the last message is new.",
    )


@router.post("/chat/completions", responses=STREAM)
async def completions(
    asked: Completion,
    request: Request,
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
) -> Response:
    """Answer a conversation. Between the words of a stream come the events of what its tools do, as `seedbed`."""
    chat = services.chat
    if chat is None:
        said = "this app was opened without a chat: ask for pictures at /v1/images/generations"
        raise ApiError(501, said, "not_implemented", headers={"x-should-retry": "false"})
    if asked.model not in (chat.name, "auto"):
        raise ApiError(
            404, f"no chat model {asked.model!r}; {chat.name!r} answers here", "model_not_found", "model"
        )
    turn = await _turn(asked, services, user, chat)
    head = {"id": f"chatcmpl-{turn.run}", "created": int(time.time()), "model": chat.name}
    services.runs.begin(turn.run, user)
    told = _told(chat, turn, services)
    if asked.stream:
        return StreamingResponse(
            _chunks(told, head, turn, asked), media_type=SSE, headers={"Cache-Control": "no-store"}
        )
    return json_answer(await until_gone(request, _whole(told, head, turn)))


async def _turn(asked: Completion, services: Services, user: str, chat: ChatService) -> ChatTurn:
    """The conversation with its pictures decoded; raises `ApiError`."""
    count = sum(isinstance(part, ImagePart) for each in asked.messages for part in each.content)
    if count > MOST_PICTURES:
        raise wrong(f"{count} pictures: at most {MOST_PICTURES} are looked at", "messages")
    if asked.messages[-1].role != "user":
        raise wrong("the last message has to be the user's", "messages")
    said = []
    for message in asked.messages:
        parts = (
            [TextPart(type="text", text=message.content)] if isinstance(message.content, str) else message.content
        )
        text = "\n".join(part.text for part in parts if isinstance(part, TextPart))
        pictures = [
            await picture_at(part.image_url.url, services.config.limits, "messages")
            for part in parts
            if isinstance(part, ImagePart)
        ]
        role = "system" if message.role == "developer" else message.role
        said.append(Said(role, text, tuple(pictures)))
    run = secrets.token_hex(8)
    thread = asked.thread or chat.continued(user, said[:-1]) or f"thread-{run}"
    return ChatTurn(user, f"chat-{run}", thread, said)


async def _told(chat: ChatService, turn: ChatTurn, services: Services) -> AsyncIterator[ChatEvent]:
    """The answer's events, each also written to the run log; the log always ends with `done`."""
    try:
        async with aclosing(chat.answer(turn)) as events:  # type: ignore[type-var]
            async for event in events:
                services.runs.tell(turn.run, event.kind, event.data)
                yield event
    finally:
        services.runs.tell(turn.run, "done", {"status": "ended"})


async def _whole(told: AsyncIterator[ChatEvent], head: dict[str, Any], turn: ChatTurn) -> dict[str, Any]:
    words, artifacts, interrupt = [], [], None
    async for event in told:
        match event.kind:
            case "token":
                words.append(str(event.data["text"]))
            case "artifact":
                artifacts.append(event.data)
            case "interrupt":
                interrupt = event.data
            case "error":
                raise ApiError(500, str(event.data.get("message")), str(event.data.get("code", "chat_failed")))
    message = {"role": "assistant", "content": "".join(words)}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    extra = {"thread": turn.thread, "run_id": turn.run, "artifacts": artifacts, "interrupt": interrupt}
    return head | {"object": "chat.completion", "choices": [choice], "usage": _USAGE, "seedbed": extra}


async def _chunks(
    told: AsyncIterator[ChatEvent], head: dict[str, Any], turn: ChatTurn, asked: Completion
) -> AsyncIterator[bytes]:
    head = head | {"object": "chat.completion.chunk"}
    yield _chunk(head, {"role": "assistant", "content": ""}, seedbed={"thread": turn.thread, "run_id": turn.run})
    async for event in told:
        match event.kind:
            case "token":
                yield _chunk(head, {"content": str(event.data["text"])})
            case "error":
                message = str(event.data.get("message"))
                fault = ApiError(500, message, str(event.data.get("code", "chat_failed")))
                yield f"data: {json.dumps(fault.body())}\n\n".encode()
                return
            case "done":
                continue
            case _:
                yield _chunk(head, {}, seedbed={"event": event.kind, **event.data})
    yield _chunk(head, {}, finish="stop")
    if asked.stream_options is not None and asked.stream_options.include_usage:
        yield f"data: {json.dumps(head | {'choices': [], 'usage': _USAGE})}\n\n".encode()
    yield b"data: [DONE]\n\n"


def _chunk(
    head: dict[str, Any], delta: dict[str, Any], finish: str | None = None, seedbed: dict[str, Any] | None = None
) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    whole = head | {"choices": [choice]} | ({} if seedbed is None else {"seedbed": seedbed})
    return f"data: {json.dumps(whole)}\n\n".encode()


_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""OpenAI's clients want the field; an answer may ask several models or none, so no number would mean much."""
