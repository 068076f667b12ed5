"""What the router's commands print."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from generators.router.explain import shown
from generators.router.parse.schema import Parsed
from generators.router.router import Route

_ARMS_SHOWN = 5
_TERMS_IN_LINE = 2


def show_route(route: Route, parsed: Parsed, explain: bool, console: Console) -> None:
    """Who draws; with `explain` why, who else might, what it costs and what was like it."""
    kinds = {
        "single": f"{route.arm.name} draws",
        "pair": f"{route.arm.name} or {route.runner_up.name if route.runner_up else 'another'}: draw both and "
        "vote",
        "generalist": f"no expert seems fit: {route.arm.name}, the best in general, draws",
    }
    console.print(
        f"{kinds[route.kind]}  (P(best) {route.certainty:.0%}, about {route.seconds:.1f} s)", soft_wrap=True
    )
    if not explain:
        return
    console.print(f"\n{parsed.form}, {parsed.media}: {parsed.content!r}", soft_wrap=True)
    if parsed.must_keep:
        console.print(f"to keep: {', '.join(parsed.must_keep)}", soft_wrap=True)
    if parsed.negatives:
        console.print(f"left out: {', '.join(parsed.negatives)}", soft_wrap=True)
    why = Table(title=f"Why {route.arm.name}", title_justify="left")
    why.add_column("because of")
    why.add_column("score", justify="right")
    for term in shown(route.terms):
        why.add_row(term.name, f"{term.value:+.3f}")
    why.add_section()
    why.add_row("sum", f"{route.score:+.3f}")
    console.print(why)
    arms = Table(title="Who else", title_justify="left")
    for name in ("arm", "score", "P(best)", "seconds"):
        arms.add_column(name, justify="left" if name == "arm" else "right")
    for name, score, best, seconds in route.table[:_ARMS_SHOWN]:
        arms.add_row(name, f"{score:+.3f}", f"{best:.0%}", f"{seconds:.1f}")
    console.print(arms)
    if route.nearest:
        console.print("like what was scored: " + "; ".join(route.nearest), soft_wrap=True)


def why(route: Route) -> str:
    """A decision in one line: who draws, what speaks for it, what it costs, who would be next."""
    terms = ", ".join(f"{term.name} {term.value:+.2f}" for term in shown(route.terms, _TERMS_IN_LINE))
    doubt = {"single": "", "pair": ", in doubt", "generalist": ", for want of one that fits"}[route.kind]
    cost = f"(P(best) {route.certainty:.0%}, about {route.seconds:.1f} s)"
    runner_up = f"runner-up {route.runner_up.name}" if route.runner_up is not None else "nobody else is here"
    return f"{route.arm.name} draws{doubt} {cost}: {terms}; {runner_up}"


def route_as_data(route: Route, parsed: Parsed) -> dict[str, Any]:
    """A route as plain JSON data."""
    return {
        "arm": route.arm.name,
        "expert": route.arm.expert,
        "preset": route.arm.preset,
        "kind": route.kind,
        "runner_up": route.runner_up.name if route.runner_up else None,
        "score": route.score,
        "terms": [[term.name, term.value] for term in route.terms],
        "p_best": route.certainty,
        "seconds": route.seconds,
        "nearest": list(route.nearest),
        "arms": [
            {"arm": name, "score": score, "p_best": best, "seconds": seconds}
            for name, score, best, seconds in route.table
        ],
        "posterior_version": route.posterior_version,
        "decision_id": route.decision_id,
        "parsed": parsed.model_dump(mode="json"),
    }


def show_bench(report: Mapping[str, Any], console: Console) -> None:
    """Rules side by side, then the gates."""
    rules = Table(title=f"{report['prompts']['test']} test prompts, {report['arms']} arms", title_justify="left")
    for name in ("rule", "score", "regret", "top-1", "gap closed"):
        rules.add_column(name, justify="left" if name == "rule" else "right")
    for row in report["baselines"]:
        rules.add_row(
            row["name"],
            f"{row['quality']:.3f}",
            f"{row['regret']:.3f}",
            f"{row['top1']:.0%}",
            f"{row['gap_closed']:.2f}",
        )
    console.print(rules)
    gates = Table(title="Gates", title_justify="left")
    for name in ("figure", "is", "has to be", ""):
        gates.add_column(name, justify="right" if name == "is" else "left")
    for gate in report["gates"]:
        gates.add_row(
            gate["about"],
            f"{gate['value']:.3f}",
            f"{gate['side']} {gate['bound']:g}",
            "ok" if gate["passed"] else "no",
        )
    console.print(gates)
