"""Takes an episode up again after its process died, from the last checkpoint and the log of what was played.

The game died with the process, but it follows from its seed and its moves: they are played again, without asking
anybody, and the last picture must be the one that was kept. A step that was begun and not logged is simply taken
anew.
"""

from agent.games.errors import PlayError
from agent.games.graph import PAST_KEPT
from agent.games.state import GameState
from agent.runs.record import EpisodeLog
from envs.games.adapter.game import Game


def taken_up(state: GameState, saved: GameState, game: Game, log: EpisodeLog) -> GameState:
    """The state from which the episode goes on, with `game`, just started, brought to where it was.

    `state` is that of an episode that begins and `saved` the last checkpoint's, empty if there is none. Raises
    `PlayError` if the game does not repeat itself.
    """
    current = state | saved | GameState(outcome="", shortlist=[])
    lines = log.steps()
    for line in lines:
        if line["played"]:
            game.play(line["played"], line["times"])
        if line["step"] > current["step"]:
            _fold(current, line)
    if lines:
        picture = log.record.folder / "screenshots" / lines[-1]["after"]
        if not picture.is_file() or picture.read_bytes() != game.view.screenshot:
            raise PlayError(
                f"{game.env_id} looks different after the same moves from seed {state['seed']}, so that the run "
                "cannot go on; start a new one"
            )
    return current


def _fold(state: GameState, line: dict[str, object]) -> None:
    """Add a step that was logged after the last checkpoint."""
    step: dict[str, object] = {"action": line["action"], "error": line["error"]}
    state["step"] = int(str(line["step"]))
    state["past"] = [*state["past"], step][-PAST_KEPT:]
    state["invalid"] += bool(line["error"])
    state["scores"] = [*state["scores"], float(str(line["score"]))]
    state["prompt_tokens"] += int(str(line["prompt_tokens"]))
    state["completion_tokens"] += int(str(line["completion_tokens"]))
    thinking, playing = float(str(line["think_seconds"])), float(str(line["act_seconds"]))
    state["model_s"] += thinking
    state["env_s"] += playing
    state["seconds"] += thinking + playing
