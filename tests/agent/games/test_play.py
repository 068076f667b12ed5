"""`seedbed play` as a person meets it: what it writes, and one line for a mistake."""

import sys
from collections.abc import Iterator
from pathlib import Path

import gymnasium
import numpy as np
import pytest

import seedbed
from agent.games.result import GameResult
from agent.games.watch import in_blocks
from agent.runs.record import RunRecord


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Call the command line in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["seedbed", "play", *arguments])
        with pytest.raises(SystemExit) as end:
            seedbed.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


class Unbounded(gymnasium.Env[np.ndarray, np.ndarray]):
    """Its actions cannot be listed."""

    action_space = gymnasium.spaces.Box(-np.inf, np.inf, (6,))
    observation_space = gymnasium.spaces.Box(0, 255, (64, 64, 3), np.uint8)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode


@pytest.fixture(scope="module", autouse=True)
def odd_games() -> Iterator[None]:
    gymnasium.register("test/Unbounded-v0", Unbounded)
    gymnasium.register("test/Nowhere-v0", "no_such_package.game:Game")
    yield
    for name in ("test/Unbounded-v0", "test/Nowhere-v0"):
        del gymnasium.registry[name]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give a game"),
        (("CartPol-v1",), "the nearest is 'CartPole-v1'"),
        (("CartPole-v1", "--episodes", "0"), "--episodes 0"),
        (("CartPole-v1", "--agent", "cat"), "--agent"),
        (("CartPole-v1", "--agent", "constant"), "--move NAME go together"),
        (("CartPole-v1", "--agent", "random", "--memory", "3"), "--memory is for models"),
        (("CartPole-v1", "--record", "sound"), "'sound'"),
        (("NetHackScore-v0", "--agent", "random"), "not installed"),
        (("Pendulum-v1", "--agent", "oracle"), "no oracle for Pendulum-v1"),
        (("test/Unbounded-v0", "--agent", "random"), "Box"),
        (("test/Nowhere-v0", "--agent", "random"), "no_such_package"),
        (("--resume", "last"), "no runs"),
        (("CartPole-v1", "--resume", "last"), "leave ENV_ID out"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(call, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("seedbed: ")
    assert err.count("\n") == 1
    assert not Path("runs").exists()


def test_an_episode_leaves_a_record_with_scores_a_film_and_a_replay(call) -> None:
    code, out, err = call("MiniGrid-Empty-5x5-v0", "--agent", "oracle", "--episodes", "2", "--record", "video")
    assert (code, err) == (0, "")
    assert "mean score 1" in out
    record = RunRecord.open(Path("runs"), "last")
    assert (record.status, record.manifest["score"], record.manifest["agent"]) == ("finished", 1.0, "oracle")
    ends = [line for line in record.lines() if line["event"] == "end"]
    results = [GameResult.model_validate(line["result"]) for line in ends]
    assert [(result.status, result.seed, result.solved) for result in results] == [
        ("terminated", 0, True),
        ("terminated", 1, True),
    ]
    assert (record.folder / "video" / "episode-2.webm").stat().st_size > 500
    page = (record.folder / "replay.html").read_text()
    assert "get to the green goal square" in page
    assert "press" in page


def test_a_move_that_a_game_does_not_have_is_answered_with_those_that_it_has(call) -> None:
    code, _, err = call("MiniGrid-Empty-5x5-v0", "--agent", "constant", "--move", "jump")
    assert code == 2
    assert "turn left, turn right, forward" in err


def test_the_picture_is_drawn_in_blocks_of_two_pixels(corridor) -> None:
    view = corridor().start(1)
    text = in_blocks(view.screenshot)
    assert text.plain.count("\n") == 6
    assert "#c81e1e" in str(text.spans[0].style)
