"""The reading of a report: one for each report, for its person only; it stops when nobody waits for it anymore."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.support.fake_jobs import FakeJobs
from timesheet.adapters.cache.choice import CACHED
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import NotFound
from timesheet.services.report.awaited_job import LIFETIME, ReportRequest, State
from timesheet.services.report.reading_job import UNSEEN, ReadingJob, ReadingJobs, reading_key
from timesheet.services.resilience.patience import Patience

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)
QUERY = (("who", "me"), ("range", "today"))


@dataclass
class Readings:
    """The readings of one site, with clocks that can be set."""

    now: datetime = NOON
    steady: float = 0.0
    board: FakeJobs = field(default_factory=FakeJobs)
    jobs: ReadingJobs = field(init=False)

    def __post_init__(self) -> None:
        cache = MemoryCache(now=self.passed)
        self.jobs = ReadingJobs(cache, "site-1", lambda: self.now)

    def passed(self) -> float:
        return (self.now - NOON).total_seconds()

    def ask(self, who: str = "ana") -> ReadingJob:
        return self.jobs.ask(
            self.board.of("site-1"), ReportRequest(who, QUERY, "en"), key=b"key", refresh=False
        )

    def begin(self) -> tuple[ReadingJob, Patience]:
        begun = self.jobs.begin(self.ask().id)
        assert begun is not None
        return begun, self.jobs.patience(begun, lambda: self.steady)

    def look(self, patience: Patience) -> bool:
        """Return what the next look of the job finds."""
        self.steady += 1
        return patience.stopped()


def test_the_same_report_is_read_once_and_another_persons_apart() -> None:
    readings = Readings()
    first = readings.ask()
    assert readings.ask().id == first.id
    assert readings.ask("bo").id != first.id
    keyed = {
        readings.jobs.ask(
            readings.board.of("site-1"), ReportRequest("ana", QUERY, "en"), key=reading_key(*of)
        ).id
        for of in (("k", "s"), ("k", "t"), ("l", "s"))
    }
    assert len(keyed) == 3, "nobody without the key can compute an id from a query"
    with pytest.raises(NotFound):
        readings.jobs.find(first.id, "bo")
    with pytest.raises(NotFound):
        readings.jobs.cancel(first.id, "bo")


def test_progress_adds_up_over_searches() -> None:
    readings = Readings()
    begun, patience = readings.begin()
    for issues, worklogs in ((10, 100), (20, 250), (5, 30)):
        patience.progress(issues, worklogs)
    assert not readings.look(patience)
    found = readings.jobs.find(begun.id, "ana")
    assert (found.state, found.issues, found.worklogs) == (State.RUNNING, 25, 280)


def test_it_looks_once_a_second() -> None:
    readings = Readings()
    begun, patience = readings.begin()
    assert not readings.look(patience)
    readings.jobs.cancel(begun.id, "ana")
    assert not patience.stopped()
    assert readings.look(patience)
    assert patience.stopped()


def test_a_report_that_is_requested_again_after_a_cancellation_is_another_job() -> None:
    readings = Readings()
    begun, patience = readings.begin()
    readings.jobs.cancel(begun.id, "ana")
    readings.ask()
    assert readings.look(patience)
    readings.jobs.finish(begun.id)
    assert readings.jobs.begin(begun.id) is None


def test_it_stops_if_no_page_asks_about_it() -> None:
    readings = Readings()
    begun, patience = readings.begin()
    readings.now += UNSEEN - timedelta(seconds=1)
    readings.jobs.find(begun.id, "ana")
    readings.now += UNSEEN - timedelta(seconds=1)
    assert not readings.look(patience)
    readings.now += timedelta(seconds=1)
    assert readings.look(patience)


def test_a_page_that_comes_back_too_late_does_not_wait_for_a_job_that_has_stopped() -> None:
    readings = Readings()
    begun, patience = readings.begin()
    readings.now += UNSEEN
    assert readings.look(patience)
    with pytest.raises(NotFound, match="no longer being read"):
        readings.jobs.find(begun.id, "ana")
    assert readings.ask().state == State.WAITING
    assert readings.jobs.begin(begun.id)


def test_it_is_read_on_while_the_cache_server_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = Readings()
    begun, patience = readings.begin()
    with monkeypatch.context() as patched:
        patched.setattr(MemoryCache, "isolated", True)
        readings.now += UNSEEN
        assert not readings.look(patience), "a page may ask about it, unseen from here"
        readings.jobs.cancel(begun.id, "ana")
        assert not readings.look(patience)
    assert readings.look(patience)


def test_what_was_read_is_taken_once_and_for_a_while_only() -> None:
    readings = Readings()
    begun, _ = readings.begin()
    assert readings.jobs.take(begun.id, "ana") is None
    readings.jobs.finish(begun.id)
    assert readings.jobs.take(begun.id, "bo") is None
    found = readings.jobs.take(begun.id, "ana")
    assert found is not None
    assert readings.jobs.take(begun.id, "ana") is None
    again, _ = readings.begin()
    readings.jobs.finish(again.id)
    readings.now += LIFETIME
    assert readings.jobs.take(again.id, "ana") is None


def test_why_there_is_no_report_is_known_and_nothing_is_begun_again() -> None:
    readings = Readings()
    begun, patience = readings.begin()
    readings.jobs.fail(begun.id, "Jira is down.")
    found = readings.jobs.find(begun.id, "ana")
    assert (found.state, found.problem) == (State.FAILED, "Jira is down.")
    assert readings.jobs.begin(begun.id) is None
    assert readings.look(patience)


def test_a_reading_can_be_cached_on_a_server() -> None:
    begun, _ = Readings().begin()
    codec = Codec(CACHED)
    assert codec.decode(codec.encode(begun)) == begun
