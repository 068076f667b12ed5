"""Every action of a space gets a name that can be said; spaces that cannot be listed are refused in one line."""

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, MultiBinary, MultiDiscrete, Text
from hypothesis import given
from hypothesis import strategies as some

from envs.games.adapter.errors import GameUnsupported
from envs.games.adapter.moves import moves_of, speakable


def test_discrete_actions_are_named_in_their_order() -> None:
    moves = moves_of(Discrete(3, start=5), ("up", "stay", "down"))
    assert [(move.name, move.value) for move in moves] == [("up", 5), ("stay", 6), ("down", 7)]


@given(some.lists(some.integers(1, 4), min_size=1, max_size=3))
def test_every_combination_is_one_move_inside_the_space(sizes: list[int]) -> None:
    space = MultiDiscrete(sizes)
    moves = moves_of(space)
    assert len(moves) == np.prod(sizes)
    assert all(move.value in space for move in moves)
    assert len({move.name for move in moves}) == len(moves)


@pytest.mark.parametrize(("space", "count"), [(MultiBinary(3), 8), (Box(-2, 2, (1,)), 5), (Box(-1, 1, (2,)), 9)])
def test_small_spaces_are_listed(space: gymnasium.Space, count: int) -> None:
    moves = moves_of(space)
    assert len(moves) == count
    assert all(move.value in space and speakable(move.name) for move in moves)


def test_a_continuous_action_reaches_from_end_to_end() -> None:
    names = [move.name for move in moves_of(Box(-2, 2, (1,)))]
    assert names == ["set -2.00", "set -1.00", "set +0.00", "set +1.00", "set +2.00"]


def test_a_text_space_lists_nothing() -> None:
    assert moves_of(Text(10)) == ()


@pytest.mark.parametrize(
    "space",
    [
        Box(-np.inf, np.inf, (1,)),
        Box(-1, 1, (9,)),
        Discrete(5000),
        MultiDiscrete([50, 50]),
        gymnasium.spaces.Dict({"a": Discrete(2)}),
    ],
    ids=str,
)
def test_what_cannot_be_listed_is_refused_in_one_line(space: gymnasium.Space) -> None:
    with pytest.raises(GameUnsupported) as refusal:
        moves_of(space, where="My game")
    assert str(refusal.value).startswith("My game")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["don't", 'a "b"', "a|b", "back\\slash", "<tag>", "", "two\nlines"])
def test_names_that_no_wire_format_can_say(name: str) -> None:
    assert not speakable(name)
