"""`/v1/videos`: OpenAI's routes of video jobs. A card and a kind of job called `video` are all that they wait for.

A job of that kind is asked for with `prompt`, `expert`, `preset` and `seed`, and, where they were given, `width`,
`height`, `seconds`, `steps`, `guidance` and `negative_prompt`; the picture to begin with is its input `image`.
"""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, Response

from agent.app.answers import ERRORS, current_user, json_answer, service
from agent.app.artifacts import media_type
from agent.app.errors import ApiError
from agent.app.forms import FORM, form_of, read, schema_of
from agent.app.images import size_of
from agent.app.services import Services
from agent.app.studio import AUTO, VIDEO, Wish
from generators.image.request import LARGEST_SEED, LONGEST_PROMPT
from generators.jobs import Job

router = APIRouter(prefix="/v1", tags=["videos"], responses=ERRORS)

VideoId = Annotated[str, Path(pattern="^video_[0-9a-f]{16}$", description="As it was answered when it was made.")]
User = Annotated[str, Depends(current_user)]
Open = Annotated[Services, Depends(service)]
NEWEST = 1000
"""Jobs among which a user's videos are looked for."""
STATUS = {"queued": "queued", "running": "in_progress", "done": "completed", "failed": "failed"}
"""OpenAI's words; a cancelled video is one that does not exist."""


class Clip(BaseModel):
    """What is to be filmed. A setting that is not known is refused instead of ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(min_length=1, max_length=LONGEST_PROMPT)
    model: str = Field(AUTO, min_length=1, max_length=200, description="`auto`, an expert, or `expert/preset`.")
    seconds: int | None = Field(None, ge=1, le=600)
    size: str = Field("auto", pattern=r"^(auto|[0-9]{1,5}x[0-9]{1,5})$")
    user: str = Field("", max_length=256, description="Not looked at: the token says who asks.")
    negative_prompt: str | None = Field(None, max_length=LONGEST_PROMPT)
    num_inference_steps: int | None = Field(None, ge=1, le=1000)
    guidance_scale: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED)

    def wish(self, inputs: dict[str, bytes]) -> Wish:
        """The same in the studio's words."""
        width, height = size_of(self.size)
        options = {
            "width": width, "height": height, "seconds": self.seconds, "steps": self.num_inference_steps,
            "guidance": self.guidance_scale, "negative_prompt": self.negative_prompt, "seed": self.seed,
        }  # fmt: skip
        return Wish(self.prompt, self.model, options=options, inputs=inputs, media=VIDEO)


BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": Clip.model_json_schema()},
            FORM: {"schema": schema_of(Clip, ("input_reference",), ("prompt",))},
        },
    }
}


@router.post("/videos", openapi_extra=BODY)
async def create(request: Request, services: Open, user: User) -> Response:
    """Make a video; the answer names its job. With `input_reference` it begins with that picture."""
    services.studio.check_offered(VIDEO)
    inputs: dict[str, bytes] = {}
    if request.headers.get("content-type", "").startswith(FORM):
        asked, inputs = await form_of(request, Clip, services.config.limits, {"input_reference": "image"})
    else:
        try:
            asked = read(Clip, await request.json())
        except (ValueError, RecursionError):
            raise ApiError(400, "the body is no JSON", "invalid_value") from None
    order = await services.studio.order(user, asked.wish(inputs))
    return json_answer(_video(order.jobs[0], services))


@router.get("/videos")
async def videos(
    services: Open,
    user: User,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[str, Query(pattern="^(video_[0-9a-f]{16})?$")] = "",
    order: Literal["asc", "desc"] = "desc",
) -> Response:
    """A user's videos among the newest thousand jobs, those behind `after`."""
    jobs = await asyncio.to_thread(services.studio.jobs.of_user, user, NEWEST)
    found = [_video(job, services) for job in jobs if job.kind == VIDEO and job.status in STATUS]
    if order == "asc":
        found.reverse()
    if after:
        ids = [each["id"] for each in found]
        found = found[ids.index(after) + 1 :] if after in ids else []
    page = found[:limit]
    ends = {"first_id": page[0]["id"] if page else None, "last_id": page[-1]["id"] if page else None}
    return json_answer({"object": "list", "data": page, "has_more": len(found) > limit, **ends})


@router.get("/videos/{video}")
async def video_by_id(video: VideoId, services: Open, user: User) -> Response:
    """How far a video is."""
    return json_answer(_video(_job(video, services, user), services))


@router.get(
    "/videos/{video}/content", response_class=FileResponse, responses={200: {"content": {"video/mp4": {}}}}
)
async def content(
    video: VideoId,
    services: Open,
    user: User,
    variant: Annotated[Literal["video"], Query(description="Only the video itself is kept.")] = "video",
) -> Response:
    """The video itself."""
    job = _job(video, services, user)
    if job.status != "done":
        raise ApiError(404, f"video {video!r} is {STATUS[job.status]}: it has no content", "not_found")
    path = services.studio.jobs.artifact(job)
    return FileResponse(path, media_type=media_type(job), filename=f"{video}{path.suffix}")


@router.delete("/videos/{video}")
async def delete(video: VideoId, services: Open, user: User) -> Response:
    """Forget a video; one that is being made is ended."""
    job = _job(video, services, user)
    await services.studio.forget(job)
    return json_answer({"id": video, "object": "video.deleted", "deleted": True})


def _job(video: str, services: Services, user: str) -> Job:
    """The job of a video; raises `ApiError` (404) also for one that makes something else."""
    try:
        job = services.studio.get(video.removeprefix("video_"), user)
    except ApiError:
        job = None
    if job is None or job.kind != VIDEO or job.status not in STATUS:
        raise ApiError(404, f"no video {video!r}", "not_found")
    return job


def _video(job: Job, services: Services) -> dict[str, Any]:
    """A job as OpenAI's clients read a video."""
    asked, done = job.request, job.status == "done"
    failed = {"code": "generation_failed", "message": job.error} if job.status == "failed" else None
    return {
        "id": f"video_{job.id}", "object": "video", "model": f"{asked['expert']}/{asked['preset']}",
        "status": STATUS[job.status], "progress": 100 if done else services.runs.percent(job.id),
        "created_at": int(job.created), "completed_at": int(job.ended or job.created) if done else None,
        "expires_at": None, "error": failed, "prompt": asked["prompt"], "remixed_from_video_id": None,
        "seconds": str(asked.get("seconds") or ""), "size": f"{asked.get('width')}x{asked.get('height')}",
    }  # fmt: skip
