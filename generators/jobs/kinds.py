"""What kinds of jobs there are. A kind leads to a class, imported when the first job of it comes."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from generators.errors import RequestRefused
from generators.watch import Watch

if TYPE_CHECKING:
    from generators.jobs.shelf import Shelf

KINDS: dict[str, str] = {"image": "generators.image.job:ImageJob"}


@dataclass(frozen=True, slots=True)
class Made:
    """What a job made."""

    content: bytes
    """The artifact's file."""
    suffix: str
    """Of its name, such as `.png`."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Plain JSON that is kept with the job."""


class Kind(Protocol):
    """One kind of job."""

    def checked(self, request: Mapping[str, Any], inputs: Mapping[str, bytes]) -> dict[str, Any]:
        """The request as it is kept, every choice made; raises `GeneratorError` for one that cannot be served."""

    def make(self, request: Mapping[str, Any], inputs: Mapping[str, Path], shelf: "Shelf", watch: Watch) -> Made:
        """Serve it, in a worker's thread; raises `Cancelled` where `watch` does, `GeneratorError`, or anything."""


@cache
def kind_named(name: str) -> Kind:
    """The kind called `name`; raises `RequestRefused` with the nearest one."""
    if name not in KINDS:
        near = difflib.get_close_matches(name, KINDS, n=1, cutoff=0.0)[0]
        raise RequestRefused(f"no kind of job {name!r}; the nearest is {near!r}, and there are {', '.join(KINDS)}")
    module, _, attribute = KINDS[name].partition(":")
    made: Kind = getattr(import_module(module), attribute)()
    return made
