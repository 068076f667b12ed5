"""The command line: it composes the packages' own commands, loads each only when it is called, and turns their
errors into one line on stderr with exit code 2.
"""

import difflib
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "demo": ("agent.demo:app", "Watch the embedded model solve real web tasks and play a game."),
    "gui": ("agent.cli:gui_app", "Do a task on a web page, step by step."),
    "mcp": ("agent.app.cli:mcp_app", "Serve the tools to one program, by the Model Context Protocol."),
    "play": ("agent.games.cli:app", "Play a game, step by step."),
    "chat": ("agent.chat.cli:app", "Talk: draw pictures, change them, browse, play."),
    "image": ("generators.image.cli:app", "Draw a picture."),
    "app": ("agent.app.cli:app", "Serve pictures and the chat to other programs, in OpenAI's shapes."),
    "games": ("agent.games.catalogue:app", "List the games, or open one to play yourself."),
    "eval": ("agent.evaluation.cli:app", "Play a suite of tasks and write its scores."),
    "route": ("generators.router.cli:route_app", "Say which expert would draw a prompt, and why."),
    "router": ("generators.router.cli:router_app", "Measure and teach the router."),
    "runs": ("agent.cli:runs_app", "Look at what was recorded."),
    "serve": ("vlm.cli:app", "Serve a model with vLLM for the other commands."),
    "train": ("trainer.cli:app", "Make the embedded models."),
}
"""Each command's Typer app as a lazy import string, and its line in `--help`."""

USER_ERRORS = (
    "agent.errors:AgentError",
    "agent.evaluation.errors:EvaluationError",
    "envs.browser.errors:BrowserError",
    "envs.games.adapter.errors:GameError",
    "envs.games.lookalikes.errors:GameError",
    "envs.protocol.errors:ProtocolError",
    "envs.suites.games.errors:SuiteError",
    "envs.suites.miniwob.tasks:TaskUnknown",
    "generators.errors:GeneratorError",
    "generators.router.errors:RouterError",
    "trainer.errors:TrainerError",
    "vlm.architecture:PresetUnknown",
    "vlm.completion:ClientError",
    "vlm.export:ExportError",
    "vlm.formats:FormatUnknown",
    "vlm.profile:ProfileError",
    "vlm.server:ServerError",
    "vlm.tokenizer:TokenizerError",
)
"""What packages raise for mistakes that a person can mend; anything else is a bug and shows its traceback."""

USER_ERROR, INTERRUPTED = 2, 130
# Typer shows its bad-parameter error and hides the base that all errors of usage share.
_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are called, so that `--help` is fast."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        target, summary = COMMANDS[cmd_name]
        if "--help" in sys.argv[1:2] or len(sys.argv) == 1:
            return typer.core.TyperCommand(cmd_name, help=summary)
        module, _, attribute = target.partition(":")
        command = typer.main.get_command(getattr(import_module(module), attribute))
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"no command {args[0]!r}{hint} There are {', '.join(COMMANDS)}.")
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback(
    epilog="Examples:\n\nseedbed demo\n\n"
    'seedbed gui "Click the button" --url http://127.0.0.1:8000/\n\nseedbed gui --help'
)
def seedbed(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what goes on, to stderr.")] = False,
) -> None:
    """An agent that works web pages with a vision-language model, and the trainer that made the model."""
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.WARNING),
        # Looked up at each line, since stderr may be another one by then.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def main() -> None:
    """The entry point of the command `seedbed`."""
    run(app, "seedbed")


def run(commands: typer.Typer, name: str) -> None:
    """Run what the command line says and leave, whatever happens, with an exit code and at most one line."""
    try:
        sys.exit(typer.main.get_command(commands).main(prog_name=name, standalone_mode=False))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)
    except Exception as error:
        sys.exit(_explained(error))


def _explained(error: Exception) -> int:
    """Say in one line what a person did wrong and return the exit code; raise again what is a bug."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return USER_ERROR  # The help page is on the screen already.
    if isinstance(error, _USAGE_ERROR):
        text = error.format_message()
    elif isinstance(error, _user_errors()):
        text = str(error)
    else:
        raise error
    print(f"seedbed: {' '.join(text.split())}", file=sys.stderr)
    return USER_ERROR


def _user_errors() -> tuple[type[Exception], ...]:
    """Those of `USER_ERRORS` that can have been raised: a module that nobody imported raised nothing."""
    parts = [entry.partition(":") for entry in USER_ERRORS]
    return tuple(getattr(sys.modules[name], kind) for name, _, kind in parts if name in sys.modules)


if __name__ == "__main__":
    main()
