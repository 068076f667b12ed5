"""Runs a benchmark as `seedbed` runs its commands: a mistake ends in one line and exit code 2."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import typer

import seedbed


def run(main: Callable[..., None]) -> None:
    """Call `main` with what the command line says, and leave."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    seedbed.run(app, f"python -m benchmarks.{Path(sys.argv[0]).stem}")


def counts_of(text: str, option: str) -> list[int]:
    """What an option such as `--pages` lists, `1,4,16`."""
    if not re.fullmatch(r"[1-9]\d{0,2}(,[1-9]\d{0,2})*", text):
        raise typer.BadParameter(f"{text!r} is no list of numbers such as 1,4,16", param_hint=option)
    return [int(number) for number in text.split(",")]
