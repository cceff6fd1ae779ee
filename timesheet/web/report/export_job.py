"""Files of long reports: a job writes them, a dialog shows its progress, and the file can be downloaded once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, make_response, render_template
from werkzeug.datastructures import MultiDict

from timesheet.domain.message import message
from timesheet.domain.permission import Module, require
from timesheet.domain.report.file import FileKind
from timesheet.domain.report.table import Body, Cell, Row
from timesheet.services.ports.job import Claim
from timesheet.services.report.export import record_export
from timesheet.services.report.export_job import ExportJob, ExportJobs
from timesheet.services.report.source import check_still_seen, seen_in
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.csv_file import taken_as
from timesheet.web.http.dates import clock_time
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.language import reader_locale
from timesheet.web.report.awaited_job import jobs_of, run_awaited
from timesheet.web.report.export import MIME, file_parts, name_of
from timesheet.web.report.reader import report_reader

blueprint = Blueprint("report_export_job", __name__, url_prefix="/reports/file/jobs/<export_id>")

BROKEN = message("The file could not be written, and this was logged. Export the report again.")


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_progress(export_id: str) -> str:
    """Show the progress of a file, and its download link. While the cache server is away, the page asks again."""
    context = current()
    jobs, account_id = jobs_of(context, ExportJobs), context.identity.account_id
    if jobs.is_unknown(export_id):
        return _dialog(
            context, ExportJob(id=export_id, account_id=account_id, kind="", query=(), language="")
        )
    return _dialog(context, jobs.find(export_id, account_id))


@blueprint.post("/cancel")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def cancel(export_id: str) -> Response:
    """Stop the job of a file and delete the file; the dialog closes."""
    context = current()
    jobs_of(context, ExportJobs).cancel(export_id, context.identity.account_id)
    return make_response("")


@blueprint.get("/file")
@takes("session", "context", permission="viewer", module=Module.REPORTS, costly=True)
def fetch(export_id: str) -> Response:
    """Return a finished file to one download, if the viewer may still see its content."""
    context = current()
    jobs, account_id = jobs_of(context, ExportJobs), context.identity.account_id
    download = context.recorder.download
    job = jobs.find(export_id, account_id, download)
    query = report_reader().choice(MultiDict(job.query)).query
    check_still_seen(context.team_context, query, job.seen)
    taken, parts = jobs.take(export_id, account_id, download)
    return taken_as(Response(parts, mimetype=MIME[FileKind(taken.kind)]), taken.name)


def _dialog(context: Context, job: ExportJob) -> str:
    profile = context.profile()
    until = clock_time(job.until, profile.zone, reader_locale(profile.locale)) if job.until else ""
    return render_template("report/_export_job.html", job=job, until=until)


def write_export(claim: Claim) -> None:
    """Write the file of a job as the person who requested it, with what they may see now."""
    operation = dependencies().operation
    jobs = ExportJobs(operation.cache, claim.key.site, operation.clock)
    run_awaited(claim, jobs, lambda begun: _write(jobs, begun), BROKEN, "export_failed")


def _write(jobs: ExportJobs, begun: ExportJob) -> None:
    reader = report_reader()
    context, args, kind = reader.context, MultiDict(begun.query), FileKind(begun.kind)
    require(context.may_enter(Module.REPORTS))
    choice = reader.choice(args)
    report = reader.report(choice, at_once=False, comments=kind is not FileKind.PDF)
    counted = CountedRows(report.table.body)
    report = replace(report, table=replace(report.table, body=counted))
    parts = file_parts(reader, choice, report, kind, args)
    # A job whose worker was killed runs again, and is still one export.
    recorder = replace(context.recorder, actor=begun.account_id, download=begun.id)
    record_export(context.stores, recorder, report, kind)
    # The event has locked the site, so no erasure can come between this check and the commit.
    jobs.check_awaited(begun)
    # Writing takes a while, and other requests must not wait for this transaction.
    dependencies().operation.transaction.commit()
    name, seen = name_of(report.table, kind), seen_in(report.source)
    jobs.write(begun, parts, report.table.row_count, lambda: counted.walked, name, seen)


@dataclass(slots=True)
class CountedRows:
    """The rows of a report, which counts how many of them were written. Implements Body."""

    body: Body
    walked: int = 0

    @property
    def totals(self) -> Sequence[Cell]:
        """See Body."""
        return self.body.totals

    @property
    def row_count(self) -> int:
        """See Body."""
        return self.body.row_count

    def below(self, path: Sequence[str]) -> Sequence[int]:
        """See Body."""
        return self.body.below(path)

    def row(self, level: int, number: int) -> Row:
        """See Body."""
        return self.body.row(level, number)

    def rows(self) -> Iterator[Row]:
        """See Body."""
        for row in self.body.rows():
            self.walked += 1
            yield row
