"""The published numbers of games: what was promised, zeros for crashes, one scale for all games."""

import json

import pytest

from agent.evaluation.games.keeper import ends
from agent.evaluation.games.results import PlayedGame
from agent.evaluation.games.summary import score_interval, summarise
from envs.protocol import bootstrap_interval, wilson_interval

PROMISED = {"n", "mean", "ci95", "iqm", "normalised", "invalid_rate", "crashes"}


def test_the_promised_json_is_there(summary):
    result = summary({"a": [0.2, 0.4, 0.9], "b": [0.0, 1.0, 1.0]})
    assert result.keys() >= {"suite", "agent", "games", "normalised_iqm"}
    assert (result["suite"], result["agent"], list(result["games"])) == ("made-up", "vlm", ["a", "b"])
    for game in result["games"].values():
        assert game.keys() >= PROMISED
        assert game["ci95"][0] <= game["mean"] <= game["ci95"][1]
    assert json.loads(json.dumps(result)) == result, "plain JSON throughout"


def test_scores_are_normalised_between_random_play_and_the_oracle(summary):
    result = summary({"a": [3.0, 4.0, 5.0]}, low=2.0, high=6.0)
    assert result["games"]["a"]["normalised"] == pytest.approx(0.5)
    assert result["games"]["a"]["scale"] == [2.0, 6.0]
    assert result["normalised_mean"] == pytest.approx(0.5)
    assert result["normalised_iqm"] == pytest.approx(0.5)
    assert result["baselines"]["random"]["normalised_mean"] == 0.0
    assert result["baselines"]["random"]["probability_of_improvement"] == 1.0
    assert result["baselines"]["oracle"]["probability_of_improvement"] == 0.0


def test_a_reference_may_be_a_number(summary):
    result = summary({"a": [3.0, 4.0, 5.0]}, low=2.0, high=2.5, reference=12.0)
    assert result["games"]["a"]["normalised"] == pytest.approx(0.2)


def test_atari_is_measured_against_the_published_person(summary):
    result = summary({"ALE/Pong-v5": [14.6, 14.6]}, low=-21.0, high=21.0, reference="human")
    game = result["games"]["ALE/Pong-v5"]
    assert (game["normalised"], game["human_normalised"]) == pytest.approx((1.0, 1.0))
    assert summary({"a": [1.0]})["games"]["a"]["human_normalised"] is None


def test_a_game_whose_oracle_is_not_above_random_play_is_named_and_not_normalised(summary):
    result = summary({"a": [0.5, 0.5]}, low=0.5, high=0.5)
    assert result["games"]["a"]["normalised"] is None
    assert result["not_normalised"] == ["a"]
    assert result["normalised_iqm"] is None
    assert result["games"]["a"]["mean"] == 0.5, "the raw score stands"


def test_crashes_and_time_outs_score_the_floor_and_count(played, manifest, suite):
    ours = [
        played(seed=0, score=1.0),
        played(seed=1, score=0.0, reward=0.9, status="crashed", error="it broke"),
        played(seed=2, score=0.8, status="out_of_time"),
    ]
    beside = {
        name: [played(seed=seed, score=value) for seed in range(3)]
        for name, value in (("random", 0.0), ("oracle", 1.0))
    }
    game = summarise(ours, beside, manifest("a"), suite("a"))["games"]["a"]
    assert game["mean"] == pytest.approx(1 / 3)
    assert (game["n"], game["crashes"], game["timeouts"]) == (3, 1, 1)
    assert game["status"] == {"crashed": 1, "out_of_time": 1, "terminated": 1}
    assert game["most_common_error"] == "it broke"


def test_nobody_gains_by_crashing_where_scores_go_below_zero(played):
    crashed = played(score=0.0, floor=-200.0, status="timed_out")
    assert crashed.score == -200.0
    assert crashed.scores(-200.0) == [-200.0]
    assert played(score=-150.0, floor=-200.0).score == -150.0


def test_stopped_games_keep_their_score_and_are_told_apart(played, manifest, suite):
    ours = [
        played(seed=seed, score=0.5, status=status)
        for seed, status in enumerate(["terminated", "truncated", "out_of_steps"])
    ]
    result = summarise(ours, {"random": ours, "oracle": ours}, manifest("a"), suite("a"))
    assert result["games"]["a"]["mean"] == 0.5
    assert result["status"] == {"out_of_steps": 1, "terminated": 1, "truncated": 1}


def test_the_budget_curve_grows_to_the_score(summary):
    curve = summary({"a": [1.0, 0.5]})["budget_curve"]
    assert curve["steps"] == [1, 2, 5, 10]
    assert curve["normalised_mean"] == pytest.approx([0.0, 0.75, 0.75, 0.75])


def test_won_or_lost_games_have_wilsons_interval_and_others_the_bootstraps():
    assert score_interval([1.0, 1.0, 1.0]) == wilson_interval(3, 3)
    assert score_interval([1.0, 0.5, 1.0]) == bootstrap_interval([1.0, 0.5, 1.0])


def test_above_random_means_that_the_intervals_do_not_overlap(summary):
    assert summary({"a": [0.9, 0.8, 0.95]}, low=0.1)["games"]["a"]["above_random"]
    assert not summary({"a": [1.0, 1.0]}, low=0.0)["games"]["a"]["above_random"], "two wins prove nothing"


def test_the_best_and_the_worst_episode_are_looked_at(played):
    episodes = [played(seed=seed, score=score) for seed, score in ((3, 0.5), (2, 0.9), (1, 0.9), (4, 0.1))]
    assert [episode.seed for episode in ends(episodes)] == [1, 4]
    assert [episode.seed for episode in ends(episodes[:1])] == [3]
    crashed = played(seed=9, score=0.0, status="crashed", steps=0)
    assert [episode.seed for episode in ends([*episodes, crashed])] == [1, 4], (
        "a crash has nothing to be looked at"
    )


def test_an_episode_comes_back_from_its_line(played):
    episode = played(score=0.25, status="truncated")
    assert PlayedGame.model_validate_json(episode.model_dump_json()) == episode
