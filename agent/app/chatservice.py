"""What the app needs of whoever answers in a chat."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str
    pictures: tuple[bytes, ...] = ()
    """PNG files that came with it."""


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """What one answer is asked for with."""

    user: str
    run: str
    """The run that the answer's events belong to."""
    thread: str
    """The conversation; an unknown one is a new one."""
    messages: Sequence[Said]
    """Of an old thread only the last is new; a new one takes all of them in."""


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """An event of the contract in `agent.app.runlog`; `token` holds its words as `text`."""

    kind: str
    data: dict[str, Any]


class ChatService(Protocol):
    """Answers; opened and closed within the app's event loop."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...

    @property
    def name(self) -> str:
        """How the answering model is called in `/v1/models`."""

    def continued(self, user: str, said: Sequence[Said]) -> str | None:
        """The conversation that these words of a user's are all of; None where there is none."""

    def answer(self, turn: ChatTurn) -> AsyncIterator[ChatEvent]:
        """The events of an answer, `done` last. Where the iterator is closed early, the answer is cancelled."""
