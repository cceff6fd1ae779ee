"""A job that a person waits for: it is theirs only, is canceled and fails for good, and is forgotten after a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.services.support.alone import Alone
from tests.services.support.fake_jobs import FakeJobs
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import AppBusy, NotFound
from timesheet.domain.report.file import FileKind
from timesheet.services.report.awaited_job import (
    LIFETIME,
    PATIENCE,
    AwaitedJob,
    AwaitedJobs,
    ReportRequest,
    State,
)
from timesheet.services.report.export_job import ExportJobs
from timesheet.services.report.reading_job import ReadingJobs

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)
QUERY = (("who", "me"),)


@dataclass
class Site:
    """The jobs of one kind on a site, with a clock that can be set."""

    kind: type[AwaitedJobs[Any]]
    seconds: float = 0.0
    jobs: Any = field(init=False)
    board: FakeJobs = field(default_factory=FakeJobs)

    def __post_init__(self) -> None:
        self.jobs = self.kind(MemoryCache(now=lambda: self.seconds), "site-1", lambda: NOON)

    def ask(self, who: str = "ana") -> AwaitedJob:
        board = self.board.of("site-1")
        job: AwaitedJob
        if self.kind is ExportJobs:
            job = self.jobs.ask(board, ReportRequest(who, QUERY, "de"), FileKind.CSV)
        else:
            job = self.jobs.ask(board, ReportRequest(who, QUERY, "de"), key=b"key")
        return job

    def is_gone(self, job: AwaitedJob, who: str = "ana") -> bool:
        with pytest.raises(NotFound) as caught:
            self.jobs.find(job.id, who)
        return caught.value.sentence == self.kind.gone


@pytest.fixture(params=[ExportJobs, ReadingJobs])
def site(request: pytest.FixtureRequest) -> Site:
    """Return a site with each kind of job."""
    return Site(request.param)


def test_a_requested_job_is_there_for_its_person_only(site: Site) -> None:
    job = site.ask()
    found = site.jobs.find(job.id, "ana")
    assert (found.state, found.is_pending, found.query, found.language) == (State.WAITING, True, QUERY, "de")
    assert [(key.job, key.subject) for key in site.board.rows] == [(site.kind.job, job.id)]
    assert site.is_gone(job, "bo")
    with pytest.raises(NotFound):
        site.jobs.cancel(job.id, "bo")
    assert site.jobs.begin(job.id).state == State.RUNNING


def test_a_job_whose_worker_ended_begins_again(site: Site) -> None:
    job = site.ask()
    assert site.jobs.begin(job.id) == site.jobs.begin(job.id)


def test_a_job_in_a_form_that_its_worker_cannot_read_is_gone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """During an upgrade, the page that waits would otherwise wait for an hour."""
    job = site.ask()
    with monkeypatch.context() as newer:
        newer.setattr(MemoryCache, "get", lambda self, key: None)
        assert site.jobs.begin(job.id) is None
    assert site.is_gone(job)


def test_a_canceled_job_does_not_come_back(site: Site) -> None:
    job = site.ask()
    assert site.jobs.cancel(job.id, "ana").id == job.id
    site.jobs.fail(job.id, "Jira is down.")
    assert site.is_gone(job)
    assert site.jobs.begin(job.id) is None


def test_why_a_job_failed_is_kept_for_a_while(site: Site) -> None:
    job = site.ask()
    site.jobs.fail(job.id, "Jira is down.")
    found = site.jobs.find(job.id, "ana")
    assert (found.state, found.is_pending, found.problem) == (State.FAILED, False, "Jira is down.")
    assert site.jobs.begin(job.id) is None
    site.seconds = LIFETIME.total_seconds()
    assert site.is_gone(job)


def test_a_job_that_no_worker_takes_is_forgotten(site: Site) -> None:
    job = site.ask()
    site.seconds = PATIENCE.total_seconds() - 1
    assert site.jobs.find(job.id, "ana").is_pending
    site.seconds = PATIENCE.total_seconds() * 2
    assert site.is_gone(job)


def test_a_job_is_not_given_up_while_the_cache_server_is_away(site: Site) -> None:
    job, shared = site.ask(), site.jobs._cache
    assert not site.jobs.is_unknown(job.id)
    site.jobs._cache = Alone(MemoryCache())
    assert site.jobs.is_unknown(job.id)
    with pytest.raises(ConnectionError):
        site.jobs.begin(job.id)
    for use in (site.jobs.find, site.jobs.cancel):
        with pytest.raises(AppBusy, match="Try again"):
            use(job.id, "ana")
    site.jobs._cache = shared
    assert site.jobs.begin(job.id).state == State.RUNNING
    assert not site.jobs.is_unknown("0" * 32)


def test_a_job_is_unknown_if_the_read_of_it_finds_the_cache_server_away(site: Site) -> None:
    class LostAtRead(MemoryCache):
        def get(self, key: str) -> Any:
            self.isolated = True
            return super().get(key)

    job = site.ask()
    site.jobs._cache = LostAtRead()
    assert site.jobs.is_unknown(job.id)
