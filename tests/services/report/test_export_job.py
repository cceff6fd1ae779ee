"""The file of a job: its parts come back once and in order, for its person only, and a canceled one is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from tests.services.support.fake_jobs import FakeJobs
from timesheet.adapters.cache.choice import CACHED
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import AppBusy, NotFound
from timesheet.domain.report.file import FileKind
from timesheet.services.report import export_job
from timesheet.services.report.awaited_job import ReportRequest, State
from timesheet.services.report.export_job import ExportJob, ExportJobs

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)
SEEN = (("alpha", True),)
QUERY = (("who", "me"), ("range", "today"))


@dataclass
class Files:
    """The files of one site, with a cache whose time can be set."""

    seconds: float = 0.0
    cache: MemoryCache = field(init=False)
    jobs: ExportJobs = field(init=False)

    def __post_init__(self) -> None:
        self.cache = MemoryCache(now=lambda: self.seconds)
        self.jobs = ExportJobs(self.cache, "site-1", lambda: NOON)

    def ask(self) -> ExportJob:
        return self.jobs.ask(FakeJobs().of("site-1"), ReportRequest("ana", QUERY, "de"), FileKind.CSV)

    def write(self, *parts: bytes) -> ExportJob:
        begun = self.jobs.begin(self.ask().id)
        assert begun is not None
        self.jobs.write(begun, iter(parts), 7, lambda: 3, "report.csv", SEEN)
        return self.jobs.find(begun.id, "ana")


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """Return files whose parts are small."""
    monkeypatch.setattr(export_job, "PART_BYTES", 4)
    return Files()


def test_the_parts_come_back_in_order_and_once(files: Files) -> None:
    ready = files.write(b"one", b"two", b"three", b"!")
    assert (ready.state, ready.written, ready.rows, ready.name) == (State.READY, 7, 7, "report.csv")
    assert (ready.parts, ready.seen) == (3, SEEN)
    taken, parts = files.jobs.take(ready.id, "ana")
    assert taken == ready
    assert b"".join(parts) == b"onetwothree!"
    with pytest.raises(NotFound):
        files.jobs.take(ready.id, "ana")
    assert all(files.cache.get(f"site-1:export:{ready.id}:{n}") is None for n in range(3))


@pytest.mark.parametrize("missed", ["", ":1"])
def test_a_file_is_not_called_gone_while_the_cache_server_is_away(
    files: Files, monkeypatch: pytest.MonkeyPatch, missed: str
) -> None:
    """Of a file with several parts, the server may stop answering after its state was read."""
    ready = files.write(b"one", b"two", b"three", b"!")
    key = f"site-1:export:{ready.id}{missed}"
    kept = files.cache.get(key)
    with monkeypatch.context() as patched:
        patched.setattr(MemoryCache, "isolated", True)
        files.cache.delete(key)
        with pytest.raises(AppBusy, match="Try again"):
            files.jobs.take(ready.id, "ana", "first")
    files.cache.put(key, kept, 60)
    _, parts = files.jobs.take(ready.id, "ana", "second")
    assert b"".join(parts) == b"onetwothree!"


def test_it_is_for_its_person_and_for_a_quarter_of_an_hour(files: Files) -> None:
    ready = files.write(b"whole")
    with pytest.raises(NotFound):
        files.jobs.take(ready.id, "bob")
    with pytest.raises(NotFound):
        files.jobs.cancel(ready.id, "bob")
    files.seconds = 15 * 60 - 1
    assert files.jobs.find(ready.id, "ana") == ready
    files.seconds = 15 * 60 + 1
    with pytest.raises(NotFound):
        files.jobs.find(ready.id, "ana")


def test_a_file_that_is_not_ready_cannot_be_taken(files: Files) -> None:
    with pytest.raises(NotFound):
        files.jobs.take(files.ask().id, "ana")


def test_a_canceled_file_stops_its_job_and_leaves_nothing(files: Files) -> None:
    job = files.ask()
    begun = files.jobs.begin(job.id)
    assert begun is not None

    def parts() -> Iterator[bytes]:
        yield b"12345"
        files.jobs.cancel(job.id, "ana")
        yield b"6789"
        raise AssertionError("the job went on")

    files.jobs.write(begun, parts(), 2, lambda: 1, "report.csv", SEEN)
    assert files.cache.get(f"site-1:export:{job.id}:0") is None
    assert files.jobs.begin(job.id) is None


def test_a_job_that_begins_again_forgets_what_it_had_written(files: Files) -> None:
    job = files.ask()
    first = files.jobs.begin(job.id)
    assert first is not None

    def dies() -> Iterator[bytes]:
        yield b"12345"
        yield b"67890"
        raise RuntimeError("the worker was killed")

    with pytest.raises(RuntimeError):
        files.jobs.write(first, dies(), 2, lambda: 1, "report.csv", SEEN)
    again = files.jobs.begin(job.id)
    assert again is not None
    assert (again.parts, again.written) == (0, 0)
    assert files.cache.get(f"site-1:export:{job.id}:0") is None


def test_a_failure_is_said_and_nothing_is_written_after_it(files: Files) -> None:
    job = files.ask()
    files.jobs.fail(job.id, "Jira was away.")
    assert files.jobs.find(job.id, "ana").problem == "Jira was away."
    assert files.jobs.begin(job.id) is None


def test_a_file_that_is_too_large_fails(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_job, "MOST_BYTES", 20)
    found = files.write(b"12345", b"67890", b"abcde")
    assert (found.state, found.problem) == (State.FAILED, export_job.TOO_LARGE)


def test_a_part_that_is_gone_makes_the_file_gone(files: Files) -> None:
    ready = files.write(b"12345", b"67890")
    _, parts = files.jobs.take(ready.id, "ana")
    files.cache.delete(f"site-1:export:{ready.id}:1")
    assert next(parts) == b"12345"
    with pytest.raises(NotFound):
        next(parts)
    other = files.write(b"12345", b"67890")
    files.cache.delete(f"site-1:export:{other.id}:1")
    with pytest.raises(NotFound):
        files.jobs.take(other.id, "ana")


def test_a_shared_cache_can_hold_it(files: Files) -> None:
    ready = files.write(b"whole")
    codec = Codec(CACHED)
    assert codec.decode(codec.encode(ready)) == ready
