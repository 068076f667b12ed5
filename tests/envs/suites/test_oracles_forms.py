"""Oracles of forms, mail, lists and games of guessing, in a real Chromium."""

import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from envs.browser.actions import Click, Drag, Point, Scroll, Select
from envs.browser.chromium import FLAGS, executable
from envs.browser.execute import execute
from envs.suites.miniwob.oracles.guessing import FIRST_GUESS, HIGHER, LOWER
from envs.suites.miniwob.oracles.noughts import tic_tac_toe
from envs.suites.miniwob.page import VIEW, VIEWPORT, Decision, Outcome, TaskPage

from .playing import resume

browsing = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    """One page for the whole file: starting a browser takes longer than an episode."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(playwright), args=list(FLAGS))
        yield await browser.new_page(viewport=VIEWPORT)
        await browser.close()


async def play(page: TaskPage, seed: int, clicks: int = 0) -> tuple[Outcome, list[Decision]]:
    """One episode by the oracle, after some clicks at random places."""
    await page.start(seed)
    for _ in range(clicks):
        await execute(page.page, Click(point=Point(x=page.rng.random(), y=page.rng.random())), VIEW)
    return await resume(page)


async def opened(page: Page, task: str) -> TaskPage:
    task_page = TaskPage(page, task, random.Random(7))
    await task_page.load()
    return task_page


@browsing
@pytest.mark.parametrize(
    "task",
    [
        "daily-calendar",
        "email-inbox-nl-turk",
        "enter-date",
        "form-sequence-3",
        "guess-number",
        "multi-layouts",
        "search-engine",
        "terminal",
        "text-editor",
        "use-slider",
    ],
)
async def test_an_oracle_solves_its_task_and_points_at_what_it_names(page: Page, task: str) -> None:
    task_page = await opened(page, task)
    for seed in (1, 2):
        outcome, decisions = await play(task_page, seed)
        assert outcome.strict, f"seed {seed}: {task_page.instruction}"
        for decision in decisions:
            match decision.action:
                case Click(point=point) | Scroll(point=point) | Select(point=point) | Drag(start=point):
                    assert decision.target is not None
                    assert decision.target.contains(point)
                case _:
                    assert decision.target is None


@browsing
@pytest.mark.parametrize("task", ["choose-date-nodelay", "form-sequence-2", "login-user", "use-slider-2"])
async def test_an_oracle_recovers_from_clicks_at_random_places(page: Page, task: str) -> None:
    task_page = await opened(page, task)
    solved, begun = 0, 0
    for seed in range(4):
        outcome, decisions = await play(task_page, seed, clicks=2)
        if decisions:  # else a click has ended the episode already
            solved, begun = solved + outcome.strict, begun + 1
    assert solved == begun > 0


@browsing
async def test_a_wrong_date_is_put_right(page: Page) -> None:
    task_page = await opened(page, "enter-date")
    await task_page.start(5)
    await page.fill("#tt", "2001-02-03")
    await page.focus("#tt")
    await page.keyboard.press("Tab")  # on to the second segment, where the keys would go astray
    outcome, _ = await resume(task_page)
    assert outcome.strict


@browsing
async def test_a_message_opened_by_mistake_is_left_again(page: Page) -> None:
    task_page = await opened(page, "email-inbox-forward")
    await task_page.start(4)
    senders = [node.text for node in await task_page.query("#main .email-sender")]
    other = next(place for place, name in enumerate(senders) if name != task_page.fields["by"])
    await page.locator("#main .email-sender").nth(other).click()
    await page.click(".email-reply")
    outcome, decisions = await resume(task_page)
    assert outcome.strict
    assert len(decisions) == 7, "two arrows back, then the five steps of the task"


def test_every_number_can_be_guessed_within_four_tries() -> None:
    for number in range(10):
        guesses = [FIRST_GUESS]
        while guesses[-1] != number and len(guesses) < 4:
            guesses.append((LOWER if number < guesses[-1] else HIGHER)[guesses[-1]])
        assert guesses[-1] == number


@browsing
async def test_noughts_and_crosses_is_won_where_honest_play_mostly_draws(page: Page) -> None:
    task_page = await opened(page, "tic-tac-toe")
    won = [(await play(task_page, seed))[0].strict for seed in range(12)]
    assert sum(won) >= 11


@browsing
async def test_looking_ahead_at_the_dice_changes_none_of_them(page: Page) -> None:
    task_page = await opened(page, "tic-tac-toe")
    rolls = "() => Array.from({length: 40}, () => Math.random())"
    await task_page.start(3)
    untouched = await task_page.evaluate(rolls)
    await task_page.start(3)
    for _ in range(2):
        await tic_tac_toe(task_page)
    assert await task_page.evaluate(rolls) == untouched


@browsing
async def test_a_line_of_three_beats_everything(page: Page) -> None:
    task_page = await opened(page, "tic-tac-toe")
    await task_page.start(1)
    await task_page.evaluate("() => { gameState = [1, 1, 0, -1, -1, 0, 0, 0, 0]; }")
    decision = await tic_tac_toe(task_page)
    assert decision is not None
    assert decision.target == (await task_page.query(".ttt-row span"))[2].box
