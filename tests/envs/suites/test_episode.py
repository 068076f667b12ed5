"""An episode for those who play many: what is not looked at costs nothing, and the score is the same."""

from envs.browser.actions import Back, Click, Point
from envs.browser.browser import Browser
from envs.suites.miniwob.env import SIZE, Episode
from envs.suites.miniwob.page import VIEW

SEED = 1_000_001
CORNER = Click(point=Point(x=0.999, y=0.999))


async def test_without_a_last_look_the_view_after_the_end_is_left_out() -> None:
    async with Browser.launch() as browser:
        session = await browser.open(view=VIEW, viewport=SIZE)
        for last_look in (True, False):
            episode = Episode(session, "click-test", last_look=last_look)
            await episode.start(SEED)
            going_on = await episode.act(CORNER)
            assert going_on.screenshot and going_on.elements
            assert not (await episode.outcome()).done
            button = next(element for element in going_on.elements if element.role == "button")
            over = await episode.act(Click(point=button.box.centre))
            assert (await episode.outcome()).strict
            assert bool(over.screenshot) == bool(over.elements) == last_look


async def test_who_leaves_the_page_has_not_solved_it_and_the_next_episode_begins_on_it() -> None:
    async with Browser.launch() as browser:
        session = await browser.open(view=VIEW, viewport=SIZE)
        episode = Episode(session, "click-test")
        first = await episode.start(SEED)
        left = await episode.act(Back())
        assert left.url == "about:blank"
        assert not (await episode.outcome()).done
        assert (await episode.start(SEED)).elements == first.elements
