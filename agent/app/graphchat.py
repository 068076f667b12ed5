"""The chat graph (`agent.chat`) behind the app's chat route; it draws with the app's own jobs."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Any, Self
from weakref import WeakValueDictionary

from agent.app.chatservice import ChatEvent, ChatTurn, Said
from agent.app.conversations import Conversations, Place
from agent.app.errors import ApiError
from agent.app.jobevents import content_path
from agent.app.services import Services
from agent.chat.calls import Reply
from agent.chat.deciders import Decider, ModelDecider, ModelLook, Say, Situation
from agent.chat.rules import RulesDecider
from agent.chat.session import ERRORS, Session, threads
from agent.chat.state import Ctx
from agent.chat.studio import LocalStudio
from generators.errors import QueueFull, RequestRefused
from generators.jobs import Job
from vlm.client import VlmClient

NOT_HERE = ("browse", "play")
"""Tools that the app does not offer: a browser would go wherever a request says, inside this network too."""


class GraphChat:
    """One per app; open it within the event loop that serves."""

    def __init__(self, services: Services) -> None:
        """Without a `model_url` in the services' configuration rules answer."""
        self._services = services
        self._busy = WeakValueDictionary[tuple[str, str], asyncio.Lock]()
        """A conversation takes one turn at a time."""
        self._client: VlmClient | None = None
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
            self._conversations = Conversations(config.data / "chat" / "conversations.sqlite")
            stack.callback(self._conversations.close)
            if config.model_url is not None:
                self._client = await stack.enter_async_context(VlmClient(config.model_url, config.model))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def continued(self, user: str, said: Sequence[Said]) -> str | None:
        """See `agent.app.chatservice`."""
        place = self._conversations.find(user, said)
        return None if place is None else place.thread

    async def answer(self, turn: ChatTurn) -> AsyncIterator[ChatEvent]:
        """See `agent.app.chatservice`."""
        instructions = "\n".join(each.text for each in turn.messages if each.role == "system")
        # Two drafts to choose from are asked about in a terminal or on a page; a bare client could not show them.
        session = self.session(turn.user, turn.thread, instructions=instructions, compare=False)
        last, said = turn.messages[-1], []
        async with self._busy.setdefault((turn.user, turn.thread), asyncio.Lock()):
            try:
                await self._take_up(session, turn)
                async with aclosing(session.send(last.text, last.pictures)) as events:  # type: ignore[type-var]
                    async for event in events:
                        told = self._told(event)
                        if told.kind == "token":
                            said.append(told.data["text"])
                        yield told
            except ERRORS as error:
                yield ChatEvent("error", {"code": "chat_failed", "message": str(error), "retryable": False})
                yield ChatEvent("done", {"status": "failed"})
                return
            whole = [*turn.messages, Said("assistant", "".join(said))]
            self._conversations.keep(turn.user, whole, Place(turn.thread, await session.head()))

    def session(self, user: str, thread: str, *, instructions: str = "", compare: bool = True) -> Session:
        """A user's conversation under the app's rules; for one turn at a time."""
        config, look = self._services.config, None
        decider: Decider = RulesDecider()
        if self._client is not None:
            name = config.model or "model"
            decider, look = ModelDecider(self._client, name, instructions=instructions), ModelLook(self._client)
        ctx = Ctx(
            user, thread, self._store, self._studio, _Confined(decider), look, compare=compare, runs=config.runs,
            model_url=config.model_url, model=config.model,
        )  # fmt: skip
        return Session(self._graph, ctx)

    async def _take_up(self, session: Session, turn: ChatTurn) -> None:
        """Bring the thread to where the client's words say that the conversation stands."""
        before = [each for each in turn.messages[:-1] if each.role != "system"]
        place = self._conversations.find(turn.user, before)
        if place is not None and place.thread == turn.thread:
            if place.head != await session.head():
                await session.take_up(place.head)
        elif before and not await session.state():
            # Said elsewhere, or longer ago than is remembered.
            await session.take_in([(each.role, each.text, each.pictures) for each in before])

    def _told(self, event: dict[str, Any]) -> ChatEvent:
        """A conversation's event as the app tells it, which stamps its own."""
        data = {key: value for key, value in event.items() if key not in _STAMP}
        if event["type"] == "artifact":
            data["url"] = content_path(data["id"])
        return ChatEvent(event["type"], data)


class _Within(LocalStudio):
    """The chat's studio under the app's rules: quotas and sizes hold, and its jobs are followed like others."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.studio.jobs, services.config.database)
        self._services = services
        self._one_at_a_time = asyncio.Lock()
        """Between the look at a quota and the job that uses it up."""

    async def submit(self, user: str, request: Mapping[str, Any], inputs: Mapping[str, bytes]) -> Job:
        most = self._services.config.limits.picture_px
        if (request.get("width") or 1) * (request.get("height") or 1) > most:
            raise RequestRefused(f"at most {most} pixels are drawn: ask for a smaller picture")
        async with self._one_at_a_time:
            try:
                await asyncio.to_thread(self._services.quotas.pictures, user, 1)
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


_STAMP = ("type", "run_id", "seq", "ts")
