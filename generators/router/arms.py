"""What can be chosen: an arm is one preset of one expert, with what the router needs to know of both."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generators.router.errors import RouterError
from generators.router.features import Layout
from generators.router.taxonomy import Taxonomy

TAG_GAIN = 0.5
"""Prior advantage, in standard deviations of a score, of an arm whose expert is tagged with what is asked for."""


class PresetLike(Protocol):
    """What the router reads of a preset."""

    @property
    def steps(self) -> int:
        """Denoising steps."""


class ExpertLike(Protocol):
    """What the router reads of an expert's card."""

    @property
    def name(self) -> str: ...
    @property
    def media(self) -> str:
        """`image` or `video`."""

    @property
    def subjects(self) -> Sequence[str]: ...
    @property
    def styles(self) -> Sequence[str]: ...
    @property
    def presets(self) -> Mapping[str, PresetLike]:
        """From a preset's name to its settings."""

    @property
    def example_prompts(self) -> Sequence[str]: ...
    @property
    def licence(self) -> str: ...
    @property
    def memory_mb(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Arm:
    """One preset of one expert."""

    expert: str
    preset: str
    media: str = "image"
    subjects: frozenset[str] = frozenset()
    """Nodes of the taxonomy that the expert's tags name."""
    styles: frozenset[str] = frozenset()
    examples: tuple[str, ...] = ()
    licence: str = ""
    memory_mb: int = 0
    steps: int = 1
    size_px: int = 0
    """The side of its pictures; 0 where the card leaves it open."""
    frames: int = 1

    @property
    def name(self) -> str:
        """`expert/preset`: how the arm is called in tables, files and on the command line."""
        return f"{self.expert}/{self.preset}"

    @property
    def work(self) -> float:
        """What its seconds grow with: steps times megapixels times frames."""
        return self.steps * (self.size_px or 512) ** 2 / 1e6 * self.frames


@dataclass(frozen=True, slots=True)
class Allowed:
    """The hard filters; everything else about an expert only shifts its score."""

    media: str = "image"
    memory_mb: int | None = None
    """The largest expert that fits; None for any."""
    licences: frozenset[str] | None = None
    """None for any."""
    experts: frozenset[str] | None = None
    presets: frozenset[str] | None = None

    def admits(self, arm: Arm) -> bool:
        """Whether the arm may be chosen at all."""
        return (
            arm.media == self.media
            and (self.memory_mb is None or arm.memory_mb <= self.memory_mb)
            and (self.licences is None or arm.licence in self.licences)
            and (self.experts is None or arm.expert in self.experts)
            and (self.presets is None or arm.preset in self.presets)
        )


def arms_of(cards: Iterable[ExpertLike], taxonomy: Taxonomy) -> tuple[Arm, ...]:
    """The arms of all cards, by name."""
    arms = [
        Arm(
            expert=card.name,
            preset=name,
            media=card.media,
            subjects=taxonomy.nodes_of(card.subjects, "subjects"),
            styles=taxonomy.nodes_of(card.styles, "styles"),
            examples=tuple(card.example_prompts),
            licence=card.licence,
            memory_mb=card.memory_mb,
            steps=preset.steps,
            size_px=getattr(preset, "size_px", 0),
            frames=getattr(preset, "frames", 1),
        )
        for card in cards
        for name, preset in card.presets.items()
    ]
    return tuple(sorted(arms, key=lambda arm: arm.name))


def arm_named(name: str, arms: Sequence[Arm]) -> Arm:
    """The arm with this name; raises `RouterError` with the nearest one otherwise."""
    found = {arm.name: arm for arm in arms}
    if name in found:
        return found[name]
    if not found:
        raise RouterError(f"no arm {name!r}: there are no experts at all")
    near = difflib.get_close_matches(name, found, n=1, cutoff=0.0)
    raise RouterError(f"no arm {name!r}; the nearest is {near[0]!r} ({len(found)} in all)")


def prior_mean(arm: Arm, taxonomy: Taxonomy, layout: Layout) -> NDArray[np.float64]:
    """What an arm's tags promise before any score: weights `[layout.size]` on the nodes that they name.

    Centred over nodes, so that an expert with many tags is not thought better everywhere.
    """
    weights = np.zeros(layout.size)
    blocks = layout.blocks
    for block, names, tagged in (
        (blocks["subject"], taxonomy.subjects, arm.subjects),
        (blocks["style"], taxonomy.styles, arm.styles),
    ):
        if tagged:
            named = np.array([float(name in tagged) for name in names])
            weights[block] = TAG_GAIN * (named - named.mean())
    return weights
