"""The one exception that leaves this package."""


class RouterError(ValueError):
    """The router was asked for what it cannot do; the text is one line that says why and what to do."""
