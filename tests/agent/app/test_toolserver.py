"""The tools by the Model Context Protocol, called with the protocol's own client."""

import base64
import io

import pytest
from mcp import Client
from PIL import Image

from agent.app.config import checked
from agent.app.services import opened
from agent.app.toolserver import make_server
from generators.image.recipe import recipe_in


@pytest.fixture
def server(zoo, tmp_path):
    config = checked(data=tmp_path / "mcp", database=tmp_path / "router.sqlite", device=("cpu",))
    with opened(config) as services:
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
        assert names == {"generate_image", "edit_image", "vary", "route", "vote", "models"}
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
        route = (await client.call_tool("route", {"prompt": "a red fox"})).content[0].text
        assert '"expert"' in route


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("generate_image", {"prompt": "porn"}, "is not drawn here"),
        ("generate_image", {"prompt": "a fox", "model": "../x"}, "no expert '..'"),
        ("generate_image", {"prompt": ""}, "at least 1 character"),
        ("edit_image", {"prompt": "a fox", "artifact_id": "/etc/passwd"}, "should match pattern"),
        ("edit_image", {"prompt": "a fox", "artifact_id": "0" * 16}, "no job"),
        ("vote", {"artifact_id": "0" * 16, "value": 1}, "no job"),
    ],
)
async def test_what_cannot_be_is_said_to_the_model(server, tool, given, said):
    async with Client(server) as client:
        result = await client.call_tool(tool, given)
    assert result.is_error and said in result.content[0].text
