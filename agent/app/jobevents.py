"""Hands what happens to jobs on: to the run log in the words of its events, to the router, and to the meters."""

import base64
from collections.abc import Callable
from typing import Any

from agent.app.runlog import RunLog
from generators.jobs import Ended, Event, Job, Jobs, Preview, Progress, Queued, Started


class JobEvents:
    """Listens to every job of the app."""

    def __init__(self, jobs: Jobs, runs: RunLog, on_end: Callable[[Job], None]) -> None:
        """`on_end` is called once for each job, mostly in a worker's thread. Jobs from before are followed too."""
        self._jobs, self._runs, self._on_end = jobs, runs, on_end
        for status in ("queued", "running"):
            for job in jobs.journal.with_status(status):
                self.follow(job)

    def follow(self, job: Job, route: dict[str, Any] | None = None) -> None:
        """Write this job's course down from now on; `route` is why it is drawn by whom."""
        self._runs.begin(job.id, job.user)
        if route is not None:
            self._runs.tell(job.id, "route", {"route": route})
        ended: list[Job] = []

        def listener(event: Event) -> None:
            if not isinstance(event, Ended):
                self._tell(job, event)
                return
            end()
            # It may have ended between being asked for and being listened to.
            if not ended:
                ended.append(event.job)
                self._on_end(event.job)
                self._tell(job, event)

        end = self._jobs.listen(job.id, listener)
        now = self._jobs.get(job.id)
        if now.is_over:
            listener(Ended(now))
        elif now.status == "queued":
            listener(Queued(self._jobs.position(job.id)))

    def recall(self, job: Job) -> None:
        """Make the events of a job that ended before this process began."""
        if job.is_over and not self._runs.knows(job.id):
            self._runs.begin(job.id, job.user)
            self._tell(job, Ended(job))

    def _tell(self, job: Job, event: Event) -> None:
        match event:
            case Queued(position):
                self._runs.tell(job.id, "queue", {"pos": position})
            case Started():
                self._runs.tell(job.id, "progress", {"step": 0, "of": job.request.get("steps"), "eta_ms": None})
            case Progress(step, of, eta_s):
                self._runs.tell(job.id, "progress", {"step": step, "of": of, "eta_ms": round(eta_s * 1000)})
            case Preview(webp):
                self._runs.tell(job.id, "preview", {"webp": base64.b64encode(webp).decode()})
            case Ended(over):
                if over.status == "done":
                    self._runs.tell(job.id, "artifact", artifact_of(over))
                elif over.status == "failed":
                    self._runs.tell(job.id, "error", {
                        "code": "generation_failed", "message": over.error, "retryable": over.retryable,
                    })  # fmt: skip
                self._runs.tell(job.id, "done", {"status": over.status})


def artifact_of(job: Job) -> dict[str, Any]:
    """What everybody is told of a picture; its address is below the app's own."""
    return {"id": job.id, "url": content_path(job.id), "recipe": job.facts.get("recipe")}


def content_path(job: str) -> str:
    return f"/v1/artifacts/{job}/content"
