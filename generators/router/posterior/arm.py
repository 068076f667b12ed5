"""One arm's Gaussian belief about its weights, in natural parameters: additions only, so that it can be
replayed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

FORGET = 0.999
"""What remains of a vote's weight after each later vote (`section 5` of the design: live data only)."""


@dataclass(frozen=True, eq=False)
class Gaussian:
    """N(w; Λ⁻¹η, Λ⁻¹) as its precision Λ `[d, d]` and shift η `[d]`."""

    precision: Matrix
    shift: Vector

    @property
    def mean(self) -> Vector:
        """`[d]`."""
        return np.asarray(np.linalg.solve(self.precision, self.shift), dtype=np.float64)

    def covariance(self) -> Matrix:
        """`[d, d]`, exactly symmetric."""
        inverse = np.linalg.inv(self.precision)
        return (inverse + inverse.T) / 2

    def predict(self, phi: Vector) -> tuple[float, float]:
        """Mean and variance of φᵀw."""
        solved = np.linalg.solve(self.precision, phi)
        return float(solved @ self.shift), float(solved @ phi)


class LiveArm:
    """A base from scores and what votes added to it, which fades.

    Forgetting is applied when the arm is touched, as a power of the votes since: an arm that nobody votes on costs
    nothing, and the result does not depend on when somebody looked.
    """

    def __init__(self, base: Gaussian) -> None:
        self.base = base
        self.votes = 0
        self._precision = np.zeros_like(base.precision)
        self._shift = np.zeros_like(base.shift)
        self._at = 0

    def now(self, event: int) -> Gaussian:
        """The belief after `event` votes on any arm."""
        if not self.votes:
            return self.base
        kept = FORGET ** (event - self._at)
        return Gaussian(self.base.precision + kept * self._precision, self.base.shift + kept * self._shift)

    def add(self, event: int, phi: Vector, precision: float, shift: float) -> None:
        """Add a pseudo-observation: `precision` φφᵀ to Λ and `shift` φ to η, as vote number `event`."""
        kept = FORGET ** (event - self._at)
        self._precision = kept * self._precision + precision * np.outer(phi, phi)
        self._shift = kept * self._shift + shift * phi
        self._at = event
        self.votes += 1
