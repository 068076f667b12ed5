"""Pictures and captions of a world on disk, in blocks that several processes draw at once, and only once."""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.data.worlds.registry import VERSION, world
from trainer.data.worlds.world import Picture

BLOCK = 500
"""Pictures in a block; one has to be drawn whole."""
CAPTIONS = 4
"""Captions of each picture, of which a training step takes one."""
_SEED = 1_000_003
"""Blocks are drawn from seeds apart from those of evaluations."""

Tell = Callable[[str, int, int], None]


def prepared(name: str, pictures: int, folder: Path, tell: Tell) -> tuple[NDArray[np.uint8], list[list[str]]]:
    """The first `pictures` training pictures `[n, 64, 64, 3]` of a world and `CAPTIONS` captions for each.

    Blocks that are missing under `folder` are drawn, by one process per processor.
    """
    home = folder / f"{name}-v{VERSION}"
    home.mkdir(parents=True, exist_ok=True)
    paths = {number: home / f"block-{number:05d}.npz" for number in range(-(-pictures // BLOCK))}
    missing = [number for number, path in paths.items() if not path.exists()]
    tell("pictures", len(paths) - len(missing), len(paths))
    if len(missing) == 1:
        draw_block(name, missing[0], paths[missing[0]])
    elif missing:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(os.cpu_count() or 1, len(missing)), mp_context=spawn) as pool:
            drawn = [pool.submit(draw_block, name, number, paths[number]) for number in missing]
            for done, each in enumerate(as_completed(drawn)):
                each.result()
                tell("pictures", len(paths) - len(missing) + done + 1, len(paths))
    tell("pictures", len(paths), len(paths))
    blocks = [np.load(path) for path in paths.values()]
    shown = np.concatenate([block["pictures"] for block in blocks])[:pictures]
    said = [[str(text) for text in texts] for block in blocks for texts in block["captions"]]
    return shown, said[:pictures]


def draw_block(name: str, number: int, path: Path) -> None:
    """Draw one block of scenes that are not held out and put it in place; the same number is the same block."""
    made, rng = world(name), np.random.default_rng([_SEED, number])
    pictures: list[Picture] = []
    captions: list[list[str]] = []
    while len(pictures) < BLOCK:
        scene = made.sample(rng)
        if made.held_out(scene):
            continue
        pictures.append(made.render(scene, rng))
        captions.append([made.caption(scene, rng) for _ in range(CAPTIONS)])
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        np.savez(file, pictures=np.stack(pictures), captions=np.array(captions))
    part.replace(path)
