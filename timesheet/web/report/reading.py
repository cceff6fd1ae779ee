"""Reports that take long: a job reads them, and the page shows the progress, can cancel it, and shows the report."""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from flask import Blueprint, Response, g, make_response, render_template
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import TimesheetError
from timesheet.domain.identity import Identity
from timesheet.domain.message import message
from timesheet.domain.permission import Module, require
from timesheet.services.ports.job import Claim
from timesheet.services.report.reading_job import ReadingJob, ReadingJobs
from timesheet.services.report.source import open_teams
from timesheet.services.resilience.patience import Stopped, with_patience
from timesheet.services.resilience.priority import Priority, with_priority
from timesheet.web.http.auth import takes
from timesheet.web.http.catalog import open_language
from timesheet.web.http.context import Context, current
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.language import localize, speaking
from timesheet.web.report.report import asking, readings_of

blueprint = Blueprint("report_reading", __name__, url_prefix="/reports/readings/<reading_id>")

BROKEN = message("The report could not be read, and this was logged. Show it again.")
log = structlog.stdlib.get_logger("timesheet.report")


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_progress(reading_id: str) -> str:
    """Show the progress of a reading.

    When it has ended, or the report may no longer be seen, the page fetches the report.
    """
    context = current()
    jobs = readings_of(context)
    reading = jobs.find(reading_id, context.identity.account_id)
    if reading.going_on and not _may_see(context, reading):
        jobs.cancel(reading.id, reading.account_id)
        return _render(reading, state="ready")
    return _render(reading, state=reading.state)


@blueprint.post("/cancel")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def cancel(reading_id: str) -> Response:
    """Stop reading a report, and offer to show it again."""
    context = current()
    reading = readings_of(context).cancel(reading_id, context.identity.account_id)
    return make_response(_render(reading, state="canceled"))


def _may_see(context: Context, reading: ReadingJob) -> bool:
    """Return True unless the report's people may not be seen any more; the report itself then says why."""
    try:
        open_teams(context.team_context, asking().choice(MultiDict(reading.query)).query)
    except TimesheetError:
        return False
    return True


def _render(reading: ReadingJob, *, state: str) -> str:
    return render_template(
        "report/_reading.html", reading=reading, state=state, reading_query=urlencode(reading.query)
    )


def read_for_report(claim: Claim) -> None:
    """Read the time of a report for the person who requested it, with what they may see now."""
    deps = dependencies()
    site = deps.sites.find(claim.key.site)
    jobs = ReadingJobs(deps.operation.cache, claim.key.site, deps.operation.clock)
    begun = jobs.begin(claim.key.subject)
    if site is None or begun is None:
        return
    g.site, g.identity = site, Identity(site.key, begun.account_id)
    with speaking(open_language(begun.language)):
        try:
            _read(jobs, begun)
        except Stopped:
            return
        except TimesheetError as error:
            deps.operation.transaction.roll_back()
            jobs.fail(begun.id, localize(error.sentence))
        except Exception:
            # The person can ask again; trying again for hours would read what nobody waits for.
            log.exception("reading_failed", site=site.key)
            deps.operation.transaction.roll_back()
            jobs.fail(begun.id, localize(BROKEN))


def _read(jobs: ReadingJobs, begun: ReadingJob) -> None:
    # A person waits for this job.
    with with_priority(Priority.LOOK), with_patience(jobs.patience(begun)):
        asked = asking()
        require(asked.context.may_enter(Module.REPORTS))
        asked.report(asked.choice(MultiDict(begun.query)), refresh=begun.refresh, at_once=False)
    jobs.finish(begun.id)
