"""Turns a run record into one HTML page that replays it: it fetches nothing and runs nothing but our script.

Whatever a page or a model said reaches the browser as JSON inside a data block and is shown with `textContent`;
the page's own content security policy allows the one script whose hash it names and pictures from data URLs, and
nothing else.
"""

import base64
import hashlib
import io
import json
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path
from typing import Any

from PIL import Image

from agent.runs.marks import points
from agent.runs.record import RunRecord

REPLAY = "replay.html"
PALETTE_ABOVE = 60_000
"""Screenshots of more bytes than this are inlined with 256 colours, which makes them far smaller."""


def write_replay(record: RunRecord, *, title: str = "") -> Path:
    """Write `replay.html` into the run's folder, all episodes with a menu, and return its path."""
    path = record.folder / REPLAY
    beside = path.with_suffix(".html.new")
    beside.write_text(render(record, title=title), encoding="utf-8")
    beside.replace(path)
    return path


def render(record: RunRecord, *, title: str = "", only: Collection[str] | None = None) -> str:
    """The whole page as text, with all episodes or `only` those of these names, in their order."""
    pictures = _Pictures(record.folder / "screenshots")
    data = {
        "title": title or str(record.manifest.get("task") or record.manifest.get("title") or record.id),
        "manifest": {**record.manifest, "status": record.status},
        "episodes": _episodes(record, pictures, only),
        "pictures": pictures.urls,
    }
    folder = files("agent.runs")
    script = (folder / "replay.js").read_text(encoding="utf-8")
    page = (folder / "replay_page.html").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    parts = {
        "HASH": digest,
        "STYLE": (folder / "replay.css").read_text(encoding="utf-8"),
        # A `<` in the data could close the block or open a comment; JSON may write it as an escape.
        "DATA": json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
        "SCRIPT": script,
    }
    for chunk in page.split("%%")[1::2]:
        if chunk not in parts:
            raise ValueError(f"the replay template has an unknown part {chunk!r}")
    # One pass over the template, so that a marker inside a model's text is never taken for ours.
    pieces = page.split("%%")
    return "".join(parts[piece] if place % 2 else piece for place, piece in enumerate(pieces))


class _Pictures:
    """Data URLs by name, each distinct picture once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, int] = {}
        self.urls: list[str] = []

    def index(self, name: str) -> int:
        """Where the picture `name` stands in `urls`; -1 where there is none."""
        path = self._folder / name
        if not name or not path.is_file():
            return -1
        content = path.read_bytes()
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        if digest not in self._known:
            self._known[digest] = len(self.urls)
            self.urls.append("data:image/png;base64," + base64.b64encode(_smaller(content)).decode())
        return self._known[digest]


def _smaller(png: bytes) -> bytes:
    if len(png) <= PALETTE_ABOVE:
        return png
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(256).save(buffer, "PNG", optimize=True)
    return min(png, buffer.getvalue(), key=len)


def _episodes(record: RunRecord, pictures: _Pictures, only: Collection[str] | None) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for line in record.lines():
        name = line["episode"]
        if only is not None and name not in only:
            continue
        if line["event"] == "episode":
            found[name] = {"name": name, "task": line.get("task", ""), "steps": [], "end": None}
        elif line["event"] == "step":
            found[name]["steps"].append(
                {
                    **{key: value for key, value in line.items() if key not in ("event", "episode", "size")},
                    "before": pictures.index(line.get("before", "")),
                    "after": pictures.index(line.get("after", "")),
                    "points": points(line.get("action")),
                }
            )
        elif line["event"] == "end":
            found[name]["end"] = {key: value for key, value in line.items() if key not in ("event", "episode")}
    return list(found.values()) if only is None else [found[name] for name in only if name in found]
