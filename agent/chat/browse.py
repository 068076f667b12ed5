"""The nodes that look at web pages: the GUI agent's own graph, run inside the chat's.

Its questions and approvals pause the whole conversation, and the answer goes to the step that asked. The browser
lives as long as the process; where it is gone when the answer comes, nothing is carried out: the page is gone too.
"""

from contextlib import AsyncExitStack
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphInterrupt
from langgraph.runtime import Runtime

from agent.chat.errors import ChatError
from agent.chat.state import Browsing, ChatState, Ctx, result
from agent.chat.tools import Browse
from agent.errors import AgentError
from agent.gui.config import GuiConfig, checked
from agent.gui.graph import build as build_gui
from agent.gui.graph import recursion_limit
from agent.gui.run import EPISODE, served_model
from agent.gui.state import Desk, begin
from agent.runs.record import RunRecord
from agent.runs.replay import write_replay
from envs.browser.browser import Browser
from envs.browser.errors import BrowserError
from vlm.completion import ClientError
from vlm.server import ServerError

MAX_STEPS = 30
REFUSALS = (AgentError, BrowserError, ClientError, ServerError)
_gui = build_gui()


class _Quiet:
    """The GUI agent's watcher where its events go elsewhere."""

    def progress(self, text: str) -> None:
        return

    def event(self, event: dict[str, Any]) -> None:
        return

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError("questions are asked by interrupts")


async def open_browser(state: ChatState, runtime: Runtime[Ctx]) -> ChatState:
    """Open the page of the first pending call; what cannot be opened is its result."""
    ctx = runtime.context
    asked = Browse.model_validate(state["pending"][0]["arguments"])
    runtime.stream_writer({"type": "note", "text": f"opening {asked.url}"})
    try:
        if not asked.url.startswith(("http://", "https://")):
            raise ChatError(f"{asked.url!r}: only http and https pages are opened from a chat")
        config = checked(
            task=asked.task, url=asked.url, approve=ctx.approve, model_url=ctx.model_url, model=ctx.model,
            max_steps=MAX_STEPS,
        )  # fmt: skip
        run = await _opened(config, ctx)
    except REFUSALS as error:
        return _over(state, str(error), failed=True)
    return ChatState(browsing=run)


async def browse(state: ChatState, runtime: Runtime[Ctx]) -> ChatState:
    """Run the GUI agent's graph; runs again from its first line when a question is answered."""
    ctx, run = runtime.context, state["browsing"]
    call = Browse.model_validate(state["pending"][0]["arguments"])
    if run not in ctx.browsing:
        text = f"the browser of run {run} was closed before the end: ask again to begin anew"
        return _over(state, text, failed=True)
    limit: RunnableConfig = {"recursion_limit": recursion_limit(MAX_STEPS)}
    try:
        ended = await _gui.ainvoke(begin(call.task, call.url), limit, context=ctx.browsing[run].desk)
    except GraphInterrupt:
        raise
    except REFUSALS as error:
        await _close(ctx, run, "failed", outcome="failed", answer=str(error))
        return _over(state, str(error), failed=True)
    except BaseException:
        await _close(ctx, run, "stopped", outcome="stopped")
        raise
    answer, outcome = ended["answer"], ended["outcome"]
    await _close(ctx, run, "finished" if outcome == "finished" else "stopped", outcome=outcome, answer=answer)
    text = f"found on the page: {answer}" if answer else f"the browser's work ended: {outcome.replace('_', ' ')}"
    return _over(state, f"{text} (run {run}, {ended['step']} steps)", failed=outcome != "finished")


async def close_all(ctx: Ctx) -> None:
    """End what is still open when the conversation is left."""
    for run in list(ctx.browsing):
        await _close(ctx, run, "stopped", outcome="stopped")


async def _opened(config: GuiConfig, ctx: Ctx) -> str:
    """The id of a run whose browser stands at its page."""
    facts = {"task": config.task, "url": config.url, "config": config.model_dump(mode="json")}
    record = RunRecord.create(ctx.runs, "gui", facts)
    stack = AsyncExitStack()
    try:
        policy = await served_model(config, record, _Quiet(), stack)
        browser = await stack.enter_async_context(Browser.launch(headed=config.headed, allow=config.hosts))
        session = await browser.open(config.url, viewport=(config.width, config.height))
        stack.push_async_callback(session.close)
    except BaseException:
        await stack.aclose()
        record.finish("failed")
        raise
    log = record.episode(EPISODE, task=config.task)
    desk = Desk(session, policy, log, config.budgets, config.approve)
    ctx.browsing[record.id] = Browsing(desk, record, stack)
    return record.id


async def _close(ctx: Ctx, run: str, status: str, *, outcome: str, answer: str = "") -> None:
    open_ = ctx.browsing.pop(run)
    await open_.stack.aclose()
    open_.desk.log.end(outcome, answer=answer)
    open_.record.finish(status, outcome=outcome)
    write_replay(open_.record)


def _over(state: ChatState, text: str, *, failed: bool) -> ChatState:
    done = result("browse", text, failed=failed)
    return ChatState(results=[*state["results"], done], pending=state["pending"][1:], browsing="")
