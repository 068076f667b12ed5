"""What the GUI agent does step by step, over a made-up world."""

import asyncio
import json
from typing import Any

import pytest

from agent.budgets import Budgets
from agent.policy import Choice
from agent.runs.record import RunRecord
from envs.browser.actions import AskUser, Finish, Navigate, Scroll
from envs.browser.errors import SessionLost

from .worlds import PRESS, ButtonWorld, Script

YES, NO = {"granted": True, "answer": ""}, {"granted": False, "answer": ""}


async def test_it_acts_until_it_says_that_it_is_done(run: Any, record: RunRecord) -> None:
    world = ButtonWorld()
    state, _ = await run(world, Script(PRESS, PRESS, Finish(answer="two presses")))
    assert world.acted == [PRESS, PRESS]
    assert (state["outcome"], state["answer"], state["step"], state["tokens"]) == (
        "finished",
        "two presses",
        3,
        36,
    )
    assert [line["step"] for line in record.episode("gui").steps()] == [1, 2, 3]


async def test_the_state_is_small_plain_json(run: Any) -> None:
    state, _ = await run(ButtonWorld(), Script(PRESS, Finish()))
    assert len(json.dumps(state)) < 2000


async def test_the_model_is_told_what_it_did_and_what_went_wrong(run: Any) -> None:
    world, script = ButtonWorld(), Script(PRESS, Choice(None, error="no action in it"), Finish())
    world.error = "nothing there"
    await run(world, script)
    assert [past.error for past in script.told[-1][1]] == ["nothing there", "no action in it"]
    assert [past.action for past in script.told[-1][1]] == [PRESS, None]


async def test_after_three_failures_in_a_row_it_is_told_to_make_a_new_plan(run: Any) -> None:
    script = Script(*[Choice(None, error="gibberish")] * 3, Finish())
    await run(ButtonWorld(), script)
    assert "new plan" not in script.told[2][1][-1].error
    assert "new plan" in script.told[3][1][-1].error


@pytest.mark.parametrize(
    ("budgets", "outcome"),
    [
        (Budgets(max_steps=4), "out_of_steps"),
        (Budgets(max_tokens=40), "out_of_tokens"),
        (Budgets(max_seconds=0.0), "out_of_time"),
    ],
)
async def test_a_spent_budget_ends_the_run(run: Any, budgets: Budgets, outcome: str) -> None:
    world = ButtonWorld()
    state, _ = await run(world, Script(PRESS), budgets=budgets)
    assert state["outcome"] == outcome
    assert len(world.acted) <= 4


async def test_a_model_that_never_answers_is_cut_off(run: Any) -> None:
    class Silent:
        async def choose(self, *_: Any) -> Choice:
            await asyncio.sleep(3600)
            raise AssertionError

    state, _ = await run(ButtonWorld(), Silent(), budgets=Budgets(max_seconds=0.05))
    assert state["outcome"] == "out_of_time"


async def test_going_in_circles_is_nudged_and_then_stopped(run: Any) -> None:
    script = Script(PRESS)
    state, _ = await run(ButtonWorld(changes=False), script)
    assert (state["outcome"], state["step"]) == ("loop", 6)
    assert "do something else" in script.told[-1][1][-1].error


async def test_a_risky_action_waits_for_a_yes(run: Any) -> None:
    world = ButtonWorld("Pay now")
    _, asked = await run(world, Script(PRESS, Finish()), YES, approve="ask")
    assert [request["risks"] for request in asked] == [["pay"]]
    assert "Pay now" in asked[0]["text"]
    assert world.acted == [PRESS]


async def test_a_no_is_obeyed_and_told_to_the_model(run: Any, record: RunRecord) -> None:
    world, script = ButtonWorld("Pay now"), Script(PRESS, Finish())
    await run(world, script, NO, approve="ask")
    assert world.acted == []
    assert "refused by the person (pay)" in script.told[-1][1][-1].error
    assert record.episode("gui").steps()[0]["approval"] == "refused"


async def test_never_refuses_without_asking_and_auto_does_not_ask(run: Any) -> None:
    cautious, bold = ButtonWorld("Pay now"), ButtonWorld("Pay now")
    _, asked = await run(cautious, Script(PRESS, Finish()), approve="never")
    assert (cautious.acted, asked) == ([], [])
    _, asked = await run(bold, Script(PRESS, Finish()), approve="auto")
    assert (bold.acted, asked) == ([PRESS], [])


async def test_a_site_is_asked_about_once(run: Any) -> None:
    there, scroll = Navigate(url="http://other.test/"), Scroll(point=PRESS.point, direction="down")
    world = ButtonWorld()
    _, asked = await run(world, Script(there, scroll, there, Finish()), YES, approve="ask")
    assert [request["risks"] for request in asked] == [["new_origin"]]
    assert world.acted == [there, scroll, there]


async def test_a_click_that_leads_to_an_unknown_site_is_taken_back(run: Any) -> None:
    world, script = ButtonWorld(moves={1: "http://evil.test/"}), Script(PRESS, Finish())
    await run(world, script, approve="never")
    assert world.url == "http://home.test/"
    assert "http://evil.test was not agreed to" in script.told[-1][1][-1].error


async def test_a_person_may_agree_to_where_a_click_led(run: Any) -> None:
    world = ButtonWorld(moves={1: "http://bank.test/"})
    _, asked = await run(world, Script(PRESS, Finish()), YES, approve="ask")
    assert "http://bank.test/" in asked[0]["text"]
    assert world.url == "http://bank.test/"


async def test_a_question_reaches_the_person_and_the_answer_the_model(run: Any) -> None:
    script = Script(AskUser(question="Which lamp?"), Finish())
    world = ButtonWorld()
    _, asked = await run(world, script, {"granted": True, "answer": "the blue one"}, approve="ask")
    assert asked[0] == {"type": "question", "step": 1, "text": "Which lamp?"}
    assert "the blue one" in script.told[-1][0]
    assert world.acted == []


async def test_where_nobody_is_there_the_model_is_told_to_decide(run: Any) -> None:
    script = Script(AskUser(question="Which lamp?"), Finish())
    await run(ButtonWorld(), script, approve="auto")
    assert "nobody is there" in script.told[-1][1][-1].error


async def test_an_action_is_on_the_disk_before_it_is_carried_out(run: Any, record: RunRecord) -> None:
    world = ButtonWorld()
    world.lost_at = 2
    with pytest.raises(SessionLost):
        await run(world, Script(PRESS))
    log = record.episode("gui")
    assert [line["step"] for line in log.steps()] == [1]
    assert log.open_intent()["step"] == 2
