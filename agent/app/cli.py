"""`seedbed app` serves everything to other programs, `seedbed mcp` the same tools to one that starts it."""

from pathlib import Path
from typing import Annotated

import typer

from agent.cli import RUNS, Runs

app = typer.Typer(add_completion=False)
mcp_app = typer.Typer(add_completion=False)


@app.command(
    epilog="Examples:\n\nseedbed app\n\nseedbed app --port 9000\n\n"
    "seedbed app --host 0.0.0.0 --token-file tokens.txt"
)
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = 8600,
    token_file: Annotated[
        Path | None,
        typer.Option(help="Lines of `name token`; needed where others can reach the app."),
    ] = None,
    data: Annotated[Path, typer.Option(help="Where jobs and pictures are kept.")] = Path("data/app"),
    database: Annotated[Path, typer.Option(help="The router's SQLite file.")] = Path("data/router.sqlite"),
    device: Annotated[
        list[str] | None, typer.Option(help="Where to draw, such as cuda:0; may be repeated.")
    ] = None,
    model_url: Annotated[
        str | None, typer.Option(help="An OpenAI-compatible endpoint for the chat; without it rules answer.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Which of the endpoint's models.")] = None,
    pictures_per_hour: Annotated[
        int | None, typer.Option(help="Of one user.  [default: 500]", show_default=False)
    ] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option(help="Of one user.  [default: 1200]", show_default=False)
    ] = None,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Show what was resolved, and leave.")
    ] = False,
) -> None:
    """Serve pictures and the chat over HTTP, in OpenAI's shapes.

    Ctrl-C stops; what waits goes on at the next start.
    """
    from agent.app.config import checked

    quotas = {"pictures_per_hour": pictures_per_hour, "requests_per_minute": requests_per_minute}
    config = checked(
        host=host,
        port=port,
        token_file=token_file,
        data=data,
        database=database,
        device=tuple(device or ()),
        model_url=model_url,
        model=model,
        limits={name: value for name, value in quotas.items() if value is not None},
    )
    if print_config:
        typer.echo(config.model_dump_json(indent=2))
        return
    from agent.app.server import serve as run

    run(config, lambda address: typer.echo(f"serving {address}/v1  (Ctrl-C stops)"))


@mcp_app.command(epilog="Example, as another program's configuration names it:\n\nseedbed mcp --data data/mcp")
def mcp(
    data: Annotated[Path, typer.Option(help="Where jobs and pictures are kept; not a running app's.")] = Path(
        "data/mcp"
    ),
    database: Annotated[Path, typer.Option(help="The router's SQLite file; may be shared.")] = Path(
        "data/router.sqlite"
    ),
    device: Annotated[
        list[str] | None, typer.Option(help="Where to draw, such as cuda:0; may be repeated.")
    ] = None,
    model_url: Annotated[
        str | None,
        typer.Option(
            help="An OpenAI-compatible endpoint that browses, plays and looks at pictures; without it, the "
            "embedded model browses and plays, and nobody looks."
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Which of the endpoint's models.")] = None,
    runs: Runs = RUNS,
) -> None:
    """Serve the tools to one program over stdin and stdout, by the Model Context Protocol."""
    from agent.app.config import checked
    from agent.app.toolserver import serve as run

    run(
        checked(
            data=data, database=database, device=tuple(device or ()), model_url=model_url, model=model, runs=runs
        )
    )
