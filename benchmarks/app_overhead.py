"""What the app costs: seconds of a picture over HTTP against the same picture by the pipeline alone.

    python -m benchmarks.app_overhead
    python -m benchmarks.app_overhead --quick

The pipeline is diffusers' call and nothing else; `draw` adds the checks, the recipe and the PNG; the app adds the
journal, the queue, HTTP and base64. All three draw in turn, so that what slows the machine slows all.

Writes `benchmarks/results/app_overhead.json`; with `--quick`, which only shows that it works, beside that.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated

import httpx
import torch
import typer
from rich.console import Console
from rich.table import Table

from agent.evaluation.log import write_json
from benchmarks.app_process import EXPERT, SIZE_PX, STEPS, running
from benchmarks.command import run as run_command
from benchmarks.machine import RESULTS, in_words, machine
from generators.image.draw import draw
from generators.image.experts import Expert, loaded
from generators.image.recipe import png_of
from generators.image.request import checked
from generators.zoo.zoo import card_at

PROMPT, GUIDANCE, USER = "a red fox in the snow", 2.0, "ann"
PAUSE_S = 0.5
"""In front of each picture: threads that have just computed look for more work for a while, in the other's way."""


def main(
    pictures: Annotated[int, typer.Option(min=1, help="Of each way.")] = 40,
    steps: Annotated[int, typer.Option(min=1, max=150, help="Of each picture.")] = STEPS,
    quick: Annotated[bool, typer.Option("--quick", help="Three pictures of each way.")] = False,
) -> None:
    """Measure, print and write `benchmarks/results/app_overhead.json`."""
    pictures = 3 if quick else pictures
    found = machine()
    console = Console()
    console.print(in_words(found), soft_wrap=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), [USER]) as app:
        headers = {"Authorization": f"Bearer {app.tokens[USER]}"}
        with httpx.Client(base_url=app.url, headers=headers, timeout=600, trust_env=False) as client:
            seconds = _times(loaded(card_at(app.card), "cpu"), client, pictures, steps)
    bare = median(seconds["pipeline"])
    rows = {
        name: {"median_ms": 1000 * median(taken), "over_pipeline": median(taken) / bare - 1}
        for name, taken in seconds.items()
    }
    console.print(_table(rows, steps))
    path = RESULTS / f"app_overhead{'-quick' if quick else ''}.json"
    write_json(path, {"machine": found, "pictures": pictures, "steps": steps, "size_px": SIZE_PX, "ways": rows})
    console.print(f"written to {path}", soft_wrap=True)


def _times(expert: Expert, client: httpx.Client, pictures: int, steps: int) -> dict[str, list[float]]:
    """Seconds of every picture, by the way it was drawn; the first of each way is not counted."""

    def pipeline(seed: int) -> None:
        expert.pipeline_for("text")(
            prompt=PROMPT, num_inference_steps=steps, guidance_scale=GUIDANCE, width=SIZE_PX, height=SIZE_PX,
            generator=torch.Generator("cpu").manual_seed(seed),
        )  # fmt: skip

    def drawn(seed: int) -> None:
        asked = checked(prompt=PROMPT, expert=EXPERT, steps=steps, guidance=GUIDANCE, seed=seed)
        made = draw(asked, expert)
        png_of(made.image, made.recipe)

    def app(seed: int) -> None:
        asked = {"prompt": PROMPT, "model": EXPERT, "num_inference_steps": steps, "guidance_scale": GUIDANCE}
        client.post("/images/generations", json=asked | {"seed": seed}).raise_for_status()

    ways: dict[str, Callable[[int], None]] = {"pipeline": pipeline, "draw": drawn, "app": app}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for seed in range(pictures + 1):
        for name, way in ways.items():
            time.sleep(PAUSE_S)
            began = time.perf_counter()
            way(seed)
            if seed:
                taken[name].append(time.perf_counter() - began)
    return taken


def _table(rows: dict[str, dict[str, float]], steps: int) -> Table:
    table = Table(title=f"One picture of {SIZE_PX} px, {steps} steps", title_justify="left")
    table.add_column("")
    for heading in ("median, ms", "over the pipeline"):
        table.add_column(heading, justify="right")
    for name, row in rows.items():
        table.add_row(name, f"{row['median_ms']:.1f}", f"{row['over_pipeline']:+.1%}")
    return table


if __name__ == "__main__":
    run_command(main)
