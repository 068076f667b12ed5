"""Draws an expert's training: the losses, at much and at little noise."""

import json
from collections import defaultdict
from pathlib import Path

SMOOTH = 0.97


def plot(metrics: Path, picture: Path) -> None:
    """Read `metrics.jsonl` and write a PNG; each curve is an exponential mean over about thirty steps."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    curves: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
    for line in metrics.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for name, value in row.items():
            if not name.startswith("loss"):
                continue
            steps, values = curves[name]
            steps.append(row["step"])
            values.append(value if not values else SMOOTH * values[-1] + (1 - SMOOTH) * value)
    figure, axes = pyplot.subplots(figsize=(9, 5), layout="constrained")
    for name, (steps, values) in sorted(curves.items()):
        axes.plot(steps, values, label=name, linewidth=1.5)
    axes.set_xlabel("step")
    axes.set_ylabel("weighted squared error, pixels from -1 to 1")
    axes.set_yscale("log")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    part = picture.with_suffix(".part.png")
    figure.savefig(part, dpi=110)
    part.replace(picture)
    pyplot.close(figure)
