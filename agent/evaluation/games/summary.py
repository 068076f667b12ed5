"""Turns finished episodes of games into the scores that are published."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.evaluation.games.results import PlayedGame
from envs.protocol import (
    Interval,
    Manifest,
    bootstrap_interval,
    budget_curve,
    improvement_interval,
    interquartile_mean,
    iqm_interval,
    mean,
    normalised,
    optimality_gap,
    performance_profile,
    pooled_iqm,
    probability_of_improvement,
    round_budgets,
    stratified_interval,
    wilson_interval,
)
from envs.suites.games.human import published
from envs.suites.games.suite import Suite

THRESHOLDS = tuple(round(0.05 * number, 2) for number in range(-5, 26))
"""Where a performance profile is read off: normalised scores from -0.25 to 1.25."""

Strata = dict[str, list[float]]
Scale = tuple[float, float]
"""The scores that count as 0 and as 1."""


def summarise(
    ours: Sequence[PlayedGame], beside: Mapping[str, Sequence[PlayedGame]], manifest: Manifest, suite: Suite
) -> dict[str, Any]:
    """The published JSON. `beside` holds the baselines by name, `random` always; the oracle where there is one."""
    raw = {name: _scores(played) for name, played in {manifest.agent: ours, **beside}.items()}
    scales = {game: scale for game in manifest.tasks if (scale := _scale(game, raw, suite)) is not None}
    by_game = {game: [played for played in ours if played.task == game] for game in manifest.tasks}
    scaled = {name: _scaled(scores, scales) for name, scores in raw.items()}
    mine = scaled[manifest.agent]
    return {
        "suite": manifest.suite,
        "agent": manifest.agent,
        "observation": manifest.observation,
        "games": {game: _game(by_game[game], raw, scales.get(game), suite) for game in manifest.tasks},
        "normalised_iqm": pooled_iqm(mine) if mine else None,
        "normalised_iqm_ci95": list(iqm_interval(mine)) if mine else None,
        "normalised_mean": mean([mean(values) for values in mine.values()]) if mine else None,
        "normalised_mean_ci95": list(stratified_interval(mine)) if mine else None,
        "optimality_gap": optimality_gap(mine) if mine else None,
        "not_normalised": [game for game in manifest.tasks if game not in scales],
        "invalid_rate": _rate(ours),
        "baselines": {
            name: _baseline(mine, scaled[name]) for name in beside if name != manifest.agent and scaled[name]
        },
        "profiles": {name: _profile(strata) for name, strata in scaled.items() if strata},
        "budget_curve": _curve(by_game, scales, suite, manifest),
        "episodes": len(ours),
        "status": _count(ours),
        "tokens": {
            "prompt": sum(played.result.prompt_tokens for played in ours),
            "completion": sum(played.result.completion_tokens for played in ours),
        },
        "seconds": sum(played.result.seconds for played in ours),
        "manifest": manifest.model_dump(mode="json"),
        "suite_states": suite.model_dump(mode="json", exclude={"games"}),
    }


def score_interval(values: Sequence[float]) -> Interval:
    """The interval of a mean score: Wilson's where episodes are won or lost, else the bootstrap.

    The bootstrap of nothing but wins has no width, and would claim certainty after three episodes.
    """
    if set(values) <= {0.0, 1.0}:
        return wilson_interval(int(sum(values)), len(values))
    return bootstrap_interval(values)


def _game(
    played: Sequence[PlayedGame], raw: Mapping[str, Strata], scale: Scale | None, suite: Suite
) -> dict[str, Any]:
    game = played[0].task
    values = [episode.score for episode in played]
    interval = score_interval(values)
    random_high = score_interval(raw["random"][game]).high
    return {
        "n": len(played),
        "mean": mean(values),
        "ci95": list(interval),
        "iqm": interquartile_mean(values),
        "normalised": normalised(mean(values), *scale) if scale else None,
        "normalised_ci95": [normalised(end, *scale) for end in interval] if scale else None,
        "human_normalised": _human(game, mean(values)),
        "scale": list(scale) if scale else None,
        "reference": suite.game(game).reference,
        "above_random": interval.low > random_high,
        "invalid_rate": _rate(played),
        "fallback": played[0].result.fallback,
        "crashes": sum(episode.result.status == "crashed" for episode in played),
        "timeouts": sum(episode.broken and episode.result.status != "crashed" for episode in played),
        "status": _count(played),
        "solved": mean([float(episode.result.solved) for episode in played]),
        "steps": mean([episode.result.steps for episode in played]),
        "env_steps": mean([episode.result.env_steps for episode in played]),
        "tokens": mean([episode.result.tokens for episode in played]),
        "seconds": mean([episode.result.seconds for episode in played]),
        "most_common_error": _most_common(played),
        "baselines": {name: _aside(scores[game], scale) for name, scores in raw.items() if game in scores},
        "scores": {str(episode.seed): episode.score for episode in played},
    }


def _aside(values: Sequence[float], scale: Scale | None) -> dict[str, Any]:
    return {
        "n": len(values),
        "mean": mean(values),
        "ci95": list(score_interval(values)),
        "normalised": normalised(mean(values), *scale) if scale else None,
    }


def _scale(game: str, raw: Mapping[str, Strata], suite: Suite) -> Scale | None:
    """What counts as 0 and 1; None where the reference is not above random play: the game then tells nothing."""
    reference = suite.game(game).reference
    if reference == "human":
        return published(game)
    low = mean(raw["random"][game])
    high = mean(raw["oracle"][game]) if reference == "oracle" else float(reference)
    return (low, high) if high > low else None


def _human(game: str, score: float) -> float | None:
    return normalised(score, *published(game)) if game.startswith("ALE/") else None


def _baseline(ours: Strata, theirs: Strata) -> dict[str, Any]:
    """Beside ours, over the games that the baseline plays."""
    ours = {game: ours[game] for game in theirs}
    return {
        "normalised_iqm": pooled_iqm(theirs),
        "normalised_mean": mean([mean(values) for values in theirs.values()]),
        "probability_of_improvement": probability_of_improvement(ours, theirs),
        "probability_of_improvement_ci95": list(improvement_interval(ours, theirs)),
    }


def _profile(strata: Strata) -> dict[str, Any]:
    profile = performance_profile(strata, THRESHOLDS)
    return {
        "thresholds": list(profile.thresholds),
        "shares": list(profile.shares),
        "ci95": [list(band) for band in profile.bands],
    }


def _curve(
    by_game: Mapping[str, Sequence[PlayedGame]], scales: Mapping[str, Scale], suite: Suite, manifest: Manifest
) -> dict[str, Any] | None:
    """The normalised score against the step budget, over the games that have a scale."""
    if not scales:
        return None
    episodes = {
        game: [
            [normalised(score, *scales[game]) for score in played.scores(suite.game(game).floor)]
            for played in by_game[game]
        ]
        for game in scales
    }
    curve = budget_curve(episodes, round_budgets(max(manifest.budgets.max_steps[game] for game in scales)))
    return {
        "steps": list(curve.budgets),
        "normalised_mean": list(curve.means),
        "ci95": [list(band) for band in curve.bands],
    }


def _scores(played: Sequence[PlayedGame]) -> Strata:
    found: Strata = {}
    for episode in played:
        found.setdefault(episode.task, []).append(episode.score)
    return found


def _scaled(strata: Strata, scales: Mapping[str, Scale]) -> Strata:
    return {
        game: [normalised(value, *scales[game]) for value in strata[game]] for game in scales if game in strata
    }


def _rate(played: Sequence[PlayedGame]) -> float:
    """Steps without a legal move, per step."""
    return sum(episode.result.invalid for episode in played) / max(
        1, sum(episode.result.steps for episode in played)
    )


def _count(played: Sequence[PlayedGame]) -> dict[str, int]:
    statuses = [episode.result.status for episode in played]
    return {status: statuses.count(status) for status in sorted(set(statuses))}


def _most_common(played: Sequence[PlayedGame]) -> str:
    errors = [episode.result.error for episode in played if episode.result.error]
    return max(errors, key=errors.count, default="")
