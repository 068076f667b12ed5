"""Path of light: every maze is one tree of cells, the oracle's way is the shortest, and detours leave no trace."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.maze import SIDES, Maze, carved, distances, oracle

SEEDS = st.integers(0, 2**32)
LEVELS = st.integers(1, Maze.levels)


@settings(deadline=None)
@given(st.integers(2, 9), SEEDS)
def test_a_maze_connects_all_cells_without_a_loop(side: int, seed: int) -> None:
    passages = carved(side, random.Random(seed))
    links = {frozenset((cell, near)) for cell, others in passages.items() for near in others}
    assert len(passages) == side**2 and len(links) == side**2 - 1
    assert len(distances(passages, (0, 0))) == side**2
    for link in links:
        (x, y), (other_x, other_y) = link
        assert abs(x - other_x) + abs(y - other_y) == 1
    assert all(cell in passages[near] for cell, others in passages.items() for near in others)


@settings(deadline=None)
@given(LEVELS, SEEDS)
def test_start_and_goal_are_as_far_apart_as_can_be(level: int, seed: int) -> None:
    game = Maze.start(level, random.Random(seed))
    furthest = max(max(distances(game.passages, cell).values()) for cell in game.passages)
    assert game.distance == furthest >= 2 * SIDES[level - 1] - 2


@settings(max_examples=30, deadline=None)
@given(LEVELS, SEEDS, SEEDS)
def test_the_oracle_takes_as_many_steps_as_there_are_and_undoes_detours(level: int, seed: int, dice: int) -> None:
    game, rng = Maze.start(level, random.Random(seed)), random.Random(dice)
    for _ in range(10):
        game.play(rng.choice([move for move, legal in enumerate(game.legal()) if legal]))
        if game.over:
            return
    left = game.distance
    for steps_left in range(left, 0, -1):
        assert game.distance == steps_left
        game.play(oracle(game))
    assert game.solved
    # In a tree there is one way between two cells, and the light's trail is that way.
    assert len(game.path) == len(set(game.path)) == distances(game.passages, game.goal)[game.path[0]] + 1


def test_the_text_shows_the_walls() -> None:
    game = Maze.start(1, random.Random(1))
    _, *rows = game.text().splitlines()
    assert len(rows) == 9 and all(len(row) == 9 for row in rows)
    x, y = (2 * place + 1 for place in game.light)
    around = {"left": rows[y][x - 1], "right": rows[y][x + 1], "up": rows[y - 1][x], "down": rows[y + 1][x]}
    assert rows[y][x] == "@"
    assert tuple(around[move] == " " for move in game.moves) == game.legal()
