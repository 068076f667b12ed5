"""Ids, families and what is said of games that are unknown or not installed."""

import pytest

from envs.games.adapter import registry
from envs.games.adapter.errors import GameNotInstalled, GameUnknown, GameUnsupported
from envs.games.adapter.oracles import ORACLES, oracle_of
from envs.games.adapter.registry import FAMILIES, family_of, registered


@pytest.mark.parametrize(
    ("env_id", "family"),
    [
        ("seedbed/2048-v1", "lookalikes"),
        ("MiniGrid-Empty-8x8-v0", "minigrid"),
        ("BabyAI-GoToLocal-v0", "minigrid"),
        ("ALE/Breakout-v5", "ale"),
        ("CrafterReward-v1", "crafter"),
        ("TextWorld/Cooking-v0", "textworld"),
        ("MiniHack-Room-5x5-v0", "nethack"),
        ("CartPole-v1", "classic"),
        ("Anything-v0", "generic"),
    ],
)
def test_ids_lead_to_families(env_id: str, family: str) -> None:
    assert family_of(env_id).name == family


def test_every_family_can_be_imported_whether_or_not_its_games_are_there() -> None:
    for name, (patterns, _) in FAMILIES.items():
        found = family_of(patterns[0])
        assert found.name == name
        assert found.install or not set(found.needs) - {"envs.games.lookalikes"}


@pytest.mark.parametrize(
    ("asked", "nearest"), [("CartPol-v1", "CartPole-v1"), ("MiniGrid-Emty-8x8-v0", "MiniGrid-Empty-8x8-v0")]
)
def test_an_unknown_id_is_answered_with_the_nearest(asked: str, nearest: str) -> None:
    with pytest.raises(GameUnknown, match=f"no game '{asked}'; the nearest is '{nearest}'"):
        registered(asked)


def test_web_tasks_are_no_games() -> None:
    with pytest.raises(GameUnknown):
        registered("seedbed/miniwob.click-test-v0")


@pytest.mark.parametrize(
    ("env_id", "says"),
    [
        ("ALE/Breakout-v5", r"pip install 'seedbed\[atari\]'"),
        ("CrafterReward-v1", r"pip install 'seedbed\[games\]'"),
        ("TextWorld/Cooking-v0", r"pip install 'seedbed\[textworld\]'"),
        ("NetHackScore-v0", "gymnasium 1.2"),
    ],
)
def test_a_game_that_is_not_installed_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, env_id: str, says: str
) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    with pytest.raises(GameNotInstalled, match=says) as refusal:
        registered(env_id)
    assert "\n" not in str(refusal.value)


def test_a_game_without_an_oracle_names_some_that_have_one() -> None:
    with pytest.raises(GameUnsupported, match="no oracle for ALE/Breakout-v5"):
        oracle_of("ALE/Breakout-v5")


@pytest.mark.parametrize("pattern", ORACLES)
def test_every_oracle_is_where_the_table_says(pattern: str) -> None:
    assert callable(oracle_of(pattern.replace("*", "x").replace("?", "x")))
