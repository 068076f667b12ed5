"""Tile matching: what is covered, what vanishes, when it is lost, and that every deal can be won."""

import random
from collections import Counter
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.tile_signs import SIGNS
from envs.games.lookalikes.tiles import LEVELS, TRAY, Tile, Tiles, can_go_on, dropped, uncovered
from envs.games.lookalikes.tiles_solver import oracle, solution

SEEDS = st.integers(0, 2**32)
PLACES = st.tuples(st.integers(0, 2), st.integers(0, 6), st.integers(0, 6))
"""Layer, row and column, in half tiles."""
TRAYS = st.lists(st.sampled_from("abcd"), max_size=12).map(lambda signs: reduce(dropped, signs, ()))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, Tiles.levels), SEEDS)
def test_every_deal_has_threes_of_each_sign_and_can_be_won(level: int, seed: int) -> None:
    game = Tiles.start(level, random.Random(seed))
    counts, kinds = LEVELS[level - 1]
    signs = Counter(tile.sign for tile in game.heap)
    assert sum(signs.values()) == sum(counts) and len(signs) == kinds
    assert all(count % 3 == 0 for count in signs.values())
    assert Counter(tile.layer for tile in game.heap) == Counter({n: c for n, c in enumerate(counts) if c})
    order = solution(game.heap, ())
    assert order is not None and len(order) == len(game.heap)
    while not game.over:
        game.play(oracle(game))
        assert len(game.tray) < TRAY
    assert game.solved


@settings(deadline=None)
@given(TRAYS, st.sampled_from("abcd"))
def test_three_of_a_kind_vanish_and_equal_signs_lie_together(tray, sign) -> None:
    after = dropped(tray, sign)
    expected = Counter(tray) + Counter([sign])
    assert Counter(after) == Counter({name: count % 3 for name, count in expected.items() if count % 3})
    assert len([n for n in range(1, len(after)) if after[n] != after[n - 1]]) == max(0, len(set(after)) - 1)


@settings(deadline=None)
@given(TRAYS.filter(lambda tray: len(tray) < TRAY))
def test_a_tray_can_go_on_exactly_when_some_sign_can_be_completed_in_time(tray) -> None:
    def completed(sign: str) -> bool:
        now = tray
        for _ in range(3 - tray.count(sign)):
            if len(now) >= TRAY:
                return False
            now = dropped(now, sign)
        return len(now) < TRAY

    assert can_go_on(tray) == any(completed(sign) for sign in "abcd")


@settings(max_examples=40, deadline=None)
@given(st.integers(1, Tiles.levels), SEEDS)
def test_only_tiles_that_nothing_lies_on_can_be_taken(level: int, seed: int) -> None:
    game = Tiles.start(level, random.Random(seed))
    free = {(tile.x, tile.y) for tile in game.free()}
    for move, legal in zip(game.moves, game.legal(), strict=True):
        x, y = (int(part) - 1 for part in move.removeprefix("take ").split(","))
        assert legal == ((x, y) in free)
    assert set(game.free()) == {tile for tile in game.heap if not any(other.covers(tile) for other in game.heap)}


@settings(deadline=None)
@given(PLACES, PLACES)
def test_a_tile_covers_what_it_shares_a_quarter_with_in_lower_layers(one, other) -> None:
    def quarters(place) -> set[tuple[int, int]]:
        _, y, x = place
        return {(x + i, y + j) for i in (0, 1) for j in (0, 1)}

    expected = one[0] > other[0] and bool(quarters(one) & quarters(other))
    assert Tile(*one, "star").covers(Tile(*other, "heart")) == expected


def test_a_full_tray_loses() -> None:
    names = list(SIGNS)[:5]
    game = Tiles(1, frozenset(Tile(0, 0, 2 * n, name) for n, name in enumerate(names[:4])))
    game.tray = (names[4],)
    for _ in range(4):
        game.play(game.legal().index(True))
    assert game.over and not game.solved and not any(game.legal())


def test_what_lies_on_top_is_taken_first() -> None:
    bottom, top = Tile(0, 2, 2, "heart"), Tile(2, 2, 2, "star")
    assert uncovered(frozenset({bottom, top})) == (top,)
    game = Tiles(1, frozenset({bottom, top}))
    game.play(game.moves.index("take 3,3"))
    assert game.tray == ("star",) and game.heap == {bottom}


def test_a_click_means_the_uppermost_tile() -> None:
    game = Tiles(1, frozenset({Tile(0, 0, 0, "heart"), Tile(1, 1, 1, "star")}))
    corner, middle = game.move_at(0.05, 0.05), game.move_at(0.2, 0.2)
    assert (game.moves[corner], game.moves[middle]) == ("take 1,1", "take 2,2")
    # The covered tile's visible corner means that tile, and taking it is not legal yet.
    assert not game.legal()[corner] and game.legal()[middle]
    assert game.move_at(0.7, 0.7) is None
