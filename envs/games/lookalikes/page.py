"""The HTML face of our own games: a small web server on the loopback address, with the game in this process.

The browser shows the picture as SVG and sends back where it was clicked and which keys were pressed. The score is
read here, from the same `Episode` as the Gymnasium face keeps, so no page can get it wrong.
"""

import json
import threading
from collections.abc import Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

from envs.games.lookalikes.episode import Episode, known_level
from envs.games.lookalikes.errors import GameError
from envs.games.lookalikes.registry import game_class
from envs.games.lookalikes.svg import to_svg

ADDRESS = "127.0.0.1"
_LONGEST_BODY = 1000
"""Bytes: more than any honest click."""
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_FILES = {"/page.css": ("page.css", "text/css"), "/page.js": ("page.js", "text/javascript")}


class GamePage:
    """A game to be played in any browser of this machine, at `url`, until `close`.

        with GamePage("maze", seed=7) as page:
            ...  # work on page.url
            print(page.episode.game.progress)

    The picture fills the viewport's height or width, whichever is less, from the upper left corner; where the
    viewport is wider than high, the rules, the score and a button for a new game stand beside it.
    Raises `GameUnknown` and `LevelUnknown`.
    """

    def __init__(self, game: str, level: int | None = None, *, seed: int | None = None) -> None:
        self._class = game_class(game)
        self._lock = threading.Lock()
        self.restart(level, seed)
        self._server = _Server((ADDRESS, 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, name=f"seedbed-{game}", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self._server.server_port}/"

    def restart(self, level: int | None = None, seed: int | None = None) -> None:
        """Begin the episode that `reset(seed=seed)` of the Gymnasium face begins. Open pages do not notice."""
        episode = Episode.seeded(self._class, level, seed)
        with self._lock:
            self.episode = episode
            """The play that is on the page: its game, and what is counted."""

    def click(self, x: float, y: float) -> None:
        """What a click at these fractions of the picture does: a move, or nothing."""
        with self._lock:
            self._try(self.episode.game.move_at(x, y))

    def press(self, key: str) -> None:
        """What a key does, by its name in browsers: a move, or nothing."""
        with self._lock:
            self._try(self.episode.game.move_for(key))

    def _try(self, move: int | None) -> None:
        # A click beside all moves is no attempt at one, and costs nothing.
        if move is not None:
            self.episode.move(move)

    def state(self) -> dict[str, Any]:
        """What the page shows, as JSON."""
        with self._lock:
            episode, game = self.episode, self.episode.game
            return {
                "board": to_svg(game.draw()),
                "text": game.text(),
                "level": game.level,
                "score": f"{game.score:g}",
                "moves": f"{episode.steps} of {game.max_steps}",
                "status": _status(episode),
            }

    def html(self) -> str:
        """The page as it is now."""
        state = self.state()
        levels = "".join(
            f'<option value="{level}"{" selected" if level == state["level"] else ""}>{level}</option>'
            for level in range(1, self._class.levels + 1)
        )
        parts = {
            "TITLE": escape(self._class.title),
            "HELP": escape(self._class.help),
            "LEVELS": levels,
            "BOARD": state["board"],
            **{name: escape(str(state[name.lower()])) for name in ("TEXT", "SCORE", "MOVES", "STATUS")},
        }
        html = _read("page.html")
        for name, value in parts.items():
            html = html.replace(f"%%{name}%%", value)
        return html

    def close(self) -> None:
        """End the server; what was counted stays."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def answer(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the page asked for and say what it is to show; raises `GameError` for what is no request."""
        try:
            match path:
                case "/click":
                    self.click(float(said["x"]), float(said["y"]))
                case "/key":
                    self.press(str(said["key"]))
                case "/new":
                    self.restart(known_level(self._class, int(said["level"])))
                case _:
                    raise GameError(f"there is nothing at {path}")
        except (KeyError, TypeError, ValueError, OverflowError) as wrong:
            raise GameError(f"not a request for {path}: {wrong}") from None
        return self.state()


def _status(episode: Episode) -> str:
    if episode.game.solved:
        return "Solved"
    if episode.game.over:
        return "Lost"
    return "No moves left" if episode.truncated else "In play"


def _read(name: str) -> str:
    return (files("envs.games.lookalikes") / name).read_text(encoding="utf-8")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Kept-alive connections of a browser that is still open would hold up `server_close`.
    block_on_close = False


def _handler(page: GamePage) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if not self._at_home():
                return
            if self.path == "/":
                self._send(200, "text/html", page.html())
            elif self.path in _FILES:
                name, kind = _FILES[self.path]
                self._send(200, kind, _read(name))
            else:
                self._send(404, "text/plain", "there is nothing here\n")

        def do_POST(self) -> None:
            if not self._at_home():
                return
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > _LONGEST_BODY:
                self.close_connection = True
                self._send(413, "text/plain", "too long\n")
                return
            body = self.rfile.read(int(length))
            # Pages of other origins cannot send this type without being asked first, and are never allowed to.
            if self.headers.get_content_type() != "application/json":
                self._send(415, "text/plain", "send JSON\n")
                return
            try:
                said = json.loads(body)
                if not isinstance(said, dict):
                    raise GameError("send a JSON object")
                answer = page.answer(self.path, said)
            except ValueError as wrong:
                self._send(400, "text/plain", f"{wrong}\n")
                return
            self._send(200, "application/json", json.dumps(answer))

        def _at_home(self) -> bool:
            """Whether the request named this machine: other names that resolve here must not reach the game."""
            host = self.headers.get("Host", "").rpartition(":")[0]
            if host in (ADDRESS, "localhost"):
                return True
            self.close_connection = True
            self._send(403, "text/plain", "this server answers to 127.0.0.1 and localhost only\n")
            return False

        def _send(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Stay silent: the run record says what was clicked."""

    return Handler
