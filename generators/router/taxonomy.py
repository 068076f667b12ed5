"""The tree of models: subjects and styles as a YAML file, read as a soft prior and as a lexicon of synonyms.

DiffusionGPT (arXiv 2401.10061, section 3.2) has a language model walk such a tree and drops every model off the
chosen leaf. Here a prompt only gives each node a probability, so a wrong guess costs accuracy and never an expert.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from generators.router.errors import RouterError
from generators.router.words import singulars, spelling, words

Vector = NDArray[np.float64]

_EVIDENCE = 3.0
"""Pseudo-counts that one recognised word adds to its node; each node starts with `_FLOOR`."""
_FLOOR = 0.02
_USUAL = 0.5
"""What a subject's usual styles share, in words, where the prompt names none."""

Concepts = dict[str, list[str]]


class TaxonomyFile(BaseModel):
    """The file as it is written: facet, node, concept, synonyms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subjects: dict[str, Concepts] = Field(min_length=1)
    styles: dict[str, Concepts] = Field(min_length=1)
    usual: dict[str, list[str]] = Field(default_factory=dict)
    """From a subject to the styles that it is usually asked for in."""
    attributes: dict[str, Concepts] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _usual_names_exist(self) -> "TaxonomyFile":
        for subject, styles in self.usual.items():
            if subject not in self.subjects:
                raise ValueError(f"usual: there is no subject {subject!r}")
            if unknown := [style for style in styles if style not in self.styles]:
                raise ValueError(f"usual.{subject}: there is no style {unknown[0]!r}")
        return self


@dataclass(frozen=True, slots=True)
class Found:
    """A term of the lexicon in a text."""

    start: int
    """Index of its first word."""
    stop: int
    concept: str
    facet: str
    """`subjects`, `styles` or `attributes`."""
    node: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a term of the lexicon leads."""

    concept: str
    facet: str
    node: str


@dataclass(frozen=True)
class Taxonomy:
    """The nodes of both facets and every term that leads to one."""

    subjects: tuple[str, ...]
    styles: tuple[str, ...]
    usual: Mapping[str, tuple[str, ...]]
    lexicon: Mapping[tuple[str, ...], Entry]
    """From a term's words to where it leads."""
    longest: int
    """Words of the longest term."""

    def find(self, tokens: Sequence[str]) -> list[Found]:
        """The lexicon's terms in a text's words, from left to right, longest first, none overlapping."""
        found, at = [], 0
        while at < len(tokens):
            for length in range(min(self.longest, len(tokens) - at), 0, -1):
                entry = self._look_up(tuple(tokens[at : at + length]))
                if entry is not None:
                    found.append(Found(at, at + length, entry.concept, entry.facet, entry.node))
                    at += length
                    break
            else:
                at += 1
        return found

    def concept(self, term: str) -> str | None:
        """The concept that a term means, or None where the lexicon does not have it."""
        entry = self._look_up(spelling(term))
        return entry.concept if entry else None

    def canonical(self, text: str) -> list[str]:
        """A text's words with every known term replaced by its concept, so that synonyms read alike."""
        tokens, read, at = words(text), list[str](), 0
        for found in self.find(tokens):
            read += [*tokens[at : found.start], found.concept]
            at = found.stop
        return read + tokens[at:]

    def leaf_probabilities(self, text: str) -> tuple[Vector, Vector]:
        """P(subject) and P(style) of a text, `[subjects]` and `[styles]`, each summing to 1.

        Counting with a flat Dirichlet prior: a word that is known speaks for its node, a text without known words
        leaves everything possible.
        """
        subject = dict.fromkeys(self.subjects, _FLOOR)
        style = dict.fromkeys(self.styles, _FLOOR)
        named = False
        for found in self.find(words(text)):
            if found.facet == "subjects":
                subject[found.node] += _EVIDENCE
            elif found.facet == "styles":
                style[found.node] += _EVIDENCE
                named = True
        p_subject = _normalised(subject)
        if not named:
            for name, share in zip(self.subjects, p_subject, strict=True):
                for usual in self.usual.get(name, ()):
                    style[usual] += _USUAL * share / len(self.usual[name])
        return p_subject, _normalised(style)

    def nodes_of(self, tags: Sequence[str], facet: str) -> frozenset[str]:
        """The nodes of `subjects` or `styles` that an expert's tags name, by node or by any of their words.

        A tag that the tree does not know names none: the arm then starts without a prior in this facet.
        """
        names = self.subjects if facet == "subjects" else self.styles
        found = {tag for tag in tags if tag in names}
        for tag in tags:
            found |= {hit.node for hit in self.find(words(tag)) if hit.facet == facet}
        return frozenset(found)

    def _look_up(self, term: tuple[str, ...]) -> Entry | None:
        for last in singulars(term[-1]) if term else ():
            if (entry := self.lexicon.get((*term[:-1], last))) is not None:
                return entry
        return None


def read_taxonomy(text: str, where: str) -> Taxonomy:
    """The taxonomy that a YAML text states; raises `RouterError`, which names `where` it stands."""
    try:
        given = TaxonomyFile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise RouterError(f"taxonomy {where}: not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RouterError(f"taxonomy {where}: {place} {first['msg']}".replace("  ", " ")) from None
    lexicon: dict[tuple[str, ...], Entry] = {}
    for facet, nodes in (("subjects", given.subjects), ("styles", given.styles), ("attributes", given.attributes)):
        for node, concepts in nodes.items():
            for concept, synonyms in concepts.items():
                for term in (concept, *synonyms):
                    # The first place that claims a word keeps it: the file reads from specific to general.
                    lexicon.setdefault(spelling(term), Entry(concept, facet, node))
    return Taxonomy(
        tuple(given.subjects),
        tuple(given.styles),
        MappingProxyType({name: tuple(styles) for name, styles in given.usual.items()}),
        MappingProxyType(lexicon),
        max(len(term) for term in lexicon),
    )


@cache
def embedded_taxonomy() -> Taxonomy:
    """The taxonomy that comes with the program."""
    return read_taxonomy((files("generators.router") / "taxonomy.yaml").read_text("utf-8"), "taxonomy.yaml")


def _normalised(mass: Mapping[str, float]) -> Vector:
    values = np.fromiter(mass.values(), dtype=np.float64)
    return values / values.sum()
