"""The jobs of a site as people see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from tests.services.support.fake_jobs import FakeJobs, FakeSites
from tests.services.support.fake_recorder import Recorded
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin
from timesheet.domain.errors import NotFound
from timesheet.domain.job import Job
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.job.view import PART, Condition, read_overview, run_again
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.job import DEAD, DONE, FAILED, Ending, JobKey

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SETTLE = JobKey("acme", Job.SETTLE)


def ended(jobs: FakeJobs, key: JobKey, outcome: str) -> None:
    claim = jobs.claim(key, "one", NOW)
    assert claim is not None
    jobs.finish(claim, Ending(outcome, NOW, NOW + timedelta(minutes=5), "" if outcome == DONE else "Boom"))


def condition(jobs: FakeJobs) -> Condition:
    [line] = read_overview(jobs.of("acme"), [Job.SETTLE], NOW).lines
    return line.condition


def test_a_job_from_the_first_day_to_a_dead_letter() -> None:
    jobs = FakeJobs()
    assert condition(jobs) is Condition.NEVER
    jobs.enroll("acme", {Job.SETTLE: NOW})
    assert condition(jobs) is Condition.NEVER
    claim = jobs.claim(SETTLE, "one", NOW)
    assert claim is not None
    assert condition(jobs) is Condition.RUNNING
    jobs.finish(claim, Ending(DONE, NOW, NOW))
    assert condition(jobs) is Condition.DONE
    ended(jobs, SETTLE, FAILED)
    assert condition(jobs) is Condition.FAILED
    jobs.of("acme").run_again(Job.SETTLE, "", NOW)
    ended(jobs, SETTLE, DEAD)
    assert condition(jobs) is Condition.GIVEN_UP
    [dead] = read_overview(jobs.of("acme"), [], NOW).dead.lines
    assert dead.state is not None
    assert (dead.job, dead.state.problem) == (Job.SETTLE, "Boom")


def test_what_was_given_up_is_listed_in_pages() -> None:
    jobs = FakeJobs()
    for number in range(PART + 1):
        key = JobKey("acme", Job.EVENTS, f"{number:03}")
        jobs.of("acme").ask_for(Job.EVENTS, key.subject, NOW)
        ended(jobs, key, DEAD)
    parts = [read_overview(jobs.of("acme"), [], NOW, page).dead for page in (1, 2, 3, 0)]
    assert [(part.page.number, part.page.start, len(part.lines)) for part in parts] == [
        (1, 0, PART),
        (2, PART, 1),
        (2, PART, 1),
        (1, 0, PART),
    ]
    assert {(part.page.pages, part.page.count) for part in parts} == {(2, PART + 1)}
    subjects = [line.state.subject for part in parts[:2] for line in part.lines if line.state]
    assert subjects == [f"{number:03}" for number in range(PART + 1)]
    # They are no runs of the site's own job, and nothing waits for them.
    offered = read_overview(jobs.of("acme"), [Job.EVENTS], NOW + timedelta(days=1))
    assert ([line.condition for line in offered.lines], offered.late) == ([Condition.NEVER], None)
    other = read_overview(jobs.of("other"), [], NOW).dead
    assert (other.lines, other.page.pages, other.page.count) == ([], 1, 0)


def test_jobs_are_in_one_order_and_only_those_offered() -> None:
    lines = read_overview(FakeJobs().of("acme"), [Job.TRIM, Job.EVENTS], NOW).lines
    assert [line.job for line in lines] == [Job.EVENTS, Job.TRIM]


def test_work_that_waits_too_long_is_said() -> None:
    jobs = FakeJobs()
    assert read_overview(jobs.of("acme"), Job, NOW).late is None
    jobs.enroll("acme", {Job.SETTLE: NOW - timedelta(minutes=10)})
    assert read_overview(jobs.of("acme"), Job, NOW).late is None
    assert read_overview(jobs.of("acme"), Job, NOW + timedelta(seconds=1)).late == NOW - timedelta(minutes=10)
    jobs.claim(SETTLE, "one", NOW)
    assert read_overview(jobs.of("acme"), Job, NOW + timedelta(hours=1)).late is None, "it is being done"


def test_a_job_that_was_switched_off_is_not_late() -> None:
    jobs = FakeJobs()
    jobs.enroll("acme", {Job.SYNC_GROUPS: NOW - timedelta(days=1), Job.SETTLE: NOW})
    assert read_overview(jobs.of("acme"), Job, NOW).late == NOW - timedelta(days=1)
    assert read_overview(jobs.of("acme"), set(Job) - {Job.SYNC_GROUPS}, NOW).late is None


def test_a_site_that_no_worker_has_ever_seen_is_late_since_it_has_the_app() -> None:
    jobs = FakeJobs(FakeSites({"acme": NOW - timedelta(minutes=11)}))
    assert read_overview(jobs.of("acme"), Job, NOW).late == NOW - timedelta(minutes=11)
    jobs.enroll("acme", {Job.SETTLE: NOW})
    assert read_overview(jobs.of("acme"), Job, NOW).late is None


def test_whoever_lets_a_job_run_again_is_recorded() -> None:
    jobs, audit = FakeJobs(), Recorded()
    recorder = AuditRecorder(cast(AuditStore, audit), lambda: NOW, "ana", Origin.PAGE)
    with pytest.raises(NotFound):
        run_again(jobs.of("acme"), recorder, Job.EVENTS, "7", NOW)
    assert audit.events == []
    jobs.of("acme").ask_for(Job.EVENTS, "7", NOW)
    ended(jobs, JobKey("acme", Job.EVENTS, "7"), DEAD)
    run_again(jobs.of("acme"), recorder, Job.EVENTS, "7", NOW)
    [event] = audit.events
    assert (event.action, event.actor, event.object_id, event.after) == (
        Action.JOB_RUN_AGAIN,
        "ana",
        "events",
        {"subject": "7"},
    )
    assert jobs.due(NOW, Job, 1) == [JobKey("acme", Job.EVENTS, "7")]
