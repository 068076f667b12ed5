"""`/v1/jobs`: what a user asked for, what became of it, its events as they come, and its end before its end."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.responses import Response, StreamingResponse

from agent.app.answers import ERRORS, SSE, STREAM, current_user, json_answer, service
from agent.app.errors import ApiError
from agent.app.services import Services
from generators.jobs import Job

router = APIRouter(prefix="/v1", tags=["jobs"], responses=ERRORS)

JobId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="As it was answered when the job was made.")]


@router.get("/jobs")
async def jobs(
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """The newest jobs of a user, the newest first."""
    found = services.studio.jobs.of_user(user, limit)
    return json_answer({"object": "list", "data": [as_data(job) for job in found]})


@router.get("/jobs/{job}")
async def job_by_id(
    job: JobId, services: Annotated[Services, Depends(service)], user: Annotated[str, Depends(current_user)]
) -> Response:
    """One job."""
    found = services.studio.get(job, user)
    return json_answer(as_data(found) | {"position": services.studio.jobs.position(job)})


@router.post("/jobs/{job}/cancel")
async def cancel(
    job: JobId, services: Annotated[Services, Depends(service)], user: Annotated[str, Depends(current_user)]
) -> Response:
    """End a job: at once where it waits, at its next step where it runs. What is over stays as it ended."""
    found = services.studio.get(job, user)
    return json_answer(as_data(services.studio.jobs.cancel(found.id, user)))


@router.get("/jobs/{job}/events", response_class=StreamingResponse, responses=STREAM)
async def job_events(
    job: JobId,
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:
    """A job's events, from the one after `Last-Event-ID`."""
    found = services.studio.get(job, user)
    services.events.recall(found)
    return StreamingResponse(_sse(services, job, user, last_event_id), media_type=SSE, headers=_LIVE)


@router.get("/runs/{run}/events", response_class=StreamingResponse, responses=STREAM)
async def run_events(
    run: Annotated[str, Path(pattern="^[0-9a-zA-Z_-]{1,64}$")],
    services: Annotated[Services, Depends(service)],
    user: Annotated[str, Depends(current_user)],
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:
    """The events of a job or of an answer of the chat, from the one after `Last-Event-ID`."""
    if not services.runs.owned(run, user):
        raise ApiError(404, f"no run {run!r}", "not_found")
    return StreamingResponse(_sse(services, run, user, last_event_id), media_type=SSE, headers=_LIVE)


def as_data(job: Job) -> dict[str, Any]:
    """A job as plain JSON; its inputs stay here."""
    return {
        "id": job.id, "object": "job", "kind": job.kind, "status": job.status, "created_at": int(job.created),
        "request": job.request, "artifact_id": job.id if job.status == "done" else None,
        "error": {"message": job.error, "retryable": job.retryable} if job.error else None,
    }  # fmt: skip


async def _sse(services: Services, run: str, user: str, last_event_id: str | None) -> AsyncIterator[bytes]:
    async for told in services.runs.follow(run, user, services.runs.after(last_event_id)):
        yield services.runs.as_sse(told)


_LIVE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Proxies that collect an answer before they pass it on would make a live view of the past."""
