"""What an agent sees of a game after each action; plain frozen data, no environment inside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """The state of the game just after an action."""

    screenshot: bytes
    """PNG of the picture; of the text, where the game has no picture."""
    size: tuple[int, int]
    """Width and height of `screenshot`, px."""
    pictured: bool
    """Whether the game has a picture of its own."""
    text: str
    """What the game says in words, of its state or of what has just happened; may be empty."""
    mission: str
    """What this episode is about, where the game says so; may be empty."""
    legal: tuple[str, ...]
    """The names of the moves that can be made now."""
    url: str
    """The game's id: where we are."""
    title: str
    history: tuple[bytes, ...] = ()
    """PNGs of the pictures before this one, the oldest first, as many as were asked for."""
    reward: float = 0.0
    """What the last action earned."""
    earned: float = 0.0
    """The sum of all rewards so far."""
    progress: float | None = None
    """How far the game has got, in [0, 1]; None where it cannot tell."""
    solved: bool = False
    terminated: bool = False
    """The game is over by its own rules."""
    truncated: bool = False
    """The game was cut off by its own limit of steps."""
    env_steps: int = 0
    """How many steps the environment has made; one action can make several."""
    last_error: str = ""
    """Why the last action was not played; empty when it was."""
    dialogs: tuple[str, ...] = ()
    """For the run record, which also keeps web pages: a game opens none."""

    @property
    def over(self) -> bool:
        return self.terminated or self.truncated

    @property
    def score(self) -> float:
        """Progress where the game can tell, else the sum of its rewards."""
        return self.earned if self.progress is None else self.progress
