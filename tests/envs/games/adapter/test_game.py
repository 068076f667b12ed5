"""A game in play: what is seen, what may be done, and what is refused."""

import io

import numpy as np
import pytest
from gymnasium.spaces import Discrete, Text
from PIL import Image

from envs.browser.actions import Click, Point
from envs.games.adapter.actions import Hold, Press, Say
from envs.games.adapter.errors import IllegalAction
from envs.games.adapter.family import Family
from envs.games.adapter.frames import scaled, written
from envs.games.adapter.game import Game

from .worlds import Corridor, Of

RIGHT, LEFT = Press(key="action 1"), Press(key="action 0")


def corridor(**kwargs: int) -> Game:
    return Game("test/Corridor", Corridor(**kwargs), Family(), size_px=80, history=2)


def test_a_view_shows_the_picture_the_text_and_what_is_legal() -> None:
    view = corridor().start(seed=1)
    assert (view.size, view.pictured, view.text, view.legal) == ((80, 16), True, "at 0", ("action 1",))
    picture = np.array(Image.open(io.BytesIO(view.screenshot)))
    assert tuple(picture[8, 8]) == (200, 30, 30)
    assert tuple(picture[8, 40]) == (250, 250, 250)


def test_earlier_pictures_come_oldest_first_and_not_from_another_episode() -> None:
    game = corridor()
    views = [game.start(seed=1), game.act(RIGHT), game.act(RIGHT), game.act(RIGHT)]
    assert views[-1].history == (views[1].screenshot, views[2].screenshot)
    assert game.start(seed=2).history == ()


def test_a_held_key_plays_until_the_game_is_over_and_adds_up_the_rewards() -> None:
    game = corridor()
    game.start(seed=1)
    view = game.act(Hold(key="action 1", times=16))
    assert (view.env_steps, view.reward, view.earned, view.terminated) == (4, 1.0, 1.0, True)


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (LEFT, "not possible now"),
        (Press(key="jump"), "no move of this game"),
        (Say(text="hello"), "takes no free text"),
        (Click(point=Point(x=0.5, y=0.5)), "nothing to play"),
    ],
)
def test_what_is_not_legal_changes_nothing(action: Press | Say | Click, why: str) -> None:
    game = corridor()
    before = game.start(seed=1)
    with pytest.raises(IllegalAction, match=why):
        game.act(action)
    assert game.view is before


def test_the_game_s_own_limit_is_a_truncation_and_no_end() -> None:
    game = corridor(limit=2)
    game.start(seed=1)
    view = game.act(Hold(key="action 1", times=2))
    assert (view.terminated, view.truncated, view.over) == (False, True, True)


def test_a_copy_goes_its_own_way() -> None:
    game = corridor()
    game.start(seed=1)
    copy = game.clone(7)
    assert copy.play("action 1").text == "at 1"
    assert game.view.text == "at 0"
    assert game.play("action 1").text == "at 1"


def test_a_game_of_text_is_drawn_as_text() -> None:
    class Adventure(Family):
        free_text = True

    env = Of(Text(100))
    game = Game("test/Adventure", env, Adventure())
    view = game.start(seed=0)
    assert (view.pictured, view.text) == (False, "begin")
    assert game.act(Say(text="open the door")).text == "did open the door"
    assert env.taken == ["open the door"]


def test_actions_reach_the_environment_as_its_space_has_them() -> None:
    env = Of(Discrete(2, start=3))
    game = Game("test/Of", env, Family())
    game.start(seed=0)
    game.act(Press(key="action 1"))
    assert env.taken == [4]


def test_pictures_grow_by_whole_factors_and_shrink_to_the_size() -> None:
    assert scaled(np.zeros((30, 40, 3), np.uint8), 100).size == (80, 60)
    assert scaled(np.zeros((210, 160, 3), np.uint8), 160).size == (122, 160)


def test_a_long_text_is_wrapped_and_still_a_picture() -> None:
    assert written("word " * 1000).size[0] == written("").size[0]
