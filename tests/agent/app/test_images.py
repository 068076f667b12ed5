"""Pictures over HTTP, asked for with OpenAI's own client."""

import base64
import io

import openai
import pytest
from PIL import Image

from generators.image.recipe import recipe_in


@pytest.fixture
def client(app):
    with openai.OpenAI(base_url=f"{app.url}/v1", api_key="none", max_retries=0) as made:
        yield made


def opened(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text)))


def png(size=(16, 16), mode="RGB", colour="teal") -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, colour).save(stream, "PNG")
    return stream.getvalue()


def test_a_picture_by_the_router_says_who_drew_it_and_why(client):
    answer = client.images.generate(model="auto", prompt="a red fox")
    picture = answer.data[0]
    recipe = recipe_in(opened(picture.b64_json), "x")
    assert recipe.request.expert in ("tiny", "other")
    assert picture.recipe == recipe.model_dump(mode="json")
    route = answer.route
    assert route["expert"] == recipe.request.expert
    assert sum(value for _, value in route["terms"]) == pytest.approx(route["score"])


def test_the_same_seed_gives_the_same_bytes_and_each_of_several_its_own(client):
    asked = {"model": "tiny", "prompt": "a red fox", "extra_body": {"seed": 5}}
    first, again = (client.images.generate(**asked).data[0].b64_json for _ in range(2))
    assert first == again
    several = client.images.generate(**asked, n=3).data
    assert [each.recipe["request"]["seed"] for each in several] == [5, 6, 7]
    assert several[0].b64_json == first


def test_settings_arrive(client):
    more = {"num_inference_steps": 2, "guidance_scale": 1.5, "negative_prompt": "night"}
    asked = client.images.generate(model="tiny/draft", prompt="a fox", size="24x16", extra_body=more).data[0]
    request = asked.recipe["request"]
    assert (request["steps"], request["guidance"], request["negative_prompt"]) == (2, 1.5, "night")
    assert opened(asked.b64_json).size == (24, 16)


def test_an_address_leads_to_the_same_picture(client, http):
    asked = {"model": "tiny", "prompt": "a fox", "extra_body": {"seed": 1}}
    there = client.images.generate(**asked, response_format="url").data[0]
    assert there.b64_json is None
    answer = http.get(there.url)
    assert answer.headers["content-type"] == "image/png"
    assert base64.b64encode(answer.content).decode() == client.images.generate(**asked).data[0].b64_json
    assert http.get(there.url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_a_stream_shows_the_picture_while_it_is_made(client):
    asked = {"model": "tiny", "prompt": "a fox", "extra_body": {"seed": 1, "num_inference_steps": 40}}
    events = list(client.images.generate(**asked, stream=True, partial_images=2))
    *parts, whole = events
    assert whole.type == "image_generation.completed"
    assert [part.type for part in parts] == ["image_generation.partial_image"] * len(parts)
    assert 1 <= len(parts) <= 2
    assert [part.partial_image_index for part in parts] == list(range(len(parts)))
    assert opened(parts[0].b64_json).format == "WEBP"
    assert whole.b64_json == client.images.generate(**asked).data[0].b64_json


def test_an_edit_begins_with_the_picture_and_keeps_what_is_not_masked(client):
    edited = client.images.edit(model="auto", image=png(), prompt="a red fox", extra_body={"strength": 0.5}).data[
        0
    ]
    assert (edited.recipe["task"], edited.recipe["request"]["strength"]) == ("image", 0.5)
    whole = png(mode="RGBA", colour=(0, 0, 0, 255))
    asked = {"model": "tiny", "image": png(), "mask": whole, "prompt": "a fox"}
    kept = client.images.edit(**asked, extra_body={"seed": 1}).data[0]
    assert kept.recipe["task"] == "inpaint"
    assert opened(kept.b64_json).getpixel((8, 8)) == (0, 128, 128), "an opaque mask keeps everything"
    *_, last = client.images.edit(model="tiny", image=png(), prompt="a fox", stream=True)
    assert last.type == "image_edit.completed"


@pytest.mark.parametrize(
    ("asked", "kind", "said"),
    [
        ({"model": "tinny"}, openai.NotFoundError, "the nearest is 'tiny'"),
        ({"model": "tiny/best"}, openai.BadRequestError, "no preset 'best'"),
        ({"model": "../../etc/passwd"}, openai.NotFoundError, "no expert '..'"),
        ({"model": "card.toml"}, openai.NotFoundError, "no expert 'card.toml'"),
        ({"size": "17x16", "model": "tiny"}, openai.BadRequestError, "17x16"),
        ({"size": "huge"}, openai.BadRequestError, "pattern"),
        ({"size": "8000x8000"}, openai.BadRequestError, "at most 4194304 pixels"),
        ({"extra_body": {"num_inference_steps": 900}}, openai.BadRequestError, "at most 150 are made"),
        ({"extra_body": {"url": "http://example.com/"}}, openai.BadRequestError, "Extra inputs"),
        ({"prompt": "   "}, openai.BadRequestError, "the prompt is empty"),
        ({"prompt": "porn"}, openai.BadRequestError, "is not drawn here"),
        ({"n": 2, "stream": True}, openai.BadRequestError, "a stream shows one picture"),
        ({"output_format": "jpeg"}, openai.BadRequestError, "Input should be 'png'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(client, http, asked, kind, said):
    before = len(http.get("/v1/jobs?limit=100").json()["data"])
    with pytest.raises(kind, match=said) as refusal:
        client.images.generate(**{"prompt": "a fox", "model": "auto", **asked})
    assert set(refusal.value.body) == {"message", "type", "param", "code"}
    assert "\n" not in refusal.value.body["message"]
    assert len(http.get("/v1/jobs?limit=100").json()["data"]) == before


def test_models_are_listed(client):
    found = [model.id for model in client.models.list()]
    assert found == ["auto", "other", "tiny"]
    assert client.models.retrieve("tiny").presets == ["draft"]
    with pytest.raises(openai.NotFoundError, match="no model 'tin' is here"):
        client.models.retrieve("tin")


def test_an_absent_chat_is_answered_in_one_line(client):
    with pytest.raises(openai.InternalServerError, match="opened without a chat"):
        client.chat.completions.create(model="auto", messages=[{"role": "user", "content": "hello"}])
