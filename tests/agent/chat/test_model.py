"""With a model that decides: calls in its words, what it is told of results, mistakes that it may mend."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from agent.chat.citations import cited

from .conftest import Open, artifacts, told, words

DRAW = '<tool_call>{"name": "generate_image", "arguments": {"prompt": "a red fox", "seed": 7}}</tool_call>'


class StubModel(ThreadingHTTPServer):
    """Streams its lines, one after the other, in pieces of seven characters; the last one for ever."""

    daemon_threads = True

    def __init__(self, *lines: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lines = list(lines)
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def prompt(self, number: int) -> str:
        """All text of a request's messages."""
        return json.dumps(self.asked[number]["messages"])


class _Handler(BaseHTTPRequestHandler):
    server: StubModel

    def do_GET(self) -> None:
        self._answer(json.dumps({"object": "list", "data": [{"id": "stub"}]}), "application/json")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        line = self.server.lines[min(len(self.server.asked), len(self.server.lines) - 1)]
        self.server.asked.append(body)
        if not body.get("stream"):
            message = {"role": "assistant", "content": line}
            self._answer(json.dumps({"choices": [{"message": message}], "usage": {}}), "application/json")
            return
        pieces = [line[at : at + 7] for at in range(0, len(line), 7)]
        chunks = [json.dumps({"choices": [{"delta": {"content": piece}}]}) for piece in pieces]
        self._answer("".join(f"data: {chunk}\n\n" for chunk in [*chunks, "[DONE]"]), "text/event-stream")

    def _answer(self, text: str, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(*lines: str) -> Iterator[StubModel]:
    server = StubModel(*lines)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_the_model_calls_and_then_answers(open_chat: Open) -> None:
    with serving(f"Gladly.\n{DRAW}", "Here is your fox: [#{}]") as model:
        async with open_chat(model_url=model.url) as session:
            model.lines[1] = "Here is your fox, and [#0123456789abcdef] is none."
            events = await told(session.send("a fox, please"))
            (made,) = artifacts(events)
            said = words(events)
            state = await session.state()
        assert "tool_call" not in said
        assert "0123456789abcdef" not in said, "a picture that does not exist is not named"
        assert session.ctx.decider.name == "stub"
        assert state["messages"][-1]["artifacts"] == [made]
        assert cited(state["messages"][-1]["text"]) == ()
        assert "generate_image" in model.prompt(0)
        assert made in model.prompt(1) and "tool_response" in model.prompt(1)


async def test_a_wrong_call_goes_back_to_the_one_who_wrote_it(open_chat: Open) -> None:
    with serving('<tool_call>{"name": "draw_image", "arguments": {}}</tool_call>', DRAW, "There.") as model:
        async with open_chat(model_url=model.url) as session:
            assert len(artifacts(await told(session.send("a fox")))) == 1
        assert "the nearest is 'edit_image'" in model.prompt(1) or "no tool 'draw_image'" in model.prompt(1)


async def test_a_model_that_never_ends_is_ended(open_chat: Open) -> None:
    with serving(DRAW) as model:
        async with open_chat(model_url=model.url) as session:
            events = await told(session.send("a fox"))
            assert (await session.state())["draft"].startswith("I stopped here")
        assert events[-1]["status"] == "finished"
        assert len(model.asked) == 6


async def test_the_model_looks_at_the_picture_that_is_asked_about(open_chat: Open) -> None:
    look = '<tool_call>{"name": "describe", "arguments": {"picture": "first", "question": "who?"}}</tool_call>'
    with serving(DRAW, "Done.", look, "a fox that laughs", "It laughs.") as model:
        async with open_chat(model_url=model.url) as session:
            await told(session.send("a fox"))
            assert words(await told(session.send("who is that?"))) == "It laughs."
        assert "image_url" in model.prompt(3)
        assert "a fox that laughs" in model.prompt(4)


async def test_a_game_is_played_with_a_record_of_its_own(open_chat: Open) -> None:
    game = {"game": "seedbed/2048-v1", "player": "random", "max_steps": 25}
    call = f"<tool_call>{json.dumps({'name': 'play', 'arguments': game})}</tool_call>"
    with serving(call, "Well played.") as model:
        async with open_chat(model_url=model.url) as session:
            events = await told(session.send("play a little"))
        assert words(events) == "Well played."
        assert [event["step"] for event in events if event["type"] == "progress"] == [10, 20]
        assert "seedbed/2048-v1 ended with score" in model.prompt(1)
        assert "after 25 steps" in model.prompt(1)
    (record,) = (session.ctx.runs).iterdir()
    assert (record / "replay.html").is_file()


async def test_a_game_that_there_is_none_of_is_said_not_to_be(open_chat: Open) -> None:
    call = '<tool_call>{"name": "play", "arguments": {"game": "seedbed/2049-v1", "player": "random"}}</tool_call>'
    with serving(call, "No such game.") as model:
        async with open_chat(model_url=model.url) as session:
            await told(session.send("play 2049"))
        assert "seedbed/2048-v1" in model.prompt(1)


async def test_a_server_that_is_gone_is_an_error_event_and_the_thread_goes_on(
    open_chat: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vlm.client.VlmClient._pause", _no_pause)
    with serving("Hello.") as model:
        async with open_chat(model_url=model.url) as session:
            model.shutdown()
            model.server_close()
            events = await told(session.send("hello"))
            assert [event["type"] for event in events] == ["error", "done"]
            assert events[0]["code"] == "Unreachable"
            assert events[1]["status"] == "failed"


async def _no_pause(*_: Any) -> None:
    return
