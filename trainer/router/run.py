"""`seedbed train router`: which arms draw, and what is shown while they do."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from generators.router.arms import Arm, arms_of
from generators.router.taxonomy import embedded_taxonomy
from generators.zoo.zoo import available, expert_named, load_cards
from trainer.data.worlds.registry import VERSION
from trainer.data.worlds.scoring import score
from trainer.errors import TrainerError
from trainer.router.drawing import loader
from trainer.router.prompts import bench_prompts
from trainer.router.scores import make_matrix


def arms_named(experts: Sequence[str], presets: Sequence[str]) -> tuple[Arm, ...]:
    """The arms that draw; raises `TrainerError` for presets that nobody has and weights that are not here."""
    cards = load_cards()
    names = experts or [name for name, card in cards.items() if card.size == "embedded"]
    chosen = [expert_named(name, cards) for name in names]
    arms = arms_of(chosen, embedded_taxonomy())
    if unknown := sorted(set(presets) - {arm.preset for arm in arms}):
        there = ", ".join(sorted({arm.preset for arm in arms}))
        raise TrainerError(f"no expert has a preset {unknown[0]!r}; there are {there}")
    if missing := [card.name for card in chosen if not available(card)]:
        raise TrainerError(f"the weights of {', '.join(missing)} are not here: train them, or leave them out")
    return tuple(arm for arm in arms if not presets or arm.preset in presets)


def make(
    out: Path, prompts: int, seeds: int, experts: Sequence[str], presets: Sequence[str], device: str | None
) -> None:
    """Make the score matrix with a bar for each arm."""
    arms = arms_named(experts, presets)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        bars = {arm.name: progress.add_task(arm.name, total=None, visible=False) for arm in arms}
        matrix = make_matrix(
            bench_prompts(prompts),
            arms,
            loader(load_cards(), device),
            score,
            f"worlds-{VERSION}",
            out,
            seeds,
            lambda arm, done, of: progress.update(bars[arm], completed=done, total=of, visible=True),
        )
    count = " x ".join(map(str, matrix.scores.shape))
    Console().print(f"written to {out}: {count} scores (prompts x arms x seeds)", soft_wrap=True)
