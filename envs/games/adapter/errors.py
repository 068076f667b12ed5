"""What the adapter refuses, in one line that says what to do."""


class GameError(Exception):
    """Base of this package's errors."""


class GameUnknown(GameError):
    """No game has this id; the text names the nearest one."""


class GameNotInstalled(GameError):
    """The game is known, but the package that holds it is not there; the text says how to get it."""


class GameUnsupported(GameError):
    """The game is there, but nobody could play it by naming moves, or not be shown what it looks like."""


class IllegalAction(GameError):
    """The game has no such move, or not now; nothing was played."""
