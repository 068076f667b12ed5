"""Real games through the adapter: their moves have names, and their oracles are better than chance."""

import random
from statistics import fmean

import pytest

from envs.games.adapter.game import Game
from envs.games.adapter.oracles import oracle_of


@pytest.mark.parametrize(
    ("env_id", "names", "fallback"),
    [
        ("CartPole-v1", ("push left", "push right"), ""),
        ("MountainCar-v0", ("push left", "do nothing", "push right"), "do nothing"),
        ("FrozenLake-v1", ("left", "down", "right", "up"), ""),
        (
            "MiniGrid-Empty-5x5-v0",
            ("turn left", "turn right", "forward", "pick up", "drop", "toggle", "done"),
            "",
        ),
        ("seedbed/2048-v1", ("left", "up", "right", "down"), ""),
    ],
)
def test_moves_are_named_and_the_fallback_is_declared(env_id: str, names: tuple[str, ...], fallback: str) -> None:
    game = Game.make(env_id)
    view = game.start(seed=3)
    assert {move.name for move in game.moves} == set(names)
    assert game.fallback == fallback
    assert view.pictured
    assert max(view.size) <= 160
    assert set(view.legal) <= set(names)
    game.close()


def test_the_same_seed_and_moves_give_the_same_pictures() -> None:
    pictures = []
    for _ in range(2):
        game = Game.make("MiniGrid-FourRooms-v0")
        game.start(seed=11)
        pictures.append([game.play(name).screenshot for name in ("forward", "turn left", "forward")])
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize(
    "env_id",
    [
        "MiniGrid-Empty-5x5-v0",
        "MiniGrid-FourRooms-v0",
        "MiniGrid-GoToObject-6x6-N2-v0",
        "BabyAI-GoToLocalS5N2-v0",
        "BabyAI-PickupLoc-v0",
        "BabyAI-OpenDoorLoc-v0",
        "BabyAI-PutNextLocalS5N3-v0",
        "CartPole-v1",
        "Taxi-v4",
    ],
)
def test_the_oracle_is_better_than_chance(env_id: str) -> None:
    game, solve = Game.make(env_id, drawn=False), oracle_of(env_id)
    scores: dict[str, list[float]] = {"oracle": [], "chance": []}
    for seed in range(4):
        for who, found in scores.items():
            dice = random.Random(seed)
            view = game.start(seed)
            for _ in range(200):
                if view.over:
                    break
                view = game.play(solve(game) if who == "oracle" else dice.choice(view.legal))
            found.append(view.score)
    assert fmean(scores["oracle"]) > fmean(scores["chance"])


@pytest.mark.parametrize("env_id", ["BabyAI-PickupLoc-v0", "BabyAI-PutNextLocal-v0"])
def test_an_oracle_that_carries_things_goes_on_from_the_mistakes_of_others(env_id: str) -> None:
    game, solve = Game.make(env_id, drawn=False), oracle_of(env_id)
    for seed in range(6):
        dice, view = random.Random(seed), game.start(seed)
        for step in range(64):
            if view.over:
                break
            view = game.play(dice.choice(view.legal) if step % 4 == 0 else solve(game))
        assert view.solved, f"seed {seed}"


def test_boards_that_babyai_throws_away_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    game = Game.make("BabyAI-PutNextLocal-v0", drawn=False)
    for seed in range(2_000_000, 2_000_006):
        game.start(seed)
    assert capsys.readouterr().out == ""


def test_a_click_on_our_own_games_is_a_move() -> None:
    game = Game.make("seedbed/2048-v1")
    game.start(seed=3)
    assert game.clickable


def test_atari_is_played_as_v5_prescribes() -> None:
    pytest.importorskip("ale_py")
    game = Game.make("ALE/Breakout-v5")
    view = game.start(seed=1)
    spec = game.env.spec
    assert spec is not None
    assert (spec.kwargs["repeat_action_probability"], spec.kwargs["frameskip"]) == (0.25, 4)
    assert [move.name for move in game.moves] == ["noop", "fire", "right", "left"]
    assert game.fallback == "noop"
    # The ball is in play already: what moves does so without anybody pressing fire.
    assert game.play("noop", 4).screenshot != view.screenshot
