"""What the agent refuses, in one line that says what to do."""


class AgentError(Exception):
    """Base of every error that leaves this package; its text is one line for the person at the keyboard."""


def one_line(error: BaseException) -> str:
    """The error's type and the first line of its text; at most 300 characters."""
    text = str(error).strip().split("\n", 1)[0]
    return f"{type(error).__name__}: {text}"[:300]
