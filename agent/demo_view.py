"""What one sees of the demo: a mark for every episode, and what is being done in each page right now."""

import time
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from agent.demo_game import Means
from agent.evaluation.config import Observe
from agent.evaluation.results import EpisodeResult
from agent.evaluation.table import percent
from agent.games.result import GameResult

TITLES: dict[Observe, str] = {"pixels": "From the screenshot alone", "elements": "With the list of elements"}
COLUMNS = 2
"""Tasks are listed side by side, so that all of them fit into an ordinary terminal's height."""
NOW_LINES = 8

Episode = tuple[str, int]


class DemoView:
    """Shows the demo while it runs; where the output is no terminal, prints one line per episode instead."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._status = "starting"
        self._seeds: range = range(0)
        self._tasks: dict[Observe, tuple[str, ...]] = {}
        self._marks: dict[tuple[Observe, str, int], bool] = {}
        self._now: dict[Episode, str] = {}
        self._playing: Observe | None = None
        self._game = ""
        self._played: list[GameResult] = []
        self._beside: dict[str, Means] = {}
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def report(self, text: str) -> None:
        self._status = text
        self._say(text)

    def begin(self, observation: Observe, tasks: tuple[str, ...], seeds: range) -> None:
        self._playing, self._seeds, self._tasks[observation] = observation, seeds, tasks
        self.report(TITLES[observation])

    def event(self, task: str, seed: int, event: dict[str, Any]) -> None:
        if event["type"] == "thought":
            said = describe(event["action"]) if event["action"] else f"not an action: {event['error']}"
            self._now[task, seed] = f"step {event['step']}: {said}"

    def finished(self, observation: Observe, result: EpisodeResult) -> None:
        self._now.pop((result.task, result.seed), None)
        self._marks[observation, result.task, result.seed] = result.strict
        outcome = "solved" if result.strict else "not solved"
        self._say(f"  {result.task} {result.seed}: {outcome} in {result.steps} steps, {result.seconds:.1f} s")

    def begin_game(self, game: str, title: str) -> None:
        self._playing, self._game = None, title
        self.report(f"A game: {title}")

    def played(self, result: GameResult) -> None:
        self._now.pop((result.game, result.seed), None)
        self._played.append(result)
        outcome = "solved" if result.solved else f"progress {result.score:.0%}"
        self._say(f"  {result.game} {result.seed}: {outcome} in {result.steps} moves, {result.seconds:.1f} s")

    def beside(self, player: str, means: Means) -> None:
        self._beside[player] = means

    def summary(self) -> None:
        """Print what came of it; nothing where nothing was played."""
        if not self._marks and not self._played:
            return
        for observation in self._tasks:
            self._console.print(self._table(observation))
        if self._played:
            self._console.print(self._game_table())
        for observation, title in TITLES.items():
            marks = [solved for (seen, _, _), solved in self._marks.items() if seen == observation]
            if marks:
                share = percent(sum(marks) / len(marks))
                self._console.print(f"{title}: {sum(marks)} of {len(marks)} episodes solved ({share}%)")
        self._console.print(f"{time.monotonic() - self._began:.0f} seconds in all")

    def _say(self, text: str) -> None:
        if not self._console.is_terminal:
            # Plain text: a task's words may look like rich's markup.
            self._console.print(text, markup=False, highlight=False)

    def _render(self) -> RenderableType:
        head = Spinner("dots", Text(f"{self._status}   {time.monotonic() - self._began:.0f} s"))
        now = Table.grid(padding=(0, 2))
        for (task, _), doing in list(self._now.items())[:NOW_LINES]:
            now.add_row(Text(task, style="bold"), Text(doing, style="dim"))
        tables = [self._table(self._playing)] if self._playing else []
        return Group(head, *tables, now)

    def _table(self, observation: Observe) -> Table:
        table = Table(title=TITLES[observation], title_justify="left", show_header=False)
        tasks = self._tasks[observation]
        height = -(-len(tasks) // COLUMNS)
        for row in range(height):
            cells: list[RenderableType] = []
            for task in tasks[row::height]:
                cells += [task, self._row(observation, task)]
            table.add_row(*cells)
        return table

    def _game_table(self) -> Table:
        table = Table(title=f"A game: {self._game}, {len(self._played)} episodes", title_justify="left")
        for heading in ("played by", "progress", "moves", "invalid"):
            table.add_column(heading, justify="left" if heading == "played by" else "right")
        for who, means in {"the model": Means.of(self._played), **self._beside}.items():
            table.add_row(who, f"{means.progress:.0%}", f"{means.moves:.1f}", f"{means.invalid:.0%}")
        return table

    def _row(self, observation: Observe, task: str) -> Text:
        text = Text()
        for seed in self._seeds:
            solved = self._marks.get((observation, task, seed))
            mark, style = {True: ("✓", "bold green"), False: ("✗", "red"), None: ("·", "dim")}[solved]
            text.append(f"{mark} ", style="yellow" if (task, seed) in self._now else style)
        return text


def describe(action: dict[str, Any]) -> str:
    """An action in a few words: `click (0.31, 0.12)`, `type 'Ann'`."""
    words = [str(action["kind"])]
    for name, value in action.items():
        if name == "kind":
            continue
        if isinstance(value, dict):
            words.append(f"({value['x']:.2f}, {value['y']:.2f})")
        else:
            words.append(repr(value) if name in ("content", "value", "answer") else str(value))
    return " ".join(words)
