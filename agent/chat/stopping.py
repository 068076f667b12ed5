"""Ctrl-C in a conversation stops the answer and not the program; at the prompt it ends the program at once."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine
from typing import Any


async def until_stopped(work: Coroutine[Any, Any, Any]) -> bool:
    """Wait for `work`; Ctrl-C cancels it and gives False."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    before = signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        await task
        return True
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
        return False
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)


async def typed(read: Callable[[], str | None]) -> str | None:
    """What `read` gives, without holding up the loop.

    In a thread that nobody waits for: one of asyncio's own would keep the program until the next Enter.
    """
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str | None] = loop.create_future()

    def wait() -> None:
        said = read()
        if not loop.is_closed():
            loop.call_soon_threadsafe(lambda: None if line.done() else line.set_result(said))

    threading.Thread(target=wait, name="prompt", daemon=True).start()
    return await line
