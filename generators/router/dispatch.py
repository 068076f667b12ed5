"""From what somebody wants drawn to who draws it, in which words and why; and from what was made back again.

The command line, the app and the chat all come through here, so that the same decision is made for all of them and
every vote reaches the one database.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from generators.errors import ExpertUnknown
from generators.router.arms import Allowed, Arm
from generators.router.choice import Mode
from generators.router.database.record import put_artifact, put_seconds
from generators.router.database.store import Database
from generators.router.experts import arms_at_hand
from generators.router.extension import extend
from generators.router.matrix import SHIPPED, load_matrix
from generators.router.parse.rules import parse
from generators.router.parse.schema import Media, Parsed
from generators.router.router import GUEST, Route, Router
from generators.router.taxonomy import embedded_taxonomy
from generators.zoo.card import Task
from generators.zoo.zoo import available, load_cards

_NEEDS = {"text": "draw from words", "image": "draw from a picture", "inpaint": "repaint a part of a picture"}


@dataclass(frozen=True, slots=True)
class Draft:
    """One way to draw what was asked for."""

    expert: str
    preset: str
    prompt: str
    """As the expert is given it."""
    negative: str = ""

    @property
    def arm(self) -> str:
        """As the router calls it."""
        return f"{self.expert}/{self.preset}"


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A decision and what follows from it."""

    route: Route
    parsed: Parsed
    drafts: tuple[Draft, ...]
    """The chosen arm's, then the runner-up's where there is one: whether both are drawn is the caller's to say."""

    @property
    def in_doubt(self) -> bool:
        """Whether the router would have both drawn, and asked which is better."""
        return self.route.kind == "pair" and len(self.drafts) == 2


class Dispatch:
    """The router over one database file; for one thread, and a context manager that closes the file."""

    def __init__(self, database: Path) -> None:
        """Open the file, which begins with the shipped scores; raises `RouterError`."""
        self.database = opened(database)
        self._router: Router | None = None

    def __enter__(self) -> "Dispatch":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.database.connection.close()

    @property
    def router(self) -> Router:
        """The router of the experts that are at hand now."""
        arms = arms_at_hand(self.database.taxonomy)
        if self._router is None or tuple(self._router.arms) != arms:
            self._router = Router(self.database, arms)
        return self._router

    def route(
        self,
        parsed: Parsed,
        user: str = GUEST,
        mode: Mode = "balanced",
        task: Task = "text",
        *,
        media: str = "image",
        preset: str = "",
    ) -> Dispatched:
        """Decide among the experts whose weights are here and that can do `task`, and write the decision down.

        `preset` leaves only arms of that name. Raises `ExpertUnknown` where nobody is left to draw.
        """
        here = able(task, media)
        if not here:
            raise ExpertUnknown(
                f"no expert that can {_NEEDS[task]} has its weights here: train one with `seedbed train image "
                "EXPERT`, add a card of your own, or name one of those that are downloaded at their first use"
            )
        presets = frozenset({preset}) if preset else None
        if preset and not any(arm.preset == preset for arm in self.router.arms if arm.expert in here):
            there = ", ".join(sorted({arm.preset for arm in self.router.arms if arm.expert in here}))
            raise ExpertUnknown(f"no expert here has a preset {preset!r}; there are {there}")
        allowed = Allowed(media, experts=here, presets=presets)
        route = self.router.route(parsed.content, mode=mode, user=user, allowed=allowed)
        arms = [route.arm, *([route.runner_up] if route.runner_up is not None else [])]
        return Dispatched(route, parsed, tuple(_draft(parsed, arm) for arm in arms))

    def made(
        self, artifact: str, decision: int, arm: str, sha256: str, recipe: dict[str, Any], seconds: float | None
    ) -> None:
        """Write down what a decision made and how long it took, so that a vote on it is one on the decision.

        Said twice of the same artifact it changes nothing.
        """
        if self.knows(artifact):
            return
        put_artifact(self.database, artifact, decision, sha256, json.dumps(recipe, sort_keys=True), arm=arm)
        row = self.database.connection.execute("SELECT arm FROM decision WHERE id = ?", (decision,)).fetchone()
        # A decision's seconds are those of its own arm, not of the other draft of a pair.
        if seconds is not None and row[0] == arm:
            put_seconds(self.database, decision, seconds)

    def knows(self, artifact: str) -> bool:
        """Whether the router chose who made it: only then a vote teaches anything."""
        found = self.database.connection.execute("SELECT 1 FROM artifact WHERE id = ?", (artifact,)).fetchone()
        return found is not None

    def vote(self, user: str, artifact: str, value: int, other: str | None = None) -> int:
        """A thumb for a picture, or which of two is better; returns the vote's id. Raises `RouterError`."""
        return self.router.feedback(user, artifact, value, other)


def wanted(prompt: str, media: Media = "image") -> Parsed:
    """A prompt read, where it is certain that a picture or a clip is wanted, whatever the words look like."""
    parsed = parse(prompt)
    return parsed.model_copy(update={"content": parsed.content.strip() or prompt.strip(), "media": media})


def able(task: Task, media: str = "image") -> frozenset[str]:
    """The experts that can do `task` now: their weights are here."""
    return frozenset(
        name
        for name, card in load_cards().items()
        if card.media == media and task in card.tasks and available(card)
    )


def opened(path: Path) -> Database:
    """The database; a new one begins with the shipped scores, where there are any. Raises `RouterError`."""
    database = Database(path, embedded_taxonomy())
    try:
        first_scores(database)
    except BaseException:
        database.connection.close()
        raise
    return database


def first_scores(database: Database) -> None:
    """Take the shipped scores in, if no others are there."""
    scored = database.connection.execute("SELECT 1 FROM score LIMIT 1").fetchone() is not None
    if not scored and SHIPPED.exists():
        database.put_matrix(load_matrix(SHIPPED))


def _draft(parsed: Parsed, arm: Arm) -> Draft:
    fuller = extend(parsed, arm)
    return Draft(arm.expert, arm.preset, fuller.prompt, fuller.negative)
