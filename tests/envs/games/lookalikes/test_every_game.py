"""What holds for every game there is: the contract of `Game`, and an oracle that earns its name."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.games.lookalikes.drawing import Circle, Drawing, Line, Polygon, Rect, Text
from envs.games.lookalikes.episode import Episode
from envs.games.lookalikes.errors import GameUnknown, IllegalMove, LevelUnknown
from envs.games.lookalikes.game import Game
from envs.games.lookalikes.registry import GAMES, env_id, game_class, oracle_of

NAMES = tuple(GAMES)


def state(game: Game) -> tuple[object, ...]:
    """All that a player can know."""
    return game.text(), game.draw(), game.legal(), game.progress, game.score, game.over, game.solved


def begun(name: str, seed: int, level: int | None = None) -> Episode:
    return Episode.seeded(game_class(name), level, seed)


def randomly(episode: Episode, rng: random.Random, steps: int | None = None) -> Episode:
    """Play legal moves, any with the same chance, to the end or for a number of steps."""
    while not episode.finished and (steps is None or episode.steps < steps):
        episode.move(rng.choice([move for move, legal in enumerate(episode.game.legal()) if legal]))
    return episode


@pytest.mark.parametrize("name", NAMES)
def test_a_game_says_what_it_is(name: str) -> None:
    game = game_class(name)
    assert game.name == name and game.title
    assert game.help.count(". ") == 1 and game.help.endswith("."), "two sentences"
    assert 2 <= len(game.moves) <= 110 and len(set(game.moves)) == len(game.moves)
    assert game.levels >= 3 and game.max_steps > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_and_the_moves_fix_an_episode_and_levels_differ(name: str) -> None:
    for level in range(1, game_class(name).levels + 1):
        first, again, other = (randomly(begun(name, seed, level), random.Random(4), 6) for seed in (1, 1, 2))
        assert first.game.level == level
        assert state(first.game) == state(again.game)
        assert state(first.game) != state(other.game)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), picks=st.lists(st.integers(0, 10**6), min_size=1, max_size=25))
def test_whatever_is_played_the_game_keeps_its_word(name: str, seed: int, picks: list[int]) -> None:
    game = begun(name, seed).game
    assert game.progress == 0 and not game.over and not game.solved, "a level begins unsolved"
    for pick in picks:
        legal = game.legal()
        assert len(legal) == len(game.moves) and any(legal)
        before = state(game)
        move = pick % len(game.moves)
        if not legal[move]:
            with pytest.raises(IllegalMove):
                game.play(move)
            assert state(game) == before, "an illegal move changes nothing"
            move = [n for n, possible in enumerate(legal) if possible][pick % sum(legal)]
        copy = game.clone()
        copy.play(move)
        assert state(game) == before, "a copy is independent"
        game.play(move)
        assert state(copy) == state(game), "and plays on in the same way"
        assert 0 <= game.progress <= 1 and (game.progress == 1) == game.solved
        assert not game.solved or game.over
        if game.over:
            assert not any(game.legal())
            break


@pytest.mark.parametrize("name", NAMES)
def test_moves_that_do_not_exist_are_illegal(name: str) -> None:
    game = begun(name, 1).game
    for move in (-1, len(game.moves)):
        with pytest.raises(IllegalMove, match="there are 0 to"):
            game.play(move)


@pytest.mark.parametrize("name", NAMES)
def test_a_click_can_make_every_legal_move(name: str) -> None:
    """Places are tried on a grid of 2.5 pixels of the 160: what is smaller could not be hit."""
    rng = random.Random(5)
    for level in (1, game_class(name).levels):
        game = randomly(begun(name, 3, level), rng, 4).game
        places = [(n + 0.5) / 64 for n in range(64)]
        hit = {game.move_at(x, y) for x in places for y in places}
        missing = [game.moves[n] for n, legal in enumerate(game.legal()) if legal and n not in hit]
        assert not missing
        assert all(move is None or 0 <= move < len(game.moves) for move in hit)


def outside(drawing: Drawing) -> list[object]:
    """The shapes that reach out of the picture."""

    def points(shape: object) -> list[tuple[float, float]]:
        match shape:
            case Rect():
                return [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
            case Circle():
                return [(shape.x + side * shape.radius, shape.y + side * shape.radius) for side in (-1, 1)]
            case Polygon() | Line():
                return list(shape.points)
            case Text():
                return [(shape.x, shape.y)]
        raise AssertionError(shape)

    return [s for s in drawing.shapes if not all(-1e-6 <= c <= 1 + 1e-6 for point in points(s) for c in point)]


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_stays_in_its_frame_and_shows_each_move(name: str) -> None:
    for level in range(1, game_class(name).levels + 1):
        episode, rng = begun(name, 8, level), random.Random(8)
        while not episode.finished and episode.steps < 8:
            before = episode.game.draw()
            randomly(episode, rng, episode.steps + 1)
            assert episode.game.draw() != before
            assert not outside(episode.game.draw())


@pytest.mark.parametrize("name", NAMES)
def test_the_oracle_is_clearly_better_than_random(name: str) -> None:
    """On the same episodes, two of each level: the mean progress of one who knows against one who guesses."""
    solve = oracle_of(name)
    known, guessed, solved = [], [], []
    for level in range(1, game_class(name).levels + 1):
        for seed in (11, 12):
            guessed.append(randomly(begun(name, seed, level), random.Random(seed)).game.progress)
            episode = begun(name, seed, level)
            while not episode.finished:
                before = state(episode.game)
                move = solve(episode.game)
                assert state(episode.game) == before, "an oracle only looks"
                assert episode.move(move), "and what it says can be done"
            known.append(episode.game.progress)
            solved.append(episode.game.solved)
    assert sum(known) / len(known) >= 0.9
    assert sum(known) / len(known) >= sum(guessed) / len(guessed) + 0.3
    assert sum(solved) / len(solved) >= 0.8


@pytest.mark.parametrize("name", NAMES)
def test_the_oracle_goes_on_from_where_others_led(name: str) -> None:
    solve = oracle_of(name)
    for seed in range(3):
        episode = randomly(begun(name, seed), random.Random(seed), 7)
        for _ in range(3):
            if not episode.finished:
                assert episode.move(solve(episode.game))


def test_steps_are_counted_and_run_out() -> None:
    episode = begun("maze", 1, 4)
    back_and_forth = next(move for move, legal in enumerate(episode.game.legal()) if legal)
    wall = episode.game.legal().index(False)
    assert not episode.move(wall) and (episode.steps, episode.illegal) == (1, 1)
    assert episode.move(back_and_forth) and (episode.steps, episode.illegal) == (2, 1)
    while episode.steps < episode.game.max_steps:
        assert not episode.finished
        episode.move(episode.game.legal().index(False))
    assert episode.truncated and episode.finished and not episode.game.over
    assert not episode.move(back_and_forth) and episode.steps == episode.game.max_steps


def test_no_level_means_any_level() -> None:
    levels = {begun("snake", seed).game.level for seed in range(60)}
    assert levels == set(range(1, game_class("snake").levels + 1))


def test_what_does_not_exist_is_answered_with_what_does() -> None:
    with pytest.raises(GameUnknown, match="no game 'snaek'; the nearest is 'snake'"):
        game_class("snaek")
    with pytest.raises(GameUnknown, match="nearest"):
        oracle_of("")
    for level in (0, -1, game_class("maze").levels + 1):
        with pytest.raises(LevelUnknown, match=f"no level {level}; it has 1 to"):
            begun("maze", 1, level)
    assert env_id("maze") == "seedbed/maze-v1"
