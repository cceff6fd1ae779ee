"""Reports that take long: a job reads them, and the page shows the progress, can cancel it, and shows the report."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import TimesheetError
from timesheet.domain.message import message
from timesheet.domain.permission import Module, require
from timesheet.services.ports.job import Claim
from timesheet.services.report.reading_job import ReadingJob, ReadingJobs
from timesheet.services.report.source import open_teams
from timesheet.services.resilience.patience import Stopped, with_patience
from timesheet.services.resilience.priority import Priority, with_priority
from timesheet.services.snapshot.team import Freshness
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dependencies import dependencies
from timesheet.web.report.awaited_job import jobs_of, run_awaited
from timesheet.web.report.choice import link_query
from timesheet.web.report.reader import report_reader

blueprint = Blueprint("report_reading_job", __name__, url_prefix="/reports/readings/<reading_id>")

BROKEN = message("The report could not be read, and this was logged. Show it again.")


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_progress(reading_id: str) -> str:
    """Show the progress of a reading. While the cache server is away, the page asks again.

    When it has ended, or the report may no longer be seen, the page fetches the report.
    """
    context = current()
    jobs, account_id = jobs_of(context, ReadingJobs), context.identity.account_id
    if jobs.is_unknown(reading_id):
        unknown = ReadingJob(
            id=reading_id,
            account_id=account_id,
            query=(),
            language="",
            refresh=False,
            seen_at=context.clock(),
        )
        return _render(unknown, state="waiting")
    reading = jobs.find(reading_id, account_id)
    if reading.is_pending and not _may_see(context, reading):
        jobs.cancel(reading.id, reading.account_id)
        return _render(reading, state="ready")
    return _render(reading, state=reading.state)


@blueprint.post("/cancel")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def cancel(reading_id: str) -> Response:
    """Stop reading a report, and offer to show it again."""
    context = current()
    reading = jobs_of(context, ReadingJobs).cancel(reading_id, context.identity.account_id)
    return make_response(_render(reading, state="canceled"))


def _may_see(context: Context, reading: ReadingJob) -> bool:
    """Return True unless the report's people may not be seen anymore; the report itself then says why."""
    try:
        open_teams(context.team_context, report_reader().choice(MultiDict(reading.query)).query)
    except TimesheetError:
        return False
    return True


def _render(reading: ReadingJob, *, state: str) -> str:
    return render_template(
        "report/_reading_job.html", reading=reading, state=state, reading_query=link_query(reading.query)
    )


def read_for_report(claim: Claim) -> None:
    """Read the time of a report for the person who requested it, with what they may see now."""
    operation = dependencies().operation
    jobs = ReadingJobs(operation.cache, claim.key.site, operation.clock)
    run_awaited(claim, jobs, lambda begun: _read(jobs, begun), BROKEN, "reading_failed")


def _read(jobs: ReadingJobs, begun: ReadingJob) -> None:
    """Read the report until it is read, or until the job is stopped."""
    # A person waits for this job.
    with with_priority(Priority.LOOK), with_patience(jobs.patience(begun)):
        reader = report_reader()
        require(reader.context.may_enter(Module.REPORTS))
        try:
            freshness = Freshness.NOW if begun.refresh else Freshness.USUAL
            reader.report(reader.choice(MultiDict(begun.query)), freshness, at_once=False)
        except Stopped:
            return
    jobs.finish(begun.id)
