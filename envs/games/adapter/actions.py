"""Everything that an agent may do in a game: press a key, hold it, click on the picture, say a line of text.

`press` and `hold` name a move; which there are depends on the game. A click has the meaning that the game gives to
the place, so that one game can be played by its keys and by pointing.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from envs.browser.actions import Click, Frozen

MAX_HOLD = 16
"""The most steps that one action may hold a key for."""


class Press(Frozen):
    """Make a move once, by its name."""

    kind: Literal["press"] = "press"
    key: str = Field(min_length=1, max_length=200)


class Hold(Frozen):
    """Make the same move on so many steps, one after the other."""

    kind: Literal["hold"] = "hold"
    key: str = Field(min_length=1, max_length=200)
    times: int = Field(ge=1, le=MAX_HOLD)


class Say(Frozen):
    """Give the game a line of text, where it takes any."""

    kind: Literal["say"] = "say"
    text: str = Field(min_length=1, max_length=1000)


GameAction = Annotated[Press | Hold | Click | Say, Field(discriminator="kind")]
"""Any action in a game, told apart by its `kind`."""

GAME_ACTION: TypeAdapter[Press | Hold | Click | Say] = TypeAdapter(GameAction)
"""Reads an action in a game from plain JSON."""
