"""The jobs of all sites: the same rules in the fake, on SQLite, and on PostgreSQL with row-level security."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.adapters.support.site_data import ManyRequests, at_once, in_site, stores_of
from tests.adapters.support.tables import create_tables
from tests.services.support.fake_jobs import FakeJobs, FakeSites
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.job.job import DbJobBoard, DbJobStore, wake_committed
from timesheet.adapters.db.site.guard import delete_due_site
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.domain.job import Job
from timesheet.services.ports.job import (
    DEAD,
    DONE,
    FAILED,
    Claim,
    Ending,
    JobBoard,
    JobKey,
    JobStore,
    JobTotals,
    RunningJob,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
INSTALLED_AT = datetime(2024, 1, 1, tzinfo=UTC)
EVENTS, SETTLE, TRIM, ERASE = Job.EVENTS, Job.SETTLE, Job.TRIM, Job.ERASE


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@dataclass
class Jobs:
    """Two sites with the app. ``commit`` ends the transaction of a request."""

    board: JobBoard
    of: Callable[[str], JobStore]
    commit: Callable[[], None]
    uninstall: Callable[[str], None]
    erase: Callable[[str], None]
    within: Callable[[str], Any]

    def ask(self, site: str, subject: str, due: datetime = NOW, job: Job = EVENTS) -> JobKey:
        self.of(site).ask_for(job, subject, due)
        self.commit()
        return JobKey(site, job, subject)

    def claim(self, key: JobKey, holder: str = "one", now: datetime = NOW) -> Claim:
        claim = self.board.claim(key, holder, now)
        assert claim is not None
        return claim

    def finish(self, claim: Claim, ending: Ending) -> bool:
        with self.within(claim.key.site):
            done = self.board.finish(claim, ending)
            self.commit()
        return done


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def jobs(request: pytest.FixtureRequest) -> Iterator[Jobs]:
    if request.param == "fake":
        fake = FakeJobs(FakeSites({"acme": INSTALLED_AT, "other": INSTALLED_AT}))

        def leave(site: str) -> None:
            del fake.sites.installed[site]
            fake.sites.uninstalled[site] = NOW

        def vanish(site: str) -> None:
            del fake.sites.uninstalled[site]
            fake.rows = {key: row for key, row in fake.rows.items() if key.site != site}

        yield Jobs(fake, fake.of, lambda: None, leave, vanish, lambda site: nullcontext())
        return
    database = one_database(request)
    for key in ("acme", "other"):
        stores_of(database, key)

    def uninstall(site: str) -> None:
        gone = update(SiteRow).where(SiteRow.client_key == site).values(status="uninstalled", erase_after=NOW)
        in_site(database, site).session.execute(gone)
        database.commit()

    def erase(site: str) -> None:
        delete_due_site(in_site(database, site).connection, site)
        database.commit()

    yield Jobs(
        DbJobBoard(database),
        lambda site: DbJobStore(in_site(database, site), site),
        database.commit,
        uninstall,
        erase,
        database.within,
    )


def one_database(request: pytest.FixtureRequest) -> Database:
    """The fixture ``database`` has parameters of its own; here the name of this one decides."""
    secured = request.param == "postgresql"
    app = Flask("test")
    opened = ManyRequests(app, request.getfixturevalue("secured_url" if secured else "sqlite_url"))
    context = app.app_context()
    context.push()
    if not secured:
        create_tables(opened.extension.engine)

    def end() -> None:
        opened.roll_back()
        opened.extension.engine.dispose()
        context.pop()

    request.addfinalizer(end)
    return opened


def test_a_requested_job_is_done_once_and_gone(jobs: Jobs) -> None:
    key = jobs.ask("acme", "7")
    assert jobs.board.due(later(-1), Job, 10) == []
    assert jobs.board.due(NOW, [SETTLE], 10) == []
    assert jobs.board.due(NOW, Job, 10) == [key]
    claim = jobs.claim(key)
    assert claim == Claim(key, "one", 1, 1)
    assert jobs.board.due(NOW, Job, 10) == []
    assert jobs.board.claim(key, "two", NOW) is None, "one copy at a time"
    assert jobs.board.claim(JobKey("other", EVENTS, "7"), "two", NOW) is None
    assert jobs.finish(claim, Ending(DONE, NOW, None))
    assert jobs.board.due(later(9), Job, 10) == []
    assert jobs.board.totals(NOW) == []


def test_a_job_requested_while_it_runs_is_run_again(jobs: Jobs) -> None:
    key = jobs.ask("acme", "7")
    claim = jobs.claim(key)
    jobs.ask("acme", "7", later(1))
    assert jobs.board.due(later(2), Job, 10) == []
    assert jobs.finish(claim, Ending(DONE, later(3), None))
    assert jobs.board.due(later(3), Job, 10) == [key]
    again = jobs.claim(key, "two", later(3))
    assert again == Claim(key, "two", 1, 2)
    jobs.finish(again, Ending(DONE, later(4), None))
    assert jobs.board.totals(NOW) == []


def test_asking_again_makes_it_earlier_and_never_later(jobs: Jobs) -> None:
    key = jobs.ask("acme", "7", later(60))
    jobs.ask("acme", "7", later(300))
    assert jobs.board.due(later(60), Job, 10) == [key]
    jobs.ask("acme", "7", later(5))
    assert jobs.board.due(later(5), Job, 10) == [key]


def test_a_failure_is_tried_again_and_a_dead_letter_waits_for_a_person(jobs: Jobs) -> None:
    key = jobs.ask("acme", "7")
    jobs.finish(jobs.claim(key), Ending(FAILED, NOW, later(30), "JiraBusy"))
    assert jobs.board.due(later(29), Job, 10) == []
    again = jobs.claim(key, "two", later(30))
    assert again.attempts == 2
    jobs.finish(again, Ending(DEAD, later(31), None, "JiraBusy"))
    assert jobs.board.due(later(99), Job, 10) == []
    [(dead, state)] = jobs.board.dead()
    assert (dead, state.dead_at, state.problem, state.outcome) == (key, later(31), "JiraBusy", DEAD)
    assert jobs.board.totals(NOW) == [JobTotals(EVENTS, 0, 1, later(31))]
    assert [(s.subject, s.dead_at) for s in jobs.of("acme").given_up(0, 9)] == [("7", later(31))]
    assert jobs.of("acme").states() == [], "it is not about the whole site"
    assert [jobs.of(site).count_given_up() for site in ("acme", "other")] == [1, 0]
    assert jobs.of("other").given_up(0, 9) == []
    assert not jobs.of("other").run_again(EVENTS, "7", later(100))
    assert jobs.of("acme").run_again(EVENTS, "7", later(100))
    jobs.commit()
    claim = jobs.claim(key, "three", later(100))
    assert claim.attempts == 1
    jobs.finish(claim, Ending(DONE, later(101), None))
    assert jobs.board.dead() == []


def test_a_part_of_what_was_given_up(jobs: Jobs) -> None:
    for subject in ("1", "2", "3"):
        jobs.finish(jobs.claim(jobs.ask("acme", subject)), Ending(DEAD, NOW, None, "Boom"))
    jobs.ask("acme", "4")
    parts = [jobs.of("acme").given_up(first, 2) for first in (0, 2, 4)]
    assert [[state.subject for state in part] for part in parts] == [["1", "2"], ["3"], []]


def test_asking_again_revives_a_dead_letter(jobs: Jobs) -> None:
    key = jobs.ask("acme", "7")
    jobs.finish(jobs.claim(key), Ending(DEAD, NOW, None, "Boom"))
    jobs.ask("acme", "7", later(60))
    assert jobs.board.due(later(60), Job, 10) == [key]
    assert len(jobs.board.dead()) == 1, "it is not done yet"


def test_asking_again_does_not_shorten_the_pause_after_a_failure(jobs: Jobs) -> None:
    """Otherwise twelve events during an outage of Jira would use up all attempts within minutes."""
    key = jobs.ask("acme", "7")
    jobs.finish(jobs.claim(key), Ending(FAILED, NOW, later(30), "JiraUnavailable"))
    jobs.ask("acme", "7", later(1))
    assert jobs.board.due(later(29), Job, 10) == []
    again = jobs.claim(key, "two", later(30))
    jobs.ask("acme", "7", later(31))
    jobs.finish(again, Ending(FAILED, later(32), later(90), "JiraUnavailable"))
    assert jobs.board.due(later(89), Job, 10) == []
    assert jobs.claim(key, "three", later(90)).attempts == 3


def test_asking_again_for_a_dead_letter_that_runs_again_keeps_count_of_its_attempts(jobs: Jobs) -> None:
    """Otherwise each event made the next pause the shortest one, and the job could not be given up again."""
    key = jobs.ask("acme", "7")
    jobs.finish(jobs.claim(key), Ending(DEAD, NOW, None, "JiraUnavailable"))
    jobs.ask("acme", "7", later(1))
    revived = jobs.claim(key, "two", later(1))
    jobs.ask("acme", "7", later(2))
    jobs.finish(revived, Ending(FAILED, later(3), later(33), "JiraUnavailable"))
    jobs.ask("acme", "7", later(4))
    assert jobs.claim(key, "three", later(33)).attempts == 2


def test_what_was_requested_during_the_last_attempt_is_not_given_up_with_it(jobs: Jobs) -> None:
    key = jobs.ask("acme", "7")
    last = jobs.claim(key)
    jobs.ask("acme", "7", later(1))
    jobs.finish(last, Ending(DEAD, later(2), None, "JiraUnavailable"))
    assert jobs.board.due(later(2), Job, 10) == [key]
    assert jobs.claim(key, "two", later(2)).attempts == 1


def test_a_run_belongs_to_one_worker(jobs: Jobs) -> None:
    key = jobs.ask("acme", "7")
    first = jobs.claim(key)
    assert jobs.board.beat(first)
    [run] = jobs.board.running()
    assert run == RunningJob(key, "one", 1)
    assert jobs.board.claim(key, "two", NOW, RunningJob(key, "one", 0)) is None, "it has beaten since"
    second = jobs.board.claim(key, "two", NOW, run)
    assert second is not None
    assert second.attempts == 2
    assert not jobs.board.beat(first)
    assert not jobs.finish(first, Ending(DONE, NOW, None)), "the first may store nothing"
    assert jobs.finish(second, Ending(DONE, NOW, None))
    assert not jobs.finish(second, Ending(DONE, NOW, None)), "it is done and gone"


def test_a_job_that_went_with_its_site_is_no_lost_one(jobs: Jobs) -> None:
    claim = jobs.claim(jobs.ask("acme", "7"))
    jobs.uninstall("acme")
    jobs.erase("acme")
    assert jobs.finish(claim, Ending(DONE, NOW, None))


def test_each_site_has_its_turn(jobs: Jobs) -> None:
    many = [jobs.ask("acme", str(number), later(number)) for number in range(5)]
    few = jobs.ask("other", "1", later(9))
    assert jobs.board.due(later(10), Job, 3) == [many[0], few, many[1]]


def test_sites_get_their_jobs_once(jobs: Jobs) -> None:
    wanted = {False: frozenset({SETTLE, TRIM}), True: frozenset({ERASE})}
    assert {(lack.site, lack.jobs) for lack in jobs.board.missing(wanted)} == {
        ("acme", wanted[False]),
        ("other", wanted[False]),
    }
    jobs.board.enroll("acme", {SETTLE: NOW, TRIM: later(60)})
    jobs.board.enroll("other", {SETTLE: later(5)})
    [lack] = jobs.board.missing(wanted)
    assert (lack.site, lack.jobs, lack.erase_after) == ("other", frozenset({TRIM}), None)
    jobs.board.enroll("acme", {SETTLE: later(999)})
    assert [jobs.board.enrolled(job) for job in (SETTLE, TRIM, ERASE)] == [2, 1, 0]
    assert jobs.board.due(NOW, Job, 10) == [JobKey("acme", SETTLE)]
    assert [(s.job, s.due_at) for s in jobs.of("acme").states()] == [(SETTLE, NOW), (TRIM, later(60))]
    jobs.uninstall("other")
    [gone] = jobs.board.missing(wanted)
    assert (gone.site, gone.jobs, gone.erase_after) == ("other", frozenset({ERASE}), NOW)


def test_how_late_the_work_is(jobs: Jobs) -> None:
    assert jobs.board.oldest_due() == INSTALLED_AT, "no worker has ever run"
    for site in ("acme", "other"):
        jobs.board.enroll(site, {SETTLE: later(60)})
    assert jobs.board.oldest_due() == later(60)
    jobs.claim(jobs.ask("acme", "7"))
    assert jobs.board.oldest_due() == later(60), "it is being done"


def test_a_job_that_was_switched_off_is_never_late(database: Database) -> None:
    stores_of(database, "acme")
    every_job, without_trim = DbJobBoard(database), DbJobBoard(database, {SETTLE})
    every_job.enroll("acme", {TRIM: NOW, SETTLE: later(60)})
    assert (every_job.oldest_due(), without_trim.oldest_due()) == (NOW, later(60))
    assert [(total.job, total.due) for total in without_trim.totals(later(90))] == [(SETTLE, 1), (TRIM, 0)]


def test_since_when_a_site_has_the_app(jobs: Jobs) -> None:
    assert [jobs.of(site).installed_at() for site in ("acme", "nobody")] == [INSTALLED_AT, None]


def test_a_scheduled_job_stays(jobs: Jobs) -> None:
    jobs.board.enroll("acme", {SETTLE: NOW})
    key = JobKey("acme", SETTLE)
    jobs.finish(jobs.claim(key), Ending(DONE, later(1), later(300)))
    assert jobs.board.due(later(299), Job, 10) == []
    assert jobs.board.due(later(300), Job, 10) == [key]
    [state] = jobs.of("acme").states()
    assert (state.outcome, state.ended_at, state.started_at, state.running) == (DONE, later(1), NOW, False)


def test_what_seems_to_be_of_the_future_is_due_earlier_but_never_later(jobs: Jobs) -> None:
    jobs.board.enroll("acme", {SETTLE: NOW, TRIM: later(900)})
    settle, given_up = JobKey("acme", SETTLE), jobs.ask("other", "7")
    jobs.finish(jobs.claim(settle), Ending(DONE, later(60), later(360)))
    jobs.finish(jobs.claim(given_up), Ending(DEAD, later(60), None, "ValueError"))
    trim = JobKey("acme", TRIM)
    assert jobs.board.beyond(later(900), ran=True) == []
    assert jobs.board.beyond(later(60), ran=True) == [(trim, later(900))], "it never ran"
    assert jobs.board.beyond(later(59), ran=False) == [(trim, later(900))]
    found = jobs.board.beyond(later(59), ran=True)
    assert sorted(found, key=str) == sorted([(trim, later(900)), (settle, later(360))], key=str)
    for due in (later(300), later(999)):
        jobs.board.bring_forward(settle, due)
        assert jobs.of("acme").states()[0].due_at == later(300)
    jobs.claim(settle, now=later(300))
    jobs.board.bring_forward(settle, NOW)
    assert jobs.of("acme").states()[0].due_at == later(300), "it is being done"
    assert jobs.board.beyond(later(59), ran=True) == [(trim, later(900))]


def test_two_workers_never_take_the_same(database: Database) -> None:
    stores_of(database, "acme")
    store, board = DbJobStore(in_site(database, "acme"), "acme"), DbJobBoard(database)
    for number in range(5):
        store.ask_for(EVENTS, str(number), NOW)
    database.commit()
    keys = board.due(NOW, Job, 10)

    def take(worker: int) -> list[str]:
        return [key.subject for key in keys if board.claim(key, f"worker {worker}", NOW)]

    taken: Any = at_once(database, 4, take)
    assert sorted(subject for some in taken for subject in some) == ["0", "1", "2", "3", "4"]


def test_a_worker_is_woken_when_the_change_is_committed(database: Database) -> None:
    woken = []

    class Queue:
        def wake(self) -> bool:
            woken.append(True)
            return True

    wake_committed(database, Queue())
    stores_of(database, "acme")
    store = DbJobStore(in_site(database, "acme"), "acme")
    store.ask_for(EVENTS, "1", NOW)
    database.roll_back()
    assert woken == []
    store.ask_for(EVENTS, "1", NOW)
    assert woken == []
    database.commit()
    assert woken == [True]
    assert len(DbJobBoard(database).due(NOW, Job, 10)) == 1
