"""`/v1/artifacts`: what was made and exists, for their owners. Files are found by the journal, never by a name."""

import asyncio
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import FileResponse, Response

from agent.app.answers import ERRORS, current_user, json_answer, service
from agent.app.jobevents import content_path
from agent.app.jobs import JobId
from agent.app.services import Services
from generators.jobs import Job

router = APIRouter(prefix="/v1", tags=["artifacts"], responses=ERRORS)


@router.get("/artifacts")
async def artifacts(
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """A user's newest pictures, the newest first, among the newest thousand jobs."""
    jobs = await asyncio.to_thread(services.studio.jobs.of_user, user, 1000)
    made = [job for job in jobs if job.status == "done"]
    return json_answer({"object": "list", "data": [as_data(job) for job in made[:limit]]})


@router.get("/artifacts/{job}")
async def artifact(
    job: JobId, services: Annotated[Services, Depends(service)], user: Annotated[str, Depends(current_user)]
) -> Response:
    """What made a picture, and where it is."""
    return json_answer(as_data(services.studio.picture(job, user)))


FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}, "video/mp4": {}}},
    304: {"description": "It is what `If-None-Match` says that the client has."},
}


@router.get("/artifacts/{job}/content", response_class=FileResponse, responses=FILE)
async def content(
    job: JobId,
    request: Request,
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
) -> Response:
    """The file itself, with its recipe inside."""
    found = services.studio.picture(job, user)
    tag = f'"{found.sha256}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    path = services.studio.jobs.artifact(found)
    return FileResponse(
        path, media_type=media_type(found), headers=headers, filename=path.name, content_disposition_type="inline"
    )


def as_data(job: Job) -> dict[str, Any]:
    return {
        "id": job.id, "object": "artifact", "created_at": int(job.ended or job.created), "sha256": job.sha256,
        "media_type": media_type(job), "url": content_path(job.id), "recipe": job.facts.get("recipe"),
    }  # fmt: skip


def media_type(job: Job) -> str:
    """Of what a job made."""
    return _TYPES[PurePath(job.artifact).suffix]


_TYPES = {".png": "image/png", ".mp4": "video/mp4"}
