"""What the app refuses: at its start in one line, and in answers in OpenAI's shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.errors import AgentError
from generators.errors import (
    ExpertUnknown,
    GeneratorError,
    JobFailed,
    JobUnknown,
    PromptRefused,
    QueueFull,
)
from generators.jobs import Job
from generators.router.errors import RouterError


class AppError(AgentError):
    """The app cannot start as it was asked to."""


@dataclass
class ApiError(Exception):
    """An answer that is an error; its body has the shape that OpenAI's clients read."""

    status: int
    message: str
    """One line that says what to do."""
    code: str
    param: str | None = None
    """The parameter that is wrong, where it is one."""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message

    def body(self) -> dict[str, Any]:
        """`{"error": {message, type, param, code}}`."""
        said = {"message": self.message, "type": _TYPES.get(self.status, _OTHERS), "param": self.param}
        return {"error": said | {"code": self.code}}


_OTHERS = "server_error"
_TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
    429: "rate_limit_error",
}


def wrong(message: str, param: str | None = None, code: str = "invalid_value") -> ApiError:
    """400: the request itself cannot be."""
    return ApiError(400, message, code, param)


def refusal(error: GeneratorError | RouterError) -> ApiError:
    """What a package below refused, as an answer."""
    text = str(error)
    if isinstance(error, PromptRefused):
        return wrong(text, "prompt", "moderation_blocked")
    if isinstance(error, ExpertUnknown):
        return ApiError(404, text, "model_not_found", "model")
    if isinstance(error, JobUnknown):
        return ApiError(404, text, "not_found")
    if isinstance(error, QueueFull):
        return ApiError(429, text, "queue_full", headers={"Retry-After": "5"})
    if isinstance(error, JobFailed):
        return ApiError(500, text, "generation_failed", headers=_NO_RETRY)
    return wrong(text)


def failure(job: Job) -> ApiError:
    """Why a job made nothing; OpenAI's clients ask again by themselves only where that may help."""
    if job.status == "cancelled":
        return ApiError(409, f"job {job.id} was cancelled", "cancelled", headers=_NO_RETRY)
    headers = {} if job.retryable else _NO_RETRY
    return ApiError(500, job.error, "generation_failed", headers=dict(headers))


_NO_RETRY = {"x-should-retry": "false"}
