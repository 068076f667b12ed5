"""What may be asked of an evaluation; bad combinations are refused before anything starts."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from envs.protocol import SeedRange

Agent = Literal["vlm", "oracle", "random", "blind"]
Observe = Literal["pixels", "elements", "both"]
Scripted = ("oracle", "random")


class EvalConfig(BaseModel):
    """One evaluation, resolved: tasks are listed, seeds are numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: Agent = "vlm"
    observation: Observe = "pixels"
    """What a model is given. Scripted agents look at the page's own state or at nothing, whatever it says."""
    tasks: tuple[str, ...] = Field(min_length=1)
    seeds: SeedRange
    parallel: int = Field(default=8, ge=1, le=256)
    """Pages that are played at once."""
    max_steps: int | None = Field(default=None, ge=1, le=1000)
    """The same step budget for every task; None leaves each its own (`envs.suites.miniwob.budgets`)."""
    episode_timeout_s: float = Field(default=180.0, gt=0)
    json_path: Path | None = None
    record: Path | None = None
    """Folder in which run records are kept, with every screenshot; None keeps none."""
    model_url: str | None = None
    model: str | None = None
    fresh: bool = False
    """Forget finished episodes of an earlier start instead of going on after them."""

    @field_validator("json_path")
    @classmethod
    def _a_file_in_a_folder(cls, path: Path | None) -> Path | None:
        if path is None:
            return None
        if path.is_dir():
            raise ValueError("that is a folder; name a file in it, such as vlm.json")
        above = next(folder for folder in path.absolute().parents if folder.exists())
        if not above.is_dir():
            raise ValueError(f"{above} is no folder")
        return path

    @property
    def scripted(self) -> bool:
        return self.agent in Scripted

    @property
    def log_path(self) -> Path | None:
        """Where finished episodes are kept: beside the result, else in the folder of records, else nowhere."""
        if self.json_path is not None:
            return self.json_path.with_name(self.json_path.name + ".episodes.jsonl")
        if self.record is not None:
            return self.record / f"miniwob-{self.agent}-{self.observation}.episodes.jsonl"
        return None
