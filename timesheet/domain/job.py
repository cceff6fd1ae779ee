"""The background jobs: what each does, when it is due, and when it is tried again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from timesheet.domain.message import message

NIGHT_BEGINS, NIGHT_MINUTES = time(1), 240
"""The nightly jobs of all sites are spread over these minutes, in the zone of each site."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 12
"""The number of failed attempts, some six hours, after which a person has to look: the job is a dead letter."""
LATE_AFTER = timedelta(minutes=10)
"""A job that is due for longer than this means that no worker runs, or that there are too few."""


class Job(StrEnum):
    """The names of jobs, as they are stored and as commands take them."""

    EVENTS = "events"
    CHANGES = "changes"
    SETTLE = "settle"
    CHECKPOINT = "checkpoint"
    TRIM = "trim"
    UNREPORTED_UNINSTALL = "unreported-uninstall"
    RECONCILE = "reconcile"
    SYNC_GROUPS = "sync-groups"
    REPORT_ACCOUNTS = "report-accounts"
    ERASE = "erase"
    EXPORT = "export"
    READ_REPORT = "read-report"


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: what it does, in words, and its schedule.

    ``every`` is the time from the end of a run to the next; None for a job that runs only on request. A
    ``nightly`` one runs once a night of the site. An ``urgent`` one has a thread that no other job takes.
    ``uninstalled`` is for sites that removed the app; the others are for sites that have it.
    """

    title: str
    about: str
    every: timedelta | None = None
    nightly: bool = False
    urgent: bool = False
    uninstalled: bool = False

    @property
    def scheduled(self) -> bool:
        """Return True if every site has this job from the beginning."""
        return self.nightly or self.every is not None


KINDS: Mapping[Job, JobKind] = MappingProxyType(
    {
        Job.EVENTS: JobKind(
            message("Jira’s events"),
            message("Checks what Jira reports about worklogs against closed periods."),
            urgent=True,
        ),
        Job.CHANGES: JobKind(
            message("Changes without an event"),
            message("Reads Jira’s own list of changed worklogs and finds those that no event reported."),
            every=timedelta(minutes=5),
        ),
        Job.SETTLE: JobKind(
            message("Interrupted writes"),
            message(
                "Checks in Jira whether interrupted saves of worklogs succeeded, and records the result."
            ),
            every=timedelta(minutes=5),
        ),
        Job.CHECKPOINT: JobKind(
            message("Signature of the audit log"),
            message("Signs the end of the audit log, so that a later change can be proven."),
            every=timedelta(hours=1),
        ),
        Job.TRIM: JobKind(
            message("Retention of the audit log"),
            message("Deletes audit events that are older than the time set under General."),
            nightly=True,
        ),
        Job.UNREPORTED_UNINSTALL: JobKind(
            message("Unreported uninstalls"),
            message(
                "Finds out if Jira has stopped calling the app, so that the data of a site without it is erased."
            ),
            nightly=True,
        ),
        Job.RECONCILE: JobKind(
            message("Closed periods"),
            message("Compares closed periods with Jira. Differences are shown as late changes."),
            nightly=True,
        ),
        Job.SYNC_GROUPS: JobKind(
            message("Teams that follow groups"),
            message("Updates the members of teams that follow Jira groups."),
            nightly=True,
        ),
        Job.REPORT_ACCOUNTS: JobKind(
            message("Closed accounts"),
            message("Reports the stored account ids to Atlassian and erases people whose account is closed."),
            nightly=True,
        ),
        Job.ERASE: JobKind(
            message("Erasure of the site"),
            message("Erases everything about the site 30 days after it removed the app."),
            every=timedelta(days=1),
            uninstalled=True,
        ),
        Job.EXPORT: JobKind(
            message("Files of long reports"),
            message("Writes the exported file of a report with many rows."),
        ),
        Job.READ_REPORT: JobKind(
            message("Reports that take long to read"),
            message("Reads the time of a report if that takes too long for a page."),
        ),
    }
)


def title_of(name: str) -> str:
    """Return what a job is called on screens; the name itself for one that this version does not know."""
    return KINDS[Job(name)].title if name in set(Job) else name


def scheduled_jobs(*, uninstalled: bool) -> frozenset[Job]:
    """Return the jobs that a site has from the beginning, or since it removed the app."""
    return frozenset(job for job, kind in KINDS.items() if kind.scheduled and kind.uninstalled == uninstalled)


def first_due(job: Job, site: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return when (UTC) a site's first run of a scheduled job is due; sites are spread over the interval."""
    kind = KINDS[job]
    if kind.nightly:
        return _next_night(job, site, zone, now)
    return now + (kind.every or timedelta()) * _share(job, site)


def next_due(job: Job, site: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when the next run is due after one that ended ``now``; None for a job that runs only on request."""
    kind = KINDS[job]
    if kind.nightly:
        return _next_night(job, site, zone, now)
    return now + kind.every if kind.every else None


def pause_before(attempts: int, at_least: int = 0) -> timedelta:
    """Return the wait after this many failed attempts: doubling, and at least the seconds that Jira asked for."""
    doubled = FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 16))
    return max(min(doubled, LONGEST_PAUSE), timedelta(seconds=at_least))


def _next_night(job: Job, site: str, zone: ZoneInfo, now: datetime) -> datetime:
    into = timedelta(minutes=int(_share(job, site) * NIGHT_MINUTES))
    local = now.astimezone(zone).date()
    for day in (local, local + timedelta(days=1)):
        due = datetime.combine(day, NIGHT_BEGINS, zone) + into
        if due.astimezone(UTC) > now:
            return due.astimezone(UTC)
    raise AssertionError("tomorrow's night is never over")


def _share(job: Job, site: str) -> float:
    """Return a number from 0 to below 1 that is always the same for a site's job."""
    digest = hashlib.sha256(f"{site}\n{job}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
