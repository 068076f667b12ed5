"""Free the key: blocks keep to their lanes and never overlap, and every slide can be taken back."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.key import BOARD, LANE, Key, oracle
from envs.games.lookalikes.key_solver import Block, distances, slides

LEVELS = st.integers(1, 3)
"""The boxes of the last levels take a while to find."""
SEEDS = st.integers(0, 2**32)


def covered(game):
    return [square for block, at in zip(game.blocks, game.position, strict=True) for square in block.squares(at)]


@settings(max_examples=20, deadline=None)
@given(LEVELS, SEEDS, SEEDS)
def test_blocks_never_overlap_and_slides_can_be_taken_back(level, seed, player):
    game, rng = Key.start(level, random.Random(seed)), random.Random(player)
    assert game.progress == 0
    back = {"left": "right", "right": "left", "up": "down", "down": "up"}
    for _ in range(15):
        if game.over:
            break
        before = game.position
        move = rng.choice([number for number, can in enumerate(game.legal()) if can])
        game.play(move)
        assert len(set(covered(game))) == len(covered(game))
        assert 0 <= game.progress <= 1 and (game.progress == 1) == game.solved == game.over
        if not game.solved:
            block, way = Key.moves[move].split()
            again = game.clone()
            again.play(Key.moves.index(f"{block} {back[way]}"))
            assert again.position == before


@settings(max_examples=15, deadline=None)
@given(LEVELS, SEEDS)
def test_the_oracle_needs_no_slide_more_than_the_shortest_way(level, seed):
    game = Key.start(level, random.Random(seed))
    for left in range(game.distance, 0, -1):
        assert game.distance == left
        game.play(oracle(game))
    assert game.solved and game.score == 1


@settings(max_examples=15, deadline=None)
@given(LEVELS, SEEDS)
def test_distances_fall_by_one_along_some_slide_and_never_by_more(level, seed):
    game = Key.start(level, random.Random(seed))
    far = distances(game.blocks, game.position)
    for position, needed in list(far.items())[:200]:
        around = [far[after] for _, _, after in slides(game.blocks, position)]
        assert needed == 0 or min(around) == needed - 1


def test_a_key_behind_a_block_that_cannot_leave_is_never_free():
    blocks = (Block(LANE, 2, False), Block(4, 3, True), Block(4, 2, True))
    assert distances(blocks, (0, 0, 3)) == {}
    assert distances(blocks[:2], (0, 0))[0, 0] == 5, "two down for the block, three right for the key"


def test_a_click_on_an_end_slides_that_way():
    game = Key(1, (Block(LANE, 2, False), Block(4, 3, True)), (0, 0))
    for square, move in (((0, LANE), "K left"), ((1, LANE), "K right"), ((4, 0), "A up"), ((4, 2), "A down")):
        assert Key.moves[game.move_at(*BOARD.center(square))] == move
    assert game.move_at(*BOARD.center((2, 3))) is None
    assert [Key.moves[n] for n, can in enumerate(game.legal()) if can] == ["K right", "A down"]
    assert game.text().splitlines()[LANE] == "K K . . A > gap"
