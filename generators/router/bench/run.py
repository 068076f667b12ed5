"""Runs the bench: every rule learns from the train split and is asked on the test split, slice by slice."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.router.arms import Arm
from generators.router.bench.baselines.ours import Seedbed
from generators.router.bench.baselines.registry import RULES, rule_named
from generators.router.bench.data import Scored, scored
from generators.router.bench.gates import GATES
from generators.router.bench.metrics import (
    calibration_error,
    chosen,
    reached,
    regret_ratio_upper,
    rises,
    risk_coverage,
)
from generators.router.bench.replay import new_expert, seconds_saved, stationary_loss
from generators.router.choice import calibrated, choose, look, win_shares
from generators.router.errors import RouterError
from generators.router.extension import extend, lost_terms
from generators.router.features import features_of
from generators.router.matrix import ScoreMatrix
from generators.router.parse.rules import parse
from generators.router.posterior.state import Posterior
from generators.router.taxonomy import Taxonomy

VLM_CALLS = 2
"""With a language model one call reads the request and one extends the prompt."""
_TIMED, _WARM_UP = 200, 5

Told = Callable[[str], None]
"""Told which part begins."""


def run(
    matrix: ScoreMatrix, arms: Sequence[Arm], taxonomy: Taxonomy, told: Told = lambda _: None
) -> dict[str, Any]:
    """The whole report as plain data; `arms` are described in the order of the matrix."""
    if [arm.name for arm in arms] != list(matrix.arms):
        raise RouterError("the arms are not those of the score matrix, in its order")
    told("reading prompts")
    data = scored(matrix, arms, taxonomy)
    train, val, test = (data.at(_needed(matrix, split)) for split in ("train", "val", "test"))
    places = {"test": np.arange(len(test.quality))} | _slices(matrix)
    ours, chances = Seedbed(), dict[str, NDArray[np.float64]]()
    for name in RULES:
        told(name)
        rule = ours if name == "seedbed" else rule_named(name)
        rule.learn(train, val)
        chances[name] = rule.choose(test)
    told("calibration, seconds, votes")
    regrets = {name: _regret(each, test) for name, each in chances.items()}
    posterior = ours.posterior
    certainty, right = _certainty(posterior, test)
    curve = risk_coverage(certainty, regrets["seedbed"])
    saved, kept = seconds_saved(posterior, test)
    fresh = new_expert(train, test, posterior)
    table = {name: _rows(chances, test.at(place), place) for name, place in places.items()}
    report: dict[str, Any] = {
        "scorer": matrix.scorer,
        "prompts": {"train": len(train.quality), "val": len(val.quality), "test": len(test.quality)},
        "arms": len(arms),
        "seeds": matrix.scores.shape[2],
        "gap_closed": table["test"]["seedbed"]["gap_closed"],
        "gap_closed_synonyms": table["synonyms"]["seedbed"]["gap_closed"] if "synonyms" in table else float("nan"),
        "regret_ratio_upper95": regret_ratio_upper(regrets["seedbed"], regrets["diffusiongpt"]),
        "regret_ratio_upper95_knn": regret_ratio_upper(regrets["seedbed"], regrets["knn"]),
        "calibration_error": calibration_error(certainty, right),
        "risk_coverage": curve,
        "risk_coverage_rises": rises(curve),
        "balanced": {"seconds_saved": saved, "quality_ratio": kept},
        "new_expert": fresh | {"closed": max(fresh.values())},
        "stationary_loss": stationary_loss(posterior, train, test),
        **decision_ms(posterior, matrix, taxonomy),
        "vlm_calls": VLM_CALLS,
        **reading(matrix, arms, taxonomy),
        "baselines": [{"name": name, **row} for name, row in table["test"].items()],
        "slices": {name: rows for name, rows in table.items() if name != "test"},
    }
    report["gates"] = [
        {"figure": gate.figure, "value": gate.value(report), "passed": gate.passed(report)} | asdict(gate)
        for gate in GATES
    ]
    return report


def reading(matrix: ScoreMatrix, arms: Sequence[Arm], taxonomy: Taxonomy) -> dict[str, float]:
    """How well the offline parser reads the test prompts, and whether an extended prompt keeps what it must."""
    forms, media, kept, wanted = [], [], 0, 0
    for index in (index for index, split in enumerate(matrix.split) if split == "test"):
        parsed = parse(matrix.prompts[index], taxonomy)
        asks = matrix.slice[index] != "not-media"
        media.append((parsed.media != "none") == asks)
        if not asks:
            continue
        forms.append(parsed.form == matrix.form[index])
        drawn = extend(parsed, arms[index % len(arms)], taxonomy).prompt
        wanted += len(matrix.must_keep[index])
        kept += len(matrix.must_keep[index]) - len(lost_terms(drawn, matrix.must_keep[index], taxonomy))
    return {
        "form_accuracy": float(np.mean(forms)),
        "media_accuracy": float(np.mean(media)),
        "must_keep_retention": kept / wanted if wanted else 1.0,
    }


def decision_ms(posterior: Posterior, matrix: ScoreMatrix, taxonomy: Taxonomy) -> dict[str, float]:
    """Milliseconds from a typed prompt to a decision, without a language model and without the database.

    Beside the time on the wall stands that of the processor alone, which other programs hardly disturb.
    """
    taken = []
    seconds = np.ones(len(posterior.arms))
    asked = [matrix.prompts[index] for index in matrix.where("test")][:_TIMED]
    for text in [*asked[:_WARM_UP], *asked]:
        started, worked = time.perf_counter(), time.thread_time()
        mean, variance = posterior.predict(features_of(parse(text, taxonomy).content, taxonomy).phi())
        choose(look(mean, variance, posterior.noise, seconds, 0.0, posterior.calibration), 0)
        taken.append((1000 * (time.perf_counter() - started), 1000 * (time.thread_time() - worked)))
    wall, cpu = np.quantile(np.array(taken[_WARM_UP:]), 0.95, axis=0)
    return {"decision_p95_ms": float(wall), "decision_cpu_p95_ms": float(cpu)}


def _certainty(posterior: Posterior, test: Scored) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """P(best) of what is chosen for each test prompt, and whether nothing scored higher, `[n]` each."""
    mean, variance = posterior.predict_many(test.phi)
    shares = win_shares(mean, np.sqrt(variance + posterior.noise))
    rows, picked = np.arange(len(mean)), np.argmax(mean, axis=1)
    certainty = np.array(
        [calibrated(share, posterior.calibration)[arm] for share, arm in zip(shares, picked, strict=True)]
    )
    quality = np.nan_to_num(test.quality)
    return certainty, quality[rows, picked] >= quality.max(axis=1) - 1e-9


def _regret(chances: NDArray[np.float64], test: Scored) -> NDArray[np.float64]:
    return np.nanmax(test.quality, axis=1) - chosen(chances, test.quality)


def _rows(
    chances: dict[str, NDArray[np.float64]], asked: Scored, place: NDArray[np.intp]
) -> dict[str, dict[str, float]]:
    """From a rule to what it reaches on the prompts at `place` of the test split."""
    ends = {name: float(chosen(chances[name][place], asked.quality).mean()) for name in ("best-single", "oracle")}
    return {
        name: asdict(reached(each[place], asked.quality, asked.seconds, ends["best-single"], ends["oracle"]))
        for name, each in chances.items()
    }


def _needed(matrix: ScoreMatrix, split: str) -> NDArray[np.intp]:
    found = matrix.where(split)
    if not len(found):
        raise RouterError(f"the score matrix has no scored prompts in its {split} split")
    return found


def _slices(matrix: ScoreMatrix) -> dict[str, NDArray[np.intp]]:
    """From a slice or a form to its places within the test split."""
    test = matrix.where("test")
    found = {
        **{name: [matrix.slice[index] == name for index in test] for name in sorted(set(matrix.slice))},
        **{f"form {name}": [matrix.form[index] == name for index in test] for name in sorted(set(matrix.form))},
    }
    return {name: np.flatnonzero(where) for name, where in found.items() if any(where)}
