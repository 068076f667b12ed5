"""Makes the data that a stage needs and reads it: demonstrations first, then pages rendered from their words.

Shards that exist are kept, so an interrupted preparation goes on where it stopped.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import trainer.data.plays
from envs.suites.miniwob.oracles import ORACLES
from envs.suites.miniwob.tasks import HELD_OUT
from trainer.data import shards, widgets
from trainer.data.demonstrations import collect
from trainer.data.shards import Sample
from trainer.errors import TrainerError
from trainer.vlm import vocabulary
from trainer.vlm.config import TrainConfig

PARALLEL = 8
CELLS = 100

Tell = Callable[[str, int, int], None]
"""Hears what is being made, how much of it there is, and how much there will be."""


def trained_tasks() -> list[str]:
    """Every task that has an oracle and is not held out."""
    return sorted(name for name in ORACLES if name not in HELD_OUT)


async def demonstrations(config: TrainConfig, tell: Tell) -> list[Sample]:
    """All demonstrations below `config.data`, collected first where tasks are missing."""
    folder, tasks = config.data / "demonstrations", trained_tasks()
    made = 0

    def one(task: str, count: int) -> None:
        nonlocal made
        made += 1
        tell(f"demonstrations: {task}, {count} steps", made, len(tasks))

    if config.episodes:
        await collect(
            tasks, range(config.episodes), folder, parallel=PARALLEL, most_s=config.task_seconds, tell=one
        )
    found = [sample for path in sorted(folder.glob("*.jsonl")) for sample in shards.read(path)]
    if not found:
        raise TrainerError(f"no demonstrations in {folder}: set episodes above 0, or data to where they are")
    return found


async def pages(config: TrainConfig, words: Sequence[str], tell: Tell) -> list[Sample]:
    """All perception samples below `config.data`, rendered first where pages are missing."""
    folder = config.data / "perception"
    count = -(-config.perception_pages // CELLS)
    missing = [number for number in range(count) if not _page(folder, number).exists()]
    if missing:
        await _render(folder, missing, words, tell)
    return [sample for path in sorted(folder.glob("*.jsonl")) for sample in shards.read(path)]


def plays(config: TrainConfig, tell: Tell) -> list[Sample]:
    """The oracles' decisions in games below `config.data`, made first where they are missing."""
    folder, games = config.data / "plays", trainer.data.plays.TRAINED
    trainer.data.plays.collect(folder, config.play_steps, tell=tell, games=games)
    paths = [trainer.data.plays.shard_path(folder, game, config.play_steps) for game in games]
    return [sample for path in paths for sample in shards.read(path)]


async def _render(folder: Path, numbers: Sequence[int], words: Sequence[str], tell: Tell) -> None:
    from playwright.async_api import async_playwright

    from envs.browser.chromium import FLAGS, executable

    side = widgets.CELL * widgets.COLUMNS
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(playwright), args=list(FLAGS))
        page = await browser.new_page(viewport={"width": side, "height": side})
        for done, number in enumerate(numbers, 1):
            rng = random.Random(f"perception/{number}")
            cells = [widgets.cell(rng, words) for _ in range(CELLS)]
            shards.write(_page(folder, number), await widgets.render(page, cells, number))
            tell("perception pages", done * CELLS, len(numbers) * CELLS)
        await browser.close()


def _page(folder: Path, number: int) -> Path:
    return folder / f"page-{number:05d}.jsonl"


def words_of(samples: Sequence[Sample]) -> list[str]:
    """The words that rendered pages are made of."""
    return vocabulary.words(vocabulary.texts(samples))
