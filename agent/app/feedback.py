"""`/v1/feedback`: thumbs and votes, which the router learns from; and `/v1/route`, which says who would draw."""

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from agent.app.answers import ERRORS, current_user, json_answer, service
from agent.app.errors import wrong
from agent.app.services import Services
from generators.image.request import LONGEST_PROMPT
from generators.router.choice import Mode

router = APIRouter(prefix="/v1", tags=["router"], responses=ERRORS)

Id = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class Vote(BaseModel):
    """What a user thinks of a picture, or of two that were drawn for one request."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artifact: Id
    other: Id | None = Field(None, description="The second picture of a pair; a thumb leaves it out.")
    value: Literal[-1, 0, 1] = Field(
        description="1: good, or `artifact` is the better one. -1: bad, or `other` is. 0 takes the vote back."
    )


class Question(BaseModel):
    """A prompt to route."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(min_length=1, max_length=LONGEST_PROMPT)
    mode: Mode = "balanced"


@router.post("/feedback")
async def feedback(
    vote: Vote, services: Annotated[Services, Depends(service)], user: Annotated[str, Depends(current_user)]
) -> Response:
    """Vote; a new vote on the same picture or pair takes the place of the user's earlier one."""
    if vote.other == vote.artifact:
        raise wrong("a pair is two pictures", "other")
    first = services.studio.picture(vote.artifact, user)
    second = None if vote.other is None else services.studio.picture(vote.other, user)
    number = await services.studio.desk.vote(user, first, vote.value, second)
    kind = "thumb" if second is None else "pair"
    services.meters.voted(kind)
    return json_answer(
        {"id": f"vote_{number}", "object": "feedback", "kind": kind, "created_at": int(time.time())}
    )


@router.post("/route")
async def route(
    asked: Question, services: Annotated[Services, Depends(service)], user: Annotated[str, Depends(current_user)]
) -> Response:
    """Who would draw a prompt, and why; nothing is drawn."""
    if not asked.prompt.strip():
        raise wrong("the prompt is empty: say what to draw", "prompt")
    routed = await services.studio.desk.route(asked.prompt, user, asked.mode)
    return json_answer({"object": "route", **routed.card})
