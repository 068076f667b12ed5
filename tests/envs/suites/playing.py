"""Lets an oracle play, for the tests of what oracles do."""

from envs.browser.execute import execute
from envs.suites.miniwob.oracles import ORACLES
from envs.suites.miniwob.page import VIEW, Decision, Outcome, TaskPage

STEPS = 40


async def resume(page: TaskPage) -> tuple[Outcome, list[Decision]]:
    """The oracle from here on, to the end of the episode: what came of it, and what it decided."""
    decisions: list[Decision] = []
    while not (await page.outcome()).done and len(decisions) < STEPS:
        decision = await ORACLES[page.task](page)
        assert decision is not None
        decisions.append(decision)
        await execute(page.page, decision.action, VIEW)
    return await page.outcome(), decisions
