"""The app itself: its routes, put together around the services, and uvicorn around that."""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import nullcontext

import uvicorn
from fastapi import FastAPI

from agent.app import artifacts, chat, feedback, images, jobs, models, status, videos
from agent.app.answers import describe, handle_errors
from agent.app.config import AppConfig
from agent.app.errors import AppError
from agent.app.graphchat import GraphChat
from agent.app.guard import Guard
from agent.app.services import Services, opened
from vlm.endpoint import reach

ROUTES = (models, images, jobs, artifacts, feedback, chat, videos, status)
STOP_WITHIN_S = 5
"""How long open connections may take to end; jobs that run go on at the next start."""


def make_app(services: Services) -> FastAPI:
    """The app around open services."""
    app = FastAPI(title="Seedbed", version="1", docs_url=None, redoc_url=None)
    app.state.services = services
    for part in ROUTES:
        app.include_router(part.router)
    handle_errors(app)
    app.add_middleware(Guard, services=services)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


def serve(config: AppConfig, ready: Callable[[str], None]) -> None:
    """Serve until a signal; `ready` is told the address.

    Raises `AppError` where the port is taken, and `ServerError` where no model is at `model_url`.
    """
    listener = _listener(config)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    try:
        # Before anything is opened: a model that is not there is said in one line.
        if config.model_url is not None:
            found = asyncio.run(reach(config.model_url, config.model))
            config = config.model_copy(update={"model_url": found.base_url, "model": found.model_name})
        with opened(config, GraphChat) as services:
            settings = uvicorn.Config(
                make_app(services), log_config=None, access_log=False, server_header=False, lifespan="on",
                timeout_graceful_shutdown=STOP_WITHIN_S, proxy_headers=False,
            )  # fmt: skip
            server = uvicorn.Server(settings)
            # uvicorn raises a signal again once it has ended: jobs that run shall still be put back then.
            signal.signal(signal.SIGTERM, server.handle_exit)
            ready(f"http://{shown}:{port}")
            asyncio.run(serving(services, server, listener))
    finally:
        listener.close()


async def serving(services: Services, server: uvicorn.Server, listener: socket.socket) -> None:
    """Run a server of `make_app` until it ends.

    The chat is opened around it and not by it: uvicorn logs why a start failed, with a traceback, and leaves.
    """
    async with services.chat or nullcontext():
        await server.serve(sockets=[listener])


def _listener(config: AppConfig) -> socket.socket:
    """The port, before anything is loaded: one that is taken is said at once."""
    try:
        family = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0][0]
        # Named TCP outright: asyncio sends without delay only where it sees that, else each answer waits 40 ms.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise AppError(f"--host {config.host!r} is no address of this machine: {error.strerror}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((config.host, config.port))
        # Who comes before the start is over waits for it.
        listener.listen()
    except OSError as error:
        listener.close()
        raise AppError(f"cannot listen on {config.host}:{config.port}: {error.strerror}") from None
    return listener
