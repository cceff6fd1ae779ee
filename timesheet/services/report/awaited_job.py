"""Keep the state of jobs that a person waits for on the page of a report, in the cache only.

Reading a long report and writing a long file are such jobs. A job that is canceled, or whose state has expired,
leaves nothing behind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from timesheet.domain.errors import AppBusy, NotFound, TimesheetError
from timesheet.domain.identifier import read_id
from timesheet.domain.job import Job
from timesheet.domain.message import Message, message
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.job import JobStore

PATIENCE = timedelta(hours=1)
"""The longest time that a page may wait for its job."""
LIFETIME = timedelta(minutes=15)
"""The time for which the result of a job is kept, or the reason why there is none."""
UNKNOWN = message("Timesheet cannot reach its cache at the moment. Try again in a few seconds.")
RETRY_SECONDS = 5


class State(StrEnum):
    """The state of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A report that a person wants: its ``query``, and the ``language`` of its texts."""

    account_id: str
    query: tuple[tuple[str, str], ...]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedJob:
    """A job that a person waits for. ``query`` is that of the report, ``language`` the one of its texts.

    ``problem`` says in that language why the job failed.
    """

    id: str
    account_id: str
    query: tuple[tuple[str, str], ...]
    language: str
    state: str = State.WAITING.value
    problem: str = ""

    @property
    def is_pending(self) -> bool:
        """Return True if the job may still succeed."""
        return self.state in (State.WAITING, State.RUNNING)


AnyJob = TypeVar("AnyJob", bound=AwaitedJob)


class AwaitedJobs(Generic[AnyJob]):
    """The jobs of one kind on one site. Only the person who requested a job can see it.

    The keys of the cache contain ``name``; ``gone`` is what people read about a job that no longer exists.
    """

    job: ClassVar[Job]
    name: ClassVar[str]
    gone: ClassVar[Message]

    def __init__(self, cache: Cache, site: str, clock: Clock) -> None:
        self._cache, self._site, self._clock = cache, site, clock

    def find(self, id_: str, account_id: str) -> AnyJob:
        """Return a job by its id. Raise NotFound if there is none for this person, AppBusy if that is unknown."""
        found = self._find(read_id(id_, "id"))
        if found is None:
            raise self._missing()
        if found.account_id != account_id:
            raise NotFound(self.gone)
        return found

    def is_unknown(self, id_: str) -> bool:
        """Return True if nobody knows at the moment whether there is this job: the cache server does not answer."""
        return self._find(read_id(id_, "id")) is None and self._cache.isolated

    def begin(self, id_: str) -> AnyJob | None:
        """Return a job to be run, from its beginning; None if nobody waits for it.

        Raise ConnectionError if that is unknown because the cache server does not answer: it has to be tried again.
        """
        found = self._find(id_)
        if found is None:
            self._require_server()
            # Another release may have written it in a form that this one cannot read, and its page would keep waiting.
            self._cache.delete(self._key(id_))
            return None
        if not found.is_pending:
            return None
        begun = replace(self._without_progress(found), state=State.RUNNING.value)
        self._cache.put(self._key(id_), begun, PATIENCE.total_seconds())
        return begun

    def fail(self, id_: str, problem: str) -> None:
        """Record why there is no result."""
        self._change(id_, LIFETIME, state=State.FAILED.value, problem=problem)

    def cancel(self, id_: str, account_id: str) -> AnyJob:
        """Delete a job, and return it.

        It stops the next time it stores its progress. Raise NotFound if this person has no such job, AppBusy if that is
        unknown.
        """
        found = self.find(id_, account_id)
        self._cache.delete(self._key(found.id))
        return found

    def _missing(self) -> TimesheetError:
        """Return why something of a job cannot be used: it is gone, or nobody knows while the server is away."""
        return AppBusy(UNKNOWN, retry_after=RETRY_SECONDS) if self._cache.isolated else NotFound(self.gone)

    def _require_server(self) -> None:
        """Raise ConnectionError while the cache server does not answer: what is missing here may be there."""
        if self._cache.isolated:
            raise ConnectionError("the cache server does not answer")  # not shown

    def _without_progress(self, found: AnyJob) -> AnyJob:
        """Return a job without the progress of an earlier run, which a worker may have left."""
        raise NotImplementedError

    def _ask(self, jobs: JobStore, job: AnyJob) -> AnyJob:
        """Request a job, in the transaction of the request."""
        self._cache.put(self._key(job.id), job, PATIENCE.total_seconds())
        jobs.ask_for(self.job, job.id, self._clock())
        return job

    def _change(self, id_: str, lifetime: timedelta = PATIENCE, **values: object) -> None:
        """Change a job, unless it was canceled meanwhile."""

        def changed(now: AnyJob) -> AnyJob:
            return replace(now, **values)  # type: ignore[arg-type]

        self._cache.update(self._key(id_), changed, lifetime.total_seconds())

    def _find(self, id_: str) -> AnyJob | None:
        found: AnyJob | None = self._cache.get(self._key(id_))
        return found

    def _key(self, id_: str) -> str:
        return f"{self._site}:{self.name}:{id_}"
