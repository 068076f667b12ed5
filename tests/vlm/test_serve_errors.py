"""A mistake on the command line of `seedbed serve` is one line and exit code 2, before anything is started."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vlm.cli import app


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"0")
    return tmp_path


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


def test_a_folder_without_weights(tmp_path: Path) -> None:
    assert f"no weights in {tmp_path}" in refused("--model", str(tmp_path))


def test_a_path_that_is_not_there() -> None:
    assert "no model at /no/such/place" in refused("--model", "/no/such/place")


def test_a_port_in_use(checkpoint: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"port {port} on 127.0.0.1 cannot be used" in refused(
            "--model", str(checkpoint), "--port", str(port)
        )


def test_a_port_that_cannot_be() -> None:
    assert "--port 70000: Input should be less than or equal to 65535" in refused(
        "--model", "a/b", "--port", "70000"
    )


def test_a_number_of_pictures_that_cannot_be() -> None:
    assert "seedbed: --images -1: Input should be greater" in refused("--model", "a/b", "--images", "-1")


def test_help_has_examples() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert "seedbed serve --model" in result.output
