"""A person's conversations: opened with all that they need, one turn after the other, each a stream of events.

<folder>/threads.sqlite     the graph's checkpoints, one thread for each conversation
         pictures/          the artifact store
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END
from langgraph.types import Command
from pydantic import BaseModel, ValidationError

from agent.chat.artifacts import Artifact, ArtifactStore
from agent.chat.citations import cited
from agent.chat.errors import ChatError
from agent.chat.events import KINDS, Stamp
from agent.chat.graph import ChatGraph, build
from agent.chat.state import ApprovalAnswer, ChatInput, ChatState, Ctx, PairAnswer, pictures_of
from agent.chat.travel import Journey, journey
from agent.chat.uploads import brought
from agent.errors import AgentError
from agent.gui.view import say
from generators.errors import GeneratorError
from generators.router.errors import RouterError
from vlm.completion import ClientError

ANSWERS: dict[str, type[BaseModel]] = {"pair": PairAnswer, "approval": ApprovalAnswer, "question": ApprovalAnswer}
"""What each kind of interrupt is answered with."""
RECURSION_LIMIT = 400
ERRORS = (AgentError, ClientError, GeneratorError, RouterError)

Event = dict[str, Any]


@dataclass(slots=True)
class Session:
    """One conversation; for one turn at a time."""

    graph: ChatGraph
    ctx: Ctx

    async def send(self, text: str, attached: Sequence[bytes] = ()) -> AsyncIterator[Event]:
        """The events of a turn, `done` last. Closing the iterator cancels the turn, and nothing half done is left.

        Words that ask to go back in time do that. Where the conversation waits for an answer and the text is one,
        the turn that asked goes on; any other text begins a new one.
        """
        if not text.strip():
            raise ChatError("say something: the message is empty")
        waiting = await self.waiting()
        if waiting is not None and (answer := answer_in(text, waiting["value"])) is not None:
            async for event in self.answer(answer):
                yield event
            return
        state = await self.state()
        back = journey(text, pictures_of(state.get("artifacts", []), self.ctx.store), state.get("turn", 0))
        if back is not None:
            async for event in self._travelled(back):
                yield event
            return
        kept = [self._kept(content, state.get("turn", 0) + 1) for content in attached]
        async for event in self._run(ChatInput(request=text, attached=[each.id for each in kept])):
            yield event

    async def answer(self, reply: dict[str, Any]) -> AsyncIterator[Event]:
        """Answer what the conversation waits for and go on; raises `ChatError` for an answer that does not fit."""
        waiting = await self.waiting()
        if waiting is None:
            raise ChatError("nothing was asked, so there is nothing to answer")
        kind = ANSWERS[waiting["value"]["type"]]
        try:
            whole = kind.model_validate(reply)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the answer"
            raise ChatError(f"{where} {first['input']!r}: {first['msg']}") from None
        async for event in self._run(Command(resume=whole.model_dump())):
            yield event

    async def resume(self) -> AsyncIterator[Event]:
        """Go on with a turn that was cut off, from its last finished step; nothing where none was."""
        if not await self.interrupted():
            return
        async for event in self._run(None):
            yield event

    async def back(self, turn: int) -> None:
        """Take the conversation up as it was after `turn` turns; raises `ChatError` where it has no such turn."""
        # By parents, since the thread's history also holds what earlier journeys have left behind.
        snapshot = await self.graph.aget_state(self._config())
        while True:
            begun = snapshot.values.get("turn", 0)
            if begun == turn and (turn == 0 or not snapshot.next):
                await self.graph.aupdate_state(snapshot.config, None, as_node=END)
                return
            if snapshot.parent_config is None:
                break
            snapshot = await self.graph.aget_state(snapshot.parent_config)
        raise ChatError(f"this conversation has no turn {turn} to go back to")

    async def head(self) -> str:
        """Where the conversation stands, for `take_up`; empty before its first turn."""
        found = (await self.graph.aget_state(self._config())).config["configurable"]
        return str(found.get("checkpoint_id", ""))

    async def take_up(self, head: str) -> None:
        """Go on from where the conversation once stood; what came later stays in the thread's history."""
        config = self._config()
        config["configurable"] |= {"checkpoint_id": head, "checkpoint_ns": ""}
        await self.graph.aupdate_state(config, None, as_node=END)

    async def take_in(self, said: Sequence[tuple[str, str, Sequence[bytes]]]) -> None:
        """Begin with what was said elsewhere: role, text and pictures of each message. Raises `ChatError`.

        Pictures that the words name are known again where they are this user's.
        """
        messages, artifacts, turn = [], list[str](), 0
        for role, text, pictures in said:
            turn += role == "user"
            kept = [self._kept(content, turn).id for content in pictures]
            kept += [each for each in cited(text) if self.ctx.store.find(each, self.ctx.user) is not None]
            messages.append({"role": role, "text": text, "artifacts": kept, "turn": turn})
            artifacts += kept
        change = ChatState(messages=messages, artifacts=artifacts, turn=turn, results=[], pending=[])
        # As if a turn had just been left: nothing waits to be done.
        await self.graph.aupdate_state(self._config(), change, as_node="respond")

    async def state(self) -> ChatState:
        """The conversation as it stands."""
        return cast(ChatState, (await self.graph.aget_state(self._config())).values)

    async def interrupted(self) -> bool:
        """Whether a turn was cut off and can be resumed; one that waits for an answer is not."""
        snapshot = await self.graph.aget_state(self._config())
        return bool(snapshot.next) and not snapshot.interrupts

    async def waiting(self) -> dict[str, Any] | None:
        """What the conversation waits for, as the event `interrupt` has it, or None."""
        snapshot = await self.graph.aget_state(self._config())
        return _asked(snapshot.interrupts[0]) if snapshot.interrupts else None

    async def _run(self, first: Any) -> AsyncIterator[Event]:
        stamp = Stamp(f"chat-{secrets.token_hex(8)}")
        status, events = "finished", asyncio.Queue[Event | None]()

        async def work() -> None:
            try:
                # Checkpoints are written before the next node begins: a killed turn is never half known.
                async for chunk in self.graph.astream(
                    first, self._config(), context=self.ctx, stream_mode=["custom", "updates"], subgraphs=True,
                    durability="sync",
                ):  # fmt: skip
                    _, mode, data = cast(tuple[Any, str, Any], chunk)
                    if mode == "custom" and (event := _told(data)) is not None:
                        events.put_nowait(event)
            finally:
                events.put_nowait(None)

        task = asyncio.create_task(work())
        try:
            while (event := await events.get()) is not None:
                yield stamp(event.pop("type"), **event)
            await task
        except ERRORS as error:
            status = "failed"
            yield stamp("error", code=type(error).__name__, message=" ".join(str(error).split()), retryable=True)
        finally:
            # Left early, by a person or a lost connection: the turn is cancelled before anybody goes on.
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                # Nobody wants it any more, so it is not taken up again either.
                await self.graph.aupdate_state(self._config(), None, as_node=END)
        waiting = await self.waiting()
        if waiting is not None:
            status = "waiting"
            yield stamp("interrupt", **waiting)
        turn = (await self.state()).get("turn", 0)
        yield stamp("done", status=status, thread=self.ctx.thread, turn=turn)

    async def _travelled(self, back: Journey) -> AsyncIterator[Event]:
        stamp = Stamp(f"chat-{secrets.token_hex(8)}")
        if back.turn is None:
            text = f"I cannot go back there: {back.why}."
        else:
            await self.back(back.turn)
            count = len((await self.state()).get("artifacts", []))
            text = f"We are back after turn {back.turn}, with {count} picture{'' if count == 1 else 's'}."
        yield stamp("token", text=text)
        yield stamp("done", status="finished", thread=self.ctx.thread, turn=(await self.state()).get("turn", 0))

    def _kept(self, content: bytes, turn: int) -> Artifact:
        """A picture that a person brought; raises `ChatError` for what is none."""
        png, recipe, words = brought(content)
        return self.ctx.store.put(
            png,
            Artifact(
                id=sha256(self.ctx.user.encode() + png).hexdigest()[:16], sha256="", user=self.ctx.user,
                thread=self.ctx.thread, turn=turn, words=words, recipe=recipe,
            ),
        )  # fmt: skip

    def _config(self) -> RunnableConfig:
        return {"configurable": {"thread_id": thread_key(self.ctx.user, self.ctx.thread)},
                "recursion_limit": RECURSION_LIMIT}  # fmt: skip


def _told(data: Event) -> Event | None:
    """A node's event as the contract has it; of the browser's many, only what it has done."""
    if data["type"] == "acted":
        return {"type": "note", "text": f"{data['step']}. {say(data['action'])}"}
    return dict(data) if data["type"] in KINDS else None


def answer_in(text: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    """The answer that a text gives to what was asked; None where it is none."""
    said = text.strip().lower().rstrip(".!")
    if asked["type"] == "question":
        return {"granted": True, "answer": text.strip()}
    if asked["type"] == "approval":
        if said in ("y", "yes", "ok", "okay", "do it", "go on", "allow"):
            return {"granted": True, "answer": said}
        return {"granted": False, "answer": said} if said in ("n", "no", "don't", "stop", "refuse") else None
    found = re.fullmatch(
        r"(?:(?P<a>a|(?:the )?first(?: one)?|1|left)|(?P<b>b|(?:the )?second(?: one)?|2|right)|"
        r"(?P<n>neither|none|no))(?: is better| please)?",
        said,
    )
    if found is None:
        return None
    return {"choice": "a" if found["a"] else "b" if found["b"] else "neither"}


def thread_key(user: str, thread: str) -> str:
    """A thread's name among the checkpoints: nobody reaches another's by guessing its name."""
    return f"{sha256(user.encode()).hexdigest()[:16]}/{thread}"


def _asked(found: Any) -> dict[str, Any]:
    return {"id": found.id, "value": found.value, "schema": ANSWERS[found.value["type"]].model_json_schema()}


@asynccontextmanager
async def threads(folder: Path) -> AsyncIterator[tuple[ChatGraph, ArtifactStore]]:
    """The graph with its checkpoints and the store, for the length of the block."""
    store = ArtifactStore(folder / "pictures")
    try:
        async with AsyncSqliteSaver.from_conn_string(str(folder / "threads.sqlite")) as saver:
            yield build(saver), store
    finally:
        store.close()
