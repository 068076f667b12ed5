"""A belief that can be used and kept: every arm's Gaussian, ready for prediction, and what choosing needs beside
it.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from generators.router.errors import RouterError
from generators.router.posterior.arm import Gaussian, Vector
from generators.router.posterior.fit import Scales
from generators.router.posterior.votes import Scalar


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is believed of all arms."""

    arms: tuple[str, ...]
    gaussians: tuple[Gaussian, ...]
    noise: float
    """Variance of a prompt's mean score around its prediction."""
    scale: float
    """What one unit of advantage is in the scorer's own unit."""
    centre: Vector
    """The mean φ of the scored prompts, `[d]`: what an arm reaches there says how good it is in general."""
    scales: Scales = field(default_factory=Scales)
    """Prior widths that the scores were fitted with."""
    calibration: tuple[float, float] = (1.0, 0.0)
    """Slope and offset on the logit of P(best)."""
    prices: Mapping[str, float] = field(default_factory=lambda: {"fast": 0.0, "balanced": 0.0, "best": 0.0})
    """From a mode to λ: units of advantage that a second is worth."""
    biases: Mapping[str, Scalar] = field(default_factory=dict)
    tastes: Mapping[tuple[str, int], Scalar] = field(default_factory=dict)
    events: int = 0
    """Votes in it."""

    @cached_property
    def means(self) -> NDArray[np.float64]:
        """`[arms, d]`."""
        return np.stack([gaussian.mean for gaussian in self.gaussians])

    @cached_property
    def covariances(self) -> NDArray[np.float32]:
        """`[arms, d, d]`, in single precision: a variance needs no more, and a decision reads all of it."""
        return np.stack([gaussian.covariance() for gaussian in self.gaussians]).astype(np.float32)

    def predict(self, phi: Vector) -> tuple[Vector, Vector]:
        """Mean and variance of every arm's advantage at φ, each `[arms]`."""
        single = phi.astype(np.float32)
        variances = np.maximum((self.covariances @ single) @ single, 0).astype(np.float64)
        return self.means @ phi, variances

    def predict_many(self, phi: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Means and variances `[n, arms]` at `[n, d]`."""
        single = phi.astype(np.float32)
        variances = [((single @ covariance) * single).sum(axis=1) for covariance in self.covariances]
        return phi @ self.means.T, np.maximum(np.stack(variances, axis=1), 0).astype(np.float64)

    @cached_property
    def general(self) -> Vector:
        """Every arm's advantage on a typical prompt, `[arms]`."""
        return self.means @ self.centre

    def index(self, arm: str) -> int:
        """Where an arm stands; raises `RouterError` for one that the belief does not know."""
        if arm not in self.arms:
            raise RouterError(f"the posterior knows no arm {arm!r}; `seedbed router refit` takes new experts in")
        return self.arms.index(arm)

    def to_bytes(self) -> bytes:
        """An uncompressed `.npz` archive without pickled objects; equal beliefs give equal arrays."""
        facts = {
            "arms": self.arms,
            "noise": self.noise,
            "scale": self.scale,
            "scales": asdict(self.scales),
            "calibration": self.calibration,
            "prices": dict(self.prices),
            "biases": {user: (known.mean, known.variance) for user, known in self.biases.items()},
            "tastes": [(user, arm, known.mean, known.variance) for (user, arm), known in self.tastes.items()],
            "events": self.events,
        }
        buffer = io.BytesIO()
        np.savez(
            buffer,
            facts=np.array(json.dumps(facts)),
            precision=_packed([gaussian.precision for gaussian in self.gaussians]),
            shift=np.stack([gaussian.shift for gaussian in self.gaussians]),
            centre=self.centre,
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, blob: bytes) -> "Posterior":
        """What `to_bytes` wrote, to the last bit."""
        with np.load(io.BytesIO(blob), allow_pickle=False) as held:
            facts = json.loads(str(held["facts"]))
            shift, centre = held["shift"], held["centre"]
            precision = _unpacked(held["precision"], shift.shape[1])
        return cls(
            arms=tuple(facts["arms"]),
            gaussians=tuple(Gaussian(*pair) for pair in zip(precision, shift, strict=True)),
            noise=facts["noise"],
            scale=facts["scale"],
            centre=centre,
            scales=Scales(**facts["scales"]),
            calibration=tuple(facts["calibration"]),
            prices=facts["prices"],
            biases={user: Scalar(*known) for user, known in facts["biases"].items()},
            tastes={(user, arm): Scalar(mean, variance) for user, arm, mean, variance in facts["tastes"]},
            events=facts["events"],
        )

    def digest(self) -> str:
        """SHA-256 of everything in it, in hexadecimal: equal digests are equal bits."""
        with np.load(io.BytesIO(self.to_bytes()), allow_pickle=False) as held:
            parts = [np.ascontiguousarray(held[name]).tobytes() for name in held.files]
        return hashlib.sha256(b"".join(parts)).hexdigest()


def _packed(matrices: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The upper triangles, `[arms, d (d + 1) / 2]`: the other half says the same."""
    upper = np.triu_indices(len(matrices[0]))
    return np.stack([matrix[upper] for matrix in matrices])


def _unpacked(packed: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    upper = np.triu_indices(size)
    matrices = np.zeros((len(packed), size, size))
    matrices[:, upper[0], upper[1]] = packed
    matrices[:, upper[1], upper[0]] = packed
    return matrices
