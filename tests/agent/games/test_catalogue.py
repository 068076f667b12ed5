"""`seedbed games` as a person meets it: the list, one game, and a page to play oneself."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import seedbed
from envs.games.lookalikes.registry import GAMES, env_id, game_class

COMMAND = Path(sys.executable).parent / "seedbed"


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call the command line: exit code, stdout without its line breaks, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["seedbed", "games", *arguments])
        with pytest.raises(SystemExit) as end:
            seedbed.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), " ".join(out.split()), err

    return run


@pytest.mark.parametrize("arguments", [(), ("list",)], ids=["games", "games list"])
def test_our_games_are_listed_with_their_moves_and_their_help(call, arguments: tuple[str, ...]) -> None:
    code, out, err = call(*arguments)
    assert (code, err) == (0, "")
    for name in GAMES:
        assert env_id(name) in out
        assert game_class(name).help in out
        assert game_class(name).moves[0] in out


def test_the_whole_list_has_the_games_of_other_packages(call) -> None:
    code, out, _ = call("list", "--all")
    assert code == 0
    assert {"seedbed/maze-v1", "MiniGrid-FourRooms-v0", "CartPole-v1"} <= set(out.split())
    assert "miniwob" not in out


def test_a_game_is_shown_with_every_move(call) -> None:
    code, out, _ = call("show", "yarn")
    assert code == 0
    assert "touch A; touch B; touch C" in out and "touch L" in out
    assert "levels: 1 to 8" in out
    code, out, _ = call("show", "MountainCar-v0")
    assert "instead of an invalid one: do nothing" in out
    assert "levels" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "CartPol-v1"), "the nearest is 'CartPole-v1'"),
        (("open", "maz"), "the nearest is 'maze'"),
        (("open", "maze", "--level", "5"), "maze has no level 5; it has 1 to 4"),
        (("open", "maze", "--seed", "-1"), "--seed"),
        (("close", "maze"), "close"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_exit_code_2(call, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("seedbed: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_a_page_can_be_played_until_ctrl_c(how: signal.Signals) -> None:
    arguments = [COMMAND, "games", "open", "seedbed/maze-v1", "--level", "1", "--seed", "7"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert "Path of Light, level 1, at http://127.0.0.1:" in said
            url = next(word for word in said.split() if word.startswith("http"))
            keys = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")
            states = [_press(url, key) for key in keys]
            process.send_signal(how)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
    assert states[-1]["moves"] == "4 of 100"
    assert "after 4 moves" in out


def _press(url: str, key: str) -> dict[str, str]:
    body = json.dumps({"key": key}).encode()
    request = urllib.request.Request(f"{url}key", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, str] = json.load(answer)
        return found
