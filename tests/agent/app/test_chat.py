"""The chat over HTTP, asked with OpenAI's own client; a parrot answers."""

import asyncio
import json

import openai
import pytest

from .parrot import Parrot


@pytest.fixture(scope="module")
def parrot():
    return Parrot()


@pytest.fixture(scope="module")
def app(start, parrot):
    return start(chat=lambda services: parrot)


@pytest.fixture
def client(app):
    with openai.OpenAI(base_url=f"{app.url}/v1", api_key="none", max_retries=0) as made:
        yield made


def said(text):
    return [{"role": "system", "content": "be brief"}, {"role": "user", "content": text}]


def test_an_answer_comes_whole(client, parrot):
    answer = client.chat.completions.create(model="parrot", messages=said("three little words"))
    assert answer.choices[0].message.content == "3 words, 0 pictures"
    assert answer.seedbed["artifacts"][0]["id"] == "0" * 16
    assert [message.role for message in parrot.turns[-1].messages] == ["system", "user"]
    client.chat.completions.create(model="auto", messages=said("more"), extra_body={"thread": "mine"})
    assert (parrot.turns[-1].thread, parrot.turns[-1].user) == ("mine", "guest")


def test_an_answer_streams_and_its_events_can_be_read_again(client, http, app):
    chunks = list(client.chat.completions.create(model="parrot", messages=said("hello"), stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "1 words, 0 pictures"
    assert chunks[-1].choices[0].finish_reason == "stop"
    events = [chunk.seedbed["event"] for chunk in chunks if "event" in getattr(chunk, "seedbed", {})]
    assert events == ["progress", "artifact"]
    text = http.get(f"/v1/runs/{chunks[0].seedbed['run_id']}/events").text
    kinds = [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]
    assert kinds == ["progress", "token", "token", "artifact", "done"]


def test_a_failure_is_an_error_in_openais_shape(client):
    for stream in (False, True):
        with pytest.raises(openai.APIError, match="the model is gone"):
            answer = client.chat.completions.create(model="parrot", messages=said("fail"), stream=stream)
            list(answer)


def test_who_leaves_cancels_the_answer(client, parrot):
    stream = client.chat.completions.create(model="parrot", messages=said("wait"), stream=True)
    next(iter(stream)), stream.close()
    for _ in range(1000):
        if parrot.cancelled:
            return
        asyncio.run(asyncio.sleep(0.01))
    raise AssertionError("the answer goes on")


@pytest.mark.parametrize(
    ("changes", "status", "expected"),
    [
        ({"model": "parot"}, 404, "'parrot' answers here"),
        ({"messages": []}, 400, "at least 1"),
        ({"messages": [{"role": "assistant", "content": "hi"}]}, 400, "has to be the user's"),
        ({"tools": []}, 400, "Extra inputs"),
        ({"thread": "../x"}, 400, "pattern"),
    ],
)
def test_what_cannot_be_is_refused(http, changes, status, expected):
    answer = http.post("/v1/chat/completions", json={"model": "parrot", "messages": said("hi")} | changes)
    assert (answer.status_code, set(json.loads(answer.text)["error"])) == (
        status,
        {"message", "type", "param", "code"},
    )
    assert expected in answer.json()["error"]["message"]
