"""A comparison in words and as a table, for the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.evaluation.games.compare import Comparison, Result
from agent.evaluation.games.table import spread


def show(first: str, second: str, ours: Result, theirs: Result, compared: Comparison, console: Console) -> None:
    """Print what the comparison of the files `first` and `second` says."""
    names = {"first": first, "second": second, "": "cannot be told"}
    table = Table("game", "pairs", "difference", "95%", "better", title="first minus second, on shared seeds")
    for name, game in compared.games.items():
        cells = (name, str(game.n), f"{game.difference:+.3f}", spread(game.interval), names[game.verdict])
        table.add_row(*(Text(cell) for cell in cells))
    console.print(
        f"first: {first} ({ours.agent}); second: {second} ({theirs.agent})", soft_wrap=True, markup=False
    )
    console.print(table)
    for line in sentences(names, compared):
        console.print(Text(line), soft_wrap=True)


def sentences(names: dict[str, str], compared: Comparison) -> list[str]:
    """What one may conclude, and what not."""
    lines = []
    if compared.overall is not None:
        overall = compared.overall
        verdict = f"{names[overall.verdict]} is better" if overall.verdict else "which is better cannot be told"
        lines.append(
            f"{verdict}: normalised difference {overall.difference:+.3f}, 95% {spread(overall.interval)}, "
            f"{overall.n} pairs of episodes"
        )
    chance, (low, high) = compared.improvement, compared.improvement_interval
    lines.append(f"probability that the first scores more in an episode {chance:.2f} ({low:.2f} to {high:.2f})")
    if compared.left_out:
        lines.append(
            f"not in the overall difference, for want of pairs or of a scale: {', '.join(compared.left_out)}"
        )
    if compared.differing:
        lines.append(f"careful: the two were made with different {', '.join(compared.differing)}")
    return lines
