"""The GUI agent inside a conversation, in a real browser: its question pauses the chat and is answered there."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from agent.chat.config import checked
from agent.chat.opened import opened
from agent.runs.record import RunRecord

from ..agent.chat.test_model import serving
from .gui_servers import Site, served

PAGE = """<!doctype html><title>Shop</title><style>body{margin:0} button{width:100vw;height:100vh}</style>
<button onclick="fetch('/deleted',{method:'POST'}).then(()=>{document.title='gone'})">Delete everything</button>"""
PRESS = "Thought: press it\nAction: click(point='<point>500 500</point>')"
DONE = "Thought: done\nAction: finished(content='it is deleted')"


def _call(url: str) -> str:
    return f'<tool_call>{{"name": "browse", "arguments": {{"task": "delete it", "url": "{url}/"}}}}</tool_call>'


async def _told(events: AsyncIterator[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event async for event in events]


def _config(folder: Path, model_url: str) -> Any:
    return checked(
        data=folder / "chat", database=folder / "router.sqlite", runs=folder / "runs", device=("cpu",),
        model_url=model_url,
    )  # fmt: skip


async def test_a_risky_step_asks_in_the_conversation(tmp_path: Path) -> None:
    site = Site({"/": PAGE})
    with served(site) as url, serving(_call(url), PRESS, DONE, "It is deleted.") as model:
        async with opened(_config(tmp_path, model.url), lambda text: None) as session:
            events = await _told(session.send("delete everything in my shop"))
            (asked,) = [event for event in events if event["type"] == "interrupt"]
            assert "delete" in asked["value"]["risks"]
            assert set(asked["schema"]["properties"]) == {"granted", "answer"}
            assert not site.posts, "nothing happens before somebody agrees"
            events = await _told(session.send("yes"))
            assert events[-1]["status"] == "finished"
            assert not session.ctx.browsing, "the browser is closed"
        assert dict(site.posts) == {"/deleted": 1}
        assert "it is deleted" in model.prompt(3)
    record = RunRecord.open(tmp_path / "runs", "last")
    assert (record.status, (record.folder / "replay.html").is_file()) == ("finished", True)


async def test_after_a_restart_an_old_answer_does_nothing(tmp_path: Path) -> None:
    site = Site({"/": PAGE})
    with served(site) as url, serving(_call(url), PRESS, "I could not.") as model:
        async with opened(_config(tmp_path, model.url), lambda text: None) as session:
            await _told(session.send("delete everything in my shop"))
        async with opened(_config(tmp_path, model.url), lambda text: None) as session:
            assert await session.waiting() is not None
            await _told(session.send("yes"))
        assert "was closed before the end" in model.prompt(2)
    assert not site.posts
