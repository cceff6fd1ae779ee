"""List the jobs of a site for people: what each does, how its last run ended, and what was given up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from timesheet.domain.audit.action import Action
from timesheet.domain.errors import NotFound
from timesheet.domain.job import KINDS, LATE_AFTER, Job, JobKind
from timesheet.domain.long_list import Page, page_of
from timesheet.domain.message import message
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.job import DEAD, FAILED, JobState, JobStore

PART = 50
"""The most jobs that were given up that one page lists."""
NOT_THERE = message("This job has run in the meantime. Reload to see how it ended.")


class Condition(StrEnum):
    """The condition of a job."""

    NEVER = "never"
    DONE = "done"
    RUNNING = "running"
    FAILED = "failed"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job of the site; ``state`` is None before a worker has seen the site."""

    job: Job
    kind: JobKind
    state: JobState | None
    condition: Condition


@dataclass(frozen=True, slots=True)
class DeadPart:
    """One page of the jobs that were given up; an outage of Jira may leave tens of thousands of them."""

    lines: Sequence[JobLine]
    page: Page


@dataclass(frozen=True, slots=True)
class JobOverview:
    """The jobs of a site. ``late`` is when work became due that should have run by now, or None."""

    lines: Sequence[JobLine]
    dead: DeadPart
    late: datetime | None


def read_overview(store: JobStore, offered: Iterable[Job], now: datetime, page: int = 1) -> JobOverview:
    """Return the jobs ``offered`` to a site that has the app, in the order of their kinds, and a page of those that
    were given up: the last one if there are fewer pages.
    """
    states = store.states()
    of_site = {state.job: state for state in states}
    job_names = set(offered)
    lines = [_line(job, of_site.get(job)) for job in KINDS if job in job_names]
    # A job that was switched off stays stored, and no worker runs it.
    due = [state.due_at for state in states if state.job in job_names and state.due_at and not state.running]
    if not of_site and (installed_at := store.installed_at()):
        # No worker has seen the site, so its scheduled jobs are not stored yet.
        due.append(installed_at)
    since = min(due, default=now)
    return JobOverview(lines, _dead_part(store, page), since if now - since > LATE_AFTER else None)


def run_again(store: JobStore, recorder: AuditRecorder, job: Job, subject: str, now: datetime) -> None:
    """Run a job that was given up again, immediately. Raise NotFound if it no longer exists."""
    if not store.run_again(job, subject, now):
        raise NotFound(NOT_THERE)
    record(recorder, Action.JOB_RUN_AGAIN, str(job), after={"subject": subject})


def _dead_part(store: JobStore, page: int) -> DeadPart:
    part = page_of(page, store.count_given_up(), PART)
    states = store.given_up(part.start, PART) if part.count else ()
    return DeadPart([_line(state.job, state) for state in states], part)


def _line(job: Job, state: JobState | None) -> JobLine:
    return JobLine(job, KINDS[job], state, _condition(state))


def _condition(state: JobState | None) -> Condition:
    if state is None:
        return Condition.NEVER
    if state.running:
        return Condition.RUNNING
    if state.outcome == DEAD:
        return Condition.GIVEN_UP
    if state.outcome == FAILED:
        return Condition.FAILED
    return Condition.DONE if state.ended_at else Condition.NEVER
