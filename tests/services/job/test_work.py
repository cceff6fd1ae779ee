"""The ends of runs, and the sites that get jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.services.support.fake_jobs import FakeJobs, FakeSites
from timesheet.domain.errors import JiraBusy
from timesheet.domain.job import MOST_ATTEMPTS, Job, first_due
from timesheet.services.job.work import (
    KILLED,
    Handler,
    attempt,
    bring_forward,
    enroll_sites,
    late_by,
    urgent_jobs,
)
from timesheet.services.ports.job import DEAD, DONE, FAILED, Claim, Ending, JobKey

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def claim_of(job: Job = Job.SETTLE, attempts: int = 1) -> Claim:
    return Claim(JobKey("acme", job), "one", attempts, 1)


def nothing(claim: Claim) -> None:
    """Find nothing to do."""


def failing(error: Exception) -> Handler:
    def handle(claim: Claim) -> None:
        raise error

    return handle


def test_a_scheduled_job_runs_again() -> None:
    run = attempt(nothing, claim_of(), UTC_ZONE, lambda: NOW)
    assert run.ending == Ending(DONE, NOW, NOW + timedelta(minutes=5))


def test_a_job_may_say_when_it_is_due_again() -> None:
    soon = NOW + timedelta(seconds=3)
    assert attempt(lambda claim: soon, claim_of(), UTC_ZONE, lambda: NOW).ending.due == soon


def test_a_job_without_a_schedule_is_not_due_again() -> None:
    assert attempt(nothing, claim_of(Job.EVENTS), UTC_ZONE, lambda: NOW).ending == Ending(DONE, NOW, None)


def test_a_failure_is_tried_again_after_a_pause() -> None:
    error = RuntimeError("a name in it")
    run = attempt(failing(error), claim_of(attempts=2), UTC_ZONE, lambda: NOW)
    assert run.error is error
    assert run.ending == Ending(FAILED, NOW, NOW + timedelta(minutes=1), "RuntimeError")


def test_jira_is_given_the_time_it_asks_for() -> None:
    run = attempt(failing(JiraBusy("Later.", retry_after=600)), claim_of(), UTC_ZONE, lambda: NOW)
    assert run.ending == Ending(FAILED, NOW, NOW + timedelta(minutes=10), "JiraBusy")


def test_after_many_attempts_it_is_a_dead_letter() -> None:
    run = attempt(failing(ValueError()), claim_of(Job.EVENTS, MOST_ATTEMPTS), UTC_ZONE, lambda: NOW)
    assert run.ending == Ending(DEAD, NOW, None, "ValueError")
    scheduled = attempt(failing(ValueError()), claim_of(Job.TRIM, MOST_ATTEMPTS), UTC_ZONE, lambda: NOW)
    assert scheduled.ending.outcome == DEAD
    assert scheduled.ending.due == first_due(Job.TRIM, "acme", UTC_ZONE, NOW), "the next night is a new start"


def test_a_job_that_kills_its_worker_is_not_tried_for_ever() -> None:
    tried: list[Claim] = []
    run = attempt(tried.append, claim_of(Job.EVENTS, MOST_ATTEMPTS + 1), UTC_ZONE, lambda: NOW)
    assert (run.ending, tried) == (Ending(DEAD, NOW, None, KILLED), [])


def test_each_site_gets_what_this_app_can_do() -> None:
    jobs = FakeJobs(FakeSites({"acme": NOW}, {"gone": NOW + timedelta(days=30)}))
    handlers = {Job.SETTLE: nothing, Job.ERASE: nothing, Job.EVENTS: nothing}
    assert enroll_sites(jobs, handlers, lambda site: UTC_ZONE, NOW) == 2
    assert enroll_sites(jobs, handlers, lambda site: UTC_ZONE, NOW) == 0
    due = {(key.site, key.job): row.state.due_at for key, row in jobs.rows.items()}
    assert due == {
        ("acme", Job.SETTLE): first_due(Job.SETTLE, "acme", UTC_ZONE, NOW),
        ("gone", Job.ERASE): NOW + timedelta(days=30),
    }
    only_events = {Job.EVENTS: nothing}
    assert enroll_sites(FakeJobs(FakeSites({"acme": NOW})), only_events, lambda site: UTC_ZONE, NOW) == 0


def test_no_job_waits_until_a_clock_that_was_set_back_catches_up() -> None:
    jobs, ahead = FakeJobs(), NOW + timedelta(days=40)
    keys = [JobKey("acme", job, "7" * (job is Job.EVENTS)) for job in (Job.SETTLE, Job.EVENTS, Job.ERASE)]
    for key in keys:
        jobs.of("acme").ask_for(key.job, key.subject, ahead)
        claim = jobs.claim(key, "one", ahead)
        assert claim
        assert jobs.finish(claim, Ending(FAILED, ahead, ahead))
    for seconds, expected in ((60, {ahead}), (61, {ahead, ahead - timedelta(seconds=61)})):
        bring_forward(jobs, lambda site: UTC_ZONE, ahead - timedelta(seconds=seconds), ran=True)
        assert {jobs.rows[key].state.due_at for key in keys[1:]} == expected, "clocks may differ by a minute"
    for _ in range(2):
        bring_forward(jobs, lambda site: UTC_ZONE, NOW, ran=True)
        due = [jobs.rows[key].state.due_at for key in keys]
        assert due == [first_due(Job.SETTLE, "acme", UTC_ZONE, NOW), NOW, ahead]


def test_no_job_that_never_ran_waits_until_a_clock_that_was_set_back_catches_up() -> None:
    """An event arrives, and a site installs the app and another removes it, while the clock is ahead."""
    ahead = NOW + timedelta(days=40)
    jobs = FakeJobs(FakeSites({"acme": ahead}, {"gone": ahead}))
    handlers = dict.fromkeys((Job.SETTLE, Job.TRIM, Job.ERASE), nothing)
    enroll_sites(jobs, handlers, lambda site: UTC_ZONE, ahead)
    jobs.of("acme").ask_for(Job.EVENTS, "7", ahead)
    keys = [JobKey("acme", Job.SETTLE), JobKey("acme", Job.TRIM), JobKey("acme", Job.EVENTS, "7")]
    for _ in range(2):
        bring_forward(jobs, lambda site: UTC_ZONE, NOW, ran=False)
        first = [first_due(job, "acme", UTC_ZONE, NOW) for job in (Job.SETTLE, Job.TRIM)]
        assert [jobs.rows[key].state.due_at for key in keys] == [*first, NOW]
    assert jobs.rows[JobKey("gone", Job.ERASE)].state.due_at == ahead


def test_a_job_that_never_ran_keeps_its_time_while_the_clock_is_right() -> None:
    jobs = FakeJobs(FakeSites({"acme": NOW}))
    enroll_sites(jobs, dict.fromkeys((Job.CHECKPOINT, Job.TRIM), nothing), lambda site: UTC_ZONE, NOW)
    before = {key: row.state.due_at for key, row in jobs.rows.items()}
    read: list[str] = []

    def zone_of(site: str) -> ZoneInfo:
        read.append(site)
        return UTC_ZONE

    bring_forward(jobs, zone_of, NOW + timedelta(seconds=20), ran=True)
    assert {key: row.state.due_at for key, row in jobs.rows.items()} == before
    assert read == ["acme"], "once for both jobs"


def test_urgent_jobs_have_a_thread_of_their_own() -> None:
    assert urgent_jobs({Job.SETTLE: nothing, Job.EVENTS: nothing}) == {Job.EVENTS}


def test_how_late_a_worker_is() -> None:
    jobs = FakeJobs(FakeSites())
    assert late_by(jobs, NOW) == timedelta()
    jobs.of("acme").ask_for(Job.EVENTS, "1", NOW - timedelta(minutes=3))
    assert late_by(jobs, NOW) == timedelta(minutes=3)
    assert late_by(jobs, NOW - timedelta(hours=1)) == timedelta()
