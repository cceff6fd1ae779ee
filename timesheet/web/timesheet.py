"""My Timesheet: the page, its fragments, and the save of one cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import InvalidInput
from timesheet.services.ports import PersonSettings
from timesheet.services.worklog import SavedCell, save_cell
from timesheet.web.auth import takes
from timesheet.web.choice import read_day, read_ids
from timesheet.web.context import Context, current
from timesheet.web.htmx import wants_fragment
from timesheet.web.sheet import OpenSheet, open_sheet, sheet_is_warm, viewing_of

blueprint = Blueprint("timesheet", __name__)

ISSUE_TYPES = {"bug": "bug", "epic": "epic", "story": "story", "subtask": "subtask", "sub-task": "subtask"}


@blueprint.app_template_filter("issue_type")
def issue_type(name: str) -> str:
    """The class that draws an issue type; those that Jira does not ship look like a task."""
    return ISSUE_TYPES.get(name.casefold(), "task")


@blueprint.get("/timesheet")
@takes("page", "session", "context", permission="viewer")
def show_timesheet() -> str:
    """The page, or the sheet alone for htmx; a page that would have to wait for Jira shows its skeleton first."""
    context = current()
    if not wants_fragment() and not sheet_is_warm(context, request.args):
        return render_template("timesheet/page.html", sheet=None, query=request.args.to_dict() | {"jwt": None})
    opened = open_sheet(context, request.args, refresh="refresh" in request.args)
    remember(context, opened)
    name = "timesheet/_sheet.html" if wants_fragment() else "timesheet/page.html"
    return render_template(name, **opened.for_template())


@blueprint.get("/timesheet/rows")
@takes("session", "context", permission="viewer")
def add_row() -> Response:
    """A row without time for one more issue; an issue that is on the sheet already is only pointed at."""
    context = current()
    issue = context.jira.read_issue(request.args.get("issue", ""))
    args = request.args.copy()
    args["added"] = ",".join(map(str, (*read_ids(args.get("added", "")), issue.id)))
    opened = open_sheet(context, args)
    return make_response(render_template("timesheet/_row_added_oob.html", added=issue, **opened.for_template()))


@blueprint.post("/timesheet/cell")
@takes("session", "context", permission="viewer")
def save_one_cell() -> str:
    """Save what was typed into a cell; the answer holds the cell and the totals it changes, nothing else."""
    context, form = current(), request.form
    day = read_day(form.get("day"), date.min)
    saved = save_cell(
        viewing_of(context),
        issue_id=read_issue_id(form.get("issue", "")),
        day=day,
        text=form.get("value", ""),
        seen=form.get("seen", ""),
        key=form.get("key", ""),
    )
    return render_cell(context, saved, day)


@blueprint.post("/timesheet/format")
@takes("session", "context", permission="viewer")
def save_format() -> str:
    """Switch between 1:30 and 1.50 for this person."""
    context = current()
    stored = context.person_settings
    chosen = "decimal" if request.form.get("duration_format") == "decimal" else "hm"
    context.settings.save_person(context.identity.account_id, replace(stored, duration_format=chosen))
    del context.person_settings
    return render_template("timesheet/_sheet.html", **open_sheet(context, request.form).for_template())


def remember(context: Context, opened: OpenSheet) -> None:
    """Open the timesheet next time as it was left; written only when it changed. A range is not kept: it has its days."""
    stored, choice = context.person_settings, opened.choice
    view = stored.view if choice.view == "range" else str(choice.view)
    now = PersonSettings(stored.duration_format, view, choice.layout, choice.group)
    if now != stored:
        context.settings.save_person(context.identity.account_id, now)


def render_cell(context: Context, saved: SavedCell, day: date) -> str:
    """The cell and the totals of its row, its column and the whole sheet."""
    args = request.form.copy()
    args.update(view="range", added=str(saved.issue_id))
    opened = open_sheet(context, args)
    return render_template("timesheet/_cell_saved_oob.html", **opened.for_cell(saved, day))


def read_issue_id(text: str) -> int:
    """An issue's numeric id; raises InvalidInput for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidInput("That is no issue. Reload the timesheet.", field="issue")
    return int(text)


def template_values(**values: Any) -> dict[str, Any]:
    """Values for a template, by name."""
    return values
