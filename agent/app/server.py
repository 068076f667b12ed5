"""The app itself: its routes, put together around the services, and uvicorn around that."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

import uvicorn
from fastapi import FastAPI

from agent.app import artifacts, chat, feedback, images, jobs, models, status, videos
from agent.app.answers import describe, handle_errors
from agent.app.config import AppConfig
from agent.app.errors import AppError
from agent.app.guard import Guard
from agent.app.services import Services, opened

ROUTES = (models, images, jobs, artifacts, feedback, chat, videos, status)
STOP_WITHIN_S = 5
"""How long open connections may take to end; jobs that run go on at the next start."""


def make_app(services: Services) -> FastAPI:
    """The app around open services."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with services.chat or nullcontext():
            yield

    app = FastAPI(title="Seedbed", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.services = services
    for part in ROUTES:
        app.include_router(part.router)
    handle_errors(app)
    app.add_middleware(Guard, services=services)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


def serve(config: AppConfig, ready: Callable[[str], None]) -> None:
    """Serve until a signal; `ready` is told the address. Raises `AppError` where the port is taken."""
    listener = _listener(config)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    try:
        with opened(config) as services:
            settings = uvicorn.Config(
                make_app(services), log_config=None, access_log=False, server_header=False, lifespan="on",
                timeout_graceful_shutdown=STOP_WITHIN_S, proxy_headers=False,
            )  # fmt: skip
            ready(f"http://{shown}:{port}")
            uvicorn.Server(settings).run(sockets=[listener])
    finally:
        listener.close()


def _listener(config: AppConfig) -> socket.socket:
    """The port, before anything is loaded: one that is taken is said at once."""
    try:
        family = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise AppError(f"--host {config.host!r} is no address of this machine: {error.strerror}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((config.host, config.port))
    except OSError as error:
        listener.close()
        raise AppError(f"cannot listen on {config.host}:{config.port}: {error.strerror}") from None
    return listener
