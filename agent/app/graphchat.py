"""The chat graph (`agent.chat`) behind the app's chat route; it draws with the app's own jobs."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Any, Self

from agent.app.chatservice import ChatEvent, ChatTurn, Said
from agent.app.errors import ApiError
from agent.app.jobevents import content_path
from agent.app.services import Services
from agent.chat.calls import Reply
from agent.chat.deciders import Decider, ModelDecider, ModelLook, Say, Situation
from agent.chat.look import Look
from agent.chat.rules import RulesDecider
from agent.chat.session import ERRORS, Session, threads
from agent.chat.state import Ctx
from agent.chat.studio import LocalStudio
from generators.errors import QueueFull, RequestRefused
from generators.jobs import Job
from vlm.client import VlmClient

NOT_HERE = ("browse", "play")
"""Tools that the app does not offer: a browser would go wherever a request says, inside this network too."""
REMEMBERED = 10_000
"""Conversations that are known by their words; the longest silent one is forgotten first."""


class GraphChat:
    """One per app; open it within the event loop that serves.

    OpenAI's clients send a conversation whole each time: it is found again by its words, so that "the second one"
    still means a picture.
    """

    def __init__(self, services: Services) -> None:
        """Without a `model_url` in the services' configuration rules answer."""
        self._services = services
        self._by_words: OrderedDict[str, str] = OrderedDict()
        self._stack = AsyncExitStack()

    @property
    def name(self) -> str:
        return "seedbed-chat"

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            config = self._services.config
            self._graph, self._store = await stack.enter_async_context(threads(config.data / "chat"))
            self._studio = _Within(self._services)
            stack.callback(self._studio.close)
            decider: Decider = RulesDecider()
            self._look: Look | None = None
            if config.model_url is not None:
                client = await stack.enter_async_context(VlmClient(config.model_url, config.model))
                decider, self._look = ModelDecider(client, config.model or "model"), ModelLook(client)
            self._decider = _Confined(decider)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def answer(self, turn: ChatTurn) -> AsyncIterator[ChatEvent]:
        """See `agent.app.chatservice`."""
        thread = self._by_words.get(_words(turn.user, turn.messages[:-1]), turn.thread)
        # Two drafts to choose from are asked about in a terminal or on a page; a bare client could not show them.
        ctx = Ctx(turn.user, thread, self._store, self._studio, self._decider, self._look, compare=False)
        session, last, said = Session(self._graph, ctx), turn.messages[-1], []
        try:
            async with aclosing(session.send(last.text, last.pictures)) as events:  # type: ignore[type-var]
                async for event in events:
                    kind = event["type"]
                    data = {key: value for key, value in event.items() if key not in _STAMP}
                    if kind == "token":
                        said.append(data["text"])
                    elif kind == "artifact":
                        data["url"] = content_path(data["id"])
                    yield ChatEvent(kind, data)
        except ERRORS as error:
            yield ChatEvent("error", {"code": "chat_failed", "message": str(error), "retryable": False})
            yield ChatEvent("done", {"status": "failed"})
            return
        answered = [*turn.messages, Said("assistant", "".join(said))]
        self._by_words[_words(turn.user, answered)] = ctx.thread
        if len(self._by_words) > REMEMBERED:
            self._by_words.popitem(last=False)


class _Within(LocalStudio):
    """The chat's studio under the app's rules: quotas and sizes hold, and its jobs are followed like others."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.studio.jobs, services.config.database)
        self._services = services

    async def submit(self, user: str, request: Mapping[str, Any], inputs: Mapping[str, bytes]) -> Job:
        most = self._services.config.limits.picture_px
        if (request.get("width") or 1) * (request.get("height") or 1) > most:
            raise RequestRefused(f"at most {most} pixels are drawn: ask for a smaller picture")
        try:
            self._services.quotas.pictures(user, 1)
        except ApiError as error:
            raise QueueFull(error.message) from None
        job = await super().submit(user, request, inputs)
        self._services.events.follow(job)
        return job


class _Confined:
    """A decider whose calls stay within what the app offers."""

    def __init__(self, inner: Decider) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        return self._inner.name

    async def decide(self, situation: Situation, say: Say) -> Reply:
        reply = await self._inner.decide(situation, say)
        refused = [call.name for call in reply.calls if call.name in NOT_HERE]
        if not refused:
            return reply
        kept = tuple(call for call in reply.calls if call.name not in NOT_HERE)
        errors = tuple(f"{name} is not offered here: use `seedbed chat`" for name in refused)
        return Reply(reply.text, kept, (*reply.errors, *errors))


def _words(user: str, messages: Sequence[Said]) -> str:
    """A conversation's hash: whose it is, and what was said by both sides."""
    plain = [user, *([said.role, said.text.strip()] for said in messages if said.role != "system")]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


_STAMP = ("type", "run_id", "seq", "ts")
