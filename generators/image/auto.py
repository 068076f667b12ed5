"""`seedbed image` without an expert's name: the router is asked who draws, and told afterwards what was drawn."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from generators.image.recipe import Recipe
from generators.router.choice import Mode
from generators.router.dispatch import Dispatch, Draft, wanted
from generators.router.view import why
from generators.zoo.card import Task


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who draws, and the decision that a vote on the picture will be a vote on."""

    draft: Draft
    decision: int
    why: str
    """One line: who, what speaks for it, what it costs, who would be next."""


def chosen(prompt: str, task: Task, preset: str, mode: Mode, database: Path) -> Chosen:
    """Ask the router; only arms called `preset` count where one is given.

    Raises `ExpertUnknown` where nobody can draw it, and `RouterError`.
    """
    with Dispatch(database) as dispatch:
        found = dispatch.route(wanted(prompt), mode=mode, task=task, preset=preset)
    return Chosen(found.drafts[0], found.route.decision_id, why(found.route))


def drawn(choice: Chosen, png: bytes, recipe: Recipe, seconds: float, database: Path) -> None:
    """Tell the router what its decision made and how long that took, so that the file can be voted on."""
    sha256 = hashlib.sha256(png).hexdigest()
    with Dispatch(database) as dispatch:
        # The same file is the same artifact, however often it is drawn: one person has one vote on it.
        dispatch.made(
            sha256[:16], choice.decision, choice.draft.arm, sha256, recipe.model_dump(mode="json"), seconds
        )
