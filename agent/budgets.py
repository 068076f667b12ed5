"""The hard limits of one run; whichever is reached first ends it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budgets:
    """Limits that no reply of a model can move; time spent waiting for a person does not count."""

    max_steps: int = 30
    max_tokens: int = 1_000_000
    """Prompt and completion together, as the server counts them."""
    max_seconds: float = 900.0

    def spent(self, steps: int, tokens: int, seconds: float) -> str:
        """The outcome's name (`out_of_steps`, `out_of_tokens`, `out_of_time`), or nothing while there is room."""
        if steps >= self.max_steps:
            return "out_of_steps"
        if tokens >= self.max_tokens:
            return "out_of_tokens"
        if seconds >= self.max_seconds:
            return "out_of_time"
        return ""
