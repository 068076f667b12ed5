"""What `seedbed gui` was asked to do: checked once, kept in the manifest, and read back on a resume."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from agent.budgets import Budgets
from agent.errors import AgentError
from envs.browser.confinement import Confinement
from envs.browser.errors import BrowserError
from envs.browser.reach import own


class GuiError(AgentError):
    """The GUI agent cannot do what it was asked."""


class GuiConfig(BaseModel):
    """One run of the GUI agent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str = Field(min_length=1, max_length=10_000)
    url: str
    model_url: str | None = None
    model: str | None = None
    observation: Literal["pixels", "elements", "both"] = "pixels"
    approve: Literal["auto", "ask", "never"] = "ask"
    headed: bool = False
    max_steps: int = Field(30, ge=1, le=10_000)
    max_seconds: float = Field(900.0, gt=0)
    max_tokens: int = Field(1_000_000, ge=1)
    allow: tuple[str, ...] = ()
    """What may be reached besides the first address's own host; see `envs.browser.confinement`."""
    record: tuple[Literal["trace", "video"], ...] = ()
    uploads: Path | None = None
    """The folder whose files may be given to pages; none without it."""
    width: int = Field(1280, ge=160, le=7680)
    height: int = Field(800, ge=160, le=4320)

    @field_validator("url")
    @classmethod
    def _openable(cls, url: str) -> str:
        parts = urlsplit(url)
        # Reading the port raises where it is no number or too large.
        web = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        if web or (parts.scheme == "file" and parts.path):
            return url
        raise ValueError("expected an address such as https://example.org/ or file:///path/page.html")

    @field_validator("allow")
    @classmethod
    def _hosts(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        try:
            Confinement(entries)
        except BrowserError as error:
            raise ValueError(str(error)) from None
        return entries

    @field_validator("uploads")
    @classmethod
    def _there(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError("there is no such folder")
        return folder

    @property
    def hosts(self) -> tuple[str, ...]:
        """Everything that the browser may reach."""
        return tuple(dict.fromkeys([*own(self.url), *self.allow]))

    @property
    def budgets(self) -> Budgets:
        return Budgets(self.max_steps, self.max_tokens, self.max_seconds)


def checked(**values: object) -> GuiConfig:
    """A `GuiConfig` of these values; a bad one is a `GuiError` that names the option."""
    try:
        return GuiConfig.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]).replace("_", "-") if first["loc"] else "options"
        name = "TASK" if option == "task" else f"--{option}"
        given = str(first["input"]) if isinstance(first["input"], Path) else first["input"]
        raise GuiError(f"{name} {given!r}: {first['msg'].removeprefix('Value error, ')}") from None
