"""A conversation in the terminal: words as they come, who draws and why, a bar, and where the file is."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from agent.chat.artifacts import ArtifactStore


class ChatView:
    """Shows the events of an answer."""

    def __init__(self, console: Console, store: ArtifactStore) -> None:
        self._console = console
        self._store = store
        self._bar: Progress | None = None
        self._inside = False
        """Whether the cursor stands behind words of the answer."""

    async def show(self, events: AsyncIterator[dict[str, Any]]) -> bool:
        """Show an answer to its end; False where it failed. Cancelled, it cancels the answer."""
        good = True
        try:
            async with aclosing(events) as stream:  # type: ignore[type-var]
                async for event in stream:
                    good = self._event(event) and good
        finally:
            self._rest()
        return good

    def ask(self, event: dict[str, Any]) -> None:
        """Show what the conversation waits for."""
        value = event["value"]
        self._line(str(value["text"]), "yellow")
        if value["type"] == "pair":
            for letter in ("a", "b"):
                self._line(f"  {letter}  {self._place(value[letter])}", "yellow")
        elif value["type"] == "approval":
            self._line("  yes or no", "yellow")

    def pictures(self, ids: Sequence[str]) -> None:
        """List pictures."""
        if not ids:
            self._console.print("no pictures yet")
        for number, artifact in enumerate(ids, start=1):
            found = self._store.get(artifact)
            words = found.words or "brought by you"
            self._line(f"{number:>3}  {words}  (turn {found.turn}, {self._place(artifact)})")

    def _event(self, event: dict[str, Any]) -> bool:
        match event["type"]:
            case "token":
                self._stop_bar()
                self._console.print(Text(event["text"]), end="", soft_wrap=True)
                self._inside = True
            case "route":
                reasons = ", ".join(f"{name} {value:+.2f}" for name, value in event["terms"][:3])
                other = f"; else {event['runner_up']}" if event["runner_up"] else ""
                self._line(f"{event['arm']} draws, P(best) {event['p_best']:.0%} ({reasons}){other}", "dim")
            case "queue" if event["pos"]:
                self._line(f"{event['pos']} before you", "dim")
            case "progress":
                self._step(event)
            case "artifact":
                self._rest()
                self._line(f"#{event['number']}  {event['words']}  {self._place(event['id'])}", "green")
            case "note":
                self._line(event["text"], "dim")
            case "interrupt":
                self.ask(event)
            case "error":
                self._line(event["message"], "red")
                return False
        return True

    def _step(self, event: dict[str, Any]) -> None:
        if not self._console.is_terminal:
            return
        if self._bar is None:
            self._bar = Progress(
                TextColumn("drawing"), BarColumn(), TimeRemainingColumn(), console=self._console, transient=True
            )
            self._bar.start()
            self._bar.add_task("drawing", total=event["of"])
        self._bar.update(self._bar.task_ids[0], completed=event["step"], total=event["of"])

    def _place(self, artifact: str) -> str:
        found = self._store.find(artifact)
        return "" if found is None else str(self._store.file(found))

    def _line(self, text: str, style: str = "") -> None:
        self._rest()
        self._console.print(Text(text, style=style), soft_wrap=True)

    def _rest(self) -> None:
        """End the line of words and take the bar away."""
        self._stop_bar()
        if self._inside:
            self._console.print()
            self._inside = False

    def _stop_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
