"""A command gets the server at a URL, or one that runs already, or is told in one line what is wrong."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from vlm import running, server
from vlm.endpoint import EndpointError, endpoint
from vlm.server import NoWeights


@pytest.fixture
def answering():
    """Starts servers that answer GET /v1/models with a given status and body; gives their URL."""
    started = []

    def start(body: object, status: int = 200) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status if self.path == "/v1/models" else 404)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        made = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=made.serve_forever, daemon=True).start()
        started.append(made)
        return f"http://127.0.0.1:{made.server_port}"

    yield start
    for made in started:
        made.shutdown()
        made.server_close()


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def models(*names: str) -> dict:
    return {"data": [{"id": name} for name in names]}


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
async def test_a_url_is_taken_with_and_without_v1(answering, suffix: str) -> None:
    url = answering(models("qwen3-vl-8b"))
    async with endpoint(url + suffix, None) as found:
        assert (found.base_url, found.model_name, found.profile.format) == (url, "qwen3-vl-8b", "qwen3_vl")


async def test_the_format_option_reaches_the_profile(answering) -> None:
    async with endpoint(answering(models("qwen3-vl-8b")), None, wire_format="ui_tars") as found:
        assert found.profile.format == "ui_tars"


async def test_one_of_several_models_must_be_named(answering) -> None:
    url = answering(models("one", "two"))
    async with endpoint(url, "two") as found:
        assert found.model_name == "two"
    for model, complaint in ((None, "offers one, two: choose one"), ("three", "does not offer 'three'")):
        with pytest.raises(EndpointError, match=complaint):
            async with endpoint(url, model):
                pass


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://127.0.0.1:9", "no model server answers at"),
        ("localhost:8000", "is no address of a server"),
        ("http://127.0.0.1:99999/v1", "is no address of a server"),
        ("http://[::1", "is no address of a server"),
    ],
)
async def test_an_unreachable_address_is_one_line(url: str, complaint: str) -> None:
    with pytest.raises(EndpointError, match=complaint) as caught:
        async with endpoint(url, None):
            pass
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "status", "complaint"),
    [
        (b"<html>hello</html>", 200, "no OpenAI-compatible server"),
        ({"detail": "x"}, 404, "no OpenAI-compatible server"),
        ({}, 401, "refuses the API key"),
    ],
)
async def test_what_is_no_model_server_is_named(answering, body, status: int, complaint: str) -> None:
    with pytest.raises(EndpointError, match=complaint):
        async with endpoint(answering(body, status), None):
            pass


async def test_a_running_server_is_used_again(answering) -> None:
    url = answering(models("tiny"))
    told: list[str] = []
    with running.recorded(int(url.rpartition(":")[2]), "/models/tiny", "tiny", Path("log")):
        async with endpoint(None, None, told.append) as found:
            assert found.base_url == url
    assert told == [f"using the running server of tiny on port {url.rpartition(':')[2]}"]
    assert running.find() == []


async def test_a_running_server_of_another_model_is_not(answering, tmp_path: Path, monkeypatch) -> None:
    url = answering(models("tiny"))
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"0")
    with running.recorded(int(url.rpartition(":")[2]), "/models/tiny", "tiny", Path("log")):
        assert running.find(str(tmp_path)) == []
        assert [entry.port for entry in running.find("/models/tiny")] == [int(url.rpartition(":")[2])]


def test_a_state_file_of_a_dead_or_another_process_is_cleared_away() -> None:
    with running.recorded(1234, "/m", "m", Path("log")):
        path = next(running.folder().glob("*.json"))
        entry = json.loads(path.read_text())
    for stale in ({**entry, "pid": 2**22 + 1}, {**entry, "pid_started": entry["pid_started"] + 1}, {"colour": 1}):
        path.write_text(json.dumps(stale))
        assert running.find() == []
        assert not path.exists()


async def test_without_an_embedded_model_the_way_out_is_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(server, "EMBEDDED", tmp_path)
    with pytest.raises(NoWeights, match="the embedded model is missing"):
        async with endpoint(None, None):
            pass
