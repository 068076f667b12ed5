"""A conversation over experts that paint one colour, answered by rules unless a test says otherwise."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from agent.chat.session import Session

    from .painter import Painter

Open = Callable[..., "AbstractAsyncContextManager[Session]"]


@pytest.fixture
def painter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Painter":
    """Who draws; one expert is there."""
    # Imported where it is needed: the tests of words need no graph and no jobs.
    from .painter import Painter, install

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = Painter()
    install(tmp_path / "config", made, monkeypatch.setattr, "tiny")
    return made


@pytest.fixture
def three_experts(painter: "Painter", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two more experts, so that the router, which knows nothing yet, is in doubt."""
    from .painter import NAMES, install

    install(tmp_path / "config", painter, monkeypatch.setattr, *NAMES)


@pytest.fixture
def open_chat(tmp_path: Path, painter: "Painter") -> Open:
    """Opens the conversation of this test's folder, any number of times one after the other."""
    from agent.chat.config import checked
    from agent.chat.opened import opened

    @asynccontextmanager
    async def made(**changes: Any) -> AsyncIterator["Session"]:
        given = {
            "data": tmp_path / "chat",
            "database": tmp_path / "router.sqlite",
            "runs": tmp_path / "runs",
            "compare": False,
            "device": ("cpu",),
        }
        async with opened(checked(**given | changes), lambda text: None) as session:
            yield session

    return made


async def told(events: AsyncIterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """All events of an answer."""
    return [event async for event in events]


def words(events: list[dict[str, Any]]) -> str:
    return "".join(event["text"] for event in events if event["type"] == "token")


def artifacts(events: list[dict[str, Any]]) -> list[str]:
    return [event["id"] for event in events if event["type"] == "artifact"]
