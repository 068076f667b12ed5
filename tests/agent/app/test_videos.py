"""Videos over HTTP, asked for with OpenAI's own client: refused while nobody films, else jobs like all others."""

import io
import time

import openai
import pytest
import schemathesis
from hypothesis import given
from PIL import Image

from generators.jobs import kinds
from generators.jobs.kinds import Made

from .test_fuzz import CHECKS, once
from .test_fuzz import kinds as kinds_of_requests

CARD = """
title = "Tiny film"
media = "video"
weights = "{weights}"
size = "embedded"
licence = "Apache-2.0"
memory_mb = 50
multiple = 4
subjects = ["animal"]
example_prompts = ["a fox that runs"]
[presets.draft]
steps = 4
width = 16
height = 16
"""

# OpenAI closes its own service; what serves videos elsewhere keeps the shape.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Film:
    """A kind of job that makes bytes, step by step; "for ever" is never done."""

    def checked(self, request, inputs):
        return {"seconds": 4, "steps": 4, "width": 16, "height": 16, "inputs": sorted(inputs)} | dict(request)

    def make(self, request, inputs, shelf, watch):
        step = 0
        while step < request["steps"]:
            watch.step(step + 1, request["steps"], lambda: Image.new("RGB", (16, 16)))
            step += "for ever" not in request["prompt"] or step < 1
            time.sleep(0.01)
        return Made(f"film of {request['seconds']} s".encode(), ".mp4", {"recipe": {"seed": request["seed"]}})


@pytest.fixture
def films(zoo, monkeypatch):
    """A card and a kind of job: all that a video expert needs."""
    found, film = kinds.kind_named, Film()
    monkeypatch.setitem(kinds.KINDS, "video", "nowhere:Film")
    for user in ("jobs", "worker"):
        monkeypatch.setattr(
            f"generators.jobs.{user}.kind_named", lambda name: film if name == "video" else found(name)
        )
    card = zoo / "config" / "seedbed" / "experts" / "film.toml"
    card.write_text(CARD.format(weights=zoo / "weights"))
    yield
    card.unlink()


@pytest.fixture
def client(app):
    with openai.OpenAI(base_url=f"{app.url}/v1", api_key="none", max_retries=0) as made:
        yield made


def test_without_a_video_expert_creating_is_refused_in_one_line_and_the_rest_is_empty(client):
    with pytest.raises(openai.InternalServerError, match="no video expert is here yet") as refusal:
        client.videos.create(prompt="a fox")
    assert (refusal.value.status_code, "\n" in refusal.value.message) == (501, False)
    assert client.videos.list().data == []
    with pytest.raises(openai.NotFoundError, match="no video"):
        client.videos.retrieve("video_" + "0" * 16)


@pytest.mark.usefixtures("films")
def test_a_video_is_made_followed_listed_loaded_and_deleted(client, app, http):
    picture = io.BytesIO()
    Image.new("RGB", (16, 16)).save(picture, "PNG")
    made = client.videos.create(
        prompt="a fox that runs", seconds="8", size="32x16", input_reference=("a.png", picture.getvalue()),
        extra_body={"seed": 5},
    )  # fmt: skip
    assert (made.status in ("queued", "in_progress"), made.seconds, made.size) == (True, "8", "32x16")
    job = app.services.studio.jobs.wait(made.id.removeprefix("video_"), 60)
    assert (job.request["inputs"], job.request["seed"], job.request["expert"]) == (["image"], 5, "film")
    done = client.videos.retrieve(made.id)
    assert (done.status, done.progress, done.completed_at is not None) == ("completed", 100, True)
    answer = client.videos.download_content(made.id)
    assert (answer.content, answer.response.headers["content-type"]) == (b"film of 8 s", "video/mp4")
    other = http.post("/v1/videos", json={"prompt": "a fox", "model": "film/draft"}).json()["id"]
    assert [each.id for each in client.videos.list(limit=1)][:2] == [other, made.id]

    assert client.videos.delete(made.id).deleted
    assert not app.services.studio.jobs.artifact(job).exists(), "the file is gone too"
    assert http.get(f"/v1/videos/{made.id}/content").status_code == 404
    assert http.get(f"/v1/artifacts/{job.id}").status_code == 404


@pytest.mark.usefixtures("films")
def test_a_video_that_is_being_made_shows_how_far_it_is_and_ends_when_it_is_deleted(client, http):
    made = client.videos.create(prompt="a fox for ever")
    while (now := client.videos.retrieve(made.id)).progress < 50:
        assert now.status in ("queued", "in_progress")
    assert now.progress == 50
    assert http.get(f"/v1/videos/{made.id}/content").status_code == 404
    client.videos.delete(made.id)
    assert http.get(f"/v1/videos/{made.id}").status_code == 404


@pytest.mark.usefixtures("films")
@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"prompt": ""}, 400, "at least 1"),
        ({"prompt": "a fox", "seconds": "long"}, 400, "integer"),
        ({"prompt": "a fox", "model": "tiny"}, 400, "tiny makes images and no videos"),
        ({"prompt": "a fox", "frames": 3}, 400, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused(http, asked, status, said):
    answer = http.post("/v1/videos", json=asked)
    assert (answer.status_code, said in answer.json()["error"]["message"]) == (status, True)
    assert http.post("/v1/images/generations", json={"prompt": "x", "model": "film"}).status_code == 400


@pytest.mark.usefixtures("films")
def test_no_request_breaks_the_making_of_videos(app):
    with app.client() as http:
        schema = schemathesis.openapi.from_dict(http.get("/openapi.json").json())
    seen = set()
    for kind in kinds_of_requests(schema["/v1/videos"]["POST"], ""):

        @once
        @given(case=kind)
        def holds(case):
            answer = case.call(base_url=app.url, timeout=60)
            seen.add(answer.status_code)
            assert answer.status_code != 500, answer.text
            case.validate_response(answer, checks=CHECKS)

        holds()
    assert {200, 400} <= seen
