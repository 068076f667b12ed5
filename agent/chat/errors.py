"""The one exception of the chat that a person can mend."""

from agent.errors import AgentError


class ChatError(AgentError):
    """The chat cannot do what it was asked; the text is one line that says what to do."""
