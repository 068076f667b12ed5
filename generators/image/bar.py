"""The bar that one sees while a picture is drawn: steps done, and how long the rest takes."""

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from PIL.Image import Image


class Bar:
    """A `Watch` on the terminal; use as a context manager."""

    def __init__(self, console: Console, label: str) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            # Where nobody watches (a log file), the line about the written file says it all.
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(f"{label}: loading", total=None)
        self._label = label

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def check(self) -> None:
        """A terminal's Ctrl-C needs no asking."""

    def step(self, done: int, of: int, preview: "Callable[[], Image]") -> None:
        self._progress.update(self._task, description=f"{self._label}: drawing", completed=done, total=of)
