"""Read reports that take longer than a page may wait: a job reads their time, with progress, until it is canceled.

The job fills the caches, so the page then shows the report like any other. Nothing else is kept: the state of
a reading is only in the cache, and a canceled one leaves nothing behind.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic

from timesheet.domain.job import Job
from timesheet.domain.message import message
from timesheet.services.ports.job import JobStore
from timesheet.services.report.awaited_job import LIFETIME, AwaitedJob, AwaitedJobs, ReportRequest, State
from timesheet.services.resilience.patience import Patience

UNSEEN = timedelta(minutes=3)
"""A job stops if no page has asked about it for so long; browsers wake a hidden page once a minute."""
LOOK_SECONDS = 1.0
"""The time after which a job stores its progress again, and checks whether it is still wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingJob(AwaitedJob):
    """The reading of a report that a person wants to see.

    ``refresh`` reads again what is cached; ``again`` is a second reading, because the page could not use the
    first. ``worklogs`` and ``issues`` are the numbers that have been read so far. ``seen_at`` is when a page
    last asked about it. ``taken``: a page has used what was read; others of the same person may still ask.
    """

    refresh: bool
    seen_at: datetime
    again: bool = False
    issues: int = 0
    worklogs: int = 0
    taken: bool = False


def reading_key(signing_key: str, site: str) -> bytes:
    """Return the key of the ids of a site's readings."""
    return hmac.new(signing_key.encode(), f"reading:{site}".encode(), sha256).digest()


class ReadingJobs(AwaitedJobs[ReadingJob]):
    """The readings of one site."""

    job = Job.READ_REPORT
    name = "report-reading"
    gone = message("This report is no longer being read. Show it again.")

    def ask(
        self,
        jobs: JobStore,
        request: ReportRequest,
        *,
        key: bytes,
        refresh: bool = False,
        again: bool = False,
    ) -> ReadingJob:
        """Let a job read a report, in the transaction of the request; the same one is read once at a time.

        Its id stays in the database if it is given up; without ``key`` nobody can find out the query from it.
        """
        id_ = hmac.new(
            key, repr((request.account_id, request.query, request.language)).encode(), sha256
        ).hexdigest()[:32]
        found = self._find(id_)
        if found is not None and found.is_pending:
            return found
        job = ReadingJob(
            id=id_,
            account_id=request.account_id,
            query=request.query,
            language=request.language,
            refresh=refresh,
            seen_at=self._clock(),
            again=again,
        )
        return self._ask(jobs, job)

    def find(self, id_: str, account_id: str) -> ReadingJob:
        """Return a reading by its id, and note that somebody waits for it. Raise NotFound if this person has none."""
        found = super().find(id_, account_id)
        if found.is_pending:
            self._change(found.id, seen_at=self._clock())
        return found

    def patience(self, begun: ReadingJob, timer: Callable[[], float] = monotonic) -> Patience:
        """Return how long a job may read: until its person cancels it, or no page asks about it anymore."""
        watch = _Watch(self, begun.id, timer)
        return Patience(stopped=watch.stopped, progress=watch.progress)

    def finish(self, reading_id: str) -> None:
        """Record that the report is read, if somebody waits for it."""
        self._change(reading_id, LIFETIME, state=State.READY.value)

    def take(self, reading_id: str, account_id: str) -> ReadingJob | None:
        """Return a report that has just been read for this person, once; None if it was not."""
        found = self._find(reading_id)
        if found is None or found.account_id != account_id or found.state != State.READY or found.taken:
            return None
        self._change(reading_id, LIFETIME, taken=True)
        return found

    def go_on(self, reading_id: str, issues: int, worklogs: int) -> bool:
        """Store the progress; False if the reading was canceled, or if nobody waits for it.

        While the cache server does not answer, nobody knows that, and the reading goes on.
        """
        self._change(reading_id, issues=issues, worklogs=worklogs)
        found = self._find(reading_id)
        if self._cache.isolated:
            return True
        if found is None or found.state != State.RUNNING:
            return False
        if self._clock() - found.seen_at < UNSEEN:
            return True
        # A page that comes back would wait for it.
        self._cache.delete(self._key(reading_id))
        return False

    def _without_progress(self, found: ReadingJob) -> ReadingJob:
        return replace(found, issues=0, worklogs=0)


class _Watch:
    """Counts what a job has read in all of its searches, and regularly checks whether the report is still wanted."""

    def __init__(self, jobs: ReadingJobs, reading_id: str, timer: Callable[[], float]) -> None:
        self._jobs, self._id, self._timer = jobs, reading_id, timer
        self._looked_at = float("-inf")
        self._stopped = False
        self._before, self._now = (0, 0), (0, 0)

    def progress(self, issues: int, worklogs: int) -> None:
        """Record the progress of a search; fewer issues than before mean that the next search has begun."""
        if issues < self._now[0]:
            self._before = self._sum
        self._now = (issues, worklogs)

    def stopped(self) -> bool:
        """Return True once the reading is not wanted anymore."""
        now = self._timer()
        if not self._stopped and now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self._stopped = not self._jobs.go_on(self._id, *self._sum)
        return self._stopped

    @property
    def _sum(self) -> tuple[int, int]:
        return self._before[0] + self._now[0], self._before[1] + self._now[1]
