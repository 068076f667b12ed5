"""TextWorld (Côté et al. 2018): text adventures that are generated from a seed, played by typing.

Three small challenges in its own manner, under ids of ours. What can sensibly be typed is listed as legal moves,
and anything else may be said. Progress is the share of the game's score.
"""

import tempfile
from pathlib import Path
from typing import Any, ClassVar

import gymnasium

from envs.games.adapter.family import Env, Family, Info
from envs.games.adapter.moves import Move, speakable

CHALLENGES = {
    "TextWorld/CoinCollector-v0": ("tw-coin_collector", {"level": 5}),
    "TextWorld/TreasureHunter-v0": ("tw-treasure_hunter", {"level": 5}),
    "TextWorld/Cooking-v0": (
        "tw-cooking",
        {
            "recipe": 1,
            "take": 1,
            "go": 1,
            "open": True,
            "cook": True,
            "cut": True,
            "drop": False,
            "split": None,
            "recipe_seed": 0,
        },
    ),
}
"""From our ids to TextWorld's challenges and their settings."""
MAX_STEPS = 80


class TextWorldEnv(gymnasium.Env[Any, Any]):
    """A text adventure: the action is a command, the observation what the game answers.

    Action and observation `Text`. `info` has `admissible_commands`, `score`, `max_score`, `won`, `lost`. Reward is
    the change of the score. Terminates when it is won or lost, truncates after 80 commands.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}

    def __init__(self, challenge: str, settings: dict[str, Any], render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self._challenge, self._settings = challenge, settings
        self.action_space = gymnasium.spaces.Text(200)
        self.observation_space = gymnasium.spaces.Text(20_000)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._played: Any = None
        self._score = self._steps = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, Info]:
        super().reset(seed=seed)
        import textworld
        from textworld import challenges, generator

        self.close()
        self._folder = tempfile.TemporaryDirectory()
        made = textworld.GameOptions()
        made.seeds = int(self.np_random.integers(2**31 - 1))
        made.path = str(Path(self._folder.name) / "game.z8")
        maker = challenges.CHALLENGES[self._challenge][1]
        path = generator.compile_game(maker(self._settings, made), made)
        asked = textworld.EnvInfos(
            admissible_commands=True, objective=True, score=True, max_score=True, won=True, lost=True
        )
        self._played = textworld.start(path, request_infos=asked)
        state = self._played.reset()
        self._score = self._steps = 0
        # It opens with its name in letters of many lines, then the aim, which is the mission, then where we are.
        said = _said(state)
        return said.partition(state.objective.strip())[2].strip() or said, _facts(state)

    def step(self, action: Any) -> tuple[str, float, bool, bool, Info]:
        state, score, over = self._played.step(str(action))
        gained, self._score = float(score - self._score), score
        self._steps += 1
        return _said(state), gained, bool(over), self._steps >= MAX_STEPS and not over, _facts(state)

    def close(self) -> None:
        if self._played is not None:
            self._played.close()
        if self._folder is not None:
            self._folder.cleanup()
        self._played = self._folder = None


class TextWorld(Family):
    """The package `textworld`."""

    name: ClassVar[str] = "textworld"
    needs: ClassVar[tuple[str, ...]] = ("textworld",)
    install: ClassVar[str] = "pip install 'seedbed[textworld]' (it brings jericho, which is under the GPL-2.0)"
    free_text: ClassVar[bool] = True

    def register(self) -> None:
        for env_id, (challenge, settings) in CHALLENGES.items():
            gymnasium.register(env_id, TextWorldEnv, kwargs={"challenge": challenge, "settings": settings})

    def help(self, env: Env) -> str:
        return "A text adventure: read what the game says and give one short command at a time."

    def mission(self, env: Env, observation: Any, info: Info) -> str:
        return str(info["objective"])

    def legal(self, env: Env, moves: tuple[Move, ...], info: Info) -> tuple[str, ...]:
        return tuple(command for command in info["admissible_commands"] if speakable(command))

    def progress(self, env: Env, info: Info, earned: float) -> float | None:
        return float(info["score"]) / max(float(info["max_score"]), 1.0)

    def solved(self, env: Env, info: Info, earned: float) -> bool:
        return bool(info["won"])


def _said(state: Any) -> str:
    """What the game answers, without the prompt and the status line that close it."""
    told, found, _ = str(state.feedback).rpartition("\n>")
    return told.strip() if found else str(state.feedback).strip()


def _facts(state: Any) -> Info:
    names = ("admissible_commands", "objective", "score", "max_score", "won", "lost")
    return {name: state[name] for name in names}
