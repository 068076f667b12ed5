"""Collects decisions of the oracles in games, in states to which mistakes led as well.

An oracle goes on from any state, so a player that errs now and then shows every kind of state, and the oracle says
what to do there, as in DAgger (arXiv 1011.0686); the mistakes themselves are never learned.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from agent.games.prompts import PAST_STEPS, TERSE_MOVES
from agent.games.turn import task_of
from envs.browser.actions import Click
from envs.browser.observation import Box
from envs.games.adapter.actions import Press
from envs.games.adapter.game import Game
from envs.games.adapter.oracles import oracle_of
from envs.games.lookalikes.registry import GAMES, env_id
from trainer.data import shards
from trainer.data.boards import board_of, regions
from trainer.data.notes import noted
from trainer.data.shards import Play, Sample

HELD_OUT = ("laser", "hex-blocks")
"""Of our own games: never trained on, to see what carries over."""
TRAINED = (
    "MiniGrid-Empty-8x8-v0",
    "MiniGrid-Empty-Random-6x6-v0",
    "MiniGrid-GoToObject-6x6-N2-v0",
    "MiniGrid-FourRooms-v0",
    *(env_id(name) for name in GAMES if name not in HELD_OUT),
)
"""The games that the embedded model learns to play."""
MISTAKES = 0.25
"""How often a random move is made instead of the oracle's."""
LONGEST = 40
"""Steps of an episode that are kept."""
PAST_KEPT = PAST_STEPS["terse"]


def plays(game_id: str, seeds: Iterator[int], mistakes: float = MISTAKES) -> Iterator[Sample]:
    """The oracle's decisions in the episodes of `seeds`; as clicks where a game is `pointed` at."""
    game, solve = Game.make(game_id), oracle_of(game_id)
    try:
        for seed in seeds:
            yield from _episode(game, solve, seed, random.Random(f"{game_id}/{seed}"), mistakes)
    finally:
        game.close()


def _episode(
    game: Game, solve: Callable[[Game], str], seed: int, rng: random.Random, mistakes: float
) -> Iterator[Sample]:
    view = game.start(seed)
    past: list[Press | Click] = []
    for _ in range(LONGEST):
        if view.over:
            return
        best = solve(game)
        name = rng.choice(view.legal) if rng.random() < mistakes else best
        places = regions(game) if pointed(game) else {}
        yield _sample(game, seed, past[-PAST_KEPT:], best, places, solve)
        past.append(_action(name, places))
        view = game.play(name)


def _sample(
    game: Game,
    seed: int,
    past: Sequence[Press | Click],
    best: str,
    places: dict[str, Box],
    solve: Callable[[Game], str],
) -> Sample:
    board = board_of(game)
    return Sample(
        task=game.env_id,
        seed=seed,
        instruction=task_of(game),
        past=tuple(past),
        action=_action(best, places),
        target=(places or board.steps or {}).get(best),
        end=None,
        elements=board.elements,
        png=game.view.screenshot,
        play=Play(game.title, game.view.legal, board.minded, noted(game, board, best, solve)),
    )


def pointed(game: Game) -> bool:
    """Whether the game is played by clicking on the places of its moves: where these are too many to be listed."""
    return game.clickable and len(game.moves) > TERSE_MOVES


def _action(name: str, places: dict[str, Box]) -> Press | Click:
    """The move as a click, where it has a place on the picture."""
    return Click(point=places[name].centre) if places else Press(key=name)


def collect(
    folder: Path, steps: int, *, tell: Callable[[str, int, int], None], games: Sequence[str] = TRAINED
) -> None:
    """Write one shard of `steps` decisions for each game below `folder`; shards that are there are kept."""
    todo = [game for game in games if not shard_path(folder, game, steps).exists()]
    if not todo:
        return
    # Spawned, since a forked process would share the parent's threads.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_shard, folder, game, steps): game for game in todo}
        for done, future in enumerate(as_completed(waiting), 1):
            future.result()
            tell(f"plays: {waiting[future]}", done, len(todo))


def _shard(folder: Path, game: str, steps: int) -> None:
    kept: list[Sample] = []
    for sample in plays(game, iter(range(10**6))):
        kept.append(sample)
        if len(kept) >= steps:
            break
    shards.write(shard_path(folder, game, steps), kept)


def shard_path(folder: Path, game: str, steps: int) -> Path:
    """Where so many decisions in `game` lie."""
    return folder / f"{game.replace('/', '-')}-{steps}.jsonl"
