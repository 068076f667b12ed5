"""Routing in tests: a small world of experts, its database, and no deadlines, since speed proves nothing here."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings

from generators.router.database.record import Decided, put_artifact, put_decision
from generators.router.database.store import Database
from generators.router.matrix import ScoreMatrix
from generators.router.router import Router
from generators.router.taxonomy import Taxonomy, embedded_taxonomy

from . import simulator

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")

ARMS = simulator.arms(3)


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return embedded_taxonomy()


@pytest.fixture(scope="session")
def small_matrix() -> ScoreMatrix:
    """Sixty prompts and three arms: a fit takes a moment."""
    whole = simulator.matrix(seed=3, prompts=60)
    return replace(whole, scores=whole.scores[:, :3], seconds=whole.seconds[:3], arms=whole.arms[:3])


@pytest.fixture
def database(taxonomy: Taxonomy) -> Iterator[Database]:
    with Database(":memory:", taxonomy) as held:
        yield held


@pytest.fixture
def router(database: Database, small_matrix: ScoreMatrix) -> Router:
    database.put_matrix(small_matrix)
    return Router(database, ARMS)


def drawn(database: Database, name: str, prompt: str, arm: str, version: int = 1, user: str = "ada") -> str:
    """An artifact of a decision that was made for it."""
    decided = Decided(user, database.prompt_id(prompt), arm, "single", "best", 1.0, version, "", (), 1.0)
    put_artifact(database, name, put_decision(database, decided, 0.0), "00", "{}")
    return name


def same_bits(first: np.ndarray, second: np.ndarray) -> bool:
    return first.tobytes() == second.tobytes()
