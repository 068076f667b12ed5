"""`seedbed games`: which games there are, how one is played, and our own on a page for a person to play."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from envs.games.lookalikes.page import GamePage

app = typer.Typer(add_completion=False)

OURS = "seedbed/"
"""How the ids of our own games begin."""
_FEW_MOVES = 8
"""More moves than these are counted in the list instead of named."""


@app.callback(
    invoke_without_command=True,
    epilog="Examples:\n\nseedbed games\n\nseedbed games show MiniGrid-FourRooms-v0\n\n"
    "seedbed games open maze --level 2",
)
def games(context: typer.Context) -> None:
    """List games, show how one is played, or play one of our own in a browser."""
    if context.invoked_subcommand is None:
        list_games()


@app.command("list", epilog="Examples:\n\nseedbed games list\n\nseedbed games list --all")
def list_games(
    every: Annotated[
        bool, typer.Option("--all", help="The id of everything that can be played with what is installed.")
    ] = False,
) -> None:
    """List our own games with their moves and their help."""
    from rich.console import Console
    from rich.text import Text

    from envs.games.adapter.registry import game_ids
    from envs.games.lookalikes.registry import GAMES, env_id, game_class

    if every:
        for name in game_ids():
            typer.echo(name)
        return
    console = Console(highlight=False)
    for name in GAMES:
        game = game_class(name)
        head = Text(env_id(name), style="bold").append(f"  {game.title}, {game.levels} levels", style="not bold")
        console.print(head, Text(game.help), Text(f"moves: {_moves(game.moves)}", style="dim"), "", sep="\n")
    console.print("Games of other packages: seedbed games list --all. Every move of one: seedbed games show ID")


@app.command(epilog="Examples:\n\nseedbed games show maze\n\nseedbed games show CartPole-v1")
def show(
    name: Annotated[str, typer.Argument(metavar="GAME", help="A game's id, or the name of one of ours.")],
) -> None:
    """Show how a game is played: its help, every move, and what else is known of it."""
    from rich.console import Console
    from rich.text import Text

    from envs.games.adapter.game import Game
    from envs.games.adapter.oracles import has_oracle
    from envs.games.lookalikes.registry import GAMES, env_id, game_class

    game = Game.make(env_id(name) if name in GAMES else name, drawn=False)
    try:
        facts = {"game": game.env_id, "title": game.title, "help": game.help or "the game brings none"}
        facts["moves"] = "; ".join(move.name for move in game.moves) or "anything may be said"
        facts["instead of an invalid one"] = game.fallback or "nothing is played"
        facts["oracle"] = "yes" if has_oracle(game.env_id) else "none"
        if game.env_id.startswith(OURS):
            ours = game_class(_own_name(game.env_id))
            facts |= {"levels": f"1 to {ours.levels}", "most steps": str(ours.max_steps)}
    finally:
        game.close()
    console = Console(highlight=False)
    for title, value in facts.items():
        console.print(Text(f"{title}: ", style="bold").append(value, style="not bold"))


@app.command("open", epilog="Examples:\n\nseedbed games open maze\n\nseedbed games open 2048 --level 2 --seed 7")
def open_page(
    name: Annotated[str, typer.Argument(metavar="GAME", help="One of our own games, by its name or id.")],
    level: Annotated[
        int | None, typer.Option(help="From 1, the easiest; by default the seed draws one.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Which episode; by default a new one each time.", show_default=False)
    ] = None,
) -> None:
    """Open a game's page on 127.0.0.1, for you to play in a browser, until Ctrl-C.

    It is the page that the GUI agent plays: the same episode, the same score.
    """
    from envs.games.lookalikes.page import GamePage

    with GamePage(_own_name(name), level, seed=seed) as page:
        typer.echo(f"{page.episode.game.title}, level {page.episode.game.level}, at {page.url} (Ctrl-C ends it)")
        _until_interrupted()
        typer.echo(_came_to(page))


def _own_name(name: str) -> str:
    """`maze` for `maze` and for `seedbed/maze-v1`."""
    from envs.games.lookalikes.registry import GAMES, env_id

    return next((own for own in GAMES if name == env_id(own)), name)


def _moves(names: tuple[str, ...]) -> str:
    if len(names) <= _FEW_MOVES:
        return "; ".join(names)
    return f"{'; '.join(names[:3])} … {names[-1]} ({len(names)})"


def _until_interrupted() -> None:
    import signal
    import threading

    stop = threading.Event()
    # A handler, and no exception: a second Ctrl-C must not break the closing of the page.
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: stop.set())
    stop.wait()


def _came_to(page: "GamePage") -> str:
    episode = page.episode
    return (
        f"progress {episode.game.progress:.0%} after {episode.steps} moves, {episode.illegal} of them impossible"
    )
