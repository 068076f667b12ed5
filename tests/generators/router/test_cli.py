"""The router's commands, as a person runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generators.router.cli import route_app, router_app
from generators.router.errors import RouterError
from generators.router.matrix import save_matrix

ROOT = Path(__file__).resolve().parents[3]
RUNNER = CliRunner()


@pytest.fixture
def database(tmp_path):
    return tmp_path / "router.sqlite"


def test_a_route_says_who_why_and_how_long(database, tmp_path):
    out = tmp_path / "route.json"
    asked = ["I wish I could see a pixel art knight, no dragons", "--explain", "--database", str(database)]
    done = RUNNER.invoke(route_app, [*asked, "--json", str(out)], catch_exceptions=False)
    assert done.exit_code == 0
    for part in ("sprites", "inspiration", "pixel art", "left out: dragons", "sum", "Who else"):
        assert part in done.stdout
    said = json.loads(out.read_text())
    assert said["expert"] == "sprites"
    assert sum(value for _, value in said["terms"]) == pytest.approx(said["score"])
    assert sum(arm["p_best"] for arm in said["arms"]) == pytest.approx(1)
    assert said["parsed"]["negatives"] == ["dragons"]


def test_refit_promote_and_rollback(database, tmp_path, small_matrix):
    scores, out = tmp_path / "scores.npz", tmp_path / "refit.json"
    save_matrix(small_matrix, scores)

    def run(*arguments):
        return RUNNER.invoke(router_app, [*arguments, "--database", str(database)], catch_exceptions=False)

    assert "it decides" in run("refit", "--matrix", str(scores), "--json", str(out)).stdout
    first = json.loads(out.read_text())
    assert json.loads(out.read_text())["version"] == first["live"] == 1
    run("refit", "--json", str(out))
    assert json.loads(out.read_text()) == first, "the same tables give the same bits, and no new version"
    with pytest.raises(RouterError, match="decides already"):
        run("promote")
    with pytest.raises(RouterError, match="no earlier posterior"):
        run("rollback")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("route", "what time is it?"), "asks for no picture"),
        (("route", " "), "the prompt is empty"),
        (("route", "a video of a fox"), "no expert is left"),
        (("route", "a fox", "--mode", "cheap"), "cheap"),
        (("route", "a fox", "--database", "pyproject.toml"), "cannot open the router's database"),
        (("router", "bench", "--matrix", "no-such.npz"), "cannot read the score matrix"),
        (("router", "refit", "--matrix", "pyproject.toml"), "no score matrix"),
        (("router", "promote"), "decides already"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else None,
)
def test_mistakes_end_in_one_line_and_exit_code_2(arguments, says, database):
    if "--database" not in arguments and arguments[1] != "bench":
        arguments = (*arguments, "--database", str(database))
    done = subprocess.run(
        [sys.executable, "seedbed.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 2, done.stderr
    assert says in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
