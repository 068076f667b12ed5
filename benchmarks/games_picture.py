"""The picture of our own games in the README: each as it really looks, in the middle of play by its oracle.

    python -m benchmarks.games_picture

Writes `docs/games.png`. The same commit always makes the same bytes.
"""

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.console import Console

from benchmarks.command import run as run_command
from envs.games.lookalikes.frame import FAINT, INK
from envs.games.lookalikes.raster import rasterize
from envs.games.lookalikes.registry import GAMES, game_class, oracle_of

PATH = Path(__file__).parent.parent / "docs" / "games.png"
SIZE_PX = 160
"""As a model is given them."""
COLUMNS, GAP_PX, CAPTION_PX = 5, 12, 20
COLOURS = 128
SEED = 7

MIDDLE: dict[str, tuple[int, int]] = {
    "2048": (3, 60),
    "maze": (3, 12),
    "snake": (3, 10),
    "tiles": (3, 5),
    "loops": (5, 6),
    "laser": (4, 1),
    "yarn": (4, 3),
    "hex-blocks": (4, 14),
    "wood-blocks": (5, 16),
    "key": (3, 4),
}
"""The level at which a game is shown, and after how many moves."""


def main() -> None:
    """Draw every game of the registry and write `docs/games.png`."""
    rows = -(-len(GAMES) // COLUMNS)
    step_x, step_y = SIZE_PX + GAP_PX, SIZE_PX + CAPTION_PX + GAP_PX
    picture = Image.new("RGB", (COLUMNS * step_x + GAP_PX, rows * step_y + GAP_PX), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    for number, name in enumerate(GAMES):
        x, y = GAP_PX + number % COLUMNS * step_x, GAP_PX + number // COLUMNS * step_y
        picture.paste(_in_play(name), (x, y))
        pen.rectangle((x - 1, y - 1, x + SIZE_PX, y + SIZE_PX), outline=FAINT)
        pen.text((x + SIZE_PX / 2, y + SIZE_PX + 4), game_class(name).title, INK, font, anchor="ma")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(PATH, optimize=True)
    Console().print(f"written to {PATH}, {PATH.stat().st_size // 1024} KiB", soft_wrap=True)


def _in_play(name: str) -> Image.Image:
    level, moves = MIDDLE[name]
    game, solve = game_class(name).start(level, random.Random(SEED)), oracle_of(name)
    for _ in range(moves):
        if game.over:
            break
        game.play(solve(game))
    return Image.fromarray(rasterize(game.draw(), SIZE_PX))


if __name__ == "__main__":
    run_command(main)
