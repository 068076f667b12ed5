"""What the game agent refuses, in one line that says what to do."""

from agent.errors import AgentError


class PlayError(AgentError):
    """A game cannot be played as it was asked."""
