"""Wake a worker when a transaction that asked for a job is committed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from timesheet.adapters.db.database import Database
from timesheet.services.ports.job import JobQueue

JOBS_REQUESTED = "asked_for_jobs"


def wake_committed(database: Database, queue: JobQueue) -> None:
    """Wake a worker after each commit of a transaction that asked for a job, and after none that is rolled back."""

    def committed(session: Session) -> None:
        if session.info.pop(JOBS_REQUESTED, False):
            queue.wake()

    def rolled_back(session: Session) -> None:
        session.info.pop(JOBS_REQUESTED, None)

    database.after_commit(committed)
    database.after_rollback(rolled_back)
