"""`/v1/images/*`: pictures in OpenAI's shape; `model: "auto"` asks the router.

Settings that OpenAI does not have are called as vLLM-Omni calls them.
"""

import asyncio
import base64
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from agent.app.answers import ERRORS, SSE, STREAM, current_user, json_answer, service, until_gone
from agent.app.errors import failure, wrong
from agent.app.forms import FORM, form_of, schema_of
from agent.app.jobevents import content_path
from agent.app.services import Services
from agent.app.studio import AUTO, Order, Wish
from agent.app.uploads import repainted
from generators.image.request import LARGEST_SEED, LONGEST_PROMPT
from generators.jobs import Ended, Job, Preview, Progress
from generators.router.choice import Mode

router = APIRouter(prefix="/v1", tags=["images"], responses=ERRORS)

MODES: dict[str, Mode] = {
    "low": "fast", "medium": "balanced", "standard": "balanced", "auto": "balanced", "high": "best", "hd": "best",
}  # fmt: skip
"""What OpenAI's `quality` means to the router."""


class Generation(BaseModel):
    """What is to be drawn. A setting that is not known is refused instead of ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(min_length=1, max_length=LONGEST_PROMPT)
    model: str = Field(AUTO, min_length=1, max_length=200, description="`auto`, an expert, or `expert/preset`.")
    n: int = Field(1, ge=1, le=10)
    size: str = Field("auto", pattern=r"^(auto|[0-9]{1,5}x[0-9]{1,5})$")
    quality: Literal["auto", "low", "medium", "standard", "high", "hd"] = "auto"
    response_format: Literal["b64_json", "url"] = "b64_json"
    output_format: Literal["png"] = Field("png", description="Only a PNG carries its recipe.")
    background: Literal["auto", "opaque"] = "auto"
    moderation: Literal["auto"] = "auto"
    stream: bool = False
    partial_images: int = Field(0, ge=0, le=3)
    user: str = Field("", max_length=256, description="Not looked at: the token says who asks.")
    negative_prompt: str | None = Field(None, max_length=LONGEST_PROMPT)
    num_inference_steps: int | None = Field(None, ge=1, le=1000)
    guidance_scale: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED)
    compare: bool = Field(
        False, description="Draw with the router's runner-up too, for a vote on which is better."
    )

    def wish(self, inputs: dict[str, bytes] | None = None, **more: Any) -> Wish:
        """The same in the studio's words; raises `ApiError`."""
        if self.stream and (self.n > 1 or self.compare):
            raise wrong("a stream shows one picture: leave n and compare out", "stream")
        width, height = size_of(self.size)
        options = {
            "width": width,
            "height": height,
            "steps": self.num_inference_steps,
            "guidance": self.guidance_scale,
            "negative_prompt": self.negative_prompt,
            "seed": self.seed,
        }
        return Wish(
            self.prompt, self.model, self.n, MODES[self.quality], self.compare, options | more, inputs or {}
        )


class Edit(Generation):
    """As `Generation`, beginning with a picture; where a mask is transparent (or white) it is repainted."""

    strength: float | None = Field(
        None, gt=0, le=1, allow_inf_nan=False, description="How far to leave the picture."
    )


FILES = {"image": "image", "image[]": "image", "mask": "mask"}
BODY = {
    "requestBody": {
        "required": True, "content": {FORM: {"schema": schema_of(Edit, ("image", "mask"), ("prompt", "image"))}},
    }
}  # fmt: skip


@router.post("/images/generations", responses=STREAM)
async def generations(
    asked: Generation,
    request: Request,
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
) -> Response:
    """Draw pictures from words."""
    return await _answer(asked, asked.wish(), request, services, user, "image_generation")


@router.post("/images/edits", responses=STREAM, openapi_extra=BODY)
async def edits(
    request: Request,
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
) -> Response:
    """Draw pictures from words and a picture, everywhere or where a mask allows it."""
    asked, inputs = await _edit(request, services)
    wish = asked.wish(inputs, strength=asked.strength)
    return await _answer(asked, wish, request, services, user, "image_edit")


@router.post("/jobs", status_code=202, tags=["jobs"])
async def create_jobs(
    asked: Generation,
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
) -> Response:
    """Ask for pictures without waiting: the answer names the jobs, whose events can be followed."""
    from agent.app.jobs import as_data

    if asked.stream or asked.partial_images:
        raise wrong("a job is followed at /v1/jobs/{id}/events: leave stream and partial_images out", "stream")
    order = await services.studio.order(user, asked.wish())
    return json_answer({"object": "list", "data": [as_data(job) for job in order.jobs], "route": order.route}, 202)


async def _answer(
    asked: Generation, wish: Wish, request: Request, services: Services, user: str, kind: str
) -> Response:
    order = await services.studio.order(user, wish)
    if asked.stream:
        return StreamingResponse(_events(services, order, asked, kind), media_type=SSE)
    jobs = await until_gone(request, services.studio.finished(order))
    data = [await asyncio.to_thread(_item, services, job, asked, request) for job in jobs]
    recipe = jobs[0].facts["recipe"]["request"]
    return JSONResponse({
        "created": int(time.time()), "background": "opaque", "output_format": "png", "data": data,
        "size": f"{recipe['width']}x{recipe['height']}", "route": order.route,
    })  # fmt: skip


def _item(services: Services, job: Job, asked: Generation, request: Request) -> dict[str, Any]:
    """One picture of an answer; besides OpenAI's fields it says which artifact it is and how it was drawn."""
    recipe = job.facts["recipe"]
    item: dict[str, Any] = {"artifact_id": job.id, "recipe": recipe}
    if recipe["request"]["prompt"] != asked.prompt:
        item["revised_prompt"] = recipe["request"]["prompt"]
    if asked.response_format == "url":
        item["url"] = str(request.base_url).rstrip("/") + content_path(job.id)
    else:
        item["b64_json"] = base64.b64encode(services.studio.jobs.artifact(job).read_bytes()).decode()
    return item


async def _events(services: Services, order: Order, asked: Generation, kind: str) -> AsyncIterator[bytes]:
    """The stream of one picture: partial images, then the whole. A client that leaves cancels the job."""
    job, sent, share = order.jobs[0], 0, 0.0
    facts = {
        "background": "opaque",
        "quality": asked.quality if asked.quality in ("low", "medium", "high") else "auto",
    }
    async for event in services.studio.follow(job):
        facts["created_at"] = int(time.time())  # type: ignore[assignment]
        facts["size"] = f"{job.request['width']}x{job.request['height']}"
        match event:
            case Progress(step, of, _):
                share = step / of
            # They are spread over the drawing, instead of all being shown at its noisy beginning.
            case Preview(webp) if sent < asked.partial_images and share >= sent / (asked.partial_images + 1):
                part = {"partial_image_index": sent, "output_format": "webp", "b64_json": _text(webp)}
                yield _sse(f"{kind}.partial_image", facts | part)
                sent += 1
            case Ended(over) if over.status == "done":
                content = await asyncio.to_thread(services.studio.jobs.artifact(over).read_bytes)
                counts: dict[str, Any] = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
                counts["input_tokens_details"] = {"image_tokens": 0, "text_tokens": 0}
                yield _sse(f"{kind}.completed", facts | {
                    "output_format": "png", "b64_json": _text(content), "usage": counts, "artifact_id": over.id,
                    "recipe": over.facts["recipe"], "route": order.route,
                })  # fmt: skip
            case Ended(over):
                yield _sse("error", failure(over).body())


async def _edit(request: Request, services: Services) -> tuple[Edit, dict[str, bytes]]:
    """A form's fields and pictures, checked; raises `ApiError`."""
    asked, inputs = await form_of(request, Edit, services.config.limits, FILES)
    if "image" not in inputs:
        raise wrong("give one picture as the file `image`, and at most one as `mask`", "image")
    if "mask" in inputs:
        inputs["mask"] = await asyncio.to_thread(repainted, inputs["mask"], inputs["image"])
    return asked, inputs


def size_of(text: str) -> tuple[int | None, int | None]:
    """Width and height of a `size`; None where it is `auto`."""
    found = re.fullmatch(r"([0-9]+)x([0-9]+)", text)
    return (None, None) if found is None else (int(found[1]), int(found[2]))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _sse(kind: str, data: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode()
