"""What may be asked of an evaluation of games; bad combinations are refused before anything starts."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from agent.games.config import Agent
from agent.games.prompts import Mode
from envs.protocol import SeedRange
from envs.suites.games.suite import Suite

Record = Literal["ends", "all", "none"]

BASELINES: tuple[Agent, ...] = ("random", "constant", "oracle", "blind", "wrong-instruction")
"""Who may stand beside the agent. Random play does always, and so does the oracle where it is the reference."""


class GamesConfig(BaseModel):
    """One evaluation, resolved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: Suite
    agent: Agent = "vlm"
    observation: Mode = "pixels"
    """What a model is given."""
    seeds: SeedRange
    parallel: int = Field(default=4, ge=1, le=256)
    """Games that are played at once."""
    max_steps: int | None = Field(default=None, ge=1, le=1_000_000)
    """One step budget for all games, instead of the suite's."""
    episode_timeout_s: float = Field(default=1800.0, gt=0, allow_inf_nan=False)
    baselines: tuple[Agent, ...] = ("random", "constant", "oracle")
    cache: Path = Path("runs/baselines")
    """Where finished baselines are kept, for whoever asks for the same suite and seeds again."""
    json_path: Path | None = None
    """The result; its table, page, manifest and log of episodes go beside it."""
    record: Record = "ends"
    """Which episodes keep their pictures: each game's best and worst, all, or none. Needs `json_path`."""
    runs: Path = Path("runs")
    """The folder of run records."""
    model_url: str | None = None
    model: str | None = None
    fresh: bool = False

    @field_validator("json_path")
    @classmethod
    def _json(cls, path: Path | None) -> Path | None:
        # The table and the page take the same name with other endings.
        if path is not None and (path.suffix != ".json" or path.is_dir()):
            raise ValueError("name a file that ends in .json, such as games.json")
        return path

    @property
    def steps(self) -> dict[str, int]:
        """From game to its step budget."""
        return {game.id: self.max_steps or game.max_steps for game in self.suite.games}

    @property
    def floors(self) -> dict[str, float]:
        return {game.id: game.floor for game in self.suite.games}

    def beside(self, ending: str) -> Path | None:
        """The file with this ending beside the result: `games.json` has `games.json.episodes.jsonl` beside it."""
        return None if self.json_path is None else self.json_path.with_name(self.json_path.name + ending)

    def page(self, suffix: str) -> Path | None:
        """The report that takes the result's name: `games.html` for `games.json`."""
        return None if self.json_path is None else self.json_path.with_suffix(suffix)
