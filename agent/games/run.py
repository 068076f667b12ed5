"""Runs `seedbed play` from its options to its record: model, game, graph and checkpoints, opened and closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.games.config import WITH_MODEL, PlayConfig
from agent.games.episode import Drive, Terms, play_episode
from agent.games.errors import PlayError
from agent.games.graph import GameGraph, build, recursion_limit
from agent.games.players import Player, player
from agent.games.result import GameResult
from agent.games.resume import taken_up
from agent.games.state import GameState, Table
from agent.games.turn import task_of
from agent.games.vlm_policy import GameVlmPolicy
from agent.runs.ending import kept_whole
from agent.runs.record import EpisodeLog, RunRecord, slug
from agent.runs.reel import Reel
from envs.games.adapter.errors import GameError
from envs.games.adapter.game import SIZE_PX, Game
from envs.games.adapter.view import View
from vlm.client import VlmClient
from vlm.completion import BadReply, ModelNotFound, Unreachable
from vlm.endpoint import endpoint
from vlm.profile import Profile

LARGE_PX = 480
"""The longer side of pictures for models that are not our tiny one."""
FRAMES_PER_SECOND = 6
FILM_PX = 320
FATAL = (PlayError, GameError, Unreachable, ModelNotFound, BadReply)
"""What ends the run instead of one episode."""


class Watcher(Protocol):
    """Who looks on."""

    def progress(self, text: str) -> None:
        """Something is being started."""

    def event(self, event: dict[str, Any]) -> None:
        """The graph streamed this."""

    def seen(self, view: View) -> None:
        """The game looks like this now."""

    def result(self, number: int, result: GameResult) -> None:
        """Episode `number`, counted from 1, is over."""


async def run(
    config: PlayConfig, record: RunRecord, watcher: Watcher, *, resume: bool = False
) -> list[GameResult]:
    """Play every episode; however it ends, the record is whole and has a replay.

    Finished episodes of a run that is resumed are not played again. Raises what the game, the model server or the
    agent refuse; `asyncio.CancelledError` after Ctrl-C.
    """
    with kept_whole(record) as ending:
        results = await _played(config, record, watcher, resume)
        ending.status = "finished"
        ending.facts = {
            "outcome": "finished",
            "steps": sum(result.steps for result in results),
            "tokens": sum(result.tokens for result in results),
            "seconds": round(sum(result.seconds for result in results), 2),
            "score": sum(result.score for result in results) / len(results),
            "invalid_rate": sum(r.invalid for r in results) / max(sum(r.steps for r in results), 1),
        }
        return results


async def _played(config: PlayConfig, record: RunRecord, watcher: Watcher, resume: bool) -> list[GameResult]:
    results = []
    async with (
        AsyncSqliteSaver.from_conn_string(str(record.folder / "state.sqlite")) as saver,
        _player(config, record, watcher) as (who, size_px),
    ):
        graph = build(saver)
        game = Game.make(config.game, size_px=size_px, history=config.history)
        try:
            for number, seed in enumerate(config.seeds, start=1):
                name = f"episode {number}"
                result = _finished(record, name) if resume else None
                if result is None:
                    result = await _episode(config, record, watcher, graph, game, who, name, seed)
                results.append(result)
                watcher.result(number, result)
        finally:
            game.close()
    return results


async def _episode(
    config: PlayConfig,
    record: RunRecord,
    watcher: Watcher,
    graph: GameGraph,
    game: Game,
    who: Player,
    name: str,
    seed: int,
) -> GameResult:
    log: list[EpisodeLog] = []

    def opened(task: str) -> EpisodeLog:
        watcher.seen(game.view)
        log.append(record.episode(name, task=task, seed=seed, game=config.game, agent=config.agent))
        return log[0]

    thread: RunnableConfig = {
        "configurable": {"thread_id": f"{record.id}/{name}"},
        "recursion_limit": recursion_limit(config.max_steps),
    }
    terms = Terms(config.budgets, config.max_seconds + 600.0, config.memory, who.planner)
    result = await play_episode(
        game,
        seed,
        lambda started: who.policy(started, seed),
        terms,
        open_log=opened,
        drive=with_checkpoints(graph, thread, watcher),
        fatal=FATAL,
    )
    kept = log[0] if log else record.episode(name, task=task_of(game) if game.started else "", seed=seed)
    facts: dict[str, Any] = {} if result.progress is None else {"success": result.solved}
    kept.end(result.status, answer=_said(result), result=result.model_dump(mode="json"), **facts)
    if "video" in config.record:
        await asyncio.to_thread(_film, record.folder, name)
    return result


def with_checkpoints(graph: GameGraph, thread: RunnableConfig, watcher: Watcher) -> Drive:
    """Drives the compiled graph, from the last checkpoint and the log where there are any."""

    async def drive(table: Table, state: GameState) -> None:
        saved = cast(GameState, (await graph.aget_state(thread)).values)
        # Moves that are played again take as long as moves.
        state |= await asyncio.to_thread(taken_up, cast(GameState, dict(state)), saved, table.game, table.log)
        # As if `remember` had just been left: the next node looks at the game and begins a turn.
        await graph.aupdate_state(thread, state, as_node="remember")
        # Checkpoints are written before the next node begins: a step of a killed run is never half known.
        async for mode, event in graph.astream(
            None, thread, context=table, stream_mode=["custom", "values"], durability="sync"
        ):
            if mode == "values":
                state |= cast(GameState, event)
                continue
            said = cast(dict[str, Any], event)
            watcher.event(said)
            if said["type"] == "acted":
                watcher.seen(table.game.view)

    return drive


@asynccontextmanager
async def _player(config: PlayConfig, record: RunRecord, watcher: Watcher) -> AsyncIterator[tuple[Player, int]]:
    """Who plays, and the size of the pictures that suits them."""
    if config.agent not in WITH_MODEL:
        yield player(config.agent, move=config.move), config.size_px or SIZE_PX
        return
    async with (
        endpoint(config.model_url, config.model, watcher.progress) as server,
        VlmClient(server.base_url, server.model_name) as client,
    ):
        profile = server.profile
        record.manifest |= {"model": server.model_name, "format": profile.format}
        if config.memory and profile.prompt == "terse":
            raise PlayError(f"{server.model_name} keeps no memory (it only names actions): leave --memory out")
        model = GameVlmPolicy(client, profile, config.observation, config.thought)
        yield player(config.agent, model), config.size_px or picture_px(profile)


def picture_px(profile: Profile) -> int:
    """The longer side of the pictures that suit a model."""
    return SIZE_PX if profile.prompt == "terse" else LARGE_PX


def _finished(record: RunRecord, name: str) -> GameResult | None:
    """The result of an episode that an earlier process ended."""
    found = None
    for line in record.lines():
        if line["event"] == "end" and line["episode"] == name:
            found = GameResult.model_validate(line["result"])
    return found


def _said(result: GameResult) -> str:
    what = f"score {result.score:g}" if result.progress is None else f"progress {result.progress:.0%}"
    return f"{what} after {result.steps} steps, {result.invalid} invalid"


def _film(folder: Path, name: str) -> None:
    pictures = sorted((folder / "screenshots" / slug(name)).glob("[0-9][0-9][0-9][0-9].png"))
    (folder / "video").mkdir(exist_ok=True)
    reel = Reel(folder / "video" / f"{slug(name)}.webm", FRAMES_PER_SECOND, FILM_PX)
    for picture in pictures:
        reel.add(picture.read_bytes())
    reel.close()


def reopened(record: RunRecord) -> PlayConfig:
    """The configuration that a run was started with; `PlayError` if it is no run of games or is finished."""
    if record.manifest.get("kind") != "play" or "config" not in record.manifest:
        raise PlayError(f"run {record.id} is not one of `seedbed play`, so it cannot be resumed here")
    if record.manifest.get("outcome") == "finished":
        raise PlayError(f"run {record.id} is finished; `seedbed runs show {record.id}` has its scores")
    try:
        return PlayConfig.model_validate(record.manifest["config"])
    except ValueError:
        raise PlayError(f"run {record.id} was made by another version, and cannot be resumed by this") from None
