"""Run jobs: claim a due job, run it, and store how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from timesheet.domain.errors import JiraBusy
from timesheet.domain.job import (
    KINDS,
    MOST_ATTEMPTS,
    Job,
    first_due,
    next_due,
    pause_before,
    scheduled_jobs,
)
from timesheet.services.job.watch import CLOCKS_APART
from timesheet.services.ports.job import DEAD, DONE, FAILED, Claim, Ending, JobBoard

Handler: TypeAlias = Callable[[Claim], datetime | None]
"""Does a job's work and returns when the next run is due; None leaves that to the schedule."""
Handlers: TypeAlias = Mapping[Job, Handler]
ZoneOf: TypeAlias = Callable[[str], ZoneInfo]
"""A function that returns the time zone whose nights count for a site."""
KILLED = "WorkerKilled"
"""The problem of a job whose worker died during each of its attempts."""


@dataclass(frozen=True, slots=True)
class Run:
    """The result of one attempt. ``lost`` means that another worker has the job, so nothing may be stored."""

    ending: Ending
    lost: bool = False
    error: Exception | None = None


def enroll_sites(board: JobBoard, handlers: Handlers, zone_of: ZoneOf, now: datetime) -> int:
    """Give each site its scheduled jobs, as far as this app has handlers for them; return how many got some."""
    expected = {
        uninstalled: scheduled_jobs(uninstalled=uninstalled) & handlers.keys()
        for uninstalled in (False, True)
    }
    lacking = board.missing({uninstalled: jobs for uninstalled, jobs in expected.items() if jobs})
    for site in lacking:
        zone = zone_of(site.site)
        board.enroll(
            site.site, {job: site.erase_after or first_due(job, site.site, zone, now) for job in site.jobs}
        )
    return len(lacking)


def bring_forward(board: JobBoard, zone_of: ZoneOf, now: datetime, *, ran: bool) -> None:
    """Schedule the jobs anew that were asked for in the future, and those that ``ran`` then: the clock was set back
    since, and they would wait for it.

    The erasure of a site keeps its time, which does not depend on a run before.
    """
    # Until its first night, each new site has several jobs that never ran.
    zone_once = cache(zone_of)
    for key, due_at in board.beyond(now + CLOCKS_APART, ran=ran):
        kind = KINDS[key.job]
        if not kind.uninstalled:
            due = first_due(key.job, key.site, zone_once(key.site), now) if kind.scheduled else now
            if due < due_at:
                board.bring_forward(key, due)


def attempt(handler: Handler, claim: Claim, zone: ZoneInfo, clock: Callable[[], datetime]) -> Run:
    """Run a claimed job and return how it ended, without storing it.

    A job that killed its worker as often as it may be tried is given up without another attempt.
    """
    if claim.attempts > MOST_ATTEMPTS:
        return Run(_given_up(claim, zone, clock(), KILLED))
    try:
        due = handler(claim)
    except Exception as error:  # noqa: BLE001  (whatever it is, the other jobs go on, and this one is tried again)
        return Run(_failed(claim, zone, clock(), error), error=error)
    now = clock()
    return Run(Ending(DONE, now, due or next_due(claim.key.job, claim.key.site, zone, now)))


def _failed(claim: Claim, zone: ZoneInfo, now: datetime, error: Exception) -> Ending:
    problem = type(error).__name__
    if claim.attempts >= MOST_ATTEMPTS:
        return _given_up(claim, zone, now, problem)
    retry_after = error.retry_after if isinstance(error, JiraBusy) else 0
    return Ending(FAILED, now, now + pause_before(claim.attempts, retry_after), problem)


def _given_up(claim: Claim, zone: ZoneInfo, now: datetime, problem: str) -> Ending:
    """Return the ending of a job that is given up.

    A scheduled job runs again at its next time; any other waits until a person runs it again.
    """
    return Ending(DEAD, now, next_due(claim.key.job, claim.key.site, zone, now), problem)


def urgent_jobs(handlers: Handlers) -> frozenset[Job]:
    """Return the jobs for which a thread is always free."""
    return frozenset(job for job in handlers if KINDS[job].urgent)


def late_by(board: JobBoard, now: datetime) -> timedelta:
    """Return how long the job that waits longest has been due; zero if none is due."""
    oldest = board.oldest_due()
    return max(now - oldest.astimezone(UTC), timedelta()) if oldest else timedelta()
