"""The model as a policy for games: a turn → reply under a grammar of the legal moves → one action."""

from collections.abc import Sequence

from agent.asking import Asker
from agent.games.errors import PlayError
from agent.games.prompts import Mode, memory_request, render, verbs
from agent.games.turn import Note, Turn
from agent.policy import Choice, Past
from envs.games.adapter.actions import GAME_ACTION, GameAction
from vlm.client import VlmClient
from vlm.profile import Profile

NOTE_TOKENS = 256
NOTE_CHARS = 1500


class GameVlmPolicy:
    """Asks a served model for the next action in a game; see `agent.asking.Asker` for replies that are none."""

    def __init__(self, client: VlmClient, profile: Profile, mode: Mode = "pixels", thought: bool = True) -> None:
        self._asker: Asker[GameAction] = Asker(client, profile, GAME_ACTION)
        self._mode = mode
        self._thought = thought

    @property
    def profile(self) -> Profile:
        return self._asker.profile

    async def choose(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Choice[GameAction]:
        profile = self._asker.profile
        messages = render(profile, task, turn, past, self._mode, thought=self._thought)
        return await self._asker.ask(
            messages,
            verbs(profile, turn),
            turn.view.size,
            thought=self._thought,
            temperature=profile.temperature_in_games,
            seed=turn.seed,
        )

    async def note(self, task: str, turn: Turn, past: Sequence[Past[GameAction]]) -> Note:
        """Let the model write its memory anew; raises `PlayError` for a model that can only name actions."""
        if self._asker.profile.prompt == "terse":
            raise PlayError(f"{self._asker.profile.name} keeps no memory: it was taught actions, not to write")
        completion = await self._asker.write(memory_request(task, turn, past, self._mode), NOTE_TOKENS)
        return Note(completion.text.strip()[:NOTE_CHARS], completion.prompt_tokens, completion.completion_tokens)
