"""Shows a run in the terminal: a bar with the time that is left, and how the losses stand."""

import time
from types import TracebackType

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from trainer.vlm import loop


class Shown:
    """A context in which a run's preparation and steps are drawn; quiet on all ranks but the first."""

    def __init__(self, quiet: bool = False) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            disable=quiet,
        )
        self._tasks: dict[str, int] = {}
        self._drawn = 0.0

    def __enter__(self) -> "Shown":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def prepared(self, what: str, done: int, total: int) -> None:
        """Draw how far the data is."""
        self._draw(what.partition(":")[0], what, done, total)

    def step(self, progress: loop.Progress) -> None:
        """Draw one step of training, at most four times a second."""
        if progress.step < progress.steps and time.monotonic() - self._drawn < 0.25:
            return
        self._drawn = time.monotonic()
        self._draw("training", self.describe(progress), progress.step, progress.steps)

    def describe(self, progress: loop.Progress) -> str:
        """What stands before the bar of the steps."""
        metrics = progress.metrics
        right = next((value for name, value in metrics.items() if name.endswith("accuracy")), 0.0)
        return f"loss {metrics['loss']:.3f}  right {right:.0%}  {metrics['samples_per_s']:.0f} samples/s"

    def _draw(self, key: str, text: str, done: int, total: int) -> None:
        if key not in self._tasks:
            self._tasks[key] = self._bar.add_task(text, total=total)
        self._bar.update(self._tasks[key], description=text, completed=done, total=total)  # type: ignore[arg-type]
