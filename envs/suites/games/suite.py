"""Reads a suite of games from a TOML file: one that comes with the program, by name, or one's own, by path.

title = "Two games"
about = "What is played, and how."

[[games]]
id = "seedbed/maze-v1"
max_steps = 60
"""

import difflib
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from envs.protocol.manifest import hash_of
from envs.suites.games.errors import SuiteError

BUILT_IN = ("seed-games", "minigrid", "balrog", "ale", "classic")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SuiteGame(_Frozen):
    """One game of a suite."""

    id: str = Field(min_length=1)
    """The environment's id."""
    max_steps: int = Field(ge=1, le=1_000_000)
    """The player's steps; one that is stopped by them keeps the score that it has."""
    floor: float = Field(default=0.0, le=0.0, allow_inf_nan=False)
    """What a crash or a time-out scores: zero, or the lowest score there is where scores go below zero, so that
    nobody gains by crashing."""
    reference: Literal["oracle", "human"] | float = "oracle"
    """What the normalised score 1 means: the mean of the game's oracle on the same seeds, the published score of
    a person, or a number, such as the highest score there is."""


class Suite(_Frozen):
    """A suite, as its file states it."""

    name: str
    """The file's name without its ending."""
    title: str = Field(min_length=1)
    about: str = ""
    """What is measured, in a paragraph."""
    compared_with: str = ""
    """Another protocol that readers will know."""
    differences: tuple[str, ...] = ()
    """Everything in which this suite's protocol differs from that one."""
    seeds: str = "2000000:20"
    """START:COUNT, where none are given; test seeds begin at 2000000."""
    size_px: int = Field(default=160, ge=32, le=2048)
    """The longer side of the pictures that a model is given."""
    history: int = Field(default=0, ge=0, le=16)
    """How many earlier pictures a model is given."""
    memory_every: int = Field(default=0, ge=0)
    """After so many steps a model writes its notes anew; 0 for never."""
    games: tuple[SuiteGame, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_each_game_once(self) -> "Suite":
        ids = [game.id for game in self.games]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"{twice[0]} stands in it twice")
        return self

    def game(self, env_id: str) -> SuiteGame:
        """The entry of the game `env_id`, which must be one of the suite's."""
        return next(game for game in self.games if game.id == env_id)

    def digest(self) -> str:
        """SHA-256 of all that the suite states."""
        return hash_of(self.model_dump(mode="json"))


def suite_named(text: str) -> Suite:
    """The built-in suite called `text`, or the one in the file `text`; raises `SuiteError`."""
    if text.endswith(".toml") or "/" in text:
        path = Path(text)
        try:
            content = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise SuiteError(f"cannot read the suite {text}: {why}") from None
        return read_suite(path.stem, content, where=text)
    if text not in BUILT_IN:
        near = difflib.get_close_matches(text, BUILT_IN, n=1, cutoff=0.0)[0]
        raise SuiteError(
            f"no suite {text!r}; the nearest is {near!r}, and there are {', '.join(BUILT_IN)}; "
            "a file of your own ends in .toml"
        )
    content = (files("envs.suites.games") / f"{text}.toml").read_text(encoding="utf-8")
    return read_suite(text, content, where=text)


def read_suite(name: str, content: str, where: str) -> Suite:
    """The suite that a TOML text states; raises `SuiteError`, which names `where` it stands and the wrong key."""
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise SuiteError(f"suite {where}: not TOML: {error}") from None
    if "name" in data:
        raise SuiteError(f"suite {where}: it is called after its file, leave `name` out")
    try:
        return Suite.model_validate({"name": name, **data})
    except ValidationError as error:
        raise SuiteError(f"suite {where}: {_explained(error.errors()[0])}") from None


def _explained(error: Mapping[str, Any]) -> str:
    """What is wrong, and where: `games[2].max_steps`."""
    # The last part of a union's place is the branch that was tried, which says nothing to the reader.
    places = [
        part for part in error["loc"] if not isinstance(part, str) or not part.startswith(("literal", "float"))
    ]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in places).lstrip(".")
    if error["type"] == "extra_forbidden":
        known = SuiteGame.model_fields if len(places) > 1 else Suite.model_fields
        near = difflib.get_close_matches(str(places[-1]), known, n=1, cutoff=0.0)[0]
        return f"unknown key {place}; the nearest is {near!r}"
    if error["type"] == "missing":
        return f"{place} is missing"
    if places and places[-1] == "reference":
        return f"{place} {error['input']!r} is neither 'oracle' nor 'human' nor a number"
    if not places:
        return str(error["msg"]).removeprefix("Value error, ")
    return f"{place} {error['input']!r}: {error['msg']}"
