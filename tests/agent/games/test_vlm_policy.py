"""What the model is asked in a game: chance only where its profile allows it, and the same chance in the same place."""

from dataclasses import replace
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
    choice = await policy.choose("win", Turn(VIEW, help=""), [])
    assert choice.action == Press(key="left")
    assert client.asked[0]["temperature"] == expected


async def test_chance_follows_from_what_is_seen_and_when() -> None:
    client = Client()
    policy = GameVlmPolicy(client, Profile(name="it", format="seed", game_temperature=1.0))  # type: ignore[arg-type]
    views = [VIEW, VIEW, replace(VIEW, env_steps=1), replace(VIEW, screenshot=b"another"), replace(VIEW, text="words")]
    for view in views:
        await policy.choose("win", Turn(view, help=""), [])
    seeds = [options["seed"] for options in client.asked]
    assert seeds[0] == seeds[1] and len(set(seeds)) == 4
