"""Which of two players is better: the paired difference on shared seeds, and the probability of improvement."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from envs.protocol.errors import ProtocolError
from envs.protocol.intervals import LEVEL, RESAMPLES, Interval, percentiles, resampled

BySeed = Mapping[int, float]
"""From an episode's seed to its score."""


def paired_differences(ours: Mapping[str, BySeed], theirs: Mapping[str, BySeed]) -> dict[str, list[float]]:
    """Ours minus theirs, by game, for every seed that both have played; games without such a seed are left out.

    Equal seeds are equal episodes, so that the difference is free of how hard the episode is, and its interval
    (`stratified_interval` of what is returned) narrower than that of two independent means.
    """
    shared = {
        game: [ours[game][seed] - theirs[game][seed] for seed in sorted(ours[game].keys() & theirs[game].keys())]
        for game in sorted(ours.keys() & theirs.keys())
    }
    if not (found := {game: differences for game, differences in shared.items() if differences}):
        raise ProtocolError("the two have no game with a common seed: they cannot be compared")
    return found


def probability_of_improvement(
    ours: Mapping[str, Sequence[float]], theirs: Mapping[str, Sequence[float]]
) -> float:
    """How likely an episode of ours scores more than one of theirs in the same game, mean over games.

    Agarwal et al. 2021, section 4.3: Mann and Whitney's U over the number of pairs; a tie counts half.
    """
    return float(np.mean([_wins(*pair)[0] for pair in _by_game(ours, theirs)]))


def improvement_interval(
    ours: Mapping[str, Sequence[float]],
    theirs: Mapping[str, Sequence[float]],
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """The percentile bootstrap of `probability_of_improvement`; the two are drawn anew independently."""
    _by_game(ours, theirs)
    first, second = resampled(ours, resamples, seed), resampled(theirs, resamples, seed + 1)
    return percentiles(np.mean([_wins(first[game], second[game]) for game in first], axis=0), level)


def _by_game(
    ours: Mapping[str, Sequence[float]], theirs: Mapping[str, Sequence[float]]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    if ours.keys() != theirs.keys() or not ours:
        raise ProtocolError("a probability of improvement needs the same games on both sides, at least one")
    if any(not values for side in (ours, theirs) for values in side.values()):
        raise ProtocolError("every game needs at least one score on both sides")
    return [(np.asarray([ours[game]]), np.asarray([theirs[game]])) for game in sorted(ours)]


def _wins(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of pairs that ours wins, row by row: `[rows, n]` and `[rows, m]` to `[rows]`."""
    # Where a score stands among the other side's sorted ones says how many it beats: n log m instead of n times m.
    wins = np.empty(len(ours))
    for row, (mine, sorted_others) in enumerate(zip(ours, np.sort(theirs, axis=1), strict=True)):
        below = np.searchsorted(sorted_others, mine, side="left")
        up_to = np.searchsorted(sorted_others, mine, side="right")
        wins[row] = (below + up_to).mean() / (2 * len(sorted_others))
    return wins
