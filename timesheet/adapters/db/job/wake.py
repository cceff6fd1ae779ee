"""Wake a worker when a transaction that asked for a job is committed."""

from __future__ import annotations

from timesheet.adapters.db.database import Database
from timesheet.services.ports.job import JobQueue

JOBS_REQUESTED = "jobs_requested"


def wake_committed(database: Database, queue: JobQueue) -> None:
    """Wake a worker after each commit of a transaction that asked for a job, and after none that is rolled back."""
    database.after_commit(JOBS_REQUESTED, lambda _: queue.wake())
