"""The command line as a person meets it: help, and one line with exit code 2 for a mistake."""

import sys
from pathlib import Path

import pytest

import seedbed
from agent.runs.record import RunRecord


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Call the command line in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["seedbed", *arguments])
        with pytest.raises(SystemExit) as end:
            seedbed.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


GUI = ("gui", "x", "--url", "http://127.0.0.1:9/")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("giu",), "did you mean 'gui'"),
        (("gui", "x"), "--url"),
        ((*GUI, "--max-steps", "0"), "--max-steps 0"),
        ((*GUI, "--max-steps", "many"), "--max-steps"),
        ((*GUI, "--observation", "smell"), "--observation"),
        ((*GUI, "--record", "sound"), "'sound'"),
        (("gui", "x", "--url", "ftp://a.test/"), "ftp://a.test/"),
        ((*GUI, "--uploads", "nowhere"), "--uploads 'nowhere': there is no such folder"),
        ((*GUI, "--allow", "http://a b/"), "--allow"),
        (GUI, "--approve ask needs a terminal"),
        (("gui", "--resume", "last"), "no runs"),
        (("gui", "x", "--resume", "last"), "leave TASK and --url out"),
        (("runs", "show", "last"), "no runs"),
        (("runs", "replay", "nope"), "no runs"),
        (("gui", "--nope"), "--nope"),
        (("eval", "miniwob", "--parallel", "0"), "--parallel '0'"),
        (("eval", "miniwob", "--json", "."), "--json '.': that is a folder"),
        (("eval", "miniwob", "--json", f"{__file__}/r.json"), f"{__file__} is no folder"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(call, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("seedbed: ")
    assert err.count("\n") == 1
    assert not Path("runs").exists()


def test_a_run_of_another_version_is_not_resumed(call, tmp_path: Path) -> None:
    config = {"task": "press", "url": "http://127.0.0.1:9/", "approve": "auto", "colour": "red"}
    RunRecord.create(tmp_path / "runs", "gui", {"config": config}).finish("stopped")
    code, _, err = call("gui", "--resume", "last")
    assert code == 2
    assert "colour in its manifest" in err
    assert err.count("\n") == 1


def test_help_shows_every_command_and_examples(call) -> None:
    code, out, _ = call("--help")
    assert code == 0
    for name in seedbed.COMMANDS:
        assert f" {name} " in out
    assert "seedbed gui" in out
    assert "--resume" in call("gui", "--help")[1]


def test_what_was_resolved_can_be_shown(call) -> None:
    code, out, _ = call(*GUI, "--allow", "b.test", "--record", "trace,video", "--print-config")
    assert code == 0
    assert '"b.test"' in out
    assert '"max_steps": 30' in out


def test_runs_are_listed_shown_and_replayed(call, tmp_path: Path) -> None:
    assert "no runs in runs yet" in call("runs", "list")[1]
    record = RunRecord.create(tmp_path / "runs", "gui", {"task": "press [red]it[/red]"})
    record.episode("gui", task="press").end("finished", answer="pressed")
    record.finish(outcome="finished", steps=0)
    assert record.id in call("runs", "list")[1]
    shown = call("runs", "show", "last")[1]
    assert "pressed" in shown
    assert "press [red]it[/red]" in shown
    assert Path(call("runs", "replay", "last")[1].strip()).is_file()


def test_a_bug_is_not_dressed_up_as_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(seedbed, "app", None)
    monkeypatch.setattr(seedbed.typer.main, "get_command", lambda _: broken())
    with pytest.raises(ZeroDivisionError):
        seedbed.main()
