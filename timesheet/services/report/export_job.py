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
from hashlib import sha256
from secrets import token_hex

from timesheet.domain.errors import NotFound
from timesheet.domain.job import Job
from timesheet.domain.message import message
from timesheet.domain.report.file import FileKind
from timesheet.services.ports.job import JobStore
from timesheet.services.privacy.privacy import awaited_key
from timesheet.services.report.awaited_job import (
    LIFETIME,
    PATIENCE,
    AwaitedJob,
    AwaitedJobs,
    ReportRequest,
    State,
)

PART_BYTES = 1024 * 1024
MOST_BYTES = 40 * 1024 * 1024
"""The compressed size of the largest file that is kept for a while."""
SENT_AGAIN = timedelta(minutes=2)
"""The time for which a page may ask again for a file whose answer was lost."""
TOO_LARGE = message("The file is too large to be kept for you. Choose fewer rows or a shorter range.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob(AwaitedJob):
    """A file that a person requested: ``written`` of ``rows`` are written, in so many ``parts``.

    ``seen`` are its teams, and whether the person saw only their own time in each when it was written. ``taken`` is
    the download that has got it.
    """

    kind: str
    rows: int = 0
    written: int = 0
    parts: int = 0
    name: str = ""
    until: datetime | None = None
    seen: tuple[tuple[str, bool], ...] = ()
    taken: str = ""


class ExportJobs(AwaitedJobs[ExportJob]):
    """The files of one site."""

    job = Job.EXPORT
    name = "export"
    gone = message("This file no longer exists. Export the report again.")

    def ask(
        self,
        jobs: JobStore,
        request: ReportRequest,
        kind: FileKind,
        download: str = "",
    ) -> ExportJob:
        """Request a file, in the transaction of the request.

        A page that asks again as the same ``download``, because the answer was lost, gets the same job.
        """
        self._cache.put(awaited_key(self._site, request.account_id), True, PATIENCE.total_seconds())
        # The page chose the id of the download at random, so nobody else can find out that of the job.
        asked = repr((request.account_id, download, kind.value, request.query, request.language))
        id_ = sha256(asked.encode()).hexdigest()[:32] if download else token_hex(16)
        found = self._find(id_)
        if found is None:
            new = ExportJob(
                id=id_,
                account_id=request.account_id,
                query=request.query,
                language=request.language,
                kind=kind.value,
            )
            return self._ask(jobs, new)
        # The first request may have failed after it stored the job.
        jobs.ask_for(self.job, id_, self._clock())
        return found

    def check_awaited(self, begun: ExportJob) -> None:
        """Raise NotFound if the data of the person who requested a file was erased meanwhile, or ConnectionError if
        that is unknown.
        """
        if not self._cache.get(awaited_key(self._site, begun.account_id)):
            self._require_server()
            raise NotFound(self.gone)

    def write(
        self,
        begun: ExportJob,
        parts: Iterator[bytes],
        rows: int,
        walked: Callable[[], int],
        name: str,
        seen: tuple[tuple[str, bool], ...],
    ) -> None:
        """Store a file part by part until it is complete or canceled."""
        chunks, count, size = list[bytes](), 0, 0
        for part in parts:
            chunks.append(part)
            if sum(map(len, chunks)) >= PART_BYTES:
                size += self._keep(begun, count, chunks)
                count += 1
                chunks = []
            if size > MOST_BYTES:
                self.fail(begun.id, TOO_LARGE)
            if not self._go_on(begun.id, rows, walked(), count):
                self._drop_parts(replace(begun, parts=count))
                return
        self._keep(begun, count, chunks)
        self._change(
            begun.id,
            LIFETIME,
            state=State.READY.value,
            written=rows,
            parts=count + 1,
            name=name,
            until=self._clock() + LIFETIME,
            seen=seen,
        )

    def cancel(self, id_: str, account_id: str) -> ExportJob:
        """Delete a file and its parts, and return it.

        Its job stops at the next rows. Raise NotFound if this person has no such file.
        """
        found = super().cancel(id_, account_id)
        self._drop_parts(found)
        return found

    def find(self, id_: str, account_id: str, download: str = "") -> ExportJob:
        """See AwaitedJobs. A file that was taken is only there for the ``download`` that has got it."""
        found = super().find(id_, account_id)
        if found.taken not in ("", download):
            raise NotFound(self.gone)
        return found

    def take(self, export_id: str, account_id: str, download: str = "") -> tuple[ExportJob, Iterator[bytes]]:
        """Return a finished file once, and for some minutes again to a page that asks again as the same ``download``.

        Raise NotFound if this person has no such file, or no longer has it, AppBusy if that is unknown.
        """
        with self._cache.turn(f"{self._key(export_id)}:turn"):
            found = self.find(export_id, account_id, download)
            if found.state != State.READY:
                raise NotFound(self.gone)
            if not all(self._cache.get(self._part(export_id, number)) for number in range(found.parts)):
                raise self._missing()
            if not download:
                self._cache.delete(self._key(export_id))
            elif not found.taken:
                self._change(export_id, SENT_AGAIN, taken=download)
        return found, self._parts(found, again=bool(download))

    def _parts(self, found: ExportJob, *, again: bool) -> Iterator[bytes]:
        for number in range(found.parts):
            key = self._part(found.id, number)
            packed = self._cache.get(key)
            if packed is None:
                raise self._missing()
            if again:
                self._cache.put(key, packed, SENT_AGAIN.total_seconds())
            else:
                self._cache.delete(key)
            yield zlib.decompress(b85decode(packed))

    def _keep(self, begun: ExportJob, number: int, parts: list[bytes]) -> int:
        """Cache a part, compressed and as text, because the cache stores no bytes; return its size."""
        packed = b85encode(zlib.compress(b"".join(parts), 1)).decode("ascii")
        self._cache.put(self._part(begun.id, number), packed, PATIENCE.total_seconds())
        return len(packed)

    def _without_progress(self, found: ExportJob) -> ExportJob:
        self._drop_parts(found)
        return replace(found, rows=0, written=0, parts=0)

    def _go_on(self, export_id: str, rows: int, written: int, parts: int) -> bool:
        """Store the progress; False if the file was canceled or has failed."""
        self._change(export_id, rows=rows, written=min(written, rows), parts=parts)
        found = self._find(export_id)
        if found is None:
            self._require_server()
        return found is not None and found.state == State.RUNNING

    def _drop_parts(self, found: ExportJob) -> None:
        for number in range(found.parts):
            self._cache.delete(self._part(found.id, number))

    def _part(self, export_id: str, number: int) -> str:
        return f"{self._key(export_id)}:{number}"
