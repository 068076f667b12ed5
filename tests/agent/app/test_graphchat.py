"""The chat graph through the app: rules answer, and OpenAI's client sends the conversation whole each time."""

import openai
import pytest

from agent.app.graphchat import GraphChat


@pytest.fixture(scope="module")
def app(start):
    return start(chat=GraphChat)


@pytest.fixture
def talk(app):
    """Says one thing after the other in one conversation."""
    messages = []
    with openai.OpenAI(base_url=f"{app.url}/v1", api_key="none", max_retries=0) as client:

        def say(text):
            messages.append({"role": "user", "content": text})
            answer = client.chat.completions.create(model="seedbed-chat", messages=messages)
            messages.append({"role": "assistant", "content": answer.choices[0].message.content})
            return answer

        yield say


def test_a_conversation_draws_and_knows_its_pictures(talk, http):
    first = talk("draw a red fox")
    (artifact,) = first.seedbed["artifacts"]
    assert http.get(artifact["url"]).content.startswith(b"\x89PNG")
    assert http.get(f"/v1/artifacts/{artifact['id']}").json()["id"] == artifact["id"]
    second = talk("the same, but blue")
    (edited,) = second.seedbed["artifacts"]
    assert edited["parent"] == artifact["id"]
    assert http.post("/v1/feedback", json={"artifact": artifact["id"], "value": 1}).status_code == 200


def test_the_app_opens_no_page_for_a_chat(talk):
    answer = talk("open http://127.0.0.1:1/ and click the button")
    assert answer.seedbed["artifacts"] == []
    assert "not offered here" in answer.choices[0].message.content


def test_quotas_hold_in_the_chat(start):
    app = start(chat=GraphChat, limits={"pictures_per_hour": 1})
    with openai.OpenAI(base_url=f"{app.url}/v1", api_key="none", max_retries=0) as client:
        said = [
            client.chat.completions.create(model="auto", messages=[{"role": "user", "content": "draw a fox"}])
            for _ in range(2)
        ]
    assert [len(answer.seedbed["artifacts"]) for answer in said] == [1, 0]
    assert "1 pictures an hour are allowed" in said[1].choices[0].message.content
