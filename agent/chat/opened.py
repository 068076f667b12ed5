"""Everything a conversation needs, from its configuration, opened in order and closed in the opposite one."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from agent.chat.browse import close_all
from agent.chat.config import ChatConfig
from agent.chat.deciders import Decider, ModelDecider, ModelLook
from agent.chat.look import Look
from agent.chat.rules import RulesDecider
from agent.chat.session import Session, threads
from agent.chat.state import Ctx
from agent.chat.studio import LocalStudio
from generators.jobs import Jobs
from vlm.client import VlmClient
from vlm.endpoint import endpoint


@asynccontextmanager
async def opened(config: ChatConfig, progress: Callable[[str], None]) -> AsyncIterator[Session]:
    """The conversation for the length of the block; raises what a person can mend."""
    async with AsyncExitStack() as stack:
        decider, look = await _decider(config, progress, stack)
        config.data.mkdir(parents=True, exist_ok=True)
        jobs = Jobs(config.data / "jobs", devices=config.device or None)
        stack.callback(jobs.close)
        studio = LocalStudio(jobs, config.database)
        stack.callback(studio.close)
        graph, store = await stack.enter_async_context(threads(config.data))
        ctx = Ctx(
            config.user, config.thread, store, studio, decider, look, compare=config.compare,
            approve=config.approve, runs=config.runs, model_url=config.model_url, model=config.model,
        )  # fmt: skip
        stack.push_async_callback(close_all, ctx)
        yield Session(graph, ctx)


async def _decider(
    config: ChatConfig, progress: Callable[[str], None], stack: AsyncExitStack
) -> tuple[Decider, Look | None]:
    if config.model_url is None:
        return RulesDecider(), None
    server = await stack.enter_async_context(endpoint(config.model_url, config.model, progress))
    client = await stack.enter_async_context(VlmClient(server.base_url, server.model_name))
    return ModelDecider(client, server.model_name), ModelLook(client)
