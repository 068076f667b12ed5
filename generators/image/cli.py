"""`seedbed image`: draw a picture from words, from a picture, or again from its recipe."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.router.cli import DATABASE, DatabasePath, Mode

if TYPE_CHECKING:
    from PIL.Image import Image
    from rich.console import Console

    from generators.image.auto import Chosen
    from generators.image.draw import Drawn
    from generators.image.recipe import Recipe
    from generators.image.request import ImageRequest
    from generators.image.safety import Safety
    from generators.zoo.card import ExpertCard, Task

app = typer.Typer(add_completion=False)

OUT = Path("pictures")


@app.command(
    epilog="Examples:\n\n"
    'seedbed image "a watercolour of the sea under a grey sky"\n\n'
    'seedbed image "two blue cubes" --expert solids --seed 7 --out cubes.png\n\n'
    'seedbed image "the same lake at night" --from lake.png --strength 0.7\n\n'
    "seedbed image --recipe cubes.png --out again.png"
)
def image(
    prompt: Annotated[str | None, typer.Argument(help="What to draw, in your own words.")] = None,
    expert: Annotated[
        str, typer.Option(help="An expert's name or the file of a card; `auto` asks the router.")
    ] = "auto",
    preset: Annotated[str | None, typer.Option(help="How the expert is run, such as fast or best.")] = None,
    mode: Annotated[
        Mode, typer.Option(help="How much a second counts against quality where the router is asked.")
    ] = Mode.balanced,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same picture.  [default: 0]")] = None,
    size: Annotated[str | None, typer.Option(help="WIDTHxHEIGHT in pixels; by default the preset's.")] = None,
    steps: Annotated[int | None, typer.Option(help="Denoising steps; by default the preset's.")] = None,
    guidance: Annotated[float | None, typer.Option(help="How hard to follow the prompt.")] = None,
    negative: Annotated[str | None, typer.Option(help="What not to draw.")] = None,
    recipe: Annotated[
        Path | None, typer.Option(help="Draw this PNG again; other options change its recipe.")
    ] = None,
    source: Annotated[Path | None, typer.Option("--from", help="A picture to begin with.")] = None,
    strength: Annotated[float | None, typer.Option(help="How far to leave that picture, up to 1.")] = None,
    mask: Annotated[Path | None, typer.Option(help="White where that picture is to be repainted.")] = None,
    vary: Annotated[
        float | None, typer.Option(help="Draw a relative of --recipe's picture: 0.35 is near.")
    ] = None,
    enlarge: Annotated[
        float | None, typer.Option(help="Draw --recipe's picture again, so many times as large.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; by default a new one in pictures/.")] = None,
    device: Annotated[str | None, typer.Option(help="Such as cuda:1 or cpu; by default the first GPU.")] = None,
    prompt_check: Annotated[bool, typer.Option(help="Refuse prompts that nobody should draw.")] = True,
    mark: Annotated[bool, typer.Option(help="Say in the file that a model made the picture.")] = True,
    database: DatabasePath = DATABASE,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Show what would be drawn, and leave.")
    ] = False,
) -> None:
    """Draw a picture and write it as a PNG that carries its own recipe.

    On a CPU the same recipe gives the same bytes. Without --expert the router chooses who draws, and says why;
    `seedbed router vote` tells it what you think of the picture.
    """
    from rich.console import Console

    from generators.errors import RequestRefused
    from generators.image.recipe import opened, png_of, write
    from generators.image.request import resolved
    from generators.image.safety import Safety

    given: dict[str, Any] = {
        "prompt": prompt,
        "preset": preset,
        "seed": seed,
        "steps": steps,
        "guidance": guidance,
        "negative_prompt": negative,
        "strength": strength,
        **_size(size),
    }
    given = {name: value for name, value in given.items() if value is not None}
    begin = None if source is None else opened(source)
    painted = None if mask is None else opened(mask)
    console, safety = Console(stderr=True), Safety(prompt_check=prompt_check, mark=mark)
    choice: Chosen | None = None
    if recipe is None:
        if vary is not None or enlarge is not None:
            raise RequestRefused("--vary and --enlarge need the picture: give it with --recipe")
        if prompt is None:
            raise RequestRefused('say what to draw: seedbed image "PROMPT", or give a picture with --recipe')
        # Before the router writes it down.
        safety.check(prompt)
        card, request, choice = _new(expert, given, _task(begin, painted), mode, database)
        before = None
    else:
        card, request, begin, before = _again(recipe, expert, given, vary, enlarge, begin, painted)
    full = resolved(request, card, _task(begin, painted))
    if choice is not None:
        console.print(choice.why, soft_wrap=True, highlight=False, markup=False)
    if print_config:
        typer.echo(full.model_dump_json(indent=2))
        return
    safety.check(full.prompt)
    path = out or _free_name(full.prompt)
    drawn, seconds = _drawn(full, card, device, begin, painted, safety, before, console)
    png = png_of(drawn.image, drawn.recipe)
    write(path, png)
    if choice is not None:
        from generators.image import auto

        auto.drawn(choice, png, drawn.recipe, seconds, database)
    typer.echo(f"{path}  {card.name}/{full.preset}, seed {full.seed}, {full.width}x{full.height}")


def _new(
    expert: str, given: dict[str, Any], task: "Task", mode: Mode, database: Path
) -> "tuple[ExpertCard, ImageRequest, Chosen | None]":
    """The expert and what it is asked for, and the router's decision where no expert was named."""
    from generators.image.auto import chosen
    from generators.image.request import checked
    from generators.zoo.zoo import expert_named, expert_or_file

    if expert != "auto":
        card = expert_or_file(expert)
        return card, checked(expert=card.name, **given), None
    choice = chosen(given["prompt"], task, given.get("preset", ""), mode.value, database)
    card, draft = expert_named(choice.draft.expert), choice.draft
    negative = {"negative_prompt": draft.negative} if draft.negative else {}
    asked = negative | given | {"prompt": draft.prompt, "preset": draft.preset}
    return card, checked(expert=card.name, **asked), choice


def _again(
    path: Path,
    expert: str,
    given: dict[str, Any],
    vary: float | None,
    enlarge: float | None,
    begin: "Image | None",
    mask: "Image | None",
) -> "tuple[ExpertCard, ImageRequest, Image | None, Recipe | None]":
    """What the recipe says, with what was given on top; the last part is the recipe that has to be met exactly."""
    from generators.errors import RecipeError, RequestRefused
    from generators.image.edits import enlarged, variations
    from generators.image.recipe import hash_of_picture, opened, recipe_in
    from generators.image.request import checked
    from generators.zoo.zoo import expert_or_file

    if vary is not None and enlarge is not None:
        raise RequestRefused("--vary and --enlarge are two pictures: choose one")
    old = opened(path)
    recipe = recipe_in(old, str(path))
    changed = bool(given) or expert != "auto" or vary is not None or enlarge is not None
    card = expert_or_file(recipe.request.expert if expert == "auto" else expert)
    request = recipe.request
    if vary is not None:
        request = variations(recipe, 1, vary)[0]
    if enlarge is not None:
        request, begin = enlarged(recipe, card, old, enlarge), old
    elif recipe.task != "text" and begin is None:
        raise RecipeError(f"{path} was made from another picture: give that one with --from")
    request = checked(**(request.model_dump() | {"expert": card.name} | given))
    if changed:
        return card, request, begin, None
    for what, found, wanted in (("picture", begin, recipe.source_sha256), ("mask", mask, recipe.mask_sha256)):
        if wanted and (found is None or hash_of_picture(found) != wanted):
            raise RecipeError(f"{path} was made with another {what} (SHA-256 of its pixels {wanted[:12]}…)")
    return card, request, begin, recipe


def _drawn(
    request: "ImageRequest",
    card: "ExpertCard",
    device: str | None,
    begin: "Image | None",
    mask: "Image | None",
    safety: "Safety",
    before: "Recipe | None",
    console: "Console",
) -> "tuple[Drawn, float]":
    """Draw with a bar on the terminal, and say in how many seconds once the expert was loaded.

    Refuses a recipe whose weights are no longer here.
    """
    from generators.errors import RecipeError
    from generators.image.bar import Bar
    from generators.image.draw import draw
    from generators.image.experts import loaded

    with Bar(console, card.name) as bar:
        expert = loaded(card, device)
        # A recipe of another program's file names no weights.
        if before is not None and before.weights and before.weights_sha256 != expert.weights_sha256:
            raise RecipeError(
                f"the recipe was made with other weights of {card.name} ({before.weights_sha256[:12]}…, here are "
                f"{expert.weights_sha256[:12]}…): give the prompt and the seed to draw with these"
            )
        began = time.perf_counter()
        done = draw(request, expert, image=begin, mask=mask, watch=bar, safety=safety)
        return done, time.perf_counter() - began


def _task(begin: "Image | None", painted: "Image | None") -> "Task":
    return "text" if begin is None else "image" if painted is None else "inpaint"


def _size(text: str | None) -> dict[str, int]:
    from generators.errors import RequestRefused

    if text is None:
        return {}
    found = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", text.strip())
    if found is None:
        raise RequestRefused(f"--size {text!r} is no WIDTHxHEIGHT, such as 64x64")
    return {"width": int(found[1]), "height": int(found[2])}


def _free_name(prompt: str) -> Path:
    """`pictures/<words of the prompt>.png`, with a number where that one exists."""
    words = "-".join(re.findall(r"[a-z0-9]+", prompt.lower())[:6]) or "picture"
    path, number = OUT / f"{words}.png", 1
    while path.exists():
        number += 1
        path = OUT / f"{words}-{number}.png"
    return path
