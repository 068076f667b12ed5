"""Shows a run of games in the terminal: a line for each step, and on demand the picture, in half blocks."""

import io

from PIL import Image
from rich.console import Console
from rich.text import Text

from agent.games.result import GameResult
from agent.gui.view import LiveView
from envs.games.adapter.view import View

COLUMNS = 64
"""Width of the picture in characters; each holds two pixels, one above the other."""


class PlayView(LiveView):
    """A watcher of games for a person at a terminal."""

    def __init__(self, console: Console, render: bool = False) -> None:
        super().__init__(console)
        self._screen = console
        self._render = render

    def seen(self, view: View) -> None:
        """Draw the picture, if that is wanted."""
        if self._render:
            self._screen.print(in_blocks(view.screenshot))

    def result(self, number: int, result: GameResult) -> None:
        """Say how an episode ended."""
        score = f"score {result.score:g}" if result.progress is None else f"progress {result.progress:.0%}"
        cost = f"{result.steps} steps, {result.invalid} invalid, {result.tokens} tokens, {result.seconds:.1f} s"
        style = "green" if result.solved else "red" if result.status in ("crashed", "timed_out") else "bold"
        text = Text(f"episode {number}, seed {result.seed}: {result.status.replace('_', ' ')}, ")
        text.append(score, style=style).append(f" ({cost})", style="dim")
        self._screen.print(text, soft_wrap=True)
        if result.error and result.status in ("crashed", "timed_out"):
            self._screen.print(Text(f"  {result.error}", style="red"))


def in_blocks(png: bytes) -> Text:
    """A picture as rows of upper half blocks: the ink is the upper pixel, the paper the lower."""
    with Image.open(io.BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    rows = max(1, round(picture.height * COLUMNS / picture.width / 2))
    small = picture.resize((COLUMNS, 2 * rows), Image.Resampling.BOX)
    text = Text()
    for row in range(rows):
        for column in range(COLUMNS):
            ink, paper = (_colour(small, column, 2 * row + half) for half in (0, 1))
            text.append("▀", style=f"{ink} on {paper}")
        text.append("\n")
    return text


def _colour(picture: Image.Image, x: int, y: int) -> str:
    pixel = picture.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return "#" + "".join(f"{int(part):02x}" for part in pixel[:3])
