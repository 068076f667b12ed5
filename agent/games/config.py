"""What `seedbed play` was asked to do: checked once, kept in the manifest, and read back on a resume."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.budgets import Budgets
from agent.games.errors import PlayError

Agent = Literal[
    "vlm", "vlm+planner", "random", "random+planner", "oracle", "constant", "blind", "wrong-instruction"
]
WITH_MODEL = ("vlm", "vlm+planner", "blind", "wrong-instruction")


class PlayConfig(BaseModel):
    """One run of the game agent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    game: str = Field(min_length=1, max_length=200)
    """The environment's id."""
    agent: Agent = "vlm"
    episodes: int = Field(1, ge=1, le=100_000)
    seed: int = Field(0, ge=0)
    """Of the first episode; the next ones count on from it."""
    observation: Literal["pixels", "text", "both"] = "pixels"
    history: int = Field(0, ge=0, le=16)
    """How many earlier pictures stand before the one of now."""
    memory: int = Field(0, ge=0)
    """After so many steps the model writes its memory anew; 0 keeps none."""
    thought: bool = True
    """Whether the model may think in words before it acts."""
    move: str | None = None
    """The move of the constant agent."""
    size_px: int | None = Field(None, ge=32, le=2048)
    """Longer side of the pictures; None for 160 with the embedded model's prompt and 480 with others."""
    max_steps: int = Field(500, ge=1, le=1_000_000)
    max_seconds: float = Field(3600.0, gt=0)
    max_tokens: int = Field(10_000_000, ge=1)
    """These three are for each episode."""
    record: tuple[Literal["video"], ...] = ()
    model_url: str | None = None
    model: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.agent == "constant") != (self.move is not None):
            raise ValueError("--agent constant and --move NAME go together")
        if self.memory and self.agent not in WITH_MODEL:
            raise ValueError(f"--memory is for models, and --agent {self.agent} is none")
        return self

    @property
    def budgets(self) -> Budgets:
        return Budgets(self.max_steps, self.max_tokens, self.max_seconds)

    @property
    def seeds(self) -> range:
        return range(self.seed, self.seed + self.episodes)


def checked(**values: Any) -> PlayConfig:
    """A `PlayConfig` of these values; a bad one is a `PlayError` that names the option."""
    try:
        return PlayConfig.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            raise PlayError(said) from None
        option = str(first["loc"][0]).replace("_", "-")
        name = "ENV_ID" if option == "game" else f"--{option}"
        raise PlayError(f"{name} {first['input']!r}: {said}") from None
