"""A game in a real browser: clicks and keys make moves, and the score is the one that Gymnasium keeps."""

import io
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from envs.browser.actions import Click, Hotkey, Point
from envs.browser.browser import Browser
from envs.browser.session import Session
from envs.games.lookalikes.env import LookalikeEnv
from envs.games.lookalikes.errors import GameUnknown, LevelUnknown
from envs.games.lookalikes.frame import BOARD, STRIP
from envs.games.lookalikes.game import KEYS, Game
from envs.games.lookalikes.page import GamePage
from envs.games.lookalikes.raster import rasterize
from envs.games.lookalikes.registry import GAMES, oracle_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
SEED = 7
SIZE = 160


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with Browser.launch(allow=("127.0.0.1",)) as browser:
        yield browser


async def opened(browser: Browser, page: GamePage, viewport: tuple[int, int] = (SIZE, SIZE)) -> Session:
    return await browser.open(page.url, viewport=viewport)


def where(game: Game, move: int) -> Point:
    """Some place whose click means `move`: the middle of the places that do, as far as a raster shows."""
    steps = [(n + 0.5) / 40 for n in range(40)]
    hits = [(x, y) for y in steps for x in steps if game.move_at(x, y) == move]
    assert hits, f"no click means {game.moves[move]!r}"
    x, y = hits[len(hits) // 2]
    return Point(x=x, y=y)


async def test_the_oracle_solves_a_game_with_the_mouse_and_both_faces_agree(browser: Browser) -> None:
    env = LookalikeEnv("tiles", level=1)
    env.reset(seed=SEED)
    with GamePage("tiles", level=1, seed=SEED) as page:
        session = await opened(browser, page)
        solve = oracle_of("tiles")
        while not page.episode.finished:
            move = solve(page.episode.game)
            await session.act(Click(point=where(page.episode.game, move)))
            _, _, over, _, info = env.step(move)
            game = page.episode.game
            assert (game.text(), game.progress, game.score, game.solved) == tuple(
                info[key] for key in ("text", "progress", "score", "solved")
            )
        assert over and page.episode.game.solved and page.episode.illegal == 0
        await session.close()


async def test_arrow_keys_and_buttons_move(browser: Browser) -> None:
    with GamePage("maze", level=1, seed=SEED) as page:
        session = await opened(browser, page)
        keys = {move: key.removeprefix("Arrow").lower() for key, move in KEYS.items()}
        solve, first = oracle_of("maze"), page.episode.game.moves[oracle_of("maze")(page.episode.game)]
        await session.act(Hotkey(key=keys[first]))
        assert page.episode.steps == 1 and page.episode.game.progress > 0
        second = solve(page.episode.game)
        await session.act(Click(point=Point(x=(second + 0.5) * STRIP, y=BOARD + STRIP / 2)))
        assert page.episode.steps == 2 and page.episode.illegal == 0
        await session.act(Hotkey(key="q"))
        await session.act(Click(point=Point(x=0.9, y=0.3)))
        assert page.episode.steps == 2, "what means no move costs none"
        await session.close()


async def test_an_illegal_move_is_counted_and_the_page_goes_on(browser: Browser) -> None:
    with GamePage("maze", level=1, seed=SEED) as page:
        session = await opened(browser, page, (900, 560))
        wall = page.episode.game.legal().index(False)
        seen = await session.act(Hotkey(key=page.episode.game.moves[wall]))
        assert (page.episode.steps, page.episode.illegal) == (1, 1)
        assert "1 of 100" in [element.name for element in seen.elements]
        await session.close()


async def test_the_page_says_the_rules_and_begins_a_new_game_at_the_level_that_was_chosen(
    browser: Browser,
) -> None:
    with GamePage("snake", level=1, seed=SEED) as page:
        session = await opened(browser, page, (900, 560))
        seen = await session.observe()
        names = [element.name for element in seen.elements]
        assert page.episode.game.help in names and "In play" in names
        await session.page.select_option("#level", "3")
        button = next(element for element in seen.elements if element.name == "New game")
        await session.act(Click(point=button.box.centre))
        assert page.episode.game.level == 3
        # The button has given the keys back to the game.
        await session.act(Hotkey(key=page.episode.game.moves[oracle_of("snake")(page.episode.game)]))
        assert page.episode.steps == 1
        await session.close()


@pytest.mark.parametrize("name", GAMES)
async def test_both_faces_look_alike(browser: Browser, name: str) -> None:
    """A square viewport shows the picture alone. Fonts differ, and edges by a shade: nothing else may."""
    with GamePage(name, seed=SEED) as page:
        session = await opened(browser, page)
        seen = await session.observe()
        shown = np.asarray(Image.open(io.BytesIO(seen.screenshot)).convert("RGB"), np.int16)
        drawn = rasterize(page.episode.game.draw(), SIZE).astype(np.int16)
        assert shown.shape == drawn.shape
        assert (np.abs(shown - drawn).max(axis=-1) > 60).mean() < 0.06
        assert await session.page.get_attribute("#board", "aria-label") == page.episode.game.text()
        await session.close()


def posted(page: GamePage, path: str, body: bytes, **headers: str) -> int:
    request = urllib.request.Request(
        page.url.rstrip("/") + path, body, {"Content-Type": "application/json", **headers}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


async def test_what_is_no_request_is_refused_and_changes_nothing() -> None:
    with GamePage("maze", seed=SEED) as page:
        before = page.state()
        for path, body in (
            ("/click", b"{}"),
            ("/click", b'{"x": "left", "y": 0}'),
            ("/click", b'{"x": 1e999, "y": NaN}'),
            ("/key", b"[1]"),
            ("/new", b'{"level": 99}'),
            ("/score", b'{"score": 1000}'),
            ("/click", b"not JSON"),
        ):
            assert posted(page, path, body) == 400, (path, body)
        key = json.dumps({"key": "ArrowLeft"}).encode()
        assert posted(page, "/key", key, **{"Content-Type": "text/plain"}) == 415
        assert posted(page, "/key", key, Host="game.example:80") == 403
        assert posted(page, "/key", b" " * 5000 + key) == 413
        assert page.state() == before
        assert posted(page, "/key", key) == 200 and page.episode.steps == 1


async def test_what_does_not_exist_is_said() -> None:
    with pytest.raises(GameUnknown, match="'maze'"):
        GamePage("maz")
    with pytest.raises(LevelUnknown, match="level 9; it has 1 to 4"):
        GamePage("maze", level=9)
