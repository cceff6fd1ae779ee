"""Protocols for jobs: which are due, who runs them, and how a worker is woken.

The database is authoritative. A wake-up may be lost at any time, because every worker also checks the
database regularly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from timesheet.domain.job import Job

DONE, FAILED, DEAD = "done", "failed", "dead"
"""The end of a run: it did its work, it will be tried again, or it was tried too often."""


@dataclass(frozen=True, slots=True)
class JobKey:
    """One job of one site.

    Jobs with the same ``subject``, such as a worklog's id, never run at the same time; "" for a job about the
    whole site.
    """

    site: str
    job: Job
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a job, as long as the stored ``holder`` is this one.

    ``attempts`` counts this one too. ``asked`` is how often the job had been requested when the run began.
    """

    key: JobKey
    holder: str
    attempts: int
    asked: int


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job that some worker runs; ``beat`` rises as long as that worker is alive."""

    key: JobKey
    holder: str
    beat: int


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a run. ``due`` is the next run, None if there is none; ``problem`` is the class of the error."""

    outcome: str
    at: datetime
    due: datetime | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class JobState:
    """The state of a job. ``dead_at`` is when it was given up."""

    job: Job
    subject: str
    due_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str
    problem: str
    attempts: int
    dead_at: datetime | None
    running: bool


@dataclass(frozen=True, slots=True)
class SiteWithout:
    """A site that lacks these scheduled jobs. ``erase_after`` is set if it removed the app."""

    site: str
    jobs: frozenset[Job]
    erase_after: datetime | None


@dataclass(frozen=True, slots=True)
class JobTotals:
    """One job over all sites: how many wait and are due, how many were given up, when one ended last."""

    job: Job
    due: int
    dead: int
    ended_at: datetime | None


class JobStore(Protocol):
    """The jobs of one site, in the transaction of the request."""

    def ask_for(self, job: Job, subject: str, due: datetime) -> None:
        """Request a run in this transaction; if one is in progress, another follows it.

        A job that failed keeps the time of its next attempt.
        """

    def states(self) -> Sequence[JobState]:
        """Return the jobs about the whole site."""

    def given_up(self, first: int, most: int) -> Sequence[JobState]:
        """Return so many of the jobs that were given up, beginning with the one at this place."""

    def count_given_up(self) -> int:
        """Return how many jobs were given up."""

    def installed_at(self) -> datetime | None:
        """Return since when (UTC) the site has the app."""

    def run_again(self, job: Job, subject: str, now: datetime) -> bool:
        """Make a job due now, with all its attempts; False if there is no such job."""


class JobBoard(Protocol):
    """The jobs of all sites, for workers. Each call but ``finish`` is a transaction of its own."""

    def missing(self, expected: Mapping[bool, frozenset[Job]]) -> Sequence[SiteWithout]:
        """Return the sites without some of the jobs ``expected``, by whether they removed the app."""

    def enroll(self, site: str, due: Mapping[Job, datetime]) -> None:
        """Give a site these jobs, unless it has them."""

    def beyond(self, at: datetime, *, ran: bool) -> Sequence[tuple[JobKey, datetime]]:
        """Return the waiting jobs that never ran and are due after this time, with ``ran`` also those whose last run
        ended after it.

        With each is when it is due.
        """

    def bring_forward(self, key: JobKey, due: datetime) -> None:
        """Let a job that waits be due at this time, unless it is due earlier."""

    def due(self, now: datetime, jobs: Iterable[Job], most: int) -> Sequence[JobKey]:
        """Return some of these jobs that are due and not running, from as many sites as possible."""

    def running(self) -> Sequence[RunningJob]:
        """Return the jobs that are running."""

    def claim(self, key: JobKey, holder: str, now: datetime, lost: RunningJob | None = None) -> Claim | None:
        """Claim a job that is due and not running, or one whose worker is ``lost``.

        None if another worker was faster.
        """

    def beat(self, claim: Claim) -> bool:
        """Record that this run is alive; return False if the claim is lost."""

    def finish(self, claim: Claim, ending: Ending) -> bool:
        """Store the end of a run in the transaction of its work; False if the claim is lost.

        If the job was requested again meanwhile, it is due at once, unless it failed and waits for its next
        attempt. A job that succeeded and has no next run is removed.
        """

    def totals(self, now: datetime) -> Sequence[JobTotals]:
        """Return one entry for each job that is stored anywhere."""

    def enrolled(self, job: Job) -> int:
        """Return how many sites have a scheduled job."""

    def oldest_due(self) -> datetime | None:
        """Return since when (UTC) the oldest job is due or a site lacks its jobs; None if there is neither."""

    def dead(self) -> Sequence[tuple[JobKey, JobState]]:
        """Return the jobs that were given up on any site."""


class JobQueue(Protocol):
    """Wakes workers. It carries nothing, so nothing is lost with it."""

    def wake(self) -> bool:
        """Wake a worker soon; False if that failed. Then the next regular check finds the work. Never raises."""
