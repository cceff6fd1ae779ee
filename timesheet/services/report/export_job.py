"""Keep files of long reports that a job writes: their state, progress, and parts are only in the cache.

The cache is the memory of the only process, or a server on which everything is encrypted, so nothing of a file is ever
on a disk of the app. Files expire. A file that has expired or was evicted has to be requested again.
"""

from __future__ import annotations

import zlib
from base64 import b85decode, b85encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex

from timesheet.domain.errors import NotFound
from timesheet.domain.identifier import read_id
from timesheet.domain.job import Job
from timesheet.domain.message import message
from timesheet.domain.report.file import FileKind
from timesheet.services.ports.jira import Cache, Clock
from timesheet.services.ports.job import JobStore

LIFETIME = timedelta(minutes=15)
"""For how long a finished file can be fetched."""
PATIENCE = timedelta(hours=1)
"""For how long a file may wait for its job."""
PART_BYTES = 1024 * 1024
MOST_BYTES = 40 * 1024 * 1024
"""The compressed size of the largest file that is kept for a while."""
GONE = message("This file does not exist any more. Export the report again.")
TOO_LARGE = message("The file is too large to be kept for you. Choose fewer rows or a shorter range.")


class State(StrEnum):
    """The state of a file."""

    WAITING = "waiting"
    WRITING = "writing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ExportJob:
    """A file that a person requested. ``query`` is that of the report, ``language`` the one of its texts.

    ``written`` of ``rows`` are written, in so many ``parts``; ``problem`` is a sentence in that language.
    """

    id: str
    account_id: str
    kind: str
    query: tuple[tuple[str, str], ...]
    language: str
    state: str = State.WAITING.value
    rows: int = 0
    written: int = 0
    parts: int = 0
    name: str = ""
    problem: str = ""
    until: datetime | None = None


class ExportJobs:
    """The files of one site. Only the person who requested a file can see it."""

    def __init__(self, cache: Cache, site: str, clock: Clock) -> None:
        self._cache, self._site, self._clock = cache, site, clock

    def ask(
        self,
        jobs: JobStore,
        account_id: str,
        kind: FileKind,
        query: tuple[tuple[str, str], ...],
        language: str,
    ) -> ExportJob:
        """Request a file, in the transaction of the request."""
        asked = ExportJob(token_hex(16), account_id, kind.value, query, language)
        self._cache.put(self._key(asked.id), asked, PATIENCE.total_seconds())
        jobs.ask_for(Job.EXPORT, asked.id, self._clock())
        return asked

    def find(self, export_id: str, account_id: str) -> ExportJob:
        """Return a file by its id. Raise NotFound if there is none for this person."""
        found = self._held(read_id(export_id, "export_id"))
        if found is None or found.account_id != account_id:
            raise NotFound(GONE)
        return found

    def begin(self, export_id: str) -> ExportJob | None:
        """Return a file to be written, from its beginning; None if nobody waits for it."""
        found = self._held(export_id)
        if found is None or found.state not in (State.WAITING, State.WRITING):
            return None
        self._drop_parts(found)
        begun = replace(found, state=State.WRITING.value, rows=0, written=0, parts=0)
        self._cache.put(self._key(export_id), begun, PATIENCE.total_seconds())
        return begun

    def write(
        self, begun: ExportJob, parts: Iterator[bytes], rows: int, walked: Callable[[], int], name: str
    ) -> None:
        """Keep a file part by part until it is complete, or until its person cancels it."""
        held, count, size = list[bytes](), 0, 0
        for part in parts:
            held.append(part)
            if sum(map(len, held)) >= PART_BYTES:
                size += self._keep(begun, count, held)
                count += 1
                held = []
            if size > MOST_BYTES:
                self.fail(begun.id, TOO_LARGE)
            if not self._go_on(begun.id, rows, walked(), count):
                self._drop_parts(replace(begun, parts=count))
                return
        self._keep(begun, count, held)
        until = self._clock() + LIFETIME

        def finished(now: ExportJob) -> ExportJob:
            return replace(
                now, state=State.READY.value, written=rows, parts=count + 1, name=name, until=until
            )

        self._cache.update(self._key(begun.id), finished, LIFETIME.total_seconds())

    def fail(self, export_id: str, problem: str) -> None:
        """Note why there is no file."""
        self._cache.update(
            self._key(export_id),
            lambda now: replace(now, state=State.FAILED.value, problem=problem),
            LIFETIME.total_seconds(),
        )

    def cancel(self, export_id: str, account_id: str) -> None:
        """Delete a file. Its job stops at the next rows. Raise NotFound if this person has no such file."""
        found = self.find(export_id, account_id)
        self._cache.delete(self._key(export_id))
        self._drop_parts(found)

    def take(self, export_id: str, account_id: str) -> tuple[ExportJob, Iterator[bytes]]:
        """Return a finished file once. Raise NotFound if this person has no such file, or no longer has it."""
        with self._cache.turn(f"{self._key(export_id)}:turn"):
            found = self.find(export_id, account_id)
            whole = all(self._cache.get(self._part(export_id, number)) for number in range(found.parts))
            if found.state != State.READY or not whole:
                raise NotFound(GONE)
            self._cache.delete(self._key(export_id))
        return found, self._parts(found)

    def _parts(self, found: ExportJob) -> Iterator[bytes]:
        for number in range(found.parts):
            key = self._part(found.id, number)
            packed = self._cache.get(key)
            if packed is None:
                raise NotFound(GONE)
            self._cache.delete(key)
            yield zlib.decompress(b85decode(packed))

    def _keep(self, begun: ExportJob, number: int, parts: list[bytes]) -> int:
        """Cache a part, compressed and as text, because the cache stores no bytes; return its size."""
        packed = b85encode(zlib.compress(b"".join(parts), 1)).decode("ascii")
        self._cache.put(self._part(begun.id, number), packed, PATIENCE.total_seconds())
        return len(packed)

    def _go_on(self, export_id: str, rows: int, written: int, parts: int) -> bool:
        """Store the progress; False if the file was canceled or has failed."""
        self._cache.update(
            self._key(export_id),
            lambda now: replace(now, rows=rows, written=min(written, rows), parts=parts),
            PATIENCE.total_seconds(),
        )
        found = self._held(export_id)
        return found is not None and found.state == State.WRITING

    def _drop_parts(self, found: ExportJob) -> None:
        for number in range(found.parts):
            self._cache.delete(self._part(found.id, number))

    def _held(self, export_id: str) -> ExportJob | None:
        found: ExportJob | None = self._cache.get(self._key(export_id))
        return found

    def _key(self, export_id: str) -> str:
        return f"{self._site}:export:{export_id}"

    def _part(self, export_id: str, number: int) -> str:
        return f"{self._site}:export:{export_id}:{number}"
