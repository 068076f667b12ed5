"""`/v1/videos`: OpenAI's routes of video jobs. No video expert is here yet, and each of them says so."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from agent.app.answers import ERRORS, current_user
from agent.app.errors import ApiError

router = APIRouter(prefix="/v1", tags=["videos"], responses=ERRORS)

VideoId = Annotated[str, Path(pattern="^[0-9a-zA-Z_-]{1,64}$")]
User = Annotated[str, Depends(current_user)]


@router.post("/videos", response_model=None)
async def create(user: User) -> Response:
    """Make a video."""
    raise _not_yet()


@router.get("/videos", response_model=None)
async def videos(user: User) -> Response:
    """A user's videos."""
    raise _not_yet()


@router.get("/videos/{video}", response_model=None)
async def video_by_id(video: VideoId, user: User) -> Response:
    """How far a video is."""
    raise _not_yet()


@router.get("/videos/{video}/content", response_model=None)
async def content(video: VideoId, user: User) -> Response:
    """The video itself."""
    raise _not_yet()


@router.delete("/videos/{video}", response_model=None)
async def delete(video: VideoId, user: User) -> Response:
    """Forget a video."""
    raise _not_yet()


def _not_yet() -> ApiError:
    said = "no video expert is here yet: ask for pictures at /v1/images/generations"
    return ApiError(501, said, "not_implemented", headers={"x-should-retry": "false"})
