"""What the model is asked in a game: chance only where its profile allows it, and from the turn's seed."""

from typing import Any

import pytest

from agent.games.turn import Turn
from agent.games.vlm_policy import GameVlmPolicy
from envs.games.adapter.actions import Press
from envs.games.adapter.view import View
from vlm.completion import Completion
from vlm.profile import Profile


class Client:
    """Answers every request alike and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def complete(self, messages: list[Any], **options: Any) -> Completion:
        self.asked.append(options)
        said = "Thought: on\nAction: press(key='left')"
        return Completion(said, "", "stop", 1, 1, 0.0, None, None, None, {})


VIEW = View(b"a picture", (160, 160), False, "", "", ("left", "right"), url="test/Game-v0", title="Game")


@pytest.mark.parametrize(("game_temperature", "expected"), [(None, 0.2), (0.7, 0.7), (0.0, 0.0)])
async def test_a_game_is_played_at_its_own_temperature(game_temperature: float | None, expected: float) -> None:
    client = Client()
    profile = Profile(name="it", format="seed", temperature=0.2, game_temperature=game_temperature)
    policy = GameVlmPolicy(client, profile)  # type: ignore[arg-type]
    choice = await policy.choose("win", Turn(VIEW, help="", seed=7), [])
    assert choice.action == Press(key="left")
    assert client.asked[0]["temperature"] == expected
    assert client.asked[0]["seed"] == (7 if expected else None)
