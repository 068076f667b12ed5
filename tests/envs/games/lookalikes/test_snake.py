"""Snake solver: growing and going back, and a solver that is checked against trying every way."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.grid import STEPS, stepped
from envs.games.lookalikes.snake import LEVELS, Snake, oracle
from envs.games.lookalikes.snake_solver import completion

SEEDS = st.integers(0, 2**32)
CELLS = [(x, y) for x in range(3) for y in range(4)]


def fillable(head, left) -> bool:
    """Whether some way from `head` enters every cell of `left` once, asked in the plainest way."""
    return not left or any(
        fillable(near, left - {near}) for step in STEPS if (near := stepped(head, step)) in left
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.sets(st.sampled_from(CELLS), min_size=1), st.data())
def test_the_solver_agrees_with_trying_every_way(free, data) -> None:
    head = data.draw(st.sampled_from(sorted(free)))
    way = completion((head,), frozenset(free))
    assert (way is not None) == fillable(head, frozenset(free) - {head})
    if way is not None:
        assert {head, *way} == free and len(way) == len(free) - 1
        assert all(
            after in [stepped(before, step) for step in STEPS]
            for before, after in zip((head, *way), way, strict=False)
        )


@settings(max_examples=30, deadline=None)
@given(st.integers(1, Snake.levels), SEEDS, SEEDS)
def test_the_oracle_fills_every_board_and_takes_wrong_turns_back(level: int, seed: int, dice: int) -> None:
    game, rng = Snake.start(level, random.Random(seed)), random.Random(dice)
    side, stones = LEVELS[level - 1]
    assert len(game.free) == side**2 - stones
    for _ in range(8):
        game.play(rng.choice([move for move, legal in enumerate(game.legal()) if legal]))
    steps = 0
    while not game.over:
        game.play(oracle(game))
        steps += 1
        assert len(set(game.body)) == len(game.body) and set(game.body) <= game.free
    assert game.solved and steps <= len(game.free) + 8


def test_back_takes_the_last_step_back_and_the_tail_stays() -> None:
    game = Snake.start(5, random.Random(3))
    back = game.moves.index("back")
    assert not game.legal()[back]
    before = game.text()
    game.play(oracle(game))
    assert game.progress > 0 and game.legal()[back]
    game.play(back)
    assert game.text() == before and game.progress == 0


def test_stuck_is_not_lost() -> None:
    """Surrounded by its own body, the snake can still go back."""
    free = frozenset((x, y) for x in range(3) for y in range(3))
    game = Snake(1, free, (0, 0))
    for move in ("right", "right", "down", "down", "left", "up"):
        game.play(game.moves.index(move))
    assert game.head == (1, 1)
    game.play(game.moves.index("left"))
    game.play(game.moves.index("down"))
    assert game.solved
    stuck = Snake(1, free, (1, 0))
    for move in ("left", "down", "down", "right", "right", "up", "left"):
        stuck.play(stuck.moves.index(move))
    assert not any(stuck.legal()[:4]) and stuck.legal()[4] and not stuck.over


def test_a_click_on_the_next_cell_grows_into_it() -> None:
    game = Snake(1, frozenset((x, y) for x in range(4) for y in range(4)), (1, 1))
    assert game.moves[game.move_at(0.5, 0.3)] == "right"
    assert game.moves[game.move_at(0.3, 0.1)] == "up"
    assert game.move_at(0.7, 0.7) is None and game.move_at(0.3, 0.3) is None
    assert game.move_for("Backspace") == game.moves.index("back")
