"""The command line as a whole: every command explains itself, fast, and bad input ends in one line."""

import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "seedbed"


def seedbed(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=120)


COMMANDS = (
    (),
    ("gui",),
    ("runs",),
    ("serve",),
    ("route",),
    ("router",),
    ("router", "bench"),
    ("router", "refit"),
    ("router", "promote"),
    ("router", "rollback"),
    ("play",),
    ("chat",),
    ("image",),
    ("app",),
    ("mcp",),
    ("games",),
    ("games", "list"),
    ("games", "show"),
    ("games", "open"),
    ("eval",),
    ("eval", "miniwob"),
    ("eval", "games"),
    ("eval", "compare"),
    ("demo",),
    ("train",),
    ("train", "vlm"),
    ("train", "router"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = seedbed(*command, "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_help_does_not_wait_for_torch_or_a_browser() -> None:
    script = (
        "import sys; sys.argv = ['seedbed', '--help']\n"
        "import seedbed\n"
        "try: seedbed.main()\n"
        "except SystemExit: pass\n"
        "print('heavy:', [name for name in ('torch', 'transformers', 'vllm', 'playwright', 'matplotlib')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert "heavy: []" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("gui", "--no-such-flag"),
        ("eval", "miniwob", "--agent", "random", "--tasks", "click-tset", "--seeds", "2000000:1"),
        ("eval", "miniwob", "--agent", "random", "--tasks", "click-test", "--seeds", "many"),
        ("play", "CartPol-v1", "--agent", "random"),
        ("eval", "games", "--suite", "seed-game"),
        ("image", "a fox", "--expert", "solid"),
        ("image", "--recipe", "no-such.png"),
        ("image", "a fox", "--expert", "solid"),
        ("image", "--recipe", "no-such.png"),
        ("eval", "compare", "no-such.json", "no-such.json"),
        ("serve", "--model", "no/such/folder/./here"),
        ("runs", "show", "no-such-run"),
        ("gui", "look around", "--url", "http://localhost:9/", "--model-url", "http://localhost:9/v1"),
        ("train", "vlm", "imitate", "--config", "no-such-file.toml"),
    ],
    ids=" ".join,
)
def test_bad_input_ends_with_exit_code_2_and_no_traceback(arguments: tuple[str, ...]) -> None:
    done = seedbed(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.strip(), "it must say what was wrong"
