"""`seedbed chat`: talk, draw and edit in the terminal."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli import RUNS, Runs

if TYPE_CHECKING:
    from rich.console import Console

    from agent.chat.config import ChatConfig
    from agent.chat.session import Session
    from agent.chat.view import ChatView

app = typer.Typer(add_completion=False)

COMMANDS = {
    "/help": "what can be said and typed",
    "/pictures": "the pictures of this conversation",
    "/back": "go back to the end of a turn: /back 2",
    "/thread": "go to another conversation: /thread beach",
    "/quit": "leave; the conversation stays",
}


class Approve(StrEnum):
    """What happens before a risky action on a web page."""

    auto = "auto"
    ask = "ask"
    never = "never"


@app.command(
    epilog="Examples:\n\n"
    "seedbed chat\n\n"
    'seedbed chat "a watercolour fox"\n\n'
    'seedbed chat "same, but at night, and wider" --thread main\n\n'
    "seedbed chat --model-url http://127.0.0.1:8001/v1 --thread beach"
)
def chat(
    message: Annotated[
        str | None, typer.Argument(help="Say this and leave; without it, talk line by line.")
    ] = None,
    thread: Annotated[str, typer.Option(help="The conversation to go on with.")] = "main",
    attach: Annotated[
        list[Path] | None, typer.Option(help="A picture that goes with MESSAGE; may be repeated.")
    ] = None,
    model_url: Annotated[
        str | None, typer.Option(help="An OpenAI-compatible endpoint whose model decides; without it, rules do.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Which of its models.")] = None,
    user: Annotated[str, typer.Option(help="Whose taste the router learns.")] = "guest",
    approve: Annotated[Approve, typer.Option(help="Before risky actions on web pages.")] = Approve.ask,
    compare: Annotated[
        bool, typer.Option(help="Draw two pictures and ask which is better where the router is in doubt.")
    ] = True,
    device: Annotated[list[str] | None, typer.Option(help="Where to draw, such as cuda:1 or cpu.")] = None,
    data: Annotated[Path, typer.Option(help="Where threads and pictures are kept.")] = Path("data/chat"),
    database: Annotated[Path, typer.Option(help="The router's SQLite file.")] = Path("data/router.sqlite"),
    runs: Runs = RUNS,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Show what was resolved, and leave.")
    ] = False,
) -> None:
    """Talk: draw pictures, change them, look at web pages, play games.

    Conversations are kept: the same --thread goes on where it was, also after a crash. Ctrl-C stops an answer.
    """
    from agent.chat.config import checked

    config = checked(
        thread=thread, user=user, data=data, database=database, runs=runs, model_url=model_url, model=model,
        approve=approve.value, compare=compare, device=tuple(device or ()),
    )  # fmt: skip
    if print_config:
        typer.echo(config.model_dump_json(indent=2))
        return
    asyncio.run(_talk(config, message, tuple(attach or ())))


async def _talk(config: "ChatConfig", message: str | None, attach: tuple[Path, ...]) -> None:
    from rich.console import Console

    from agent.chat.errors import ChatError
    from agent.chat.opened import opened
    from agent.chat.view import ChatView

    if attach and message is None:
        raise ChatError("--attach goes with a message: seedbed chat MESSAGE --attach FILE")
    files = [_read(path) for path in attach]
    console = Console(highlight=False)
    async with opened(config, lambda text: console.print(f"[dim]{text}[/]")) as session:
        view = ChatView(console, session.ctx.store)
        if await session.interrupted():
            console.print("[dim]going on with the answer that was cut off[/]")
            await view.show(session.resume())
        if message is not None:
            if not await view.show(session.send(message, files)):
                raise typer.Exit(1)
            return
        await _lines(session, view, console)


async def _lines(session: "Session", view: "ChatView", console: "Console") -> None:
    """Line after line until the end of input."""
    from agent.chat.errors import ChatError
    from agent.chat.stopping import typed, until_stopped

    console.print(f"conversation {session.ctx.thread}, answered by {session.ctx.decider.name}; /help says more")
    if (waiting := await session.waiting()) is not None:
        view.ask(waiting)
    while (line := await typed(lambda: _line(console))) is not None:
        text = line.strip()
        try:
            if text in ("/quit", "/exit"):
                return
            if text.startswith("/"):
                await _command(text, session, view, console)
            elif text and not await until_stopped(view.show(session.send(text))):
                console.print("stopped", style="dim")
        except ChatError as error:
            console.print(str(error), style="red", markup=False)


async def _command(text: str, session: "Session", view: "ChatView", console: "Console") -> None:
    import difflib

    from agent.chat.config import checked
    from agent.chat.errors import ChatError
    from agent.chat.rules import HELP

    name, _, rest = text.partition(" ")
    match name:
        case "/help":
            console.print(HELP, markup=False)
            for command, about in COMMANDS.items():
                console.print(f"  {command:<10} {about}", markup=False)
        case "/pictures":
            state = await session.state()
            view.pictures(state.get("artifacts", []))
        case "/back":
            if not rest.strip().isdigit():
                raise ChatError("say the number of a turn: /back 2")
            await session.back(int(rest))
            console.print(f"back after turn {int(rest)}")
        case "/thread":
            session.ctx.thread = checked(thread=rest.strip()).thread
            console.print(f"conversation {session.ctx.thread}", markup=False)
        case _:
            near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.0)[0]
            raise ChatError(f"no command {name}; the nearest is {near}, and there are {', '.join(COMMANDS)}")


def _line(console: "Console") -> str | None:
    try:
        return console.input("[bold]you[/] " if console.is_terminal else "")
    except EOFError:
        return None


def _read(path: Path) -> bytes:
    from agent.chat.errors import ChatError

    try:
        return path.read_bytes()
    except OSError as error:
        raise ChatError(f"cannot read {path}: {error.strerror}") from None
