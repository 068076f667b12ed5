"""The score matrix: what every arm's pictures of every prompt are worth, in one compressed file.

A NumPy `.npz` archive without pickled objects. Arrays, with n prompts, a arms and k seeds:

    format     int64  []         1
    scores     float32 [n, a, k] in [0, 1]; NaN where an arm was not scored
    seconds    float32 [a, k]    mean seconds per picture
    arms       str [a]           `expert/preset`
    scorer     str []            what gave the scores
    prompts    str [n]           as a person would type them
    split      str [n]           train, val or test; all prompts of one template are in one split
    slice      str [n]           in-distribution, synonyms, unseen-pairs, contradictions or not-media
    form       str [n]           prompt, instruction, inspiration or hypothesis
    must_keep  str [n]           JSON list of the terms that no rewriting may lose

Prompts of the slice `not-media` ask for no picture: their scores are NaN and only the parser is tested on them.
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.router.errors import RouterError

SHIPPED = Path(__file__).resolve().parents[2] / "checkpoints" / "router" / "scores.npz"
"""The matrix that comes with the program."""
FORMAT = 1
SPLITS = ("train", "val", "test")
SLICES = ("in-distribution", "synonyms", "unseen-pairs", "contradictions", "not-media")
FORMS = ("prompt", "instruction", "inspiration", "hypothesis")


@dataclass(frozen=True, eq=False)
class ScoreMatrix:
    """Scores of n prompts by a arms with k seeds, and what is known of the prompts."""

    scores: NDArray[np.float32]
    """`[n, a, k]` in [0, 1], NaN where not scored."""
    seconds: NDArray[np.float32]
    """`[a, k]`."""
    arms: tuple[str, ...]
    scorer: str
    prompts: tuple[str, ...]
    split: tuple[str, ...]
    slice: tuple[str, ...]
    form: tuple[str, ...]
    must_keep: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        n, a, k = self.scores.shape if self.scores.ndim == 3 else (-1, -1, -1)
        if n < 1 or a < 2 or k < 1:
            raise RouterError(f"a score matrix is [prompts, arms >= 2, seeds], not {list(self.scores.shape)}")
        if len(self.arms) != a or self.seconds.shape != (a, k):
            raise RouterError(f"{len(self.arms)} arms and seconds {list(self.seconds.shape)} do not fit {a} x {k}")
        if len(set(self.arms)) != a:
            raise RouterError("an arm stands twice in the score matrix")
        for name in ("prompts", "split", "slice", "form", "must_keep"):
            if len(getattr(self, name)) != n:
                raise RouterError(f"{len(getattr(self, name))} entries of {name} for {n} prompts")
        for name, known in (("split", SPLITS), ("slice", SLICES), ("form", FORMS)):
            if unknown := sorted(set(getattr(self, name)) - set(known)):
                raise RouterError(f"{name} {unknown[0]!r} is none of {', '.join(known)}")
        known_scores = self.scores[~np.isnan(self.scores)]
        if known_scores.size and not (known_scores.min() >= 0 and known_scores.max() <= 1):
            raise RouterError("scores lie between 0 and 1")

    def where(self, split: str | None = None, slice: str | None = None) -> NDArray[np.intp]:
        """Indices of the scored prompts of a split and a slice; None for any."""
        chosen = [
            index
            for index, (of_split, of_slice) in enumerate(zip(self.split, self.slice, strict=True))
            if split in (None, of_split) and slice in (None, of_slice) and of_slice != "not-media"
        ]
        return np.array(chosen, dtype=np.intp)

    def quality(self) -> NDArray[np.float64]:
        """The mean over seeds, `[n, a]`; NaN where an arm has no seed at all."""
        known = ~np.isnan(self.scores)
        total = np.where(known, self.scores, 0).sum(axis=2, dtype=np.float64)
        count = known.sum(axis=2)
        return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def save_matrix(matrix: ScoreMatrix, path: Path) -> None:
    """Write the matrix to `path`, beside it and then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    arrays: dict[str, Any] = {
        "format": np.array(FORMAT),
        "scores": matrix.scores,
        "seconds": matrix.seconds,
        "scorer": np.array(matrix.scorer),
        "must_keep": np.array([json.dumps(terms) for terms in matrix.must_keep]),
        **{name: np.array(getattr(matrix, name)) for name in ("arms", "prompts", "split", "slice", "form")},
    }
    with beside.open("wb") as file:
        np.savez_compressed(file, **arrays)
    beside.replace(path)


def load_matrix(path: Path) -> ScoreMatrix:
    """Read a matrix; raises `RouterError` for a file that is not there or is none."""
    try:
        with np.load(path, allow_pickle=False) as held:
            if int(held["format"]) != FORMAT:
                raise RouterError(f"{path} has format {int(held['format'])}; this program reads {FORMAT}")
            return ScoreMatrix(
                scores=held["scores"].astype(np.float32),
                seconds=held["seconds"].astype(np.float32),
                scorer=str(held["scorer"]),
                must_keep=tuple(tuple(json.loads(str(terms))) for terms in held["must_keep"]),
                arms=_texts(held["arms"]),
                prompts=_texts(held["prompts"]),
                split=_texts(held["split"]),
                slice=_texts(held["slice"]),
                form=_texts(held["form"]),
            )
    except OSError as error:
        raise RouterError(f"cannot read the score matrix {path}: {error.strerror or error}") from None
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, RouterError):
            raise
        raise RouterError(f"{path} is no score matrix: {' '.join(str(error).split())[:120]}") from None


def _texts(array: NDArray[Any]) -> tuple[str, ...]:
    return tuple(str(text) for text in array)
