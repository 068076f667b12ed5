"""`seedbed eval games` and a mistake: one line that says what to mend, exit code 2, and nothing written."""

import sys
from pathlib import Path

import pytest

import seedbed

SUITE = """
title = "Mine"
[[games]]
id = "{id}"
max_steps = 5
{more}
"""


@pytest.mark.parametrize(
    ("suite", "arguments", "said"),
    [
        ({"more": "max_step = 3"}, (), "unknown key games[0].max_step; the nearest is 'max_steps'"),
        ({"id": "seedbed/mase-v1"}, (), "no game 'seedbed/mase-v1'; the nearest is 'seedbed/maze-v1'"),
        ({"id": "Pendulum-v1"}, (), "no oracle for Pendulum-v1"),
        ({"id": "Pendulum-v1", "more": "reference = 0.0"}, ("--agent", "oracle"), "there is none for Pendulum-v1"),
        ({}, ("--seeds", "2000000:0"), "2000000:0"),
        ({}, ("--parallel", "0"), "--parallel '0'"),
        ({}, ("--max-steps", "0"), "--max-steps '0'"),
        ({}, ("--json", "result.txt"), "ends in .json"),
        ({}, ("--baselines", "cat"), "--baselines 'cat'"),
        ({}, ("--suite", "seed-game"), "the nearest is 'seed-games'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(
    suite: dict[str, str],
    arguments: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(SUITE.format(**{"id": "seedbed/maze-v1", "more": ""} | suite))
    given = ("--suite", "mine.toml", "--agent", "random", "--json", "r.json", *arguments)
    monkeypatch.setattr(sys, "argv", ["seedbed", "eval", "games", *given])
    with pytest.raises(SystemExit) as end:
        seedbed.main()
    out, err = capsys.readouterr()
    last = err.splitlines()[-1]
    assert (end.value.code, out) == (2, "")
    assert last.startswith("seedbed: ") and said in last
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
