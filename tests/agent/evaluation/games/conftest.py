"""Made-up episodes of games, so that scores and reports are tested without playing."""

from typing import Any

import pytest

from agent.evaluation.games.results import PlayedGame
from agent.games.result import GameResult
from envs.protocol import Budgets, Manifest, SeedRange
from envs.suites.games.suite import Suite, SuiteGame


@pytest.fixture
def suite():
    def make(*games: str, **changes: Any) -> Suite:
        entries = tuple(SuiteGame(id=game, max_steps=10, **changes) for game in games)
        return Suite(name="made-up", title="Made up", games=entries)

    return make


@pytest.fixture
def played():
    def make(game: str = "a", seed: int = 0, score: float = 1.0, floor: float = 0.0, **changes: Any) -> PlayedGame:
        given = {"status": "terminated", "score": score, "reward": score, "steps": 2, "scores": (0.0, score)}
        return PlayedGame.of(GameResult(game=game, seed=seed, **(given | changes)), floor)

    return make


@pytest.fixture
def manifest():
    def make(*games: str, agent: str = "vlm", count: int = 3) -> Manifest:
        return Manifest(
            suite="made-up",
            agent=agent,
            observation="pixels",
            tasks=games,
            seeds=SeedRange(start=0, count=count),
            budgets=Budgets(max_steps=dict.fromkeys(games, 10), episode_timeout_s=5),
            versions={},
        )

    return make


@pytest.fixture
def summary(suite, played, manifest):
    """The published JSON for scores of the agent by game, beside random play at 0 and an oracle at 1."""

    def make(
        scores: dict[str, list[float]], agent: str = "vlm", low: float = 0.0, high: float = 1.0, **changes: Any
    ):
        from agent.evaluation.games.summary import summarise

        def all_of(values):
            return [played(game, seed, value) for game in scores for seed, value in enumerate(values(game))]

        beside = {
            "random": all_of(lambda game: [low] * len(scores[game])),
            "oracle": all_of(lambda game: [high] * len(scores[game])),
        }
        return summarise(
            all_of(lambda game: scores[game]), beside, manifest(*scores, agent=agent), suite(*scores, **changes)
        )

    return make
