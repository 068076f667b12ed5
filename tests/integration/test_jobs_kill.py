"""`kill -9` with jobs queued and one being drawn: afterwards each is done or marked failed, and none is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from generators.image.recipe import opened, recipe_in
from generators.jobs import Jobs
from generators.jobs.journal import INTERRUPTED

from ..generators.image.small import saved

CARD = """
title = "Tiny"
weights = "{weights}"
size = "embedded"
licence = "Apache-2.0"
memory_mb = 50
multiple = 4
subjects = ["animal"]
example_prompts = ["a red fox"]
[presets.draft]
steps = 4
width = 16
height = 16
"""
WORK = """
import sys, threading
from pathlib import Path
from generators.image.experts import loaded
from generators.jobs import Jobs
from generators.jobs.shelf import Shelf

armed, reached = threading.Event(), threading.Event()

def hold(module, given):
    if armed.is_set():
        reached.set()
        threading.Event().wait()

def load(card, device):
    expert = loaded(card, device)
    expert.pipeline.unet.register_forward_pre_hook(hold)
    return expert

jobs = Jobs(Path(sys.argv[1]), devices=("cpu",), shelf=lambda device: Shelf(device, load=load))
fox = {"prompt": "a red fox", "expert": "tiny"}
first = jobs.submit("ann", "image", {**fox, "seed": 0})
jobs.wait(first.id)
armed.set()
second = jobs.submit("ann", "image", {**fox, "seed": 1})
reached.wait()
rest = [jobs.submit(user, "image", {**fox, "seed": 2}) for user in ("bob", "ann", "cid")]
print(*(job.id for job in (first, second, *rest)), flush=True)
threading.Event().wait()
"""
"""One job is done, one is held in the middle of a step, three wait."""


def test_no_job_is_lost(tmp_path: Path, monkeypatch) -> None:
    experts = tmp_path / "config" / "seedbed" / "experts"
    experts.mkdir(parents=True)
    (experts / "tiny.toml").write_text(CARD.format(weights=saved(tmp_path / "weights")))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "jobs"
    process = subprocess.Popen([sys.executable, "-c", WORK, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        done, running, *waiting = process.stdout.readline().split()
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert len(waiting) == 3

    (folder / "artifacts" / f".{running}.png.part").write_bytes(b"half")
    jobs = Jobs(folder, devices=("cpu",))
    try:
        ended = {name: jobs.wait(name, timeout_s=300) for name in (done, running, *waiting)}
        assert [job.status for job in ended.values()] == ["done", "failed", "done", "done", "done"]
        assert (ended[running].error, ended[running].retryable) == (INTERRUPTED, True)
        for job in ended.values():
            if job.status == "done":
                path = jobs.artifact(job)
                assert recipe_in(opened(path), "x").request.seed == job.request["seed"]
        assert not list((folder / "artifacts").glob(".*")), "nothing half written is left"
    finally:
        jobs.close()
