"""What Prometheus is told. Labels come from closed sets, never from what a request says."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from generators.jobs import Job, Jobs


class Meters:
    """One app's, in a registry of its own, so that several apps fit into one process."""

    def __init__(self, jobs: Jobs) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "seedbed_http_requests", "Requests that were answered.", ("route", "method", "status"),
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "seedbed_http_request_seconds", "From a request to the end of its answer.", ("route",),
            registry=self.registry, buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60),
        )  # fmt: skip
        self._jobs = Counter("seedbed_jobs_ended", "Jobs by how they ended.", ("status",), registry=self.registry)
        self._drawing = Histogram(
            "seedbed_job_seconds", "From start to end, of jobs that are done.", registry=self.registry,
            buckets=(0.1, 0.5, 2, 10, 60, 300),
        )  # fmt: skip
        self._votes = Counter("seedbed_votes", "Votes by kind.", ("kind",), registry=self.registry)
        waiting = Gauge("seedbed_jobs_waiting", "Jobs that wait for a worker.", registry=self.registry)
        waiting.set_function(lambda: len(jobs.journal.with_status("queued")))

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def job_ended(self, job: Job) -> None:
        self._jobs.labels(job.status).inc()
        if job.status == "done" and job.started is not None and job.ended is not None:
            self._drawing.observe(job.ended - job.started)

    def voted(self, kind: str) -> None:
        self._votes.labels(kind).inc()

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)
