"""Ctrl-C in the terminal, in a real one."""

import asyncio
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from agent.chat.stopping import typed, until_stopped

ROOT = Path(__file__).parents[3]


async def test_ctrl_c_stops_the_answer_and_only_it() -> None:
    before = signal.getsignal(signal.SIGINT)

    async def answer() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(600)

    assert await until_stopped(answer()) is False
    assert await until_stopped(asyncio.sleep(0)) is True
    assert signal.getsignal(signal.SIGINT) is before


async def test_what_is_typed_comes_and_the_end_of_input_too() -> None:
    assert await typed(lambda: "a fox") == "a fox"
    assert await typed(lambda: None) is None


def test_at_the_prompt_ctrl_c_leaves_at_once(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "seedbed.py"), "chat", "--device", "cpu"],
        cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        seen = _until(ours, b"you")
        os.write(ours, b"hello\n")
        seen += _until(ours, b"play games")
        seen += _until(ours, b"you")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert b"answered by rules" in seen
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _until(terminal: int, word: bytes) -> bytes:
    """What the terminal shows until it shows `word`."""
    seen = b""
    while word not in seen:
        seen += os.read(terminal, 4096)
    return seen
