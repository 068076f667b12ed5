"""The headline tables: the model from pixels and from elements, oracle, random and blind, on the same test seeds.

    python -m benchmarks.miniwob
    python -m benchmarks.miniwob --tasks tier-a --seeds 2000000:50 --agents "model, pixels"
    python -m benchmarks.miniwob --quick --out /tmp/quick

A run that was stopped goes on where it was. Writes `miniwob.md`, `miniwob.json` and `miniwob.png`, and the full
JSON of each agent, to `benchmarks/results/`.
"""

import asyncio
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console

from agent.evaluation.config import Agent, EvalConfig, Observe
from agent.evaluation.log import write_json
from agent.evaluation.miniwob import evaluate
from agent.evaluation.progress import Bar
from agent.evaluation.selection import seed_range, tasks_named
from agent.evaluation.table import percent, show, spread
from benchmarks.command import run as run_command
from benchmarks.machine import RESULTS, in_words, machine
from benchmarks.plots import per_task
from envs.suites.miniwob.tasks import HELD_OUT

AGENTS: dict[str, tuple[Agent, Observe]] = {
    "model, pixels": ("vlm", "pixels"),
    "model, elements": ("vlm", "elements"),
    "blind, pixels": ("blind", "pixels"),
    "random": ("random", "pixels"),
    "oracle": ("oracle", "pixels"),
}
GROUPS = {"all": "all tasks", "tier-a": "tier A", "trained": "trained on", "held-out": "held out"}
assert {agent for agent, _ in AGENTS.values()} == set(get_args(Agent))


def main(
    seeds: Annotated[str, typer.Option(help="START:COUNT of test seeds.")] = "2000000:20",
    tasks: Annotated[str, typer.Option(help="As for `seedbed eval miniwob`.")] = "all",
    agents: Annotated[str, typer.Option(help="Labels, separated by semicolons.")] = ";".join(AGENTS),
    parallel: Annotated[int, typer.Option(min=1, help="Pages played at once.")] = 16,
    model_url: Annotated[str | None, typer.Option(help="An endpoint that runs already.")] = None,
    model: Annotated[str | None, typer.Option(help="Weights to serve; by default the embedded model.")] = None,
    out: Annotated[Path, typer.Option(help="Where results go.")] = RESULTS,
    fresh: Annotated[bool, typer.Option("--fresh", help="Play finished episodes again.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Three tasks, one seed, to see that it works.")] = False,
) -> None:
    """Play every agent on the same seeds and write tables and the plot."""
    if quick:
        seeds, tasks = "1000000:1", "click-test,focus-text,click-shades"
    found = machine()
    console = Console()
    console.print(in_words(found), soft_wrap=True)
    chosen = [label.strip() for label in agents.split(";")]
    if unknown := [label for label in chosen if label not in AGENTS]:
        raise typer.BadParameter(f"no agent {unknown[0]!r}; there are {'; '.join(AGENTS)}", param_hint="--agents")
    out.mkdir(parents=True, exist_ok=True)
    results: dict[str, dict[str, Any]] = {}
    for label in chosen:
        agent, observation = AGENTS[label]
        config = EvalConfig(
            agent=agent,
            observation=observation,
            tasks=tasks_named(tasks),
            seeds=seed_range(seeds),
            parallel=parallel,
            json_path=out / f"miniwob-{label.replace(', ', '-')}.json",
            model_url=model_url,
            model=model,
            fresh=fresh,
        )
        with Bar(Console(stderr=True)) as bar:
            results[label] = asyncio.run(evaluate(config, bar))
        show(results[label], console)
    text = markdown(results, in_words(found), seeds)
    (out / "miniwob.md").write_text(text, encoding="utf-8")
    means = {
        label: {key: value for key, value in result.items() if key not in ("tasks", "manifest")}
        for label, result in results.items()
    }
    write_json(out / "miniwob.json", {"machine": found, "seeds": seeds, "agents": means})
    per_task(
        results,
        HELD_OUT,
        out / "miniwob.png",
        f"strict success; bars are 95% intervals; * never trained on; {seeds}",
    )
    console.print(text, markup=False, highlight=False)
    console.print(f"written to {out}", soft_wrap=True)


def markdown(results: dict[str, dict[str, Any]], measured_on: str, seeds: str) -> str:
    """The means by group, the speed, and every task, as Markdown."""
    lines = [
        "# MiniWoB++",
        "",
        f"Strict success in percent (full raw reward), 95% intervals in brackets; seeds {seeds}.",
        f"Measured on {measured_on}.",
        "",
        f"| agent | {' | '.join(GROUPS.values())} | lax, all asked | invalid | s/step | episodes/s |",
        "|---|" + "---:|" * (len(GROUPS) + 4),
    ]
    for label, result in results.items():
        cells = [_cell(result["groups"].get(name)) for name in GROUPS]
        lines.append(
            f"| {label} | {' | '.join(cells)} | {percent(result['mean_lax'])} | {result['invalid_rate']:.2%} | "
            f"{result['seconds_per_step']:.2f} | {result['episodes_per_second']:.1f} |"
        )
    lines += ["", f"| task | {' | '.join(results)} |", "|---|" + "---:|" * len(results)]
    for task in next(iter(results.values()))["tasks"]:
        scores = [percent(result["tasks"][task]["strict"]) for result in results.values()]
        lines.append(f"| {task}{' *' if task in HELD_OUT else ''} | {' | '.join(scores)} |")
    return "\n".join([*lines, "", "\\* held out: never trained on.", ""])


def _cell(group: dict[str, Any] | None) -> str:
    if group is None:
        return "-"
    return f"{percent(group['mean_strict'])} ({spread(group['ci95_strict'])}), {group['tasks']} tasks"


if __name__ == "__main__":
    run_command(main)
