"""An expert's model card, README.md beside its weights: how it was made, how it did, what it cannot do."""

import platform
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from trainer.data.worlds.registry import VERSION, world
from trainer.data.worlds.world import SIZE_PX
from trainer.image.config import ImageConfig
from trainer.image.evaluate import Judged

_COLUMNS, _ROWS, _SCALE = 8, 4, 2
SAMPLES = "samples.png"


def write(
    folder: Path, name: str, config: ImageConfig, judged: Judged, numbers: tuple[int, int], seconds: float
) -> None:
    """Write the card and a sheet of the first held-out pictures; `numbers` of parameters: U-Net's and text's."""
    _sheet(judged, folder / SAMPLES)
    text = _text(name, config, judged, numbers, seconds)
    part = folder / "README.md.part"
    part.write_text(text, encoding="utf-8")
    part.replace(folder / "README.md")


def _text(name: str, config: ImageConfig, judged: Judged, numbers: tuple[int, int], seconds: float) -> str:
    made = world(name)
    about = (made.__doc__ or "").strip().splitlines()[0]
    shares = "\n".join(f"| {attribute} | {share:.1%} |" for attribute, share in judged.attributes.items())
    known = "\n".join(f"- {name}: {', '.join(_values(values))}" for name, values in made.phrases.items())
    prompts = "\n".join(f"{number + 1}. {text}" for number, text in enumerate(judged.captions[: _COLUMNS * _ROWS]))
    return f"""# image-{name}

Seedbed's embedded expert for one kind of picture. {about} It draws {SIZE_PX} x {SIZE_PX} pixels from a prompt.
U-Net {numbers[0]:,} parameters, text encoder {numbers[1]:,}, no VAE: the U-Net works on patches of
{config.patch} x {config.patch} pixels. In diffusers' layout; the pipeline is `generators/image/pipeline.py`.

## What it can draw

{known}

## How it was made

`seedbed train image {name}`: {config.steps:,} steps of {config.batch} samples from {config.pictures:,} rendered
pictures (worlds version {VERSION}), seed {config.seed}, {seconds / 60:.1f} minutes since the last start, pictures
and evaluation included, {torch.get_num_threads()} threads on {platform.machine()}, torch {torch.__version__}.

## How it does

{judged.prompts} prompts with combinations of attributes that training never showed, one seed each,
{config.drawing_steps} steps, guidance {config.guidance:g}. An analytic reader says what each picture shows.

| attribute | as asked |
|---|---|
{shares}
| all attributes | {judged.overall:.1%} |
| whole pictures right | {judged.whole:.1%} |
| in the world's style | {judged.style:.1%} |
| chance (pictures of other prompts) | {judged.chance:.1%} |
| the renderer's own pictures | {judged.ceiling:.1%} |

![The first held-out prompts]({SAMPLES})

{prompts}

## What it cannot do

It knows nothing but the words above and what stands for them in its captions; other nouns give a picture of
something that it knows.
"""


def _values(values: object) -> list[str]:
    known = list(values)  # type: ignore[call-overload]
    return known if known != ["*"] else ["one to three capitals in quotes"]


def _sheet(judged: Judged, path: Path) -> None:
    """The first pictures in rows, twice as large, row by row in the order of their prompts."""
    shown = judged.pictures[: _COLUMNS * _ROWS]
    blank = np.full_like(shown[0], 255)
    shown = shown + [blank] * (-len(shown) % _COLUMNS)
    framed = [np.pad(each, ((2, 2), (2, 2), (0, 0)), constant_values=255) for each in shown]
    rows = [np.concatenate(framed[i : i + _COLUMNS], 1) for i in range(0, len(framed), _COLUMNS)]
    sheet = Image.fromarray(np.concatenate(rows))
    sheet.resize((sheet.width * _SCALE, sheet.height * _SCALE), Image.Resampling.NEAREST).save(path)
