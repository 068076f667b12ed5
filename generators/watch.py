"""How somebody follows a drawing while it is made, and stops it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image


class Watch(Protocol):
    """Told about every step. Any of its methods may raise `Cancelled`, which ends the drawing there."""

    def check(self) -> None:
        """Called often, also while latents are decoded; cheap."""

    def step(self, done: int, of: int, preview: "Callable[[], Image]") -> None:
        """`done` of `of` steps are done; `preview` draws what can be seen so far, when it is called."""


class Unwatched:
    """Nobody follows."""

    def check(self) -> None:
        return

    def step(self, done: int, of: int, preview: "Callable[[], Image]") -> None:
        return
