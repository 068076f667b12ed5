"""`/v1/models`: the router, the experts whose weights are here, and who answers in the chat."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from agent.app.answers import ERRORS, current_user, json_answer, service
from agent.app.errors import ApiError
from agent.app.services import Services
from agent.app.studio import AUTO
from generators.zoo.zoo import available, load_cards

router = APIRouter(prefix="/v1", tags=["models"], responses=ERRORS)


@router.get("/models")
async def models(
    services: Annotated[Services, Depends(service)], user: Annotated[str, Depends(current_user)]
) -> Response:
    """All that can be named as `model`."""
    return json_answer({"object": "list", "data": await asyncio.to_thread(_models, services)})


@router.get("/models/{model}")
async def model_by_name(
    model: Annotated[str, Path(max_length=200)],
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
) -> Response:
    """One of them."""
    for found in await asyncio.to_thread(_models, services):
        if found["id"] == model:
            return json_answer(found)
    raise ApiError(404, f"no model {model!r} is here", "model_not_found", "model")


def _models(services: Services) -> list[dict[str, Any]]:
    router_of_all = _entry(AUTO, about="The router chooses an expert by the prompt.", kind="router")
    experts = [
        _entry(card.name, about=card.about or card.title, kind=card.media, presets=list(card.presets),
               licence=card.licence, tasks=list(card.tasks))
        for card in load_cards().values()
        if available(card)
    ]  # fmt: skip
    chat = [] if services.chat is None else [_entry(services.chat.name, about="Answers in the chat.", kind="chat")]
    return [router_of_all, *experts, *chat]


def _entry(name: str, **more: Any) -> dict[str, Any]:
    # Nothing here is made at a time that means anything; OpenAI's clients want the field.
    return {"id": name, "object": "model", "created": 0, "owned_by": "seedbed", **more}
