"""The node that plays one episode of a game with the game agent, which keeps a run record of its own."""

import asyncio
import contextvars
from typing import Any

from langgraph.runtime import Runtime

from agent.chat.state import ChatState, Ctx, result
from agent.chat.tools import Play
from agent.errors import AgentError
from agent.games.config import checked
from agent.games.result import GameResult
from agent.games.run import run
from agent.runs.record import RunRecord
from envs.games.adapter.errors import GameError
from envs.games.adapter.view import View
from vlm.completion import ClientError
from vlm.server import ServerError


class _Teller:
    """Tells the conversation of every tenth step."""

    def __init__(self, tell: Any, of: int) -> None:
        self._tell, self._of, self._step = tell, of, 0

    def progress(self, text: str) -> None:
        self._tell({"type": "note", "text": text})

    def event(self, event: dict[str, Any]) -> None:
        if event["type"] == "acted":
            self._step += 1
            if self._step % 10 == 0:
                self._tell({"type": "progress", "job": "play", "step": self._step, "of": self._of, "eta_ms": 0})

    def seen(self, view: View) -> None:
        return

    def result(self, number: int, result: GameResult) -> None:
        return


async def play(state: ChatState, runtime: Runtime[Ctx]) -> ChatState:
    """Serve the first pending call."""
    ctx = runtime.context
    asked = Play.model_validate(state["pending"][0]["arguments"])
    try:
        with_model = {"model_url": ctx.model_url, "model": ctx.model} if asked.player == "vlm" else {}
        config = checked(
            game=asked.game, agent=asked.player, seed=asked.seed, max_steps=asked.max_steps, **with_model
        )
        facts = {"task": f"play {config.game}", "config": config.model_dump(mode="json")}
        record = RunRecord.create(ctx.runs, "play", facts)
        # In a context of its own: the game's graph has a thread and checkpoints that are not the conversation's.
        # What it tells is told from this one, where the conversation's stream is.
        here = contextvars.copy_context()
        teller = _Teller(lambda event: here.run(runtime.stream_writer, event), asked.max_steps)
        playing = asyncio.get_running_loop().create_task(
            run(config, record, teller), context=contextvars.Context()
        )
        try:
            ended = (await playing)[0]
        except asyncio.CancelledError:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            raise
    except (AgentError, GameError, ClientError, ServerError) as error:
        return _done(state, str(error), failed=True)
    solved = "" if ended.progress is None else f", progress {ended.progress:.0%}"
    text = f"{config.game} ended with score {ended.score:g} after {ended.steps} steps{solved} (run {record.id})"
    return _done(state, text)


def _done(state: ChatState, text: str, *, failed: bool = False) -> ChatState:
    return ChatState(
        results=[*state["results"], result("play", text, failed=failed)], pending=state["pending"][1:]
    )
