"""What can go wrong with a game, one exception per kind of mistake.

GameError
├── GameUnknown    no game has this name
├── LevelUnknown   the game has no such level
└── IllegalMove    the move cannot be made now
"""


class GameError(ValueError):
    """Base of every error that leaves this package; its text is one line that says what to do."""


class GameUnknown(GameError):
    """No game has this name; the text names the nearest one."""


class LevelUnknown(GameError):
    """The game has no such level; the text says which it has."""


class IllegalMove(GameError):
    """The move exists but cannot be made in this state."""
