"""`seedbed route` says who would draw a prompt; `seedbed router` measures, refits, promotes and takes back."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from generators.router.database.store import Database

DATABASE = Path("data/router.sqlite")

route_app = typer.Typer(add_completion=False)
router_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Measure and teach the router.")


class Mode(StrEnum):
    """What a second is worth."""

    fast = "fast"
    balanced = "balanced"
    best = "best"


DatabasePath = Annotated[
    Path, typer.Option("--database", help="The router's SQLite file; made if it is not there.")
]
MatrixPath = Annotated[Path | None, typer.Option("--matrix", help="A score matrix; by default the shipped one.")]
JsonPath = Annotated[Path | None, typer.Option("--json", help="Also write the result to this file.")]


@route_app.command(
    epilog='Examples:\n\nseedbed route "a watercolour fox" --explain\n\nseedbed route "three cubes" --mode fast'
)
def route(
    prompt: Annotated[str, typer.Argument(help="What to draw, in your own words.")],
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why, who else might, and what it costs.")
    ] = False,
    mode: Annotated[Mode, typer.Option(help="How much a second counts against quality.")] = Mode.balanced,
    user: Annotated[str, typer.Option(help="Whose taste counts.")] = "guest",
    licence: Annotated[
        list[str] | None, typer.Option(help="Only experts under this licence; may be repeated.")
    ] = None,
    memory_mb: Annotated[int | None, typer.Option(min=1, help="Only experts that fit.")] = None,
    database: DatabasePath = DATABASE,
    json_path: JsonPath = None,
) -> None:
    """Say which expert would draw a prompt, with which preset; nothing is drawn."""
    from rich.console import Console

    from generators.router.arms import Allowed
    from generators.router.dispatch import first_scores
    from generators.router.errors import RouterError
    from generators.router.experts import arms_at_hand
    from generators.router.parse.rules import parse
    from generators.router.router import Router
    from generators.router.view import route_as_data, show_route

    parsed = parse(prompt)
    if not prompt.strip():
        raise RouterError("the prompt is empty: say what to draw")
    if parsed.media == "none":
        raise RouterError(f"{prompt!r} asks for no picture: say what to draw")
    with _opened(database) as held:
        first_scores(held)
        router = Router(held, arms_at_hand(held.taxonomy))
        allowed = Allowed(parsed.media, memory_mb, frozenset(licence) if licence else None)
        found = router.route(parsed.content, mode=mode.value, user=user, allowed=allowed)
    show_route(found, parsed, explain, Console())
    _write(json_path, route_as_data(found, parsed))


@router_app.callback()
def router() -> None:
    """Measure and teach the router."""


@router_app.command(epilog="Example:\n\nseedbed router bench --json bench.json")
def bench(matrix: MatrixPath = None, json_path: JsonPath = None) -> None:
    """Replay every rule on the score matrix: random, best single, tree, DiffusionGPT's, kNN, RFF-UCB, ours,
    oracle.
    """
    from rich.console import Console

    from generators.router.bench.run import run
    from generators.router.experts import arms_in_order
    from generators.router.matrix import SHIPPED, load_matrix
    from generators.router.taxonomy import embedded_taxonomy
    from generators.router.view import show_bench

    scores = load_matrix(matrix or SHIPPED)
    taxonomy = embedded_taxonomy()
    with Console(stderr=True).status("reading") as status:
        report = run(scores, arms_in_order(scores.arms, taxonomy), taxonomy, lambda part: status.update(part))
    show_bench(report, Console())
    _write(json_path, report)


@router_app.command(epilog="Example:\n\nseedbed router refit --matrix scores.npz")
def refit(matrix: MatrixPath = None, database: DatabasePath = DATABASE, json_path: JsonPath = None) -> None:
    """Make a posterior anew from the tables, scores then votes, and keep it as the shadow of the live one.

    With --matrix its train and val prompts are taken into the tables before.
    """
    import time

    from generators.router.database.beliefs import live_version, posterior_of
    from generators.router.dispatch import first_scores
    from generators.router.experts import arms_at_hand
    from generators.router.matrix import load_matrix
    from generators.router.shadow import keep

    with _opened(database) as held:
        if matrix is not None:
            typer.echo(f"{held.put_matrix(load_matrix(matrix))} scores taken in from {matrix}")
        else:
            first_scores(held)
        version = keep(held, arms_at_hand(held.taxonomy), time.time())
        posterior, live = posterior_of(held, version), live_version(held)
    typer.echo(
        f"posterior {version}: {len(posterior.arms)} arms, {posterior.events} votes, {posterior.digest()[:12]}; "
        + ("it decides" if version == live else f"posterior {live} decides until `seedbed router promote`")
    )
    facts = {"version": version, "live": live, "digest": posterior.digest(), "votes": posterior.events}
    _write(json_path, facts | {"arms": list(posterior.arms)})


@router_app.command(epilog="Example:\n\nseedbed router promote")
def promote(database: DatabasePath = DATABASE, json_path: JsonPath = None) -> None:
    """Let the newest posterior decide, if votes show that it is not worse than the live one."""
    import time
    from dataclasses import asdict

    from generators.router.database.beliefs import live_version
    from generators.router.shadow import promote as promoted

    with _opened(database) as held:
        before = live_version(held)
        verdict = promoted(held, time.time())
        live = live_version(held)
    why = (
        f"its gain is {verdict.gain:+.3f}, at least {verdict.lower:+.3f} ({verdict.judged} decisions)"
        if verdict
        else "it knows other arms, so that the two cannot be compared"
    )
    typer.echo(f"posterior {live} decides now instead of {before}: {why}")
    _write(json_path, {"live": live, "before": before, "verdict": asdict(verdict) if verdict else None})


@router_app.command(epilog="Example:\n\nseedbed router rollback")
def rollback(database: DatabasePath = DATABASE, json_path: JsonPath = None) -> None:
    """Let that posterior decide again that did before the last promotion."""
    import time

    from generators.router.database.beliefs import live_version, roll_back

    with _opened(database) as held:
        before = live_version(held)
        live = roll_back(held, time.time())
    typer.echo(f"posterior {live} decides again instead of {before}")
    _write(json_path, {"live": live, "before": before})


class Opinion(StrEnum):
    """Of a picture."""

    up = "up"
    down = "down"
    none = "none"


@router_app.command(
    epilog="Examples:\n\nseedbed router vote pictures/a-fox.png up\n\n"
    "seedbed router vote a.png --over b.png\n\nseedbed router vote a.png none"
)
def vote(
    picture: Annotated[Path, typer.Argument(help="A PNG whose expert the router chose, as it was written.")],
    opinion: Annotated[Opinion, typer.Argument(help="`none` takes an earlier vote back.")] = Opinion.up,
    over: Annotated[
        Path | None, typer.Option(help="Another picture of the same request, which is not as good.")
    ] = None,
    user: Annotated[str, typer.Option(help="Whose vote it is.")] = "guest",
    database: DatabasePath = DATABASE,
) -> None:
    """Say what you think of a picture: the router learns from it."""
    from generators.router.database.record import artifact_of_file
    from generators.router.dispatch import Dispatch

    value = {"up": 1, "down": -1, "none": 0}[opinion.value]
    with Dispatch(database) as dispatch:
        first = artifact_of_file(dispatch.database, picture)
        second = None if over is None else artifact_of_file(dispatch.database, over)
        number = dispatch.vote(user, first, value, second)
    typer.echo(f"vote {number} is in; `seedbed router refit` learns from it")


def _opened(path: Path) -> "Database":
    from generators.router.database.store import Database
    from generators.router.taxonomy import embedded_taxonomy

    return Database(path, embedded_taxonomy())


def _write(path: Path | None, data: dict[str, Any]) -> None:
    if path is None:
        return
    from generators.router.errors import RouterError

    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise RouterError(f"cannot write {path}: {error.strerror}") from None
    typer.echo(f"written to {path}")
