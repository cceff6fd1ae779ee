"""Workers run what is due, each in one site, and lose nothing when they or the queue are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from socket import gaierror

import pytest
from flask import Flask, g
from huey import MemoryHuey
from structlog.testing import capture_logs

from tests.web.conftest import JiraSite
from tests.web.support.recorded_events import events
from tests.web.support.signing import SettableClock
from timesheet.adapters.db.job.job import DbJobBoard
from timesheet.adapters.jobs.huey_queue import HueyQueue, NameSerializer
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin
from timesheet.domain.errors import DatabaseBusy, JiraUnavailable, NotAllowed
from timesheet.domain.job import LONGEST_PAUSE, Job
from timesheet.domain.message import message
from timesheet.domain.team.label import UserLabel
from timesheet.services.audit.record import record
from timesheet.services.job.watch import LOST_SECONDS
from timesheet.services.ports.job import DONE, Claim, Ending, JobKey
from timesheet.services.resilience.priority import Priority, current_priority
from timesheet.web.http.dependencies import AppDependencies
from timesheet.web.job.worker import Worker


class Timer:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class SilentQueue:
    """A queue that does not answer."""

    def wake(self) -> bool:
        return False


class Immediate:
    """Messages are handled as they are sent."""

    def __init__(self) -> None:
        self.queue = HueyQueue(lambda: MemoryHuey("test", immediate=True, serializer=NameSerializer()))
        self.wake = self.queue.wake


@pytest.fixture
def deps(app: Flask) -> AppDependencies:
    made: AppDependencies = app.extensions["timesheet"]
    return made


@contextmanager
def inside(app: Flask, site: JiraSite) -> Iterator[AppDependencies]:
    """Open a transaction of the site that is committed."""
    deps: AppDependencies = app.extensions["timesheet"]
    with app.app_context():
        deps.operation.transaction.enter(site.client_key)
        yield deps
        deps.operation.transaction.commit()


def ask(app: Flask, site: JiraSite, subject: str = "1") -> None:
    with inside(app, site) as deps:
        deps.jobs.jobs_of(site.client_key).ask_for(Job.EVENTS, subject, deps.operation.clock())


def left(app: Flask, job: Job = Job.EVENTS) -> tuple[int, int]:
    """Return how many wait, and how many were given up."""
    deps: AppDependencies = app.extensions["timesheet"]
    with app.app_context():
        totals = deps.jobs.board.totals(deps.operation.clock() + timedelta(days=3))
    return next(((total.due, total.dead) for total in totals if total.job == job), (0, 0))


def rename(app: Flask, claim: Claim) -> None:
    """Change something of the site, and record it, as a job."""
    deps: AppDependencies = app.extensions["timesheet"]
    site = claim.key.site
    deps.stores.stores_of(site).labels.save(
        UserLabel(claim.key.subject, f"Label {claim.key.subject}", "teal", frozenset())
    )
    record(deps.audit.recorder_of(site), Action.AUDIT_EXPORTED, after={"form": "proof"})


def labels(app: Flask, site: JiraSite) -> list[str]:
    with inside(app, site) as deps:
        return [label.name for label in deps.stores.stores_of(site.client_key).labels.all()]


def test_a_commit_wakes_a_worker_that_does_the_work(app: Flask, site: JiraSite) -> None:
    waked = Immediate()
    worker = Worker(app, {Job.EVENTS: lambda claim: rename(app, claim)}, waked)
    waked.queue.listen(worker.drain)
    ask(app, site, "7")
    assert waked.wake()
    assert labels(app, site) == ["Label 7"]
    assert left(app) == (0, 0)
    event = next(event for event in events(app, site.client_key) if event.action is Action.AUDIT_EXPORTED)
    assert (event.origin, event.actor) == (Origin.JOB, "")
    assert len(event.request_id) == 16


def test_a_job_leaves_jira_to_people(app: Flask, site: JiraSite) -> None:
    seen = []
    ask(app, site)
    Worker(app, {Job.EVENTS: lambda claim: seen.append(current_priority())}, SilentQueue()).drain()
    assert seen == [Priority.BACKGROUND]
    assert current_priority() is Priority.LOOK


def test_without_a_queue_the_regular_look_does_the_work(app: Flask, site: JiraSite) -> None:
    ask(app, site, "7")
    Worker(app, {Job.EVENTS: lambda claim: rename(app, claim)}, SilentQueue()).tick()
    assert labels(app, site) == ["Label 7"]


def test_a_failure_undoes_its_work_and_the_others_go_on(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    def work(claim: Claim) -> None:
        rename(app, claim)
        if claim.key.subject == "1" and claim.attempts < 3:
            raise RuntimeError("in the middle")

    worker = Worker(app, {Job.EVENTS: work}, SilentQueue())
    ask(app, site, "1")
    worker.drain()
    assert labels(app, site) == []
    ask(app, site, "2")
    worker.drain()
    assert labels(app, site) == ["Label 2"]
    for seconds in (30, 60):
        clock.now += timedelta(seconds=seconds)
        worker.drain()
    assert sorted(labels(app, site)) == ["Label 1", "Label 2"]
    assert left(app) == (0, 0)


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (JiraUnavailable(message("Jira did not answer.")), {"reason", "cause"}),
        (NotAllowed(message("Jira did not accept this app.")), {"reason", "cause"}),
        (NotAllowed(message("Jira refuses: {words}", words="PAY-12 is secret")), {"reason", "cause"}),
        (RuntimeError("in the middle"), {"exc_info"}),
    ],
)
def test_the_log_has_a_traceback_of_the_faults_of_the_app_only(
    app: Flask, site: JiraSite, error: Exception, seen: set[str]
) -> None:
    def work(_claim: Claim) -> None:
        raise error from gaierror("acme.atlassian.net is unknown")

    ask(app, site)
    with capture_logs() as logs:
        Worker(app, {Job.EVENTS: work}, SilentQueue()).drain()
    [line] = [line for line in logs if line["event"] == "job_failed"]
    assert line["kind"] == type(error).__name__
    assert line.keys() - {"event", "log_level", "kind", "attempts"} == seen
    assert "secret" not in line.get("reason", ""), "Jira’s own words may quote issues"
    assert "exc_info" in seen or line["reason"].startswith("Jira ")
    assert "exc_info" in seen or line["cause"] == "gaierror", "the class alone: its text has an address"


def test_a_job_sees_its_own_site_only(app: Flask, site: JiraSite, new_site: object) -> None:
    other = new_site("other")  # type: ignore[operator]
    assert other.install().status_code == 204
    seen = []

    def work(claim: Claim) -> None:
        rename(app, claim)
        seen.append((claim.key.site, g.database_scope))

    ask(app, site, "1")
    ask(app, other, "2")
    Worker(app, {Job.EVENTS: work}, SilentQueue()).drain()
    assert sorted(seen) == [(key, (key, False)) for key in sorted((site.client_key, other.client_key))]
    assert (labels(app, site), labels(app, other)) == (["Label 1"], ["Label 2"])


def test_a_run_whose_worker_is_silent_is_taken_over(app: Flask, site: JiraSite) -> None:
    """The first worker is only thought to be dead: what it finds at its end is no longer its own."""
    timer, done = Timer(), []
    second = Worker(app, {Job.EVENTS: lambda claim: done.append("second")}, SilentQueue(), timer=timer)

    def slow(claim: Claim) -> None:
        second.tick()
        timer.seconds += LOST_SECONDS
        second.tick()

    ask(app, site, "1")
    Worker(app, {Job.EVENTS: slow}, SilentQueue()).drain()
    assert done == ["second"]
    assert left(app) == (0, 0)


def test_a_lost_run_of_a_job_that_a_worker_has_no_handler_for_is_left_to_another(
    app: Flask, site: JiraSite
) -> None:
    """It died during a job that has been switched off since, or during one that only a newer worker has."""
    timer, done = Timer(), []
    with inside(app, site) as deps:
        board, now = deps.jobs.board, deps.operation.clock()
        board.enroll(site.client_key, {Job.SYNC_GROUPS: now})
        assert board.claim(JobKey(site.client_key, Job.SYNC_GROUPS, ""), "dead", now)
    ask(app, site, "1")
    handlers = {Job.EVENTS: lambda claim: done.append("events")}
    without = Worker(app, handlers, SilentQueue(), timer=timer)
    switched_on = {Job.SYNC_GROUPS: lambda claim: done.append("groups")}
    another = Worker(app, switched_on, SilentQueue(), timer=timer)
    for worker in (without, another):
        worker.tick()
    timer.seconds += LOST_SECONDS
    without.tick()
    with inside(app, site) as deps:
        assert [run.holder for run in deps.jobs.board.running()] == ["dead"]
    assert done == ["events"]
    another.tick()
    assert done == ["events", "groups"]


def test_what_a_lost_run_wrote_is_undone(app: Flask, site: JiraSite) -> None:
    def work(claim: Claim) -> None:
        deps: AppDependencies = app.extensions["timesheet"]
        [run] = deps.jobs.board.running()
        assert deps.jobs.board.claim(claim.key, "another", deps.operation.clock(), run)
        rename(app, claim)

    ask(app, site, "1")
    Worker(app, {Job.EVENTS: work}, SilentQueue()).drain()
    assert labels(app, site) == []


def test_what_a_lost_run_wrote_is_undone_after_another_has_done_the_job(app: Flask, site: JiraSite) -> None:
    """A job that is done is deleted, so the lost run finds no row: neither its own nor that of the other run."""

    def work(claim: Claim) -> None:
        with inside(app, site) as deps:
            board, now = deps.jobs.board, deps.operation.clock()
            [run] = board.running()
            other = board.claim(claim.key, "another", now, run)
            assert other is not None
            assert board.finish(other, Ending(DONE, now, None))
        rename(app, claim)

    ask(app, site, "1")
    with capture_logs() as logs:
        Worker(app, {Job.EVENTS: work}, SilentQueue()).drain()
    assert labels(app, site) == []
    assert "job_lost" in [line["event"] for line in logs]
    assert left(app) == (0, 0)


def test_a_living_worker_keeps_its_run(app: Flask, site: JiraSite) -> None:
    timer, done = Timer(), []
    other = Worker(app, {Job.EVENTS: lambda claim: done.append("other")}, SilentQueue(), timer=timer)
    workers: list[Worker] = []

    def slow(claim: Claim) -> None:
        for _ in range(20):
            other.tick()
            timer.seconds += LOST_SECONDS / 2
            workers[0].beat()
        done.append("own")

    workers.append(Worker(app, {Job.EVENTS: slow}, SilentQueue(), timer=timer))
    ask(app, site, "1")
    workers[0].drain()
    assert done == ["own"]


def test_an_outage_of_the_database_takes_no_run_away(
    app: Flask, site: JiraSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can show meanwhile that a run is alive. When the database is back, another worker may look first."""
    timer, done = Timer(), []
    other = Worker(app, {Job.EVENTS: lambda claim: done.append("other")}, SilentQueue(), timer=timer)

    def away(_board: object) -> None:
        raise DatabaseBusy("Away.")

    def slow(claim: Claim) -> None:
        other.tick()
        timer.seconds += LOST_SECONDS / 2
        with monkeypatch.context() as patched:
            patched.setattr(DbJobBoard, "running", away)
            with pytest.raises(DatabaseBusy):
                other.tick()
        timer.seconds += LOST_SECONDS / 2
        other.tick()
        done.append("own")
        timer.seconds += LOST_SECONDS
        other.tick()

    ask(app, site, "1")
    Worker(app, {Job.EVENTS: slow}, SilentQueue()).drain()
    assert done == ["own", "other"], "a worker that stays silent afterward is dead"


@pytest.mark.parametrize("taken", [True, False])
def test_a_run_that_ends_while_it_is_shown_alive_is_not_lost(
    app: Flask, site: JiraSite, deps: AppDependencies, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    """Only a run that another worker took is reported as lost."""
    worker = Worker(app, {}, SilentQueue())
    key = JobKey(site.client_key, Job.EVENTS, "1")
    worker._claims["run"] = Claim(key, "run", 1, 1)

    def beat(_board: object, _claim: Claim) -> bool:
        if not taken:
            del worker._claims["run"]
        return False

    monkeypatch.setattr(type(deps.jobs.board), "beat", beat)
    with capture_logs() as logs:
        for _ in range(3):
            worker.beat()
    assert [line["event"] for line in logs] == (["job_lost"] if taken else [])


def test_a_beat_during_an_outage_of_the_database_is_no_line_in_the_log(
    app: Flask, site: JiraSite, deps: AppDependencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run beats every ten seconds, and the look for work reports the outage."""
    worker = Worker(app, {}, SilentQueue())
    worker._claims["run"] = Claim(JobKey(site.client_key, Job.EVENTS, "1"), "run", 1, 1)
    errors: list[Exception] = [RuntimeError("A bug."), DatabaseBusy("Away.")]

    def beat(_board: object, _claim: Claim) -> bool:
        raise errors.pop()

    monkeypatch.setattr(type(deps.jobs.board), "beat", beat)
    with capture_logs() as logs:
        worker.beat()
        worker.beat()
    assert [(line["event"], line["kind"]) for line in logs] == [("beat_failed", "RuntimeError")]


def test_one_thread_is_free_for_urgent_jobs(app: Flask, site: JiraSite) -> None:
    """A long job takes one of two threads; only urgent jobs run during it."""
    done = []

    def long(claim: Claim) -> None:
        done.append(claim.key.job)
        ask(app, site, "1")
        worker.drain()

    worker = Worker(
        app,
        {Job.SETTLE: long, Job.CHECKPOINT: long, Job.EVENTS: lambda claim: done.append(claim.key.job)},
        SilentQueue(),
        threads=2,
    )
    with inside(app, site) as deps:
        for job in (Job.SETTLE, Job.CHECKPOINT):
            deps.jobs.jobs_of(site.client_key).ask_for(job, "", deps.operation.clock())
    worker.drain()
    assert sorted(done[:2]) in (["events", "settle"], ["checkpoint", "events"])


def test_new_sites_get_their_jobs_and_run_them(app: Flask, site: JiraSite, clock: SettableClock) -> None:
    timer = Timer()
    worker: Worker = app.extensions["worker"].worker
    worker._timer = timer
    worker._queue = SilentQueue()
    worker.tick()
    assert left(app, Job.CHECKPOINT) == (1, 0)
    clock.now += timedelta(days=2)
    worker.tick()
    with inside(app, site) as deps:
        states = {state.job: state for state in deps.jobs.jobs_of(site.client_key).states()}
        assert deps.audit.audit_of(site.client_key).checkpoints()
    ran = {job for job, state in states.items() if state.ended_at}
    assert {Job.SETTLE, Job.CHECKPOINT, Job.TRIM, Job.RECONCILE} <= ran
    assert Job.SYNC_GROUPS not in states, "this app follows no groups"


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(minutes=-10)])
def test_two_workers_whose_clocks_differ_run_no_job_again_and_again(
    app: Flask, site: JiraSite, clock: SettableClock, ahead: timedelta
) -> None:
    timer, runs = Timer(), []
    handlers = {Job.SETTLE: lambda claim: runs.append(clock.now)}
    workers = [Worker(app, handlers, SilentQueue(), timer=timer) for _ in range(2)]
    workers[0].tick()
    for _ in range(0, 3600, 20):
        timer.seconds += 20
        clock.move(20)
        workers[0].tick()
        clock.now += ahead
        workers[1].tick()
        clock.now -= ahead
    assert 12 <= len(runs) <= 15, "once in five minutes, and when a worker begins"


def test_a_clock_that_was_set_back_is_noticed_again_after_the_database_was_busy(
    app: Flask, site: JiraSite, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    timer, runs = Timer(), []
    handlers = {Job.SETTLE: lambda claim: runs.append(clock.now)}
    worker = Worker(app, handlers, SilentQueue(), timer=timer)

    def later(seconds: float) -> None:
        timer.seconds += seconds
        clock.move(seconds)

    def busy(*_values: object) -> None:
        raise DatabaseBusy("Busy.")

    worker.tick()
    later(600)
    worker.tick()
    assert len(runs) == 1
    clock.now -= timedelta(hours=1)
    later(20)
    with monkeypatch.context() as patched:
        patched.setattr(DbJobBoard, "bring_forward", busy)
        with pytest.raises(DatabaseBusy):
            worker.tick()
    for seconds in (20, 600):
        later(seconds)
        worker.tick()
    assert len(runs) == 2


def test_a_site_that_left_is_erased_by_a_job(app: Flask, site: JiraSite, clock: SettableClock) -> None:
    worker: Worker = app.extensions["worker"].worker
    worker._queue, worker._timer = SilentQueue(), Timer()
    worker.tick()
    assert site.uninstall().status_code == 204
    clock.now += timedelta(days=1)
    worker._enrolled_at = float("-inf")
    worker.tick()
    assert left(app, Job.SETTLE) == (0, 0), "a site without the app has no other jobs"
    assert left(app, Job.ERASE) == (0, 0)
    clock.now += timedelta(days=30)
    worker.tick()
    with app.app_context():
        deps: AppDependencies = app.extensions["timesheet"]
        assert deps.sites.find(site.client_key) is None
        assert deps.jobs.board.totals(clock()) == []


def test_a_site_that_came_back_is_not_erased(app: Flask, site: JiraSite, clock: SettableClock) -> None:
    worker: Worker = app.extensions["worker"].worker
    worker._queue, worker._timer = SilentQueue(), Timer()
    assert site.uninstall().status_code == 204
    worker.tick()
    assert site.install().status_code == 204
    clock.now += timedelta(days=31)
    worker._enrolled_at = float("-inf")
    worker.tick()
    assert left(app, Job.ERASE) == (0, 0)
    assert site.load("/probe/page").status_code == 200


def test_a_site_whose_zone_is_unknown_keeps_no_other_site_waiting(
    app: Flask, site: JiraSite, clock: SettableClock, new_site: Callable[[str], JiraSite]
) -> None:
    """An older version, to which the operator went back, may not have the zone that an admin chose."""
    with inside(app, site) as deps:
        settings = deps.stores.settings_of(site.client_key)
        settings.save_site(replace(settings.read_site(), fallback_zone="America/Nowhere"))
    assert new_site("other").install().status_code == 204
    worker: Worker = app.extensions["worker"].worker
    worker._queue, worker._timer = SilentQueue(), Timer()
    worker.tick()
    assert left(app, Job.TRIM) == (2, 0)
    clock.now += timedelta(days=1)
    worker.tick()
    with app.app_context():
        deps = app.extensions["timesheet"]
        assert all(not total.due for total in deps.jobs.board.totals(clock()))


def test_a_stopped_worker_begins_nothing(app: Flask, site: JiraSite) -> None:
    worker = Worker(app, {Job.EVENTS: lambda claim: rename(app, claim)}, SilentQueue())
    ask(app, site)
    worker.stop()
    worker.tick()
    worker.keep_beating()
    assert labels(app, site) == []
    assert left(app) == (1, 0)


@pytest.mark.parametrize("leave", ["disabled", "uninstalled"])
def test_what_waits_while_a_site_is_away_is_done_when_it_is_back(
    app: Flask, site: JiraSite, clock: SettableClock, leave: str
) -> None:
    """Jira disables the app while it updates it. The event is known, so no list of changes reports it again."""
    worker = Worker(app, {Job.EVENTS: lambda claim: rename(app, claim)}, SilentQueue())
    ask(app, site, "7")
    if leave == "disabled":
        assert site.send_event("/connect/disabled", site.body()).status_code == 204
    else:
        assert site.uninstall().status_code == 204
    worker.drain()
    assert left(app) == (1, 0)
    clock.move(60)
    assert site.install().status_code == 204
    worker.drain()
    assert labels(app, site) == []
    clock.move(LONGEST_PAUSE.total_seconds())
    worker.drain()
    assert labels(app, site) == ["Label 7"]
    assert left(app) == (0, 0)
