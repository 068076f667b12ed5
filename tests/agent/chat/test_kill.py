"""`kill -9` while a picture is drawn: the turn goes on when the conversation is opened again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from .conftest import Open, artifacts, told

ROOT = Path(__file__).parents[3]
WORK = """
import asyncio, importlib, os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
sys.path.insert(0, sys.argv[3])
import painter
from agent.chat.config import checked
from agent.chat.opened import opened

def patch(target, value):
    module, _, name = target.rpartition(".")
    setattr(importlib.import_module(module), name, value)

async def main():
    folder, brush = Path(sys.argv[1]), painter.Painter()
    brush.hold_at = 3
    painter.install(folder / "config", brush, patch, "tiny")
    config = checked(data=folder / "chat", database=folder / "router.sqlite", runs=folder / "runs", compare=False,
                     device=("cpu",))
    async with opened(config, print) as session:
        async for event in session.send("a red fox"):
            if event["type"] == "progress" and event["step"] == 3:
                os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_killed_turn_goes_on_and_nothing_is_drawn_twice(tmp_path: Path, open_chat: Open) -> None:
    script = [sys.executable, "-c", WORK, str(tmp_path), str(ROOT), str(Path(__file__).parent)]
    environment = os.environ | {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == -signal.SIGKILL, done.stderr

    async with open_chat() as session:
        assert await session.interrupted()
        events = await told(session.resume())
        (made,) = artifacts(events)
        assert not await session.interrupted()
        state = await session.state()
        assert state["artifacts"] == [made]
        assert [message["role"] for message in state["messages"]] == ["user", "assistant"]
    assert len(list((tmp_path / "chat" / "jobs" / "artifacts").iterdir())) == 1
