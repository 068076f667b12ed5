"""Sets two results of `seedbed eval games` against each other, episode by episode on the seeds that they share."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.evaluation.errors import EvaluationError
from envs.protocol import (
    Interval,
    ProtocolError,
    bootstrap_interval,
    improvement_interval,
    mean,
    paired_differences,
    probability_of_improvement,
    stratified_interval,
)

MATTERS = ("suite", "observation", "budgets", "versions", "worlds")
"""Parts of the manifest in which two results should agree; the agents, the models and the seeds may differ."""


class _Game(BaseModel):
    model_config = ConfigDict(extra="ignore")

    scores: dict[int, float]
    scale: tuple[float, float] | None


class Result(BaseModel):
    """What a comparison reads of a published result."""

    model_config = ConfigDict(extra="ignore")

    suite: str
    agent: str
    games: dict[str, _Game]
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One game, or all of them: ours minus theirs."""

    n: int
    """Pairs of episodes."""
    difference: float
    interval: Interval

    @property
    def verdict(self) -> str:
        """`first`, `second`, or nothing where the interval holds zero."""
        if self.interval.low > 0:
            return "first"
        return "second" if self.interval.high < 0 else ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The first result against the second."""

    games: dict[str, Difference]
    """In the games' own scores."""
    overall: Difference | None
    """In normalised scores, over the games that both scales agree on; None where there is none."""
    improvement: float
    """The probability that an episode of the first scores more than one of the second."""
    improvement_interval: Interval
    left_out: tuple[str, ...]
    """Games without a common seed or without a scale, which the overall difference says nothing of."""
    differing: tuple[str, ...]
    """Parts of the manifests that are not the same."""


def read_result(path: Path) -> Result:
    """A result that `seedbed eval games --json` wrote; raises `EvaluationError` for any other file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvaluationError(f"cannot read {path}: {error.strerror}") from None
    except ValueError:
        raise EvaluationError(f"{path} is not JSON") from None
    try:
        return Result.model_validate(data)
    except ValidationError:
        raise EvaluationError(f"{path} is no result of `seedbed eval games`") from None


def compare(first: Result, second: Result) -> Comparison:
    """Compare two results; raises `EvaluationError` where no episode is shared."""
    ours = {name: game.scores for name, game in first.games.items()}
    theirs = {name: game.scores for name, game in second.games.items()}
    try:
        pairs = paired_differences(ours, theirs)
    except ProtocolError as error:
        raise EvaluationError(f"{error}: give both the same --suite and --seeds") from None
    scaled = {
        name: _scaled(values, scale) for name, values in pairs.items() if (scale := _scale(name, first, second))
    }
    mine, others = ({name: list(side[name].values()) for name in pairs} for side in (ours, theirs))
    return Comparison(
        games={
            name: Difference(len(values), mean(values), bootstrap_interval(values))
            for name, values in pairs.items()
        },
        overall=_overall(scaled) if scaled else None,
        improvement=probability_of_improvement(mine, others),
        improvement_interval=improvement_interval(mine, others),
        left_out=tuple(sorted({*first.games, *second.games} - scaled.keys())),
        differing=tuple(part for part in MATTERS if _part(first, part) != _part(second, part)),
    )


def _scale(name: str, first: Result, second: Result) -> tuple[float, float] | None:
    """The game's scale; the second's where the first has none, none where neither has."""
    return first.games[name].scale or second.games[name].scale


def _scaled(differences: list[float], scale: tuple[float, float]) -> list[float]:
    return [difference / (scale[1] - scale[0]) for difference in differences]


def _overall(scaled: Mapping[str, list[float]]) -> Difference:
    return Difference(
        sum(len(values) for values in scaled.values()),
        mean([mean(values) for values in scaled.values()]),
        stratified_interval(scaled),
    )


def _part(result: Result, part: str) -> Any:
    """A part of the manifest; of the worlds, not the prompt, which belongs to the model."""
    found = result.manifest.get(part)
    if part == "worlds" and isinstance(found, dict):
        return {
            game: {key: value for key, value in facts.items() if key != "prompt"} for game, facts in found.items()
        }
    return found
