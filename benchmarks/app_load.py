"""Many people in the chat at once, with pictures waiting: are all jobs served, to whom, and how fast is the rest?

    python -m benchmarks.app_load
    python -m benchmarks.app_load --quick

Every user orders pictures, draws in the chat, and meanwhile asks what costs no drawing. Afterwards every job that
was promised is looked for: it is done, it is its user's own and nobody else's, and its file is the picture that
was asked for. The users share the processor with the app, which only makes its answers slower.

Writes `benchmarks/results/app_load.json`; with `--quick`, which only shows that it works, beside that.
"""

import asyncio
import io
import json
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
import numpy as np
import typer
from PIL import Image
from rich.console import Console
from rich.table import Table

from agent.evaluation.log import write_json
from benchmarks.app_process import EXPERT, Running, running
from benchmarks.command import run as run_command
from benchmarks.machine import RESULTS, in_words, machine
from generators.image.recipe import recipe_in

LOOKED_AT = ("/models", "/jobs", "/artifacts", "/videos", "POST /route")
"""What is asked beside the drawing; with POST in front where it is one."""
OVER = ("done", "failed", "cancelled")
FIRST = "first"
POLL_S, TIMEOUT_S = 1.0, 3600.0


@dataclass
class Visit:
    """What one user did and was told."""

    user: str
    client: httpx.AsyncClient
    jobs: dict[str, int | None] = field(default_factory=dict)
    """From a job that was promised to the seed it was asked with, None where the chat chose one."""
    chat_s: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Answers that were errors; each is one too many."""
    looks_ms: list[tuple[str, float]] = field(default_factory=list)


def main(
    users: Annotated[int, typer.Option(min=2, max=500, help="In the chat at once.")] = 50,
    turns: Annotated[int, typer.Option(min=1, max=20, help="Of each user's conversation.")] = 2,
    think_s: Annotated[float, typer.Option(min=0.01, help="Between two looks of a user, on average.")] = 2.0,
    quick: Annotated[bool, typer.Option("--quick", help="Four users, one turn.")] = False,
) -> None:
    """Measure, print and write `benchmarks/results/app_load.json`."""
    if quick:
        users, turns, think_s = 4, 1, 0.3
    found = machine()
    console = Console()
    console.print(in_words(found), soft_wrap=True)
    names = [f"user{number}" for number in range(users)]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), [*names, FIRST]) as app:
        _warm(app)
        began = time.perf_counter()
        facts = asyncio.run(_load(app, turns, think_s))
        facts["seconds"] = time.perf_counter() - began
    jobs = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in facts["jobs"].items())
    console.print(f"jobs: {jobs}; {len(facts['errors'])} errors", soft_wrap=True)
    console.print(_table(facts))
    path = RESULTS / f"app_load{'-quick' if quick else ''}.json"
    write_json(path, {"machine": found, "users": users, "turns": turns, "think_s": think_s, **facts})
    console.print(f"written to {path}", soft_wrap=True)


def _warm(app: Running) -> None:
    """Two pictures for somebody who is not counted: the first ones load torch, expert and router."""
    headers = {"Authorization": f"Bearer {app.tokens[FIRST]}"}
    with httpx.Client(base_url=app.url, headers=headers, timeout=TIMEOUT_S, trust_env=False) as client:
        client.post("/images/generations", json={"prompt": "a red fox"}).raise_for_status()
        said = [{"role": "user", "content": "draw a red fox"}]
        client.post("/chat/completions", json={"model": "auto", "messages": said}).raise_for_status()


async def _load(app: Running, turns: int, think_s: float) -> dict[str, Any]:
    visits = [
        Visit(
            user,
            httpx.AsyncClient(
                base_url=app.url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S, trust_env=False
            ),
        )
        for user, token in app.tokens.items()
        if user != FIRST
    ]
    await asyncio.gather(*(_visit(visit, number, turns, think_s) for number, visit in enumerate(visits)))
    jobs = await _judged(visits)
    for visit in visits:
        await visit.client.aclose()
    looks = [look for visit in visits for look in visit.looks_ms]
    routes = {route: _spread([ms for name, ms in looks if name == route]) for route in LOOKED_AT}
    routes["all"] = _spread([ms for _, ms in looks])
    return {
        "jobs": jobs,
        "errors": [said for visit in visits for said in visit.refused],
        "chat_s": _spread([taken for visit in visits for taken in visit.chat_s]),
        "looks_ms": {route: spread for route, spread in routes.items() if spread},
    }


async def _visit(visit: Visit, number: int, turns: int, think_s: float) -> None:
    looking = asyncio.create_task(_look(visit, random.Random(number), think_s))
    try:
        for turn in range(turns):
            seed = 1000 * number + turn
            asked = {"prompt": "a red fox in the snow", "model": EXPERT, "seed": seed}
            answer = await visit.client.post("/jobs", json=asked)
            if answer.status_code == 202:
                visit.jobs |= {job["id"]: seed for job in answer.json()["data"]}
            else:
                visit.refused.append(answer.text)
            await _say(visit, f"draw a red fox with {turn + 2} cubs")
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _say(visit: Visit, text: str) -> None:
    """One turn of the chat, streamed to its end."""
    body = {"model": "auto", "thread": "bench", "stream": True, "messages": [{"role": "user", "content": text}]}
    began, artifacts = time.perf_counter(), 0
    async with visit.client.stream("POST", "/chat/completions", json=body) as answer:
        async for line in answer.aiter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line.removeprefix("data: "))
            told = chunk.get("seedbed", {})
            if told.get("event") == "artifact":
                artifacts += 1
                visit.jobs[told["id"]] = None
            if "error" in chunk:
                visit.refused.append(line)
    visit.chat_s.append(time.perf_counter() - began)
    if not artifacts:
        visit.refused.append(f"no picture for {text!r} (status {answer.status_code})")


async def _look(visit: Visit, dice: random.Random, think_s: float) -> None:
    """Ask what costs no drawing, until cancelled."""
    while True:
        await asyncio.sleep(dice.expovariate(1 / think_s))
        route = dice.choice(LOOKED_AT)
        method, _, path = route.rpartition(" ")
        began = time.perf_counter()
        body = {"prompt": "a red fox at night"} if method else None
        answer = await visit.client.request(method or "GET", path, json=body)
        visit.looks_ms.append((route, 1000 * (time.perf_counter() - began)))
        if answer.status_code != 200:
            visit.refused.append(answer.text)


async def _judged(visits: list[Visit]) -> dict[str, int]:
    """Wait for every job that was promised and count how they ended, and those that are not as promised."""
    counts = {"promised": 0, "done": 0, "failed": 0, "lost": 0, "wrong_owner": 0, "wrong_picture": 0}
    for place, visit in enumerate(visits):
        other = visits[place - 1]
        counts["promised"] += len(visit.jobs)
        for job, seed in visit.jobs.items():
            answer = await visit.client.get(f"/jobs/{job}")
            while answer.status_code == 200 and answer.json()["status"] not in OVER:
                await asyncio.sleep(POLL_S)
                answer = await visit.client.get(f"/jobs/{job}")
            if answer.status_code != 200:
                counts["lost"] += 1
                continue
            counts["done" if answer.json()["status"] == "done" else "failed"] += 1
            seen = [await other.client.get(path) for path in (f"/jobs/{job}", f"/artifacts/{job}/content")]
            counts["wrong_owner"] += any(each.status_code != 404 for each in seen)
            if answer.json()["status"] == "done" and seed is not None:
                content = (await visit.client.get(f"/artifacts/{job}/content")).content
                with Image.open(io.BytesIO(content)) as image:
                    counts["wrong_picture"] += recipe_in(image, job).request.seed != seed
        # Jobs that nobody was promised are somebody's lost ones.
        listed = {each["id"] for each in (await visit.client.get("/jobs?limit=100")).json()["data"]}
        counts["wrong_owner"] += len(listed - set(visit.jobs))
    return counts


def _spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    half, most = np.percentile(values, [50, 95])
    return {"count": len(values), "p50": float(half), "p95": float(most), "max": max(values)}


def _table(facts: dict[str, Any]) -> Table:
    table = Table(title="Seconds of answers, milliseconds of looks", title_justify="left")
    table.add_column("")
    for heading in ("count", "p50", "p95", "most"):
        table.add_column(heading, justify="right")
    rows = {"an answer of the chat, s": facts["chat_s"]}
    rows |= {f"{route}, ms": spread for route, spread in facts["looks_ms"].items()}
    for name, row in rows.items():
        table.add_row(name, str(row["count"]), *(f"{row[key]:.1f}" for key in ("p50", "p95", "max")))
    return table


if __name__ == "__main__":
    run_command(main)
