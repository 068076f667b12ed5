"""`/health` and `/metrics`: for those who run the app."""

from typing import Annotated

from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from agent.app.answers import ERRORS, current_user, json_answer, service
from agent.app.services import Services

router = APIRouter(tags=["status"])


@router.get("/health", responses={503: {"description": "The app is stopping."}})
async def health(services: Annotated[Services, Depends(service)]) -> Response:
    """200 while jobs are taken and worked off, 503 once the app is stopping. No token is needed."""
    stopping = services.studio.jobs.closing
    return json_answer({"status": "stopping" if stopping else "ok"}, 503 if stopping else 200)


@router.get("/metrics", responses=ERRORS, response_class=PlainTextResponse)
async def metrics(
    services: Annotated[Services, Depends(service)], user: Annotated[str, Depends(current_user)]
) -> Response:
    """Counters, in Prometheus' text format."""
    return Response(services.meters.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
