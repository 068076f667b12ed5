"""How long an arm will take: work times a rate, learned from finished jobs, plus loading where it is not
loaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from generators.router.arms import Arm

_RATE_PRIOR_S = 2.0
"""Seconds per unit of work (a step of one megapixel) before any job was seen: a small model on a CPU."""
_PRIOR_WEIGHT = 1.0
"""How many finished jobs of an average arm the prior counts as."""
_LOAD_MB_PER_S = 500.0
"""Reading weights from a disk and placing them."""


@dataclass(frozen=True)
class Costs:
    """Seconds per unit of work for each arm that was seen, and for all together."""

    rates: Mapping[str, float] = field(default_factory=dict)
    overall: float = _RATE_PRIOR_S

    def seconds(self, arm: Arm, loaded: frozenset[str] | None = None) -> float:
        """Predicted seconds of one picture or clip.

        `loaded` names the experts in memory; those outside it pay for loading. None leaves loading out.
        """
        drawing = self.rates.get(arm.name, self.overall) * arm.work
        return drawing + (0.0 if loaded is None or arm.expert in loaded else arm.memory_mb / _LOAD_MB_PER_S)


def costs_of(arms: Sequence[Arm], measured: Mapping[str, tuple[float, int]]) -> Costs:
    """Regress seconds on work through the origin: per arm, drawn to the rate of all arms where jobs are few.

    `measured` is an arm's mean seconds, without loading and waiting, and the number of its jobs. An arm's own work
    hardly varies, so one rate each is all that its jobs can say; steps, pixels and frames carry over to arms
    without jobs through the rate of all.
    """
    known = {arm.name: arm for arm in arms if arm.name in measured}
    if not known:
        return Costs()
    spent = {name: measured[name][0] * measured[name][1] for name in known}
    work = {name: arm.work * measured[name][1] for name, arm in known.items()}
    overall = sum(spent.values()) / sum(work.values())
    rates = {
        name: (spent[name] + _PRIOR_WEIGHT * arm.work * overall) / (work[name] + _PRIOR_WEIGHT * arm.work)
        for name, arm in known.items()
    }
    return Costs(rates, overall)
