"""What the router sees of a prompt: φ = [1, P(subject), P(style), their outer product, embedding].

The embedding is a signed hash of words, pairs of concepts and character n-grams (Weinberger et al. 2009, arXiv
0902.2206) after synonyms were folded onto their concepts. It needs no weights, and a word that nobody has seen
still shares n-grams with those that somebody has.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from generators.router.taxonomy import Found, Taxonomy, embedded_taxonomy
from generators.router.words import content_words, words

EMBEDDING = 128
"""Dimensions of the embedding."""
_CHARACTERS = (3, 4)
"""Lengths of the character n-grams."""
_WORD, _PAIR, _NGRAM = 1.0, 0.7, 0.2
"""Weights of a concept or unknown word, of two concepts that meet, of an unknown word's character n-gram."""
_MOST_CONCEPTS = 12

Vector = NDArray[np.float64]
Stored = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Features:
    """A prompt as numbers; kept in single precision, so that what is stored and what is used are the same bits."""

    subjects: Stored
    """P(subject), `[subjects]`."""
    styles: Stored
    """P(style), `[styles]`."""
    embedding: Stored
    """`[EMBEDDING]`, of length 1, or zeros for a text without words."""

    def phi(self) -> Vector:
        """φ in double precision, `[1 + subjects + styles + subjects * styles + EMBEDDING]`."""
        subjects, styles = self.subjects.astype(np.float64), self.styles.astype(np.float64)
        outer = np.outer(subjects, styles).ravel()
        return np.concatenate([[1.0], subjects, styles, outer, self.embedding.astype(np.float64)])

    def digest(self) -> str:
        """SHA-256 of the numbers, in hexadecimal."""
        return hashlib.sha256(
            self.subjects.tobytes() + self.styles.tobytes() + self.embedding.tobytes()
        ).hexdigest()

    @property
    def leaf_probs(self) -> bytes:
        """P(subject) and P(style) one after the other, as they are stored."""
        return self.subjects.tobytes() + self.styles.tobytes()

    @classmethod
    def stored(cls, embedding: bytes, leaf_probs: bytes, subjects: int) -> "Features":
        """From what a database holds; `subjects` is the number of subjects in `leaf_probs`."""
        leaves = np.frombuffer(leaf_probs, dtype=np.float32)
        return cls(leaves[:subjects], leaves[subjects:], np.frombuffer(embedding, dtype=np.float32))


@dataclass(frozen=True)
class Layout:
    """Where each block of φ lies."""

    subjects: int
    styles: int
    embedding: int = EMBEDDING

    @property
    def blocks(self) -> dict[str, slice]:
        """From a block's name to its place in φ."""
        sizes = {
            "bias": 1,
            "subject": self.subjects,
            "style": self.styles,
            "subject and style": self.subjects * self.styles,
            "words": self.embedding,
        }
        places, start = {}, 0
        for name, size in sizes.items():
            places[name] = slice(start, start + size)
            start += size
        return places

    @property
    def size(self) -> int:
        """Numbers in φ."""
        return 1 + self.subjects + self.styles + self.subjects * self.styles + self.embedding


def layout_of(taxonomy: Taxonomy) -> Layout:
    """The layout of φ under a taxonomy."""
    return Layout(len(taxonomy.subjects), len(taxonomy.styles))


def features_of(text: str, taxonomy: Taxonomy | None = None) -> Features:
    """What the router sees of a prompt's text."""
    tree = taxonomy or embedded_taxonomy()
    subjects, styles = tree.leaf_probabilities(text)
    return Features(subjects.astype(np.float32), styles.astype(np.float32), embed(text, tree).astype(np.float32))


def embed(text: str, taxonomy: Taxonomy) -> Vector:
    """The hashed embedding of a text, `[EMBEDDING]`."""
    vector = np.zeros(EMBEDDING)
    for piece, weight in _pieces(text, taxonomy):
        index, sign = _hashed(piece)
        vector[index] += sign * weight
    length = math.sqrt(float(vector @ vector))
    return vector / length if length else vector


def _pieces(text: str, taxonomy: Taxonomy) -> Iterator[tuple[str, float]]:
    tokens = words(text)
    found = taxonomy.find(tokens)
    known = {index for hit in found for index in range(hit.start, hit.stop)}
    yield from ((f"w:{word}", _WORD) for word in content_words(taxonomy.canonical(text)))
    # Pairs in any order and at any distance: "a red fox" and "a fox that is red" ask for the same meeting.
    yield from ((f"p:{first} {second}", _PAIR) for first, second in combinations(_concepts(found), 2))
    # A known word's letters would only blur what its concept says.
    for index, word in enumerate(tokens):
        if index not in known and content_words([word]):
            padded = f"<{word}>"
            for length in _CHARACTERS:
                for start in range(len(padded) - length + 1):
                    yield f"c:{padded[start : start + length]}", _NGRAM


def _concepts(found: Sequence[Found]) -> list[str]:
    """The distinct concepts, sorted; a few, so that a long prompt does not have hundreds of pairs."""
    return sorted({hit.concept for hit in found})[:_MOST_CONCEPTS]


@lru_cache(maxsize=65536)
def _hashed(piece: str) -> tuple[int, float]:
    """The place and sign of a piece; blake2b, since Python's own hash differs from run to run."""
    number = int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "little")
    return number % EMBEDDING, 1.0 if number >> 63 else -1.0
