"""Search for issues to log time on while somebody types."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import TimesheetError
from timesheet.domain.timer import TimerRules
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.key_list import read_keys
from timesheet.domain.worklog.offer import arrange
from timesheet.services.snapshot.offer import Offer, offer_issues
from timesheet.services.timer.timer import refuse_project
from timesheet.web.http.access import SHEET_OR_TEAMS, takes
from timesheet.web.http.context import current
from timesheet.web.http.errors import status_of

blueprint = Blueprint("issue", __name__)

LONGEST_TEXT = 200
FOR_ROWS = "timesheet/issue/_options.html"
OPTIONS = {"dialog": "timesheet/issue/_dialog_options.html", "timer": "timer/_options.html"}


@blueprint.get("/issues")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def find_issues() -> Response:
    """Return the options of a search box; ``for`` says whether they fill a form (dialog), start
    a timer, or add a row to the grid. Without a text, ``all`` waits for what only Jira knows.
    Several keys are offered as rows, as if they were pasted; an issue without timers is offered to no timer.
    """
    context, text = current(), request.args.get("text", "")[:LONGEST_TEXT].strip()
    name = OPTIONS.get(request.args.get("for", ""), FOR_ROWS)
    if name == FOR_ROWS and len(keys := read_keys(text)) > 1:
        return make_response(render_template("timesheet/issue/_keys.html", text=text, keys=keys))
    pinned = context.person_settings.rows.pinned
    rules = context.site_settings.timers if name == OPTIONS["timer"] else TimerRules()

    def allows(issue: Issue) -> bool:
        return rules.allows(issue.project_id)

    try:
        ask = not text and "all" in request.args
        offer = offer_issues(context.viewer_context, pinned, text, ask=ask, allows=allows)
    except TimesheetError as error:
        offered = offer_issues(context.viewer_context, pinned, allows=allows)
        offer = Offer(arrange([(one.source, one.issues) for one in offered.sections], text), complete=True)
        return make_response(render_template(name, offer=offer, text=text, trouble=error), status_of(error))
    refused = offer.refused if not offer.sections else None
    trouble = refuse_project(rules, refused) if refused else None
    return make_response(render_template(name, offer=offer, text=text, trouble=trouble))
