"""Runs the GUI agent from its options to its record: model, browser, graph and checkpoints, opened and closed."""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command
from pydantic import ValidationError

from agent.gui.config import GuiConfig, GuiError
from agent.gui.film import filmed
from agent.gui.graph import GuiGraph, build, recursion_limit
from agent.gui.resume import taken_up
from agent.gui.state import Desk, GuiState, begin
from agent.gui.vlm_policy import VlmPolicy
from agent.policy import Policy
from agent.runs.ending import kept_whole
from agent.runs.record import EpisodeLog, RunRecord
from envs.browser.browser import Browser
from vlm.client import VlmClient
from vlm.endpoint import endpoint

EPISODE = "gui"


class Watcher(Protocol):
    """Who looks on, and answers when the agent asks."""

    def progress(self, text: str) -> None:
        """Something is being started."""

    def event(self, event: dict[str, Any]) -> None:
        """The graph streamed this."""

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer an `approval` or a `question`: `{"granted": bool, "answer": str}`."""


PolicyMaker = Callable[[GuiConfig, RunRecord, Watcher, AsyncExitStack], Awaitable[Policy]]


async def served_model(config: GuiConfig, record: RunRecord, watcher: Watcher, stack: AsyncExitStack) -> Policy:
    """The model of the configuration, its server kept for as long as `stack`."""
    server = await stack.enter_async_context(endpoint(config.model_url, config.model, watcher.progress))
    client = await stack.enter_async_context(VlmClient(server.base_url, server.model_name))
    record.manifest |= {"model": server.model_name, "format": server.profile.format}
    return VlmPolicy(client, server.profile, config.observation)


async def run(
    config: GuiConfig,
    record: RunRecord,
    watcher: Watcher,
    *,
    resume: bool = False,
    make_policy: PolicyMaker = served_model,
) -> GuiState:
    """Work until the graph ends and return its last state; however it ends, the record is whole and has a replay.

    Raises what the browser, the model server or the agent refuse; `asyncio.CancelledError` after Ctrl-C.
    """
    log = record.episode(EPISODE, task=config.task)
    with kept_whole(record) as ending:
        async with AsyncExitStack() as stack:
            saver = await stack.enter_async_context(
                AsyncSqliteSaver.from_conn_string(str(record.folder / "state.sqlite"))
            )
            graph = build(saver)
            thread: RunnableConfig = {
                "configurable": {"thread_id": record.id},
                "recursion_limit": recursion_limit(config.max_steps),
            }
            first: Any = begin(config.task, config.url)
            storage = record.folder / "storage.json"
            if resume:
                saved = (await graph.aget_state(thread)).values
                first = taken_up(cast(GuiState, saved), log, config.task, config.url)
            policy = await make_policy(config, record, watcher, stack)
            watcher.progress("starting the browser")
            desk = await stack.enter_async_context(_desk(config, record, log, policy, first["url"], resume))
            desk.storage = storage
            if resume:
                await graph.aupdate_state(thread, first, as_node="check")
                first = None
            state = await _until_done(graph, first, thread, desk, watcher)
        ending.status = "finished" if state["outcome"] == "finished" else "stopped"
        ending.facts = {"outcome": state["outcome"], "steps": state["step"], "tokens": state["tokens"]}
        ending.facts["seconds"] = round(state["seconds"], 2)
        log.end(
            state["outcome"], answer=state["answer"], evidence=_evidence(state, log), reason=state["reason"],
            tokens=state["tokens"], seconds=ending.facts["seconds"],
        )  # fmt: skip
        return state


async def _until_done(
    graph: GuiGraph, first: Any, thread: RunnableConfig, desk: Desk, watcher: Watcher
) -> GuiState:
    """Drive the graph, carrying every interrupt to the watcher and the answer back."""
    pending: Any = first
    while True:
        asked: dict[str, Any] | None = None
        # Checkpoints are written before the next node begins: a step of a killed run is never half known.
        async for mode, event in graph.astream(
            pending, thread, context=desk, stream_mode=["custom", "updates"], durability="sync"
        ):
            if mode == "custom":
                watcher.event(cast(dict[str, Any], event))
            elif "__interrupt__" in event:
                asked = cast(Any, event)["__interrupt__"][0].value
        if asked is None:
            return cast(GuiState, (await graph.aget_state(thread)).values)
        pending = Command(resume=await watcher.ask(asked))


@asynccontextmanager
async def _desk(
    config: GuiConfig, record: RunRecord, log: EpisodeLog, policy: Policy, url: str, resume: bool
) -> AsyncIterator[Desk]:
    saved = record.folder / "storage.json"
    part = sum(1 for path in record.folder.glob("trace*.zip")) + 1
    name = "" if part == 1 else f"-{part}"
    async with AsyncExitStack() as stack:
        # Ctrl-C reaches every process of the terminal; Chromium must outlive it long enough to be closed in order.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            browser = await stack.enter_async_context(Browser.launch(headed=config.headed, allow=config.hosts))
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        session = await browser.open(
            url,
            viewport=(config.width, config.height),
            storage_state=saved if resume and saved.exists() else None,
            downloads=record.folder / "downloads",
            uploads=config.uploads,
            trace=record.folder / f"trace{name}.zip" if "trace" in config.record else None,
        )
        stack.push_async_callback(session.close)
        if "video" in config.record:
            await stack.enter_async_context(filmed(session, record.folder / f"video{name}.webm"))
        yield Desk(session, policy, log, config.budgets, config.approve)


def _evidence(state: GuiState, log: EpisodeLog) -> dict[str, Any]:
    """What the final answer rests on: the steps that did something, and the address where they led."""
    done = [line["step"] for line in log.steps() if line["action"] and not line["error"]]
    return {"steps": done, "url": state["url"]}


def reopened(record: RunRecord) -> GuiConfig:
    """The configuration that a run was started with; `GuiError` if it is no GUI run or has its answer."""
    if "config" not in record.manifest:
        raise GuiError(f"run {record.id} is not one of `seedbed gui`, so it cannot be resumed")
    if record.manifest.get("outcome") == "finished":
        raise GuiError(f"run {record.id} is finished; `seedbed runs show {record.id}` has its answer")
    try:
        return GuiConfig.model_validate(record.manifest["config"])
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise GuiError(
            f"run {record.id} cannot be resumed: {where} in its manifest is not as this version"
        ) from None
