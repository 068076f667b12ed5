"""What stands in front of every route: a bound on the body, the owner of the request, and a clock.

Plain ASGI, because Starlette's own middleware class hides that a client has left.
"""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.app.config import is_loopback
from agent.app.errors import ApiError
from agent.app.services import Services

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OPEN = ("/health",)
"""What may be asked without a token: it tells nothing of anybody."""


class Guard:
    """Around the whole app; `scope["state"]["user"]` is who asks."""

    def __init__(self, app: ASGIApp, services: Services, clock: Callable[[], float] = time.perf_counter) -> None:
        self._app, self._services, self._clock = app, services, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                extra = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
                message["headers"] = [*message.get("headers", ()), *extra]
            await send(message)

        try:
            try:
                self._admit(scope)
            except ApiError as error:
                answer = JSONResponse(error.body(), error.status, error.headers)
                await answer(scope, receive, sending)
                return
            await self._app(scope, self._bounded(receive), sending)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._services.meters.answered(route, method, status, self._clock() - began)

    def _admit(self, scope: Scope) -> None:
        """Find out who asks and whether they may; raises `ApiError`."""
        headers = Headers(scope=scope)
        if not self._services.tokens.required:
            _check_from_here(headers)
        length = headers.get("content-length", "0")
        most = self._services.config.limits.body_bytes
        if not (length.isascii() and length.isdigit()) or int(length[:20]) > most:
            raise ApiError(413, f"a request of more than {most} bytes is not read", "request_too_large")
        if scope["path"] not in OPEN:
            user = self._services.tokens.user(headers.get("authorization"))
            self._services.quotas.request(user)
            scope.setdefault("state", {})["user"] = user

    def _bounded(self, receive: Receive) -> Receive:
        """Count what comes: a length need not be stated, and need not be true."""
        most, seen = self._services.config.limits.body_bytes, 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413, f"a request of more than {most} bytes is not read")
            return message

        return counting


def _check_from_here(headers: Headers) -> None:
    """Without tokens only this machine's own programs may ask, and not a foreign page in its browser.

    A page elsewhere could otherwise send requests here, or read the answers under a name that it makes lead
    here.
    """
    host = headers.get("host", "")
    if not is_loopback(_name(f"//{host}")):
        raise ApiError(403, f"this app answers on this machine's own address, not as {host[:80]!r}", "wrong_host")
    origin = headers.get("origin")
    if origin is not None and not is_loopback(_name(origin)):
        raise ApiError(403, "pages of other sites may not use this app", "wrong_origin")


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
