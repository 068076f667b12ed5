"""The chat graph through the app: rules answer, and OpenAI's client sends the conversation whole each time."""

import openai
import pytest

from agent.app.graphchat import GraphChat

from ..chat.test_model import serving


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


def test_a_client_that_goes_back_goes_on_from_there_also_after_a_restart(start, tmp_path):
    def said(role, text):
        return {"role": role, "content": text}

    def asked(app, messages):
        with openai.OpenAI(base_url=f"{app.url}/v1", api_key="none", max_retries=0) as client:
            return client.chat.completions.create(model="auto", messages=messages)

    before = start(tmp_path, chat=GraphChat)
    fox = asked(before, one := [said("user", "draw a red fox")])
    one = [*one, said("assistant", fox.choices[0].message.content)]
    cat = asked(before, [*one, said("user", "draw a black cat")])
    assert cat.seedbed["thread"] == fox.seedbed["thread"]
    two = [*one, said("user", "draw a black cat"), said("assistant", cat.choices[0].message.content)]
    before.stop()
    app = start(tmp_path, chat=GraphChat)
    # Once more from the first answer on: the cat was never drawn there, and "it" is the fox.
    again = asked(app, [*one, said("user", "describe the second one")])
    assert "no picture here" in again.choices[0].message.content
    still = asked(app, [*two, said("user", "make it blue")])
    assert still.seedbed["artifacts"][0]["parent"] == cat.seedbed["artifacts"][0]["id"]
    # Cut short by the client it is another conversation, in which the pictures that it names are still known.
    short = asked(app, [*two[2:], said("user", "make the first one blue")])
    assert short.seedbed["thread"] != cat.seedbed["thread"]
    assert short.seedbed["artifacts"][0]["parent"] == cat.seedbed["artifacts"][0]["id"]


def test_a_conversation_from_elsewhere_and_its_instructions_reach_the_model(start):
    with serving("Fine, thank you.") as model:
        app = start(chat=GraphChat, model_url=model.url)
        messages = [
            {"role": "system", "content": "Speak like a pirate."},
            {"role": "user", "content": "My name is Ada."},
            {"role": "assistant", "content": "Hello Ada."},
            {"role": "user", "content": "How are you?"},
        ]
        with openai.OpenAI(base_url=f"{app.url}/v1", api_key="none", max_retries=0) as client:
            answer = client.chat.completions.create(model="auto", messages=messages)
    assert answer.choices[0].message.content == "Fine, thank you."
    asked = model.asked[0]["messages"]
    assert [message["role"] for message in asked] == ["system", "user", "assistant", "user"]
    assert asked[0]["content"].endswith("Speak like a pirate.")
    assert "My name is Ada." in str(asked[1]) and "How are you?" in str(asked[3])
