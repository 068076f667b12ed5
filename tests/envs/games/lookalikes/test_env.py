"""Our own games through Gymnasium, as a user of the library plays them."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from envs.games.lookalikes.env import LookalikeEnv
from envs.games.lookalikes.errors import GameUnknown, LevelUnknown
from envs.games.lookalikes.registry import GAMES, env_id


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.filterwarnings("ignore::UserWarning")  # The checker's advice; what it holds wrong, it raises.
def test_gymnasium_finds_nothing_wrong(name: str) -> None:
    env = gymnasium.make(env_id(name), render_mode="rgb_array")
    check_env(env.unwrapped)
    env.close()


def test_the_rewards_of_an_episode_add_up_to_its_progress() -> None:
    env = gymnasium.make("seedbed/tiles-v1", level=2)
    _, info = env.reset(seed=5)
    total, terminated = 0.0, False
    while not terminated:
        _, reward, terminated, truncated, info = env.step(env.action_space.sample(info["action_mask"]))
        total += reward
        assert not truncated and info["legal"]
    assert total == pytest.approx(info["progress"])


def test_the_oracle_solves_a_level_and_the_episode_terminates() -> None:
    env = LookalikeEnv("snake", level=5)
    env.reset(seed=2)
    terminated, info = False, {}
    while not terminated:
        _, _, terminated, truncated, info = env.step(env.oracle())
        assert not truncated
    assert info["solved"] and info["progress"] == 1.0 and not info["action_mask"].any()


def test_an_illegal_move_is_a_counted_step_that_changes_nothing_and_steps_run_out() -> None:
    env = LookalikeEnv("maze", level=1)
    before, info = env.reset(seed=3)
    wall = int(info["action_mask"].argmin())
    for step in range(1, env.game.max_steps + 1):
        picture, reward, terminated, truncated, info = env.step(wall)
        assert (picture == before).all() and (reward, terminated) == (0.0, False)
        assert (info["legal"], info["illegal_moves"]) == (False, step)
    assert truncated


def test_the_level_is_fixed_or_drawn_or_chosen_for_one_episode() -> None:
    fixed = LookalikeEnv("loops", level=2)
    assert [fixed.reset(seed=seed)[1]["level"] for seed in range(5)] == [2] * 5
    assert fixed.reset(seed=1, options={"level": 4})[1]["level"] == 4
    drawn = LookalikeEnv("loops")
    assert len({drawn.reset(seed=seed)[1]["level"] for seed in range(30)}) > 3
    with pytest.raises(LevelUnknown, match="no level 90"):
        fixed.reset(options={"level": 90})


def test_without_a_seed_every_episode_is_another_one() -> None:
    env = LookalikeEnv("maze", level=3)
    env.reset(seed=1)
    assert len({env.reset()[1]["text"] for _ in range(5)}) == 5


def test_the_size_of_the_picture_is_a_choice() -> None:
    env = LookalikeEnv("2048", render_mode="rgb_array", size_px=96)
    picture, _ = env.reset(seed=1)
    assert picture.shape == (96, 96, 3) and picture.dtype == np.uint8
    assert (env.render() == picture).all()
    assert LookalikeEnv("2048").render() is None


def test_many_play_at_once() -> None:
    envs = gymnasium.make_vec("seedbed/snake-v1", num_envs=3, vectorization_mode="sync")
    pictures, info = envs.reset(seed=4)
    assert pictures.shape == (3, 160, 160, 3) and info["action_mask"].shape == (3, 5)
    assert len(set(info["text"])) == 3
    envs.close()


def test_mistakes_are_named() -> None:
    with pytest.raises(GameUnknown, match="the nearest is 'laser'"):
        LookalikeEnv("lasers")
    with pytest.raises(LevelUnknown, match="it has 1 to"):
        LookalikeEnv("maze", level=0)
    with pytest.raises(gymnasium.error.ResetNeeded):
        LookalikeEnv("maze").step(0)
