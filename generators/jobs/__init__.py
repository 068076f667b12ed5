"""Works requests off in the background: one worker for each device, a bounded queue that is fair to every user.

Every job is in a journal before anybody is told of it, so that after a crash each is done, failed, or still waits.
"""

from generators.jobs.events import Ended, Event, Preview, Progress, Queued, Started
from generators.jobs.job import Job, Status
from generators.jobs.jobs import Jobs

__all__ = ["Ended", "Event", "Job", "Jobs", "Preview", "Progress", "Queued", "Started", "Status"]
