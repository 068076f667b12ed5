"""The compiled graph: checkpoints, a memory in writing, and going on after the process died."""

from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.games.episode import Terms, play_episode
from agent.games.errors import PlayError
from agent.games.graph import build
from agent.games.run import with_checkpoints
from agent.games.turn import Note, seed_of
from envs.games.adapter.actions import Press

RIGHT = Press(key="action 1")
THREAD: Any = {"configurable": {"thread_id": "t"}, "recursion_limit": 100}


class Killed(Exception):
    """Stands in for `kill -9`."""


class Onlooker:
    """Counts what it is shown."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.views = 0

    def event(self, event: dict[str, Any]) -> None:
        self.events.append(event["type"])

    def seen(self, view: Any) -> None:
        self.views += 1


async def _play(game, policy, record, saver, **terms: Any):
    watcher: Any = Onlooker()
    result = await play_episode(
        game,
        5,
        lambda started: policy,
        Terms(**terms),
        open_log=lambda task: record.episode("episode 1", task=task),
        drive=with_checkpoints(build(saver), THREAD, watcher),
        fatal=(PlayError, Killed),
    )
    return result, watcher


async def test_it_plays_to_the_end_and_every_step_is_kept(corridor, script, record) -> None:
    player = script(RIGHT)
    result, watcher = await _play(corridor(), player, record, InMemorySaver())
    assert (result.status, result.steps, result.scores) == ("terminated", 4, (0.0, 0.0, 0.0, 1.0))
    assert len({turn.seed for turn in player.turns}) == 4, "each turn has a chance of its own"
    lines = record.episode("episode 1").steps()
    assert [(line["played"], line["score"]) for line in lines] == [("action 1", s) for s in (0.0, 0.0, 0.0, 1.0)]
    assert watcher.events.count("acted") == watcher.views == 4


@pytest.mark.parametrize("checkpointed", [True, False])
async def test_a_killed_episode_goes_on_where_it_was(corridor, script, record, checkpointed: bool) -> None:
    saver = InMemorySaver()

    class Dies(script):
        async def choose(self, *given: Any) -> Any:
            if len(self.turns) == 2:
                raise Killed
            return await super().choose(*given)

    with pytest.raises(Killed):
        await _play(corridor(), Dies(RIGHT), record, saver)
    player = script(RIGHT)
    result, _ = await _play(corridor(), player, record, saver if checkpointed else InMemorySaver())
    assert (result.status, result.steps, result.scores) == ("terminated", 4, (0.0, 0.0, 0.0, 1.0))
    assert [turn.view.text for turn in player.turns] == ["at 2", "at 3"]
    assert [turn.seed for turn in player.turns] == [seed_of(corridor(), 5, number) for number in (3, 4)]
    assert [line["step"] for line in record.episode("episode 1").steps()] == [1, 2, 3, 4]
    assert result.tokens == 48


async def test_a_game_that_does_not_repeat_itself_is_not_gone_on_with(corridor, script, record) -> None:
    await _play(corridor(limit=2), script(RIGHT), record, InMemorySaver())
    other = corridor()
    other.env.unwrapped.render = lambda: corridor().env.render()[:, ::-1]
    with pytest.raises(PlayError, match="looks different"):
        await _play(other, script(RIGHT), record, InMemorySaver())


async def test_a_memory_is_written_every_so_many_steps_and_read_at_the_next(corridor, script, record) -> None:
    class Writes(script):
        async def note(self, task: str, turn: Any, past: Any) -> Note:
            return Note(f"{turn.memory}+{turn.view.text}", 5, 5)

    player = Writes(RIGHT)
    result, _ = await _play(corridor(), player, record, InMemorySaver(), memory_every=2)
    assert [turn.memory for turn in player.turns] == ["", "", "+at 2", "+at 2"]
    assert result.tokens == 4 * 12 + 10


async def test_who_cannot_write_is_asked_for_no_memory(corridor, script, record) -> None:
    with pytest.raises(PlayError, match="keeps no memory"):
        await _play(corridor(), script(RIGHT), record, InMemorySaver(), memory_every=1)
