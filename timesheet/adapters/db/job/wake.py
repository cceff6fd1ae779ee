"""Wake a worker when a transaction that asked for a job is committed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from timesheet.adapters.db.database import Database
from timesheet.services.ports.job import JobQueue

JOBS_REQUESTED = "jobs_requested"


def wake_committed(database: Database, queue: JobQueue) -> None:
    """Wake a worker after each commit of a transaction that asked for a job, and after none that is rolled back."""

    def committed(notes: Mapping[str, Any]) -> None:
        if JOBS_REQUESTED in notes:
            queue.wake()

    database.after_commit(committed)
