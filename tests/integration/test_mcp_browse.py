"""The tool `browse` in a real browser: before a risky step the program that called is asked, if it can be."""

from pathlib import Path

import mcp_types
import pytest
from mcp import Client

from agent.app.config import checked
from agent.app.services import opened
from agent.app.toolserver import make_server
from agent.runs.record import RunRecord

from ..agent.chat.test_model import serving
from .gui_servers import Site, served
from .test_chat_browse import DONE, PAGE, PRESS


@pytest.mark.parametrize("agrees", [True, False, None])
async def test_a_risky_step_asks_who_called(tmp_path: Path, agrees: bool | None) -> None:
    asked = []

    async def answer(context: object, request: mcp_types.ElicitRequestParams) -> mcp_types.ElicitResult:
        asked.append(request.message)
        return mcp_types.ElicitResult(action="accept", content={"granted": agrees})

    site = Site({"/": PAGE})
    with served(site) as url, serving(PRESS, DONE) as model:
        config = checked(
            data=tmp_path / "mcp", database=tmp_path / "router.sqlite", runs=tmp_path / "runs", device=("cpu",),
            model_url=model.url,
        )  # fmt: skip
        with opened(config) as services:
            # Only the handshake of before 2026 lets a server ask in the middle of a call.
            way = {} if agrees is None else {"mode": "legacy", "elicitation_callback": answer}
            async with Client(make_server(services), **way) as client:
                done = await client.call_tool("browse", {"task": "delete it", "url": f"{url}/"})
    assert [("delete" in each.lower()) for each in asked] == ([] if agrees is None else [True])
    assert dict(site.posts) == ({"/deleted": 1} if agrees else {})
    assert "found on the page: it is deleted" in done.content[0].text
    assert RunRecord.open(tmp_path / "runs", "last").status == "finished"
