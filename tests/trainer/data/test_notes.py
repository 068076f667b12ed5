"""A player's conclusions say where the goal lies and which way the oracle goes, whatever the heading."""

from itertools import islice
from typing import Any

import pytest

from envs.games.adapter.actions import Press
from envs.games.adapter.game import Game
from envs.games.adapter.oracles import oracle_of
from trainer.data.boards import board_of
from trainer.data.notes import noted
from trainer.data.plays import plays

WAYS = ("right", "down", "left", "up")


def note_of(game: Game) -> str:
    solve = oracle_of(game.env_id)
    return noted(game, board_of(game), solve(game), solve)


def test_in_minigrid_the_way_is_the_same_for_every_heading_and_leaves_the_game_as_it_was() -> None:
    game = Game.make("MiniGrid-Empty-8x8-v0")
    game.start(0)
    inner: Any = game.env.unwrapped
    for place, ways in {(1, 1): ("right", "down"), (6, 1): ("down",), (1, 6): ("right",)}.items():
        inner.agent_pos = place
        for heading in range(4):
            inner.agent_dir = heading
            where, _, way = note_of(game).partition(", go ")
            assert where.split() == list(ways) and way in ways
            assert inner.agent_dir == heading
    game.close()


def test_who_has_arrived_goes_nowhere() -> None:
    samples = islice(plays("MiniGrid-GoToObject-6x6-N2-v0", iter(range(20)), mistakes=0.0), 80)
    arrived = [s for s in samples if isinstance(s.action, Press) and s.action.key == "done"]
    assert arrived and all(s.play is not None and s.play.noted.endswith("go here") for s in arrived)


def test_a_step_goes_the_way_that_was_named() -> None:
    for sample in islice(plays("MiniGrid-FourRooms-v0", iter(range(5))), 60):
        assert sample.play is not None and isinstance(sample.action, Press)
        heading, way = sample.elements[0].name, sample.play.noted.rpartition("go ")[2]
        quarters = (WAYS.index(way) - WAYS.index(heading)) % 4
        assert sample.action.key in {0: ("forward",), 1: ("turn right",), 3: ("turn left",)}.get(
            quarters, ("turn left", "turn right")
        )


@pytest.mark.parametrize("seed", range(3))
def test_in_the_maze_the_star_and_in_tiles_the_sign_is_named(seed: int) -> None:
    maze, tiles = Game.make("seedbed/maze-v1"), Game.make("seedbed/tiles-v1")
    maze.start(seed)
    inner: Any = maze.env.unwrapped
    (x, y), (goal_x, goal_y) = inner.game.light, inner.game.goal
    words = note_of(maze).split()
    assert ("right" in words, "left" in words) == (goal_x > x, goal_x < x)
    assert ("down" in words, "up" in words) == (goal_y > y, goal_y < y)
    tiles.start(seed)
    heap: Any = tiles.env.unwrapped
    for _ in range(4):
        best = oracle_of(tiles.env_id)(tiles)
        sign = note_of(tiles).removeprefix("take ")
        had = heap.game.tray.count(sign)
        tiles.play(best)
        assert heap.game.tray.count(sign) in (had + 1, 0)
    maze.close()
    tiles.close()
