"""`seedbed train`: one command for each stage of each model's training."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Train the models that Seedbed ships.")
vlm = typer.Typer(no_args_is_help=True, help="Train the vision-language model, one stage after the other.")
app.add_typer(vlm, name="vlm")

CONFIGS = Path(__file__).parent / "configs"

Config = Annotated[
    Path | None, typer.Option("--config", help="TOML file; the shipped one of the stage without it.")
]
Out = Annotated[Path, typer.Option(help="The run's folder; a run that is there goes on where it stopped.")]
BeginWith = Annotated[Path | None, typer.Option(help="Checkpoint to begin with, instead of the file's.")]
Print = Annotated[bool, typer.Option("--print-config", help="Show the resolved settings and stop.")]


@vlm.command(epilog="Example: seedbed train vlm perception --out runs/perception")
def perception(
    config: Config = None,
    out: Out = Path("runs/perception"),
    begin_with: BeginWith = None,
    print_config: Print = False,
) -> None:
    """Stage 1: learn to see words and widgets on rendered pages."""
    _stage("perception", config, out, begin_with, print_config)


@vlm.command(
    epilog="Example: seedbed train vlm imitate --begin-with runs/perception/checkpoint --out runs/imitate"
)
def imitate(
    config: Config = None,
    out: Out = Path("runs/imitate"),
    begin_with: BeginWith = None,
    print_config: Print = False,
) -> None:
    """Stage 2: learn to act as the oracles do, from screenshots and from element lists."""
    _stage("imitate", config, out, begin_with, print_config)


@app.command(
    epilog="Examples:\n\nseedbed train router --presets balanced\n\n"
    "seedbed train router --experts solids,sprites --prompts 200 --out runs/scores.npz"
)
def router(
    out: Annotated[Path, typer.Option(help="Where the score matrix goes; a killed run goes on.")] = Path(
        "checkpoints/router/scores.npz"
    ),
    prompts: Annotated[int, typer.Option(min=40, help="How many prompts.")] = 1200,
    seeds: Annotated[int, typer.Option(min=1, help="Pictures of each prompt by each arm.")] = 3,
    experts: Annotated[
        str, typer.Option(help="Names with commas; by default all that come with the program.")
    ] = "",
    presets: Annotated[str, typer.Option(help="Names with commas; by default all of each expert.")] = "",
    device: Annotated[str | None, typer.Option(help="Where to draw, such as cpu or cuda:0.")] = None,
) -> None:
    """Let every expert draw the bench's prompts and score the pictures: what the router learns from."""
    from trainer.router.run import make

    make(out, prompts, seeds, _names(experts), _names(presets), device)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@app.command(epilog="Example: seedbed train image solids")
def image(
    expert: Annotated[str, typer.Argument(help="The world to learn: solids, sprites, watercolour, lines ...")],
    config: Annotated[Path | None, typer.Option("--config", help="TOML file; the defaults without it.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The run's folder, runs/image-EXPERT without it; one that is there goes on."),
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Where the expert is written, checkpoints/image-EXPERT without it.")
    ] = None,
    print_config: Print = False,
) -> None:
    """Train one embedded image expert on its world's pictures, and judge it by prompts that it never saw."""
    from trainer.data.worlds.registry import world
    from trainer.image.config import ImageConfig, read

    name = world(expert).name
    settings = read(config) if config else ImageConfig()
    typer.echo(settings.model_dump_json(indent=2))
    if print_config:
        return
    from trainer.image.show import Shown
    from trainer.image.stage import run

    out, checkpoint = out or Path(f"runs/image-{name}"), checkpoint or Path(f"checkpoints/image-{name}")
    with Shown() as shown:
        judged = run(name, settings, out, checkpoint, shown.step, shown.prepared)
    for attribute, share in judged.attributes.items():
        typer.echo(f"{attribute:>10}  {share:.1%}")
    typer.echo(f"{'all':>10}  {judged.overall:.1%} of attributes (chance {judged.chance:.1%})")
    typer.echo(f"checkpoint: {checkpoint}\nmetrics: {out / 'metrics.jsonl'}, {out / 'metrics.png'}")


def _stage(stage: str, file: Path | None, out: Path, begin_with: Path | None, print_config: bool) -> None:
    from trainer.errors import TrainerError
    from trainer.vlm.config import read

    config = read(file or CONFIGS / f"vlm-{stage}.toml")
    if config.stage != stage:
        raise TrainerError(f"{file} is for the stage {config.stage!r}: run `seedbed train vlm {config.stage}`")
    if begin_with is not None:
        config = config.model_copy(update={"begin_with": begin_with})
    typer.echo(config.model_dump_json(indent=2))
    if print_config:
        return
    from trainer.vlm.loop import place
    from trainer.vlm.show import Shown
    from trainer.vlm.stage import run

    with place() as where, Shown(quiet=where.rank > 0) as shown:
        checkpoint = run(config, out, where, shown.step, shown.prepared)
    if where.rank == 0:
        typer.echo(f"checkpoint: {checkpoint}\nmetrics: {out / 'metrics.jsonl'}, {out / 'metrics.png'}")
