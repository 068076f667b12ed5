"""The tools by the Model Context Protocol, called with the protocol's own client."""

import base64
import io
import re
from contextlib import contextmanager

import pytest
from mcp import Client
from PIL import Image

from agent.app.config import checked
from agent.app.services import opened
from agent.app.toolserver import make_server
from agent.runs.record import RunRecord
from generators.image.recipe import recipe_in

from ..chat.test_model import serving


@pytest.fixture
def server(zoo, tmp_path):
    with made(tmp_path) as server:
        yield server


@contextmanager
def made(folder, **config):
    given = {"data": folder / "mcp", "database": folder / "router.sqlite", "device": ("cpu",)}
    with opened(checked(**given, runs=folder / "runs", **config)) as services:
        yield make_server(services)


def picture(result):
    """The picture of a result and the id in the line about it."""
    assert not result.is_error, result.content
    drawn, line = result.content
    return Image.open(io.BytesIO(base64.b64decode(drawn.data))), line.text.split()[1].rstrip(":")


async def test_tools_draw_edit_vary_and_take_votes(server):
    steps = []

    async def progress(done, of, message):
        steps.append((done, of))

    async with Client(server) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert names == {
            "generate_image", "edit_image", "vary", "describe", "route", "vote", "models", "browse", "play"
        }  # fmt: skip
        asked = {"prompt": "a red fox", "seed": 3}
        image, first = picture(await client.call_tool("generate_image", asked, progress_callback=progress))
        assert recipe_in(image, "x").request.seed == 3
        every = [(step, 4) for step in (1, 2, 3, 4)]
        assert steps == every[4 - len(steps) :], "who listens late misses the first ones and no others"
        image, second = picture(
            await client.call_tool("edit_image", {"artifact_id": first, "prompt": "a blue fox"})
        )
        assert recipe_in(image, "x").task == "image"
        image, _ = picture(await client.call_tool("vary", {"artifact_id": first}))
        assert recipe_in(image, "x").request.variation == 0.35
        assert "is taken" in (await client.call_tool("vote", {"artifact_id": second, "value": 1})).content[0].text
        told = (await client.call_tool("describe", {"artifact_id": first})).content[0].text
        assert "'a red fox'" in told and "nobody looked at it" in told
        route = (await client.call_tool("route", {"prompt": "a red fox"})).content[0].text
        assert '"expert"' in route


async def test_a_model_looks_at_the_picture(zoo, tmp_path):
    with serving("A fox, in red.") as model, made(tmp_path, model_url=model.url) as server:
        async with Client(server) as client:
            _, drawn = picture(await client.call_tool("generate_image", {"prompt": "a red fox"}))
            asked = {"artifact_id": drawn, "question": "Which animal?"}
            assert (await client.call_tool("describe", asked)).content[0].text == "A fox, in red."
    assert "Which animal?" in model.prompt(0) and "data:image/png;base64" in model.prompt(0)


async def test_a_game_is_played_step_by_step_and_recorded(server, tmp_path):
    steps = []

    async def progress(done, of, message):
        steps.append((done, of))

    async with Client(server) as client:
        asked = {"game": "seedbed/2048-v1", "player": "random", "max_steps": 12}
        said = (await client.call_tool("play", asked, progress_callback=progress)).content[0].text
    assert re.match(r"seedbed/2048-v1 ended with score \S+ after 12 steps.* \(run \S+\)$", said)
    assert steps[-1] == (12, 12) and steps == sorted(steps)
    assert RunRecord.open(tmp_path / "runs", "last").status == "finished"


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("generate_image", {"prompt": "porn"}, "is not drawn here"),
        ("generate_image", {"prompt": "a fox", "model": "../x"}, "no expert '..'"),
        ("generate_image", {"prompt": ""}, "at least 1 character"),
        ("edit_image", {"prompt": "a fox", "artifact_id": "/etc/passwd"}, "should match pattern"),
        ("edit_image", {"prompt": "a fox", "artifact_id": "0" * 16}, "no job"),
        ("vote", {"artifact_id": "0" * 16, "value": 1}, "no job"),
        ("describe", {"artifact_id": "0" * 16}, "no job"),
        ("browse", {"task": "read it", "url": "file:///etc/passwd"}, "should match pattern"),
        ("play", {"game": "seedbed/2047-v1", "player": "random"}, "seedbed/2048-v1"),
    ],
)
async def test_what_cannot_be_is_said_to_the_model(server, tool, given, said):
    async with Client(server) as client:
        result = await client.call_tool(tool, given)
    assert result.is_error and said in result.content[0].text
