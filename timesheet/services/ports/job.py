"""Protocols for jobs: what is due, who runs it, and what wakes a worker.

The database is the truth. What wakes a worker may be lost at any time, because every worker looks into the
database from time to time too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from timesheet.domain.job import Job

DONE, FAILED, DEAD = "done", "failed", "dead"
"""How a run ended: it did its work, it will be tried again, or it was tried too often."""


@dataclass(frozen=True, slots=True)
class JobKey:
    """One job of one site. ``subject`` tells apart what must not run at once, such as a worklog's id; "" for all."""

    site: str
    job: Job
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a job, as long as the stored ``holder`` is this one.

    ``attempts`` counts this one too. ``asked`` is how often the job had been asked for when the run began.
    """

    key: JobKey
    holder: str
    attempts: int
    asked: int


@dataclass(frozen=True, slots=True)
class Held:
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
    """What is known about a job. ``dead_at`` is when it was given up."""

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
        """Ask for a run in this transaction; if one is in progress, another follows it."""

    def states(self) -> Sequence[JobState]:
        """Return the scheduled jobs, and all that were given up."""

    def run_again(self, job: Job, subject: str, now: datetime) -> bool:
        """Let a job run at once, with all its attempts; False if there is no such job."""


class JobBoard(Protocol):
    """The jobs of all sites, for workers. Each call but ``finish`` is a transaction of its own."""

    def missing(self, wanted: Mapping[bool, frozenset[Job]]) -> Sequence[SiteWithout]:
        """Return the sites without some of the jobs ``wanted``, by whether they removed the app."""

    def enroll(self, site: str, due: Mapping[Job, datetime]) -> None:
        """Give a site these jobs, unless it has them."""

    def due(self, now: datetime, jobs: Iterable[Job], most: int) -> Sequence[JobKey]:
        """Return some of these jobs that are due and that nobody runs, of as many sites as possible."""

    def held(self) -> Sequence[Held]:
        """Return the jobs that some worker runs."""

    def claim(self, key: JobKey, holder: str, now: datetime, lost: Held | None = None) -> Claim | None:
        """Take a job that is due and that nobody runs, or one whose worker is ``lost``. None if another was first."""

    def beat(self, claim: Claim) -> bool:
        """Tell the other workers that this run is alive; False if the claim is lost."""

    def finish(self, claim: Claim, ending: Ending) -> bool:
        """Store the end of a run in the transaction of its work; False if the claim is lost.

        If the job was asked for again meanwhile, it is due at once. One that succeeded and has no next run is
        removed.
        """

    def totals(self, now: datetime) -> Sequence[JobTotals]:
        """Return one entry for each job that is stored anywhere."""

    def enrolled(self, job: Job) -> int:
        """Return how many sites have a scheduled job."""

    def oldest_due(self) -> datetime | None:
        """Return since when the job that waits longest is due or a site without jobs has the app; None if none is."""

    def dead(self) -> Sequence[tuple[JobKey, JobState]]:
        """Return what was given up on any site."""


class JobQueue(Protocol):
    """Wakes workers. It carries nothing, so nothing is lost with it."""

    def wake(self) -> bool:
        """Wake a worker soon; False if that failed, and then the next regular look finds the work. Never raises."""
