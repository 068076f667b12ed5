"""What all routes share: who asks, the services, how errors look, and the end of work that nobody waits for."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from agent.app.errors import ApiError
from agent.app.services import Services

SSE = "text/event-stream"
_T = TypeVar("_T")


STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {SSE: {}}}}
"""What an answer may be, for the API's description."""


class Fault(BaseModel):
    """What was wrong."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class Problem(BaseModel):
    """An error, as OpenAI's clients read it."""

    error: Fault


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text}
    for status, text in {
        400: "The request cannot be.",
        401: "The token is missing or unknown.",
        403: "The request comes from another site's page.",
        404: "There is no such thing of this user.",
        409: "The thing is not in a state for this.",
        413: "Too large.",
        415: "Not the kind of body that is read here.",
        429: "A quota is used up, or the queue is full.",
        500: "The picture could not be made.",
        501: "Not served yet.",
        503: "Nobody is here who could do it.",
    }.items()
}


def service(request: Request) -> Services:
    """The services of the app that the request came to."""
    found: Services = request.app.state.services
    return found


def current_user(request: Request) -> str:
    """Who asks; the guard has found out."""
    user: str = request.state.user
    return user


def json_answer(data: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(data, status)


async def until_gone(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """The result of `work`, which is cancelled when the client leaves."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ApiError(499, "the client has left", "client_left")
        return task.result()
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


def handle_errors(app: FastAPI) -> None:
    """Give every error of `app` OpenAI's shape."""

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError)
        return JSONResponse(error.body(), error.status, error.headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        places = [str(part) for part in first["loc"][1:] if isinstance(part, str)]
        text = "the body is no JSON" if first["type"] == "json_invalid" else first["msg"]
        found = ApiError(400, text.removeprefix("Value error, "), "invalid_value", ".".join(places) or None)
        return JSONResponse(found.body(), 400)

    async def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        text = f"there is no {request.url.path}" if error.status_code == 404 else str(error.detail)
        found = ApiError(error.status_code, text, "not_found" if error.status_code == 404 else "http_error")
        return JSONResponse(found.body(), error.status_code, dict(error.headers or {}))

    async def unforeseen(request: Request, error: Exception) -> Response:
        # What went wrong stands in the log; to the outside it says nothing of the inside.
        return JSONResponse(
            ApiError(500, "a fault of the program; it is in its log", "internal_error").body(), 500
        )

    app.add_exception_handler(ApiError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Exception, unforeseen)


def describe(app: FastAPI) -> dict[str, Any]:
    """The app's OpenAPI document, without FastAPI's own shape of a refused body, which is never sent here."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            document.get("components", {}).get("schemas", {}).pop(name, None)
        app.openapi_schema = json.loads(json.dumps(document))
    return app.openapi_schema


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
