"""Draws a result: scores of each game, the performance profile, the score against the step budget; SVG."""

import io
from collections.abc import Mapping
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS = {
    "random": "#d08770",
    "constant": "#c9a227",
    "oracle": "#9aa0a8",
    "blind": "#8a6fae",
    "wrong-instruction": "#5e9c9c",
}
OURS = "#1f6fb2"


def plots(summary: Mapping[str, Any]) -> dict[str, str]:
    """From a plot's caption to its SVG."""
    drawn = {
        "Normalised score of each game, with 95% intervals; 0 is random play, 1 the reference": _games(summary)
    }
    if summary["profiles"]:
        drawn["Performance profile: the share of episodes above each normalised score"] = _profiles(summary)
    if summary["budget_curve"]:
        drawn["Normalised score against the step budget"] = _curve(summary)
    return drawn


def _games(summary: Mapping[str, Any]) -> str:
    shown = {name: game for name, game in summary["games"].items() if game["scale"]}
    figure, axes = pyplot.subplots(figsize=(8, 1.4 + 0.36 * max(len(shown), 1)), layout="constrained")
    for place, game in enumerate(shown.values()):
        axes.plot(
            game["normalised_ci95"], [place, place], color=OURS, alpha=0.35, linewidth=5, solid_capstyle="butt"
        )
        for name, other in game["baselines"].items():
            if name in COLOURS and name != summary["agent"]:
                axes.scatter(
                    other["normalised"], place, s=60, marker="|", color=COLOURS[name], label=_once(name, place)
                )
        axes.scatter(game["normalised"], place, s=34, color=OURS, zorder=3, label=_once(summary["agent"], place))
    axes.set_yticks(range(len(shown)), list(shown))
    axes.set_ylim(max(len(shown), 1) - 0.5, -0.5)
    axes.axvline(0, color="#bbbbbb", linewidth=0.8, zorder=0)
    axes.axvline(1, color="#bbbbbb", linewidth=0.8, zorder=0)
    return _finished(figure, axes, legend=bool(shown))


def _profiles(summary: Mapping[str, Any]) -> str:
    figure, axes = pyplot.subplots(figsize=(8, 3.6), layout="constrained")
    for name, profile in summary["profiles"].items():
        ours = name == summary["agent"]
        colour = OURS if ours else COLOURS.get(name, "#666666")
        axes.step(
            profile["thresholds"],
            profile["shares"],
            where="post",
            color=colour,
            label=name,
            linewidth=2.2 - (not ours),
        )
        if ours:
            low, high = zip(*profile["ci95"], strict=True)
            axes.fill_between(profile["thresholds"], low, high, step="post", color=colour, alpha=0.15, linewidth=0)
    axes.set_xlabel("normalised score")
    axes.set_ylabel("share of episodes above it")
    axes.set_ylim(0, 1.02)
    return _finished(figure, axes)


def _curve(summary: Mapping[str, Any]) -> str:
    curve = summary["budget_curve"]
    figure, axes = pyplot.subplots(figsize=(8, 3.2), layout="constrained")
    low, high = zip(*curve["ci95"], strict=True)
    axes.fill_between(curve["steps"], low, high, color=OURS, alpha=0.15, linewidth=0)
    axes.plot(
        curve["steps"], curve["normalised_mean"], color=OURS, marker="o", markersize=3.5, label=summary["agent"]
    )
    axes.set_xscale("log")
    axes.set_xticks(curve["steps"], [str(steps) for steps in curve["steps"]])
    axes.minorticks_off()
    axes.set_xlabel("step budget")
    axes.set_ylabel("normalised score, mean over games")
    return _finished(figure, axes)


def _once(name: str, place: int) -> str:
    """A legend's label, at the first place only; matplotlib leaves out what begins with an underline."""
    return name if place == 0 else f"_{name}"


def _finished(figure: Figure, axes: Axes, legend: bool = True) -> str:
    axes.grid(color="#eeeeee", linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if legend:
        axes.legend(frameon=False, fontsize=8, ncols=6, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    buffer = io.StringIO()
    # Without a date and with a fixed salt, so that the same result draws the same bytes.
    with pyplot.rc_context({"svg.hashsalt": "seedbed", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    return buffer.getvalue()[buffer.getvalue().index("<svg") :]
