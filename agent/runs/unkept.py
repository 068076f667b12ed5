"""Stands in for the run record where none is kept, as in an evaluation of thousands of episodes."""

from typing import Any

from agent.runs.record import EpisodeLog


class Unkept(EpisodeLog):
    """An episode's log that forgets everything."""

    def __init__(self) -> None:
        """Needs no run."""

    def intend(self, number: int, action: dict[str, Any]) -> None:
        pass

    def step(self, number: int, *_: Any, **__: Any) -> None:
        pass

    def steps(self) -> list[dict[str, Any]]:
        return []

    def open_intent(self) -> dict[str, Any] | None:
        return None

    def end(self, outcome: str, **_: Any) -> None:
        pass
