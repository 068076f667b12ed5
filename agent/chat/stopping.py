"""Ctrl-C in a conversation stops the answer and not the program."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


async def until_stopped(work: Coroutine[Any, Any, Any]) -> bool:
    """Wait for `work`; Ctrl-C cancels it and gives False."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        await task
        return True
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
        return False
    finally:
        # As asyncio.run had set it: at the prompt Ctrl-C ends the program.
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.default_int_handler)
