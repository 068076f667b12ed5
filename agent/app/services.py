"""Everything that the app's routes work with, opened in order and closed in the opposite one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from agent.app.chatservice import ChatService
from agent.app.config import AppConfig
from agent.app.desk import Desk
from agent.app.jobevents import JobEvents
from agent.app.meters import Meters
from agent.app.quotas import Quotas
from agent.app.runlog import RunLog
from agent.app.studio import Studio
from agent.app.tokens import Tokens, read_tokens
from generators.jobs import Job, Jobs


@dataclass(frozen=True, slots=True)
class Services:
    """One app's."""

    config: AppConfig
    tokens: Tokens
    quotas: Quotas
    runs: RunLog
    events: JobEvents
    studio: Studio
    meters: Meters
    chat: ChatService | None = None
    """None where nobody answers in a chat."""


@contextmanager
def opened(config: AppConfig, chat: "Callable[[Services], ChatService] | None" = None) -> Iterator[Services]:
    """The services for the length of the block; raises what a person can mend: a lock, a file, a token.

    `chat` makes the one who answers in the chat, who works with the other services.
    """
    tokens = read_tokens(config.token_file)
    jobs = Jobs(config.data / "jobs", devices=config.device or None)
    try:
        desk = Desk(config.database, config.data / "app.sqlite")
        try:
            meters, runs = Meters(jobs), RunLog()

            def ended(job: Job) -> None:
                meters.job_ended(job)
                desk.settle_soon(job)

            events = JobEvents(jobs, runs, ended)
            quotas = Quotas(config.limits, jobs)
            studio = Studio(jobs, desk, events, quotas, config.limits)
            services = Services(config, tokens, quotas, runs, events, studio, meters)
            yield services if chat is None else replace(services, chat=chat(services))
        finally:
            # The workers first: what they end last is still told to the desk.
            jobs.close()
            desk.close()
    except BaseException:
        if not jobs.closing:
            jobs.close()
        raise
