"""Search for issues to log time on while somebody types."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import TimesheetError
from timesheet.services.snapshot import issue as issues
from timesheet.web.http.auth import SHEET_OR_TEAMS, takes
from timesheet.web.http.context import current
from timesheet.web.http.errors import status_of

blueprint = Blueprint("issue", __name__)

LONGEST_TEXT = 200
OPTIONS = {"dialog": "timesheet/issue/_dialog_options.html", "timer": "timer/_options.html"}


@blueprint.get("/issues")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def find_issues() -> Response:
    """Return the options of a search box; ``for`` says whether they fill a form (dialog), start
    a timer, or add a row to the grid.
    """
    context, text = current(), request.args.get("text", "")[:LONGEST_TEXT].strip()
    name = OPTIONS.get(request.args.get("for", ""), "timesheet/issue/_options.html")
    try:
        found = issues.find_issues(context.jira, context.cache, context.identity, text)
    except TimesheetError as error:
        return make_response(render_template(name, issues=(), text=text, trouble=error), status_of(error))
    return make_response(render_template(name, issues=found, text=text, trouble=None))
