"""What the chat graph remembers between nodes, plain JSON and ids and never pictures; what its nodes work with."""

import operator
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict

from agent.chat.artifacts import Artifact, ArtifactStore
from agent.chat.references import Seen

if TYPE_CHECKING:
    from agent.chat.deciders import Decider
    from agent.chat.look import Look
    from agent.chat.studio import Studio
    from agent.gui.state import Desk
    from agent.runs.record import RunRecord


def joined(before: list[str], after: list[str]) -> list[str]:
    """A reducer: ids in the order of their first coming, each once, so that a step may be done again."""
    return list(dict.fromkeys([*before, *after]))


class ChatState(TypedDict, total=False):
    """A thread's state."""

    messages: Annotated[list[dict[str, Any]], operator.add]
    """`role` (user, assistant), `text`, `artifacts` (ids), `turn`."""
    artifacts: Annotated[list[str], joined]
    """All pictures of the conversation."""
    turn: int
    """How many turns have begun."""
    request: str
    """What the person said last."""
    focus: str
    """The picture that "it" means."""
    rounds: int
    """How often somebody has decided in this turn."""
    pending: list[dict[str, Any]]
    """Calls of tools that wait, in order: `name`, `arguments`."""
    results: list[dict[str, Any]]
    """Of this turn's calls: `tool`, `text`, `artifacts`, `failed`."""
    card: dict[str, Any]
    """Why the last picture was drawn by whom."""
    draft: str
    """The answer before it is verified."""
    browsing: str
    """The run of the browser that is open for the first pending call."""


class ChatInput(TypedDict, total=False):
    """What a turn begins with."""

    request: str
    attached: list[str]
    """Pictures that came with it, already in the store."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PairAnswer(_Answer):
    """Which of two pictures is better."""

    choice: Literal["a", "b", "neither"]


class ApprovalAnswer(_Answer):
    """Whether the GUI agent may do what it asks to do, or the answer to its question."""

    granted: bool
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Browsing:
    """A browser that works for a conversation."""

    desk: "Desk"
    record: "RunRecord"
    stack: AsyncExitStack
    """Closes browser and model."""


@dataclass(slots=True)
class Ctx:
    """What the nodes work with and no checkpoint holds; reached as `Runtime[Ctx].context`."""

    user: str
    thread: str
    store: ArtifactStore
    studio: "Studio"
    decider: "Decider"
    look: "Look | None" = None
    """Who can see pictures; None where nobody can."""
    compare: bool = True
    """Whether two drafts are drawn and asked about where the router is in doubt."""
    approve: Literal["auto", "ask", "never"] = "ask"
    """Before the GUI agent's risky actions."""
    runs: Path = Path("runs")
    model_url: str | None = None
    model: str | None = None
    """Whose browser and games they are: see `vlm.endpoint`."""
    browsing: "dict[str, Browsing]" = field(default_factory=dict)
    """Browsers that are open, by their run."""


def result(tool: str, text: str, artifacts: Iterable[str] = (), *, failed: bool = False) -> dict[str, Any]:
    """What a call of a tool came to, as the state keeps it and the decider reads it."""
    return {"tool": tool, "text": text, "artifacts": list(artifacts), "failed": failed}


def pictures_of(ids: Iterable[str], store: ArtifactStore) -> list[Seen]:
    """The pictures of a conversation as a person remembers them."""
    found = (store.find(artifact) for artifact in ids)
    return [seen(artifact) for artifact in found if artifact is not None]


def seen(artifact: Artifact) -> Seen:
    return Seen(artifact.id, artifact.words, artifact.turn)
