"""Oracles of tasks that are mostly pointed at and dragged, in a real Chromium."""

import random
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

from envs.browser.actions import Click, Drag, Point, Scroll
from envs.browser.chromium import FLAGS, executable
from envs.browser.execute import execute
from envs.suites.miniwob.page import VIEW, VIEWPORT, Node, TaskPage

from .playing import resume


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(playwright), args=list(FLAGS))
        yield await browser.new_page(viewport=VIEWPORT)
        await browser.close()


async def opened(page: Page, task: str, seed: int) -> TaskPage:
    task_page = TaskPage(page, task, random.Random(7))
    await task_page.load()
    await task_page.start(seed)
    return task_page


@pytest.mark.parametrize(
    "task",
    [
        "click-checkboxes-soft",
        "click-menu-2",
        "click-scroll-list",
        "click-shape",
        "click-tab-2-hard",
        "click-test-2",
        "count-sides",
        "drag-items-grid",
        "drag-shapes-2",
        "draw-line",
        "highlight-text-2",
        "resize-textarea",
    ],
)
async def test_an_oracle_solves_its_task_and_points_at_what_it_names(page: Page, task: str) -> None:
    task_page = await opened(page, task, seed=1)
    for seed in (2, 3, 4):
        outcome, decisions = await resume(task_page)
        assert outcome.strict, f"before seed {seed}: {task_page.instruction}"
        for decision in decisions:
            match decision.action:
                case Click(point=point) | Scroll(point=point) | Drag(start=point) if decision.target:
                    assert decision.target.contains(point)
                    if isinstance(decision.action, Drag):
                        assert decision.end is not None
                        assert decision.end.contains(decision.action.end)
        await task_page.start(seed)


async def test_wrong_boxes_that_were_checked_are_unchecked(page: Page) -> None:
    task_page = await opened(page, "click-checkboxes", seed=3)
    for label in await task_page.query("#area label"):
        await execute(page, Click(point=label.box.centre), VIEW)
    outcome, _ = await resume(task_page)
    assert outcome.strict


async def test_a_section_opened_by_mistake_does_not_hide_the_link(page: Page) -> None:
    task_page = await opened(page, "click-collapsible-2-nodelay", seed=5)
    await execute(page, Click(point=(await task_page.query("#area h3"))[2].box.centre), VIEW)
    outcome, _ = await resume(task_page)
    assert outcome.strict


async def test_a_line_drawn_the_wrong_way_is_drawn_again(page: Page) -> None:
    task_page = await opened(page, "draw-line", seed=1)
    await execute(page, Drag(start=Point(x=0.2, y=0.1), end=Point(x=0.5, y=0.5)), VIEW)
    outcome, decisions = await resume(task_page)
    assert outcome.strict
    assert [decision.action.kind for decision in decisions] == ["drag", "click"]


async def test_a_link_broken_over_two_lines_is_a_box_on_one_of_them(page: Page) -> None:
    task_page = await opened(page, "click-link", seed=1)
    await task_page.evaluate(
        """() => { document.getElementById('area').innerHTML =
                     'Some words that fill the line <span class="alink">a link that is long</span>'; }"""
    )
    (link,) = await task_page.query(".alink")
    assert isinstance(link, Node)
    assert link.height < 20
    x, y = VIEW.css(link.box.centre)
    assert await task_page.evaluate("([x, y]) => document.elementFromPoint(x, y).className", [x, y]) == "alink"
