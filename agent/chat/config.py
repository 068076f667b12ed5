"""What `seedbed chat` was asked for, checked once."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.chat.errors import ChatError


class ChatConfig(BaseModel):
    """Who talks with whom, and where it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    thread: str = Field("main", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.~-]{0,63}$")
    """The conversation."""
    user: str = Field("guest", min_length=1, max_length=100)
    """Whose taste the router learns."""
    data: Path = Path("data/chat")
    """Threads, pictures and jobs."""
    database: Path = Path("data/router.sqlite")
    """The router's."""
    runs: Path = Path("runs")
    """Records of what was browsed and played."""
    model_url: str | None = None
    """An OpenAI-compatible endpoint whose model decides; rules do without it."""
    model: str | None = None
    approve: Literal["auto", "ask", "never"] = "ask"
    compare: bool = True
    """Whether two drafts are drawn and asked about where the router is in doubt."""
    device: tuple[str, ...] = ()
    """Where pictures are drawn; every GPU, else the CPU, where it is empty."""


def checked(**values: Any) -> ChatConfig:
    """A `ChatConfig` of these values; a bad one is a `ChatError` that names the option."""
    try:
        config = ChatConfig.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]).replace("_", "-") if first["loc"] else "options"
        raise ChatError(f"--{option} {first['input']!r}: {first['msg']}") from None
    if config.model is not None and config.model_url is None:
        raise ChatError("--model picks one of the models of --model-url: give both, or neither")
    return config
