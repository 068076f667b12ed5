"""Demonstrations of games: the oracle's own moves, where mistakes led as well, on boards named rightly."""

import io
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from envs.browser.actions import Click
from envs.games.adapter.actions import Press
from envs.games.adapter.game import Game
from envs.games.adapter.oracles import oracle_of
from trainer.data import shards
from trainer.data.boards import board_of, regions
from trainer.data.plays import TRAINED, collect, plays, pointed, shard_path

SEEDS = range(50)


@pytest.mark.parametrize("game_id", TRAINED)
def test_every_decision_is_one_that_the_game_takes(game_id: str) -> None:
    game = Game.make(game_id)
    game.start(0)
    for sample in islice(plays(game_id, iter(SEEDS)), 5):
        assert sample.play is not None and sample.action.kind == ("click" if pointed(game) else "press")
        assert sample.play.legal
        if isinstance(sample.action, Press):
            assert sample.action.key in sample.play.legal
        if isinstance(sample.action, Click):
            assert sample.target is not None and sample.target.contains(sample.action.point)
        assert all(0 <= index < len(sample.elements) for index in sample.play.minded)
    game.close()


def test_without_mistakes_the_decisions_win_the_game() -> None:
    won = 0
    for seed in range(5):
        game = Game.make("seedbed/maze-v1")
        game.start(seed)
        for sample in plays("seedbed/maze-v1", iter([seed]), mistakes=0.0):
            game.act(sample.action)  # type: ignore[arg-type]
        won += game.view.solved
        game.close()
    assert won >= 4  # A few mazes are longer than what is kept of an episode.


def test_mistakes_are_made_and_never_taught() -> None:
    samples = list(islice(plays("seedbed/maze-v1", iter(SEEDS), mistakes=0.5), 120))
    made = [sample.past[-1] for sample in samples if sample.past]
    taught = [before.action for before, after in pairwise(samples) if after.past]
    assert sum(mine != best for mine, best in zip(made, taught, strict=True)) > 10


@pytest.mark.parametrize(("game_id", "name"), [("seedbed/maze-v1", "star"), ("MiniGrid-Empty-8x8-v0", "goal")])
def test_a_named_thing_is_where_the_picture_shows_it(game_id: str, name: str) -> None:
    game = Game.make(game_id)
    view = game.start(3)
    picture = np.asarray(Image.open(io.BytesIO(view.screenshot)).convert("RGB")).astype(int)
    box = next(element.box for element in board_of(game).elements if element.name == name)
    # The star is the only pink thing, the goal the only green one.
    loudest = picture[..., 0] - picture[..., 1] if name == "star" else picture[..., 1] - picture[..., 0]
    y, x = np.unravel_index(loudest.argmax(), loudest.shape)
    assert box.x <= (x + 0.5) / view.size[0] <= box.x + box.width
    assert box.y <= (y + 0.5) / view.size[1] <= box.y + box.height
    game.close()


def test_a_click_in_the_middle_of_a_region_means_its_move() -> None:
    game = Game.make("seedbed/key-v1")
    game.start(5)
    found = regions(game)
    assert found
    for name, box in found.items():
        assert game.moves[game.family.place(game.env, box.centre.x, box.centre.y) or 0].name == name
    assert oracle_of(game.env_id)(game) in found
    game.close()


def test_shards_come_back_as_they_were_and_are_made_once(tmp_path: Path) -> None:
    told: list[str] = []
    game = "seedbed/snake-v1"
    for _ in range(2):
        collect(tmp_path, 7, tell=lambda text, *_: told.append(text), games=[game])
    assert told == [f"plays: {game}"]
    read = shards.read(shard_path(tmp_path, game, 7))
    for sample, made in zip(read, islice(plays(game, iter(SEEDS)), 7), strict=True):
        # Boxes are written with five digits.
        assert (sample.action, sample.past, sample.png, sample.play) == (
            made.action,
            made.past,
            made.png,
            made.play,
        )
