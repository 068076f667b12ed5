"""The replay page in a real Chromium: it shows the run, and what a hostile page or model wrote stays text."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from agent.evaluation.recorder import Recorder
from agent.evaluation.results import EpisodeResult
from agent.policy import Choice
from agent.runs.record import RunRecord
from agent.runs.replay import write_replay
from envs.browser.actions import Click, Point, Type
from envs.browser.chromium import FLAGS, executable
from envs.browser.observation import Observation

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!-- %%DATA%% \u2028 \" '"


def seen(colour: str) -> Observation:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(buffer, "PNG")
    return Observation(buffer.getvalue(), (320, 200), (), f"http://a.test/{HOSTILE}", HOSTILE)


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    record = RunRecord.create(tmp_path, "gui", {"task": HOSTILE, "model": HOSTILE})
    for name in ("first", HOSTILE):
        episode = record.episode(name, task=f"task of {name}")
        press = Choice(Click(point=Point(x=0.25, y=0.5)), HOSTILE, HOSTILE, HOSTILE, "", 10, 2, 0.25)
        episode.step(1, press, seen("white"), seen("red"), error=HOSTILE, notes=(HOSTILE,))
        episode.step(2, Choice(Type(content=HOSTILE)), seen("red"), seen("blue"))
        episode.end("finished", answer=HOSTILE, evidence={"steps": [1, 2], "url": HOSTILE})
    record.finish()
    return record


@pytest.fixture
async def page(record: RunRecord) -> AsyncIterator[Page]:
    async with replayed(record) as page:
        yield page


@asynccontextmanager
async def replayed(record: RunRecord) -> AsyncIterator[Page]:
    """The record's replay on a phone; nothing may go wrong in it."""
    path = write_replay(record)
    troubles: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(playwright), args=list(FLAGS))
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        page.on("dialog", lambda dialog: troubles.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: troubles.append(f"error {error}"))
        page.on("console", lambda message: troubles.append(message.text))
        page.on("request", lambda request: troubles.append(request.url) if request.url[:4] == "http" else None)
        await page.goto(path.as_uri())
        yield page
        assert troubles == []
        await browser.close()


async def test_hostile_text_is_shown_as_text(page: Page) -> None:
    assert await page.locator("#detail .thought").text_content() == HOSTILE
    assert await page.locator("img").count() == 1
    assert await page.locator("script").count() == 2
    assert HOSTILE in (await page.locator("#episodes button").nth(1).text_content() or "")


async def test_the_keyboard_walks_through_steps_and_episodes(page: Page) -> None:
    async def where() -> tuple[str | None, str | None]:
        return await page.locator("#position").text_content(), await page.locator("#title").text_content()

    assert await where() == ("1 / 3", "task of first")
    await page.keyboard.press("ArrowRight")
    assert (await where())[0] == "2 / 3"
    await page.keyboard.press("End")
    assert "steps 1, 2" in (await page.locator("#detail").text_content() or "")
    await page.keyboard.press("ArrowDown")
    assert await where() == ("1 / 3", f"task of {HOSTILE}")
    await page.keyboard.press(" ")
    assert await page.locator("#play").text_content() == "Pause"
    await expect(page.locator("#position")).to_have_text("3 / 3", timeout=60_000)
    assert await page.locator("#play").text_content() == "Play"


async def test_an_evaluation_shows_which_episodes_were_solved(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path, "eval", {"title": "MiniWoB++ evaluation"})
    for name, solved in (("click-test 1 pixels", True), ("click-test 2 pixels", False)):
        episode = recorder.begin(name, "Click the button.")
        episode.step(1, Choice(Click(point=Point(x=0.25, y=0.5))), seen("white"), seen("red"))
        recorder.end(name, EpisodeResult(task="click-test", seed=1, status="done", strict=solved, steps=1))
    recorder.record.finish()
    async with replayed(recorder.record) as page:
        assert await page.locator("#episodes .sign").all_text_contents() == ["✓", "✗"]
        assert await page.locator("#badge").text_content() == "solved"
        await page.keyboard.press("ArrowDown")
        assert await page.locator("#badge").text_content() == "not solved"


async def test_the_click_is_marked_where_it_landed(page: Page) -> None:
    ring, frame = page.locator("#marks .dot"), page.locator("#frame")
    box, dot = await frame.bounding_box(), await ring.bounding_box()
    assert box and dot
    assert (dot["x"] + dot["width"] / 2 - box["x"]) / box["width"] == pytest.approx(0.25, abs=0.02)
    assert (dot["y"] + dot["height"] / 2 - box["y"]) / box["height"] == pytest.approx(0.5, abs=0.02)
    await page.keyboard.press("ArrowRight")
    assert await ring.count() == 0


async def test_it_fits_a_phone_and_a_desktop(page: Page) -> None:
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 844})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert (await page.locator("#frame").bounding_box() or {"width": 0})["width"] > 200


def test_it_needs_nothing_from_outside(record: RunRecord) -> None:
    text = write_replay(record).read_text()
    assert "default-src 'none'" in text
    assert text.count("data:image/png;base64,") == 3, "each distinct picture once"
    for outside in ('src="http', "href=", "@import", "url("):
        assert outside not in text.replace(HOSTILE.replace("<", "\\u003c"), "")
