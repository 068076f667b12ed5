"""Suites of games: those that come along are whole, and a wrong file is answered with what to mend."""

import pytest

from envs.games.lookalikes.registry import GAMES, env_id
from envs.suites.games.errors import SuiteError
from envs.suites.games.human import ATARI, published
from envs.suites.games.suite import BUILT_IN, read_suite, suite_named

TWO = """
title = "Two"
[[games]]
id = "seedbed/maze-v1"
max_steps = 60
[[games]]
id = "CartPole-v1"
max_steps = 100
reference = 500.0
"""


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_suites_can_be_read(name):
    suite = suite_named(name)
    assert (suite.name, bool(suite.about)) == (name, True)
    if suite.compared_with:
        assert suite.differences, "whoever names another protocol says in what this one differs"


def test_the_seed_games_are_all_our_lookalikes():
    assert {game.id for game in suite_named("seed-games").games} == {env_id(name) for name in GAMES}


def test_atari_games_have_a_published_score():
    for game in suite_named("ale").games:
        assert published(game.id).human > published(game.id).random
        assert game.floor <= published(game.id).random


def test_the_published_table_has_the_usual_57_games():
    assert len(ATARI) == 57
    assert all(scores.human > scores.random for scores in ATARI.values())
    with pytest.raises(SuiteError, match="ALE/Pong-v5"):
        published("ALE/Pang-v5")


def test_a_file_of_ones_own_is_called_after_itself(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(TWO)
    suite = suite_named(str(path))
    assert (suite.name, len(suite.games)) == ("mine", 2)
    assert suite.game("CartPole-v1").reference == 500.0
    assert suite.digest() != read_suite("mine", TWO.replace("60", "61"), "x").digest()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title = ", "not TOML"),
        ('title = "x"', "games is missing"),
        ('title = "x"\ngames = []', "games"),
        (TWO + "max_step = 3", r"unknown key games\[1\].max_step; the nearest is 'max_steps'"),
        ('tittle = "x"\n' + TWO, "unknown key tittle; the nearest is 'title'"),
        (TWO.replace("60", "0"), r"games\[0\].max_steps 0"),
        (TWO.replace("500.0", '"best"'), r"games\[1\].reference 'best' is neither 'oracle' nor 'human' nor a n"),
        (TWO + "floor = 1.0", r"games\[1\].floor 1.0"),
        (TWO.replace("CartPole-v1", "seedbed/maze-v1"), "seedbed/maze-v1 stands in it twice"),
        ('name = "x"\n' + TWO, "leave `name` out"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(text, expected):
    with pytest.raises(SuiteError, match=expected) as refusal:
        read_suite("mine", text, where="mine.toml")
    assert "mine.toml" in str(refusal.value) and "\n" not in str(refusal.value)


def test_an_unknown_suite_is_answered_with_the_nearest():
    with pytest.raises(SuiteError, match="no suite 'seedgames'; the nearest is 'seed-games'"):
        suite_named("seedgames")
    with pytest.raises(SuiteError, match=r"cannot read the suite no/such\.toml: No such file"):
        suite_named("no/such.toml")
