"""Conversations from end to end: drawing, editing, references, A/B pairs, cancelling, going back, going on."""

from contextlib import aclosing

import pytest

from agent.chat.citations import cited
from agent.chat.errors import ChatError
from generators.image.recipe import opened

from .conftest import Open, artifacts, told, words
from .painter import Painter

FOX = "a red fox"


async def test_a_picture_is_drawn_and_only_it_is_cited(open_chat: Open) -> None:
    async with open_chat() as session:
        events = await told(session.send(FOX))
        kinds = [event["type"] for event in events]
        # How many steps are told of depends on how fast they are.
        assert [kind for kind in kinds if kind not in ("queue", "progress", "preview")] == [
            "route",
            "artifact",
            "token",
            "done",
        ]
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert len({event["run_id"] for event in events}) == 1
        (made,) = artifacts(events)
        assert cited(words(events)) == (made,)
        artifact = session.ctx.store.get(made)
        assert (artifact.words, artifact.arm, artifact.turn) == (FOX, "tiny/draft", 1)
        assert opened(session.ctx.store.file(artifact)).size == (16, 16)


async def test_same_but_at_night_and_wider(open_chat: Open) -> None:
    async with open_chat() as session:
        (first,) = artifacts(await told(session.send(FOX)))
        (second,) = artifacts(await told(session.send("same, but at night, and wider")))
        store = session.ctx.store
        night = store.get(second)
        assert "fox" in night.words and "night" in night.words
        assert opened(store.file(night)).size == (24, 16)
        assert [each.id for each in store.lineage(second)] == [second, first]
        assert night.recipe["request"]["seed"] == store.get(first).recipe["request"]["seed"]


async def test_an_edit_begins_with_the_picture_that_was_meant(open_chat: Open) -> None:
    async with open_chat() as session:
        first, second = artifacts(await told(session.send(f"two pictures of {FOX}")))
        (third,) = artifacts(await told(session.send("make the second one blue")))
        store = session.ctx.store
        assert store.get(third).parent == second != first
        assert store.get(third).recipe["task"] == "image"


async def test_variations_and_what_is_known_of_one(open_chat: Open) -> None:
    async with open_chat() as session:
        (first,) = artifacts(await told(session.send(FOX)))
        varied = artifacts(await told(session.send("two more like it")))
        assert len(varied) == 2
        recipes = [session.ctx.store.get(each).recipe["request"] for each in (first, *varied)]
        assert len({recipe["seed"] for recipe in recipes}) == 1
        assert len({recipe["variation_seed"] for recipe in recipes[1:]}) == 2
        said = words(await told(session.send("describe the first one")))
        assert "have not looked at it" in said
        assert "red fox" in said


async def test_a_picture_that_is_not_there_is_said_not_to_be(open_chat: Open) -> None:
    async with open_chat() as session:
        await told(session.send(FOX))
        events = await told(session.send("make the seventh one blue"))
        assert not artifacts(events)
        assert "no picture here is 'seventh one'" in words(events)


async def test_in_doubt_two_are_drawn_and_the_vote_is_kept(open_chat: Open, three_experts: None) -> None:
    async with open_chat(compare=True) as session:
        events = await told(session.send(FOX))
        first, second = artifacts(events)
        (asked,) = [event for event in events if event["type"] == "interrupt"]
        assert asked["schema"]["properties"]["choice"]["enum"] == ["a", "b", "neither"]
        assert events[-1]["status"] == "waiting"
        assert session.ctx.store.get(first).arm != session.ctx.store.get(second).arm
        with pytest.raises(ChatError, match="choice 'c'"):
            await told(session.answer({"choice": "c"}))
        done = await told(session.send("the second one"))
        assert "the second was chosen" in words(done)
        assert (await session.state())["focus"] == second
    from generators.router.database.record import counting_votes
    from generators.router.database.store import Database
    from generators.router.taxonomy import embedded_taxonomy

    with Database(session.ctx.runs.parent / "router.sqlite", embedded_taxonomy()) as database:
        (vote,) = counting_votes(database)
    assert vote.kind == "pair"


async def test_a_question_that_is_left_open_does_not_block_the_conversation(
    open_chat: Open, three_experts: None
) -> None:
    async with open_chat(compare=True) as session:
        await told(session.send(FOX))
        assert len(artifacts(await told(session.send("a blue fox")))) == 2


async def test_cancelled_at_its_third_step_nothing_is_left_and_the_thread_goes_on(
    open_chat: Open, painter: Painter
) -> None:
    painter.hold_at = 3
    async with open_chat() as session:
        async with aclosing(session.send(FOX)) as events:  # type: ignore[type-var]
            async for event in events:
                if event["type"] == "progress" and event["step"] == 3:
                    break
        assert (await session.state())["artifacts"] == []
        painter.hold_at = 0
        assert len(artifacts(await told(session.send("a blue fox")))) == 1
        texts = [message["text"] for message in (await session.state())["messages"]]
        assert "(stopped before the end)" in texts
        folder = session.ctx.runs.parent / "chat"
        assert len(list((folder / "jobs" / "artifacts").iterdir())) == 1
        assert len(list((folder / "pictures" / "files").iterdir())) == 1


async def test_before_the_night_one_is_where_the_conversation_goes_on(open_chat: Open) -> None:
    async with open_chat() as session:
        (first,) = artifacts(await told(session.send(FOX)))
        (night,) = artifacts(await told(session.send("same, but at night")))
        await told(session.send("same, but blue"))
        said = words(await told(session.send("go back to before the night one")))
        assert "after turn 1, with 1 picture" in said
        assert (await session.state())["artifacts"] == [first]
        (last,) = artifacts(await told(session.send("same, but big")))
        assert session.ctx.store.get(last).parent == first
        assert "night" not in session.ctx.store.get(last).words
        assert session.ctx.store.find(night) is not None, "the store forgets nothing"
        await told(session.send("go back to the beginning"))
        assert not (await session.state()).get("artifacts")
        assert len(artifacts(await told(session.send(FOX)))) == 1


async def test_a_conversation_is_there_again_after_a_restart(open_chat: Open) -> None:
    async with open_chat() as session:
        (first,) = artifacts(await told(session.send(FOX)))
    async with open_chat() as session:
        assert not await session.interrupted()
        (second,) = artifacts(await told(session.send("the same, but at night")))
        assert session.ctx.store.get(second).parent == first


async def test_nobody_reaches_anothers_conversation_or_pictures(open_chat: Open) -> None:
    async with open_chat() as session:
        (made,) = artifacts(await told(session.send(FOX)))
    async with open_chat(user="eve") as session:
        assert not await session.state()
        assert session.ctx.store.find(made, "eve") is None


async def test_what_nobody_should_draw_is_refused_before_anything_else(open_chat: Open) -> None:
    async with open_chat() as session:
        events = await told(session.send("a swastika on a flag"))
        assert [event["type"] for event in events] == ["token", "done"]
