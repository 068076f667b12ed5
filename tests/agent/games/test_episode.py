"""One episode: what it scores, what it costs, and what stands in for an invalid action."""

from typing import ClassVar

import pytest

from agent.budgets import Budgets
from agent.games.baselines import BlindPlayer, ConstantPlayer, MisledPlayer, RandomPlayer
from agent.games.episode import Terms, play_episode
from agent.games.planner import Planner
from agent.policy import Choice
from envs.games.adapter.actions import Hold, Press
from envs.games.adapter.family import Family

RIGHT, LEFT = Press(key="action 1"), Press(key="action 0")


class Idle(Family):
    """A corridor in which walking right does duty as doing nothing."""

    idle: ClassVar[tuple[str, ...]] = ("action 1",)


async def test_an_episode_ends_by_the_rules_and_its_score_is_kept_after_every_step(corridor, script) -> None:
    result = await play_episode(corridor(), 5, lambda game: script(RIGHT))
    assert (result.status, result.score, result.steps, result.env_steps) == ("terminated", 1.0, 4, 4)
    assert result.scores == (0.0, 0.0, 0.0, 1.0)
    assert (result.tokens, result.invalid, result.seed) == (48, 0, 5)


async def test_termination_and_truncation_stay_apart(corridor, script) -> None:
    result = await play_episode(corridor(limit=2), 5, lambda game: script(RIGHT))
    assert (result.status, result.score) == ("truncated", 0.0)


async def test_a_game_without_a_way_to_do_nothing_is_left_alone(corridor, script) -> None:
    player = script(LEFT, Choice(None, error="the reply was not an action: hm"), RIGHT)
    result = await play_episode(corridor(), 5, lambda game: player)
    assert (result.steps, result.env_steps, result.invalid, result.fallback) == (6, 4, 2, "")
    assert [past.error for past in player.told[2]] == [
        "'action 0' is not possible now",
        "the reply was not an action: hm",
    ]


async def test_the_declared_fallback_is_played_and_counted(corridor, script) -> None:
    result = await play_episode(corridor(Idle()), 5, lambda game: script(Choice(None, error="hm")))
    assert (result.fallback, result.invalid, result.env_steps) == ("action 1", 4, 4)


async def test_a_held_key_is_one_step_of_the_player(corridor, script) -> None:
    result = await play_episode(corridor(), 5, lambda game: script(Hold(key="action 1", times=9)))
    assert (result.steps, result.env_steps, result.status) == (1, 4, "terminated")


@pytest.mark.parametrize(
    ("budgets", "status", "steps"),
    [
        (Budgets(max_steps=2), "out_of_steps", 2),
        (Budgets(max_tokens=20), "out_of_tokens", 2),
        (Budgets(max_seconds=1e-9), "out_of_time", 1),
    ],
)
async def test_budgets_end_it(corridor, script, budgets: Budgets, status: str, steps: int) -> None:
    result = await play_episode(corridor(), 5, lambda game: script(RIGHT), Terms(budgets=budgets))
    assert (result.status, result.score) == (status, 0.0)
    assert result.steps <= steps


async def test_a_crash_is_a_result_that_scores_zero_and_keeps_what_it_cost(corridor, script) -> None:
    result = await play_episode(corridor(breaks_at=3), 5, lambda game: script(RIGHT))
    assert (result.status, result.score, result.steps) == ("crashed", 0.0, 2)
    assert result.error == "RuntimeError: the corridor fell in"
    assert result.tokens == 24


async def test_what_is_fatal_is_no_result(corridor, script) -> None:
    with pytest.raises(RuntimeError):
        await play_episode(corridor(breaks_at=1), 5, lambda game: script(RIGHT), fatal=(RuntimeError,))


async def test_the_random_player_makes_legal_moves_that_follow_from_its_seed(corridor) -> None:
    results = [await play_episode(corridor(limit=50), 5, lambda game: RandomPlayer("a")) for _ in range(2)]
    assert results[0].scores == results[1].scores
    assert results[0].invalid == 0


async def test_a_constant_player_may_be_wrong_for_ever(corridor) -> None:
    terms = Terms(budgets=Budgets(max_steps=7))
    result = await play_episode(corridor(), 5, lambda game: ConstantPlayer("action 0"), terms)
    assert (result.steps, result.invalid, result.env_steps) == (7, 7, 0)


async def test_a_blind_player_sees_grey_and_no_words_and_a_misled_one_another_task(corridor, script) -> None:
    inner = script(RIGHT)
    await play_episode(corridor(), 5, lambda game: BlindPlayer(inner))
    assert {turn.view.text for turn in inner.turns} == {""}
    assert len({turn.view.screenshot for turn in inner.turns}) == 1
    misled = script(RIGHT)
    await play_episode(corridor(), 5, lambda game: MisledPlayer(misled))
    assert "books" in misled.turns[0].help
    assert misled.turns[0].view.text == "at 0"


async def test_the_planner_leaves_the_move_that_leads_to_the_goal(corridor, script) -> None:
    player = RandomPlayer("a")
    terms = Terms(planner=Planner(steps=400, depth=8), budgets=Budgets(max_steps=30))
    game = corridor()
    game.start(5)
    game.play("action 1", 3)
    assert terms.planner is not None
    assert terms.planner.shortlist(game, seed=1) == ("action 1",)
    result = await play_episode(game, 5, lambda started: player, terms)
    assert result.status == "terminated"
