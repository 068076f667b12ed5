"""The model as a policy for web pages: prompt → reply under the wire format's grammar → one validated action."""

from collections.abc import Sequence
from typing import Literal

from agent.asking import Asker
from agent.gui.prompts import VERBS, render
from agent.policy import Choice, Past
from envs.browser.actions import ACTION, Action
from envs.browser.observation import Observation
from vlm.client import VlmClient
from vlm.profile import Profile

ObservationMode = Literal["pixels", "elements", "both"]
"""What the model is given of a page: the screenshot, the list of elements, or both."""


class VlmPolicy:
    """Asks a served model for the next action on a page; see `agent.asking.Asker` for replies that are none."""

    def __init__(self, client: VlmClient, profile: Profile, observation_mode: ObservationMode) -> None:
        self._asker: Asker[Action] = Asker(client, profile, ACTION)
        self._mode = observation_mode

    async def choose(self, task: str, observation: Observation, past: Sequence[Past[Action]]) -> Choice[Action]:
        messages = render(self._asker.profile, task, observation, past, self._mode)
        return await self._asker.ask(messages, VERBS, observation.size)
