"""How the score grows with the step budget: what an agent would have reached, had it been stopped earlier.

The Seed1.5-VL report (arXiv 2505.07062, figure 6) shows scores in games against the number of interaction rounds.
One evaluation with the largest budget holds the whole curve, as far as the agent does not know its budget.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from envs.protocol.errors import ProtocolError
from envs.protocol.intervals import LEVEL, RESAMPLES, Interval, mean, stratified_interval


@dataclass(frozen=True, slots=True)
class BudgetCurve:
    """The mean over games of the mean score within each budget, with pointwise intervals."""

    budgets: tuple[int, ...]
    """Steps."""
    means: tuple[float, ...]
    bands: tuple[Interval, ...]


def within(scores: Sequence[float], budget: int) -> float:
    """The score of an episode after at most `budget` steps; `scores[k]` is what it was after k steps."""
    if not scores:
        raise ProtocolError("an episode's scores begin with the one before its first step")
    return scores[min(budget, len(scores) - 1)]


def budget_curve(
    episodes: Mapping[str, Sequence[Sequence[float]]],
    budgets: Sequence[int],
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> BudgetCurve:
    """The curve for episodes by game, each as its scores after 0, 1, 2 ... steps."""
    if not budgets or min(budgets) < 0:
        raise ProtocolError("a budget curve needs budgets of 0 or more steps")
    means, bands = [], []
    for budget in budgets:
        strata = {game: [within(scores, budget) for scores in played] for game, played in episodes.items()}
        bands.append(stratified_interval(strata, level, resamples, seed))
        means.append(mean([mean(values) for values in strata.values()]))
    return BudgetCurve(tuple(budgets), tuple(means), tuple(bands))


def round_budgets(largest: int) -> tuple[int, ...]:
    """1, 2, 5, 10, 20, 50 ... up to `largest`, which is always the last."""
    if largest < 1:
        raise ProtocolError(f"a budget of {largest} steps has no curve")
    steps, power = [], 1
    while power < largest:
        steps += [part for factor in (1, 2, 5) if (part := factor * power) < largest]
        power *= 10
    return (*steps, largest)
