"""The tooltip of a cell: a summary of its worklogs."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from timesheet.domain.permission import Module
from timesheet.web.http.auth import takes
from timesheet.web.http.context import current
from timesheet.web.http.fields import read_day, read_issue_id
from timesheet.web.worklog.cell import open_cell

blueprint = Blueprint("cell_tip", __name__)


@blueprint.get("/timesheet/tip")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_tip() -> str:
    """Show the times and comments of one cell; empty without worklogs."""
    args = request.args
    issue_id, day = read_issue_id(args.get("issue", "")), read_day(args.get("day"))
    return render_template("timesheet/_tip.html", cell=open_cell(current().viewer_context, issue_id, day))
