"""What a worker does with a job. Whatever happens to the job, the worker goes on with the next."""

import hashlib
import threading
from typing import TYPE_CHECKING

import structlog

from generators.errors import Cancelled, GeneratorError
from generators.jobs.events import Event, Started
from generators.jobs.following import Following
from generators.jobs.job import Job
from generators.jobs.kinds import kind_named
from generators.jobs.shelf import Shelf, is_out_of_memory

if TYPE_CHECKING:
    from generators.jobs.jobs import Jobs

log = structlog.get_logger()


def work_off(jobs: "Jobs", shelf: Shelf) -> None:
    """Serve one job after the other on `shelf`'s device, until `jobs` closes."""
    while (taken := jobs.next_job()) is not None:
        _serve(jobs, shelf, *taken)


def _serve(jobs: "Jobs", shelf: Shelf, job: Job, stop: threading.Event) -> None:
    def tell(event: Event) -> None:
        jobs.tell(job.id, event)

    tell(Started(shelf.device))
    watch = Following(stop, tell, lambda: jobs.is_followed(job.id))
    inputs = {name: jobs.folder / "inputs" / sha256 for name, sha256 in job.inputs.items()}
    try:
        made = kind_named(job.kind).make(job.request, inputs, shelf, watch)
        watch.check()
        name = f"{job.id}{made.suffix}"
        _write(jobs, name, made.content)
    except Cancelled:
        if jobs.closing:
            jobs.put_back(job.id)
        else:
            jobs.ended(job.id, status="cancelled")
    except GeneratorError as error:
        jobs.ended(job.id, status="failed", error=str(error))
    except Exception as error:
        # Nobody is above a worker to catch it, and the next job must be served.
        if is_out_of_memory(error):
            shelf.clear()
            asked = f"{job.request.get('width')}x{job.request.get('height')}"
            text = f"{shelf.device} ran out of memory at {asked}: ask for a smaller picture or a smaller expert"
            jobs.ended(job.id, status="failed", error=text)
            return
        log.exception("job failed", job=job.id, kind=job.kind)
        said = " ".join(f"{type(error).__name__}: {error}".split())
        jobs.ended(job.id, status="failed", error=f"a fault of the program: {said[:300]}", retryable=True)
    else:
        sha256 = hashlib.sha256(made.content).hexdigest()
        jobs.ended(job.id, status="done", artifact=name, sha256=sha256, facts=made.facts)


def _write(jobs: "Jobs", name: str, content: bytes) -> None:
    from generators.jobs.jobs import replace

    replace(jobs.folder / "artifacts" / name, content)
