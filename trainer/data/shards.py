"""Samples on disk: one JSON line each, with its PNG in a file beside; a shard appears whole or not at all."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from envs.browser.actions import ACTION, Action
from envs.browser.observation import Box, Element
from envs.games.adapter.actions import GAME_ACTION, GameAction
from trainer.errors import TrainerError


class ShardError(TrainerError):
    """A shard cannot be read; the message names the file."""


@dataclass(frozen=True, slots=True)
class Play:
    """What a turn of a game has besides a page's."""

    title: str
    legal: tuple[str, ...]
    """The moves that can be made."""
    minded: tuple[int, ...] = ()
    """Which of the sample's elements a player thinks of before it moves."""
    noted: str = ""
    """What it concludes from their places, in a few words."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One decision: what was seen, what was done before, and what to do now."""

    task: str
    instruction: str
    past: tuple[Action | GameAction, ...]
    action: Action | GameAction
    target: Box | None
    """The box of what the action points at."""
    end: Box | None
    """For a drag: the box in which it ends."""
    elements: tuple[Element, ...]
    png: bytes
    seed: int = 0
    widgets: tuple[tuple[str, Box], ...] = field(default=())
    """For rendered perception pages: each widget's class and box."""
    play: Play | None = None
    """For turns of games."""


def write(path: Path, samples: Iterable[Sample]) -> int:
    """Write `path` (JSON lines) and its pictures; returns how many samples there were."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines, pictures = path.with_suffix(".part"), path.with_suffix(".png.part")
    count = offset = 0
    with lines.open("w", encoding="utf-8") as text, pictures.open("wb") as blob:
        for sample in samples:
            blob.write(sample.png)
            text.write(json.dumps(_plain(sample, offset), ensure_ascii=False) + "\n")
            offset += len(sample.png)
            count += 1
    pictures.replace(path.with_suffix(".pngs"))
    lines.replace(path)
    return count


def read(path: Path) -> Iterator[Sample]:
    """The samples of one shard; raises `ShardError` if it is damaged."""
    try:
        blob = path.with_suffix(".pngs").read_bytes()
        with path.open(encoding="utf-8") as text:
            for line in text:
                yield _sample(json.loads(line), blob)
    except (OSError, json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ShardError(f"cannot read the samples in {path}: {error}") from None


def _plain(sample: Sample, offset: int) -> dict[str, Any]:
    return {
        "task": sample.task,
        "seed": sample.seed,
        "instruction": sample.instruction,
        "past": [action.model_dump() for action in sample.past],
        "action": sample.action.model_dump(),
        "target": _numbers(sample.target),
        "end": _numbers(sample.end),
        "elements": [{**asdict(element), "box": _numbers(element.box)} for element in sample.elements],
        "widgets": [[name, _numbers(box)] for name, box in sample.widgets],
        "png": [offset, len(sample.png)],
        "play": asdict(sample.play) if sample.play else None,
    }


def _numbers(box: Box | None) -> list[float] | None:
    return None if box is None else [round(v, 5) for v in (box.x, box.y, box.width, box.height)]


def _sample(data: dict[str, Any], blob: bytes) -> Sample:
    offset, length = data["png"]
    return Sample(
        task=data["task"],
        seed=data["seed"],
        instruction=data["instruction"],
        past=tuple(map(_action, data["past"])),
        action=_action(data["action"]),
        target=Box(*data["target"]) if data["target"] else None,
        end=Box(*data["end"]) if data["end"] else None,
        elements=tuple(_element(item) for item in data["elements"]),
        png=blob[offset : offset + length],
        widgets=tuple((name, Box(*box)) for name, box in data["widgets"]),
        play=_play(data.get("play")),
    )


def _action(data: dict[str, Any]) -> Action | GameAction:
    reader: TypeAdapter[Any] = GAME_ACTION if data["kind"] in ("press", "hold", "say") else ACTION
    read: Action | GameAction = reader.validate_python(data)
    return read


def _play(data: dict[str, Any] | None) -> Play | None:
    if not data:
        return None
    return Play(data["title"], tuple(data["legal"]), tuple(data["minded"]), data["noted"])


def _element(item: dict[str, Any]) -> Element:
    return Element(
        index=item["index"],
        role=item["role"],
        name=item["name"],
        box=Box(*item["box"]),
        value=item["value"],
        states=tuple(item["states"]),
        options=tuple(item["options"]),
    )
