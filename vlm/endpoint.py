"""Gives a command the model server that it needs: the one at a URL, one that runs already, or one of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from vlm import running
from vlm.profile import Profile, ProfileError, profile_of
from vlm.server import Progress, ServerError, ServerOptions, embedded_model, resolve, serving

REACH_TIMEOUT_S = 10.0


class EndpointError(ServerError):
    """There is no usable server at the address; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that answers, and how to talk to its model."""

    base_url: str
    """Without `/v1`."""
    model_name: str
    profile: Profile
    model: str
    """Where the weights come from as far as the server tells: a folder, a hub id, or the name again."""


@asynccontextmanager
async def endpoint(
    model_url: str | None,
    model: str | None,
    progress: Progress | None = None,
    *,
    wire_format: str | None = None,
    api_key: str | None = None,
) -> AsyncIterator[Endpoint]:
    """A reachable model for the length of the block.

    With `model_url`, that server, where `model` picks one of the models that it offers. Without, a running
    `seedbed serve` of `model` (of any model if None); else a server of our own for `model` or the embedded model,
    which ends with the block. `wire_format` overrides the profile's. Raises `ServerError`.
    """
    if model_url is not None:
        yield await reach(model_url, model, wire_format=wire_format, api_key=api_key)
        return
    wanted = None if model is None else resolve(model)[0]
    for other in running.find(wanted):
        try:
            found = await reach(other.base_url, other.model_name, wire_format=wire_format)
        except EndpointError:
            continue
        if progress is not None:
            progress(f"using the running server of {other.model_name} on port {other.port}")
        yield found
        return
    async with AsyncExitStack() as stack:
        options = ServerOptions(model=wanted or embedded_model())
        server = await stack.enter_async_context(serving(options, progress))
        yield await reach(server.base_url, server.model_name, wire_format=wire_format)


async def reach(
    model_url: str, model: str | None = None, *, wire_format: str | None = None, api_key: str | None = None
) -> Endpoint:
    """Ask the server at `model_url` (with or without `/v1`) what it serves; raises `EndpointError`."""
    base = _base(model_url)
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    local = urlsplit(base).hostname in ("127.0.0.1", "localhost", "::1")
    try:
        async with httpx.AsyncClient(timeout=REACH_TIMEOUT_S, headers=headers, trust_env=not local) as client:
            answer = await client.get(f"{base}/v1/models")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EndpointError(
            f"no model server answers at {model_url} ({_why(error)}): check the address, or leave --model-url out"
        ) from None
    if answer.status_code in (401, 403):
        raise EndpointError(f"the server at {model_url} refuses the API key (status {answer.status_code})")
    try:
        cards = {card["id"]: card for card in answer.raise_for_status().json()["data"]}
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError):
        raise EndpointError(
            f"what answers at {model_url} is no OpenAI-compatible server (GET /v1/models: {answer.status_code})"
        ) from None
    name = _choose(model_url, list(cards), model)
    source = cards[name].get("root") or name
    try:
        profile = profile_of(name, source, wire_format)
    except ProfileError as error:
        raise EndpointError(str(error)) from None
    return Endpoint(base, name, profile, source)


def _base(model_url: str) -> str:
    try:
        parts = urlsplit(model_url)
        # Reading the port raises where it is no number or too large.
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise EndpointError(f"{model_url!r} is no address of a server: expected http://HOST:PORT")
    return model_url.rstrip("/").removesuffix("/v1")


def _choose(model_url: str, names: list[str], model: str | None) -> str:
    if model is not None and model in names:
        return model
    if model is None and len(names) == 1:
        return names[0]
    offered = ", ".join(names) or "nothing"
    if model is None:
        raise EndpointError(f"the server at {model_url} offers {offered}: choose one with --model")
    raise EndpointError(f"the server at {model_url} does not offer {model!r}; it offers {offered}")


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
