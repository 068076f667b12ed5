"""What the app was asked to be; bad combinations are refused before a port is opened."""

import ipaddress
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.app.errors import AppError

PORT = 8600
DATA = Path("data/app")


class Limits(BaseModel):
    """What one request and one user may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_bytes: int = Field(24 << 20, ge=1024)
    """Of a whole request."""
    upload_bytes: int = Field(10 << 20, ge=1024)
    """Of one picture in it."""
    upload_px: int = Field(16_000_000, ge=1)
    """Width times height of a picture that is given."""
    picture_px: int = Field(4_194_304, ge=64)
    """Width times height of a picture that is asked for."""
    steps: int = Field(150, ge=1, le=1000)
    pictures_per_hour: int = Field(500, ge=1)
    """Of one user, those that failed or were cancelled included."""
    requests_per_minute: int = Field(1200, ge=1)
    """Of one user."""


class AppConfig(BaseModel):
    """One app."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(PORT, ge=0, le=65535)
    """0 takes a free one."""
    token_file: Path | None = None
    data: Path = DATA
    """Where jobs and artifacts are kept."""
    database: Path = Path("data/router.sqlite")
    """The router's."""
    runs: Path = Path("runs")
    """Records of what was browsed and played."""
    model_url: str | None = None
    """An OpenAI-compatible endpoint that answers in the chat, where rules do without it, and looks at pictures."""
    model: str | None = None
    """Which of its models; the only one where it has no other."""
    device: tuple[str, ...] = ()
    """Where pictures are drawn, one worker each; empty for every GPU, or the CPU."""
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _nobody_else_without_a_token(self) -> Self:
        if self.token_file is None and not is_loopback(self.host):
            raise ValueError(
                f"--host {self.host} can be reached by others: give --token-file FILE, in which each line is a "
                "user's name and that user's token"
            )
        return self

    @model_validator(mode="after")
    def _a_model_is_somewhere(self) -> Self:
        if self.model is not None and self.model_url is None:
            raise ValueError("--model picks one of the models of --model-url: give both, or neither")
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an app that listens on `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def checked(**values: Any) -> AppConfig:
    """An `AppConfig` of these values; a bad one is an `AppError` that names the option."""
    try:
        return AppConfig.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            raise AppError(said) from None
        option = ".".join(str(part) for part in first["loc"]).replace("_", "-")
        raise AppError(f"--{option} {first['input']!r}: {said}") from None
