"""The result as a table: for the terminal, and in Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

HEADINGS = ("game", "n", "mean", "95%", "IQM", "random", "reference", "normalised", "invalid", "crashes", "steps")

ON_SCREEN = ("game", "n", "mean", "95%", "random", "normalised")


def rows(summary: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """One row a game, in the order of `HEADINGS`."""
    return [_row(name, game) for name, game in summary["games"].items()]


def beside(summary: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Means and intervals of whoever played the same seeds, a row a game; the first row is the headings."""
    names = list(dict.fromkeys(name for entry in summary["games"].values() for name in entry["baselines"]))
    found: list[tuple[str, ...]] = [("game", *names)]
    for game, entry in summary["games"].items():
        others = [entry["baselines"].get(name) for name in names]
        # Not every game has an oracle.
        cells = (f"{number(other['mean'])} ({spread(other['ci95'])})" if other else "-" for other in others)
        found.append((game, *cells))
    return found


def aggregate(summary: Mapping[str, Any]) -> list[str]:
    """The lines below the table: what the games say together."""
    lines = []
    if summary["normalised_iqm"] is not None:
        lines.append(
            f"normalised IQM {number(summary['normalised_iqm'])} ({spread(summary['normalised_iqm_ci95'])}), "
            f"mean {number(summary['normalised_mean'])} ({spread(summary['normalised_mean_ci95'])})"
        )
    if summary["not_normalised"]:
        without = ", ".join(summary["not_normalised"])
        lines.append(f"not normalised, because the reference is not above random play: {without}")
    above = sum(game["above_random"] for game in summary["games"].values())
    lines.append(f"above random play with intervals that do not overlap: {above} of {len(summary['games'])} games")
    for name, other in summary["baselines"].items():
        chance, (low, high) = other["probability_of_improvement"], other["probability_of_improvement_ci95"]
        lines.append(f"probability of improvement over {name} {chance:.2f} ({low:.2f} to {high:.2f})")
    status = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in summary["status"].items())
    lines.append(
        f"{summary['episodes']} episodes: {status}; invalid replies {summary['invalid_rate']:.2%} of steps"
    )
    return lines


def show(summary: Mapping[str, Any], console: Console) -> None:
    """Print the columns that fit a terminal of 80 columns, and what is below the table."""
    table = Table(
        title=f"{summary['suite']}, {summary['agent']}", title_justify="left", box=None, padding=(0, 1, 0, 0)
    )
    chosen = [HEADINGS.index(heading) for heading in ON_SCREEN]
    for heading in ON_SCREEN:
        table.add_column(heading, no_wrap=True, justify="left" if heading == "game" else "right")
    for row, game in zip(rows(summary), summary["games"].values(), strict=True):
        table.add_row(*(Text(row[place]) for place in chosen), style="green" if game["above_random"] else "")
    console.print(table)
    for line in aggregate(summary):
        console.print(Text(line), soft_wrap=True)


def markdown(summary: Mapping[str, Any]) -> str:
    """The table and what belongs to it, as a Markdown page."""
    states = summary["suite_states"]
    manifest = summary["manifest"]
    seeds = manifest["seeds"]
    compared = beside(summary)
    lines = [
        f"# {states['title']}: {summary['agent']}",
        "",
        *([states["about"], ""] if states["about"] else []),
        *_table(HEADINGS, rows(summary)),
        "",
        *(f"- {line}" for line in aggregate(summary)),
        f"- seeds {seeds['start']} to {seeds['start'] + seeds['count'] - 1}, "
        f"model {manifest['model'] or 'none'}, observation {manifest['observation'] or 'none'}",
        "",
        "## Beside it, on the same seeds",
        "",
        *_table(compared[0], compared[1:]),
        "",
    ]
    if states["differences"]:
        lines += [
            f"## Differences from {states['compared_with']}",
            "",
            *(f"- {text}" for text in states["differences"]),
        ]
    return "\n".join(lines) + "\n"


def number(value: float | None) -> str:
    """Three digits are what an evaluation of tens of episodes can tell; large scores are shown whole."""
    if value is None:
        return "-"
    # Rounded first: a tiny negative number is no "-0.000".
    return f"{round(value, 3) + 0.0:.3f}" if abs(value) < 100 else f"{value:.0f}"


def spread(interval: Sequence[float]) -> str:
    return f"{number(interval[0])} to {number(interval[1])}"


def _row(name: str, game: Mapping[str, Any]) -> tuple[str, ...]:
    beside = game["baselines"]
    reference = beside["oracle"]["mean"] if game["reference"] == "oracle" else (game["scale"] or (None, None))[1]
    return (
        name,
        str(game["n"]),
        number(game["mean"]),
        spread(game["ci95"]),
        number(game["iqm"]),
        number(beside["random"]["mean"]),
        number(reference),
        number(game["normalised"]),
        f"{game['invalid_rate']:.1%}",
        str(game["crashes"] + game["timeouts"]),
        f"{game['steps']:.1f}",
    )


def _table(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(headings) + " |",
        "|---" + "|---:" * (len(headings) - 1) + "|",
        *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells),
    ]
