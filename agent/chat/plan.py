"""From a tool's arguments to what is to be drawn: words, size, noise, and the earlier picture it begins with.
Pure but for looking pictures up.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.chat.artifacts import Artifact, ArtifactStore
from agent.chat.errors import ChatError
from agent.chat.references import Seen, mentioned, resolve
from agent.chat.tools import Arguments, EditImage, GenerateImage, Vary
from generators.image.edits import variations
from generators.image.recipe import Recipe
from generators.image.request import LARGEST_SEED
from generators.router.parse.edits import follow_up
from generators.router.parse.rules import parse
from generators.router.parse.schema import Edit, Parsed
from generators.router.taxonomy import embedded_taxonomy
from generators.router.words import words
from generators.zoo.card import Task
from generators.zoo.zoo import expert_named, load_cards

WIDER = 1.5
"""How many times as wide a picture gets that shall be wider, or as tall one that shall be taller."""


class Plan(BaseModel):
    """What one call draws; plain enough for a checkpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parsed: Parsed
    task: Task = "text"
    parent: str = ""
    """The picture that it comes from."""
    expert: str = ""
    """`expert` or `expert/preset`; the router decides where it is empty."""
    count: int = 1
    seed: int = 0
    variation: float = 0.0
    variation_seed: int = 0
    request: dict[str, Any] = Field(default_factory=dict)
    """More of `ImageRequest`: width, height, strength, negative_prompt."""


def planned(arguments: Arguments, pictures: Sequence[Seen], focus: str | None, store: ArtifactStore) -> Plan:
    """The plan of a call; raises `ChatError` and `GeneratorError` for what cannot be."""
    match arguments:
        case GenerateImage():
            return _new(arguments)
        case EditImage():
            return _edited(_bare(arguments, pictures), _picture(arguments.picture, pictures, focus, store))
        case Vary():
            return _varied(arguments, _picture(arguments.picture, pictures, focus, store))
    raise ChatError(f"{type(arguments).__name__} draws nothing")


def _new(asked: GenerateImage) -> Plan:
    parsed = parse(asked.prompt)
    if parsed.media == "video":
        raise ChatError("no expert here makes videos: ask for a picture")
    # Whoever called has decided that a picture is wanted, whatever the words look like.
    parsed = parsed.model_copy(
        update={"content": parsed.content.strip() or asked.prompt.strip(), "media": "image"}
    )
    request = {"width": asked.width, "height": asked.height, "negative_prompt": asked.negative_prompt}
    if asked.expert:
        expert_named(asked.expert.partition("/")[0])
    return Plan(
        parsed=parsed, expert=asked.expert or "", count=asked.count,
        seed=secrets.randbelow(LARGEST_SEED) if asked.seed is None else asked.seed,
        request={name: value for name, value in request.items() if value is not None},
    )  # fmt: skip


def _edited(asked: EditImage, parent: Artifact) -> Plan:
    """The parent's words with the change in them.

    A new size cannot come out of the old pixels, so such a picture is drawn from words with the same noise; any
    other change begins with the picture itself.
    """
    before = parse(parent.words) if parent.words else None
    if before is None:
        parsed = parse(asked.instruction)
        if not parsed.content.strip():
            raise ChatError("say what the changed picture shall show: nothing is known of the one that you gave")
    else:
        parsed = follow_up(asked.instruction, before)
    edit = parsed.edit or Edit()
    recipe = _recipe(parent)
    plan: dict[str, Any] = {"parsed": parsed.model_copy(update={"media": "image"}), "parent": parent.id}
    old = None if recipe is None else recipe.request
    if old is not None and not _new_style(parsed.content, parent.words):
        plan["expert"] = parent.arm or old.expert
    request: dict[str, Any] = {}
    if old is not None:
        width, height = old.width or 0, old.height or 0
        card = load_cards().get(old.expert)
        if edit.aspect is not None and width and height:
            width, height = _shaped(width, height, edit.aspect, 8 if card is None else card.multiple)
        if width and height:
            request |= {"width": width, "height": height}
    same_shape = edit.aspect is None
    plan["seed"] = secrets.randbelow(LARGEST_SEED) if old is None or (edit.again and same_shape) else old.seed
    if (same_shape and not edit.again) or old is None:
        plan["task"] = "image"
        if asked.strength is not None:
            request["strength"] = asked.strength
        if "expert" not in plan:
            # Another expert has sizes of its own, and resizes what it is given.
            request = {name: value for name, value in request.items() if name == "strength"}
    return Plan(**plan, request=request)


def _varied(asked: Vary, parent: Artifact) -> Plan:
    recipe = _recipe(parent)
    if recipe is None:
        raise ChatError("only pictures with a recipe can be varied: edit this one instead")
    first = variations(recipe, 1, asked.amount)[0]
    whole = recipe.request.model_dump(exclude_none=True)
    wanted = ("width", "height", "negative_prompt", "strength")
    kept: dict[str, Any] = {name: whole[name] for name in wanted if name in whole}
    return Plan(
        parsed=parse(parent.words), parent=parent.id if recipe.task == "text" else parent.parent or parent.id,
        task=recipe.task, expert=parent.arm or first.expert, count=asked.count, seed=first.seed,
        variation=first.variation, variation_seed=first.variation_seed or 0, request=kept,
    )  # fmt: skip


def _picture(said: str, pictures: Sequence[Seen], focus: str | None, store: ArtifactStore) -> Artifact:
    referent = resolve(said, pictures, focus)
    if referent.picture is None:
        if not pictures:
            raise ChatError("there is no picture in this conversation yet")
        raise ChatError(f"no picture here is {referent.said or said!r}; there are {len(pictures)}")
    return store.get(referent.picture.id)


def _recipe(artifact: Artifact) -> Recipe | None:
    return Recipe.model_validate(artifact.recipe) if artifact.recipe else None


def _bare(asked: EditImage, pictures: Sequence[Seen]) -> EditImage:
    """The instruction without the words that name the picture: which one is meant is known by now."""
    named = mentioned(asked.instruction, pictures)
    if named is None or not named.said:
        return asked
    found = re.search(rf"(?:\b(?:the|that)\s+)?{re.escape(named.said)}", asked.instruction)
    if found is None:
        return asked
    # "the first one, but bigger" is "same, but bigger"; "make the first one blue" is "make it blue".
    word = "it" if asked.instruction[: found.start()].strip() else "same"
    bare = asked.instruction[: found.start()] + word + asked.instruction[found.end() :]
    return asked.model_copy(update={"instruction": bare})


def _new_style(content: str, before: str) -> bool:
    """Whether the words ask for a style that was not there, which another expert may draw better."""
    tree = embedded_taxonomy()

    def styles(text: str) -> set[str]:
        return {found.node for found in tree.find(words(text)) if found.facet == "styles"}

    return bool(styles(content) - styles(before))


def _shaped(width: int, height: int, aspect: str, multiple: int) -> tuple[int, int]:
    """The size of a picture that shall be wider, taller or square, in multiples of what the expert can draw."""

    def fit(side: float) -> int:
        return max(1, round(side / multiple)) * multiple

    if aspect == "wider":
        return max(fit(width * WIDER), width + multiple), height
    if aspect == "taller":
        return width, max(fit(height * WIDER), height + multiple)
    side = fit((width * height) ** 0.5)
    return side, side
