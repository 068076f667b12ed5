"""`kill -9` of the app with jobs queued: after the next start each is done or marked failed, and none is lost."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from generators.image.recipe import opened, recipe_in
from generators.jobs.journal import INTERRUPTED

from ..generators.image.small import saved
from .test_jobs_kill import CARD

ROOT = Path(__file__).parents[2]
TOKENS = {"ann": "ann-has-a-long-token", "bob": "bob-has-another-token"}
LONG = {"num_inference_steps": 100, "size": "128x128"}
"""What is asked of the picture that is being drawn when the app is killed, so that it takes long."""
WAITING = 3
"""Pictures of each user behind it."""


@contextmanager
def app(home: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, httpx.Client]]]:
    """`seedbed app` as a person starts it, and a client for each user; the block kills it, or it is stopped."""
    options = ("--port", "0", "--device", "cpu", "--token-file", "tokens")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "seedbed.py"), "app", *options], cwd=home,
        env=os.environ | {"XDG_CONFIG_HOME": str(home / "config")}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+/v1", process.stdout.readline())
        assert found is not None, process.communicate()[1]
        with ExitStack() as stack:
            clients = {
                user: httpx.Client(
                    base_url=found[0], headers={"Authorization": f"Bearer {token}"}, timeout=300, trust_env=False
                )
                for user, token in TOKENS.items()
            }
            for client in clients.values():
                stack.enter_context(client)
            yield process, clients
    finally:
        process.terminate()
        _, said = process.communicate(timeout=120)
    assert "Traceback" not in said


def asked(client: httpx.Client, seed: int, **more: Any) -> str:
    body = {"prompt": "a red fox", "model": "tiny", "seed": seed}
    (job,) = client.post("/jobs", json=body | more).raise_for_status().json()["data"]
    return str(job["id"])


def test_no_job_is_lost(tmp_path: Path) -> None:
    experts = tmp_path / "config" / "seedbed" / "experts"
    experts.mkdir(parents=True)
    (experts / "tiny.toml").write_text(CARD.format(weights=saved(tmp_path / "weights")))
    (tmp_path / "tokens").write_text("".join(f"{user} {token}\n" for user, token in TOKENS.items()))
    data = tmp_path / "data" / "app" / "jobs"

    with app(tmp_path) as (process, clients):
        done = asked(clients["ann"], 0)
        clients["ann"].get(f"/jobs/{done}/events").raise_for_status()
        running = asked(clients["ann"], 1, **LONG)
        # Its first step is told of: it is being drawn, and will be for long.
        with clients["ann"].stream("GET", f"/jobs/{running}/events") as events:
            for line in events.iter_lines():
                if line.startswith("data:") and '"step": 1,' in line:
                    break
        waiting = {asked(clients[user], 10 + n): user for user in TOKENS for n in range(WAITING)}
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    (data / "artifacts" / f".{running}.png.part").write_bytes(b"half")
    with app(tmp_path) as (_, clients):
        ended = {}
        for job, user in {done: "ann", running: "ann", **waiting}.items():
            clients[user].get(f"/jobs/{job}/events").raise_for_status()
            ended[job] = clients[user].get(f"/jobs/{job}").raise_for_status().json()
        assert ended[running]["status"] == "failed"
        assert ended[running]["error"] == {"message": INTERRUPTED, "retryable": True}
        assert [each["status"] for job, each in ended.items() if job != running] == ["done"] * (1 + len(waiting))
        for user, other in (("ann", "bob"), ("bob", "ann")):
            own = {each["id"] for each in clients[user].get("/jobs?limit=100").json()["data"]}
            assert own == {job for job, owner in {done: "ann", running: "ann", **waiting}.items() if owner == user}
            assert {clients[other].get(f"/jobs/{job}").status_code for job in own} == {404}
        for job in {done, *waiting}:
            recipe = recipe_in(opened(data / "artifacts" / f"{job}.png"), job)
            assert recipe.request.seed == ended[job]["request"]["seed"]
    assert not list((data / "artifacts").glob(".*")), "nothing half written is left"
