"""The bar that one sees while episodes are played: how many are done, how many succeeded, how long it takes."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from agent.evaluation.results import Episode


class Bar:
    """A `Watcher` on the terminal; use as a context manager. It shows the mean of `measure`, called `label`."""

    def __init__(
        self, console: Console, label: str = "strict", measure: Callable[[Any], float] | None = None
    ) -> None:
        self._console = console
        self._measure = measure or (lambda result: float(result.strict))
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(label + " {task.fields[mean]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            # Where nobody watches (a log file), the final line says it all.
            transient=console.is_terminal,
        )
        self._bar = self._progress.add_task("starting", total=None, mean="-")
        self._played, self._sum = 0, 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def report(self, text: str) -> None:
        self._progress.update(self._bar, description=text)

    def begin(self, total: int, earlier: Sequence[Episode]) -> None:
        if earlier:
            self._console.print(f"{len(earlier)} of {total} episodes were finished before: going on after them")
        self._played, self._sum = 0, 0.0
        self._progress.reset(self._bar, total=total, completed=len(earlier), description="playing")
        for result in earlier:
            self._count(result)

    def finished(self, result: Episode) -> None:
        self._count(result)
        self._progress.update(self._bar, advance=1, description=result.task, mean=self._mean)

    def _count(self, result: Episode) -> None:
        self._played += 1
        self._sum += self._measure(result)

    @property
    def _mean(self) -> str:
        return f"{self._sum / max(self._played, 1):.1%}"
