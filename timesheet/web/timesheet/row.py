"""The rows that a person keeps in their timesheet: add, pin, order, and remove them."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.permission import Module
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.services.site.command import ChooseLastWeek
from timesheet.services.snapshot.issue import cached_issues, get_issue
from timesheet.services.snapshot.row_limit import known_limits
from timesheet.services.snapshot.row_lock import is_unlocked_now, read_row_locks
from timesheet.services.snapshot.worklog_right import worklog_rights
from timesheet.services.timesheet.command import AddKeys, ChangeRows, RowChange
from timesheet.services.timesheet.kept_row import add_keys, change_rows
from timesheet.services.viewer.context import ViewerContext
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.fields import read_issue_id
from timesheet.web.http.form import sent
from timesheet.web.http.htmx import SHEET_CHANGED, with_event
from timesheet.web.http.language import _, join_sentences, localize
from timesheet.web.timesheet.sheet import open_sheet
from timesheet.web.worklog.answer import ChangeAnswer

blueprint = Blueprint("row", __name__)


@blueprint.post("/timesheet/rows")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def save_rows() -> str:
    """Change the rows of some issues and show the sheet with them."""
    context, command = current(), sent(ChangeRows)
    rows = change_rows(context.viewer_context, context.settings, command)
    context.person_settings = replace(context.person_settings, rows=rows)
    opened = open_sheet(context, request.form)
    more = {"row_added": command.issue_ids[0]} if command.change is RowChange.ADD else {}
    return render_template("timesheet/_sheet.html", **opened.for_template(), **more) + _announcement(
        command, rows
    )


@blueprint.post("/timesheet/rows/keys")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def add_pasted() -> str:
    """Add a row for each issue that a pasted text names, and show the sheet with them and what was not found."""
    context = current()
    rows = context.person_settings.rows
    added = add_keys(context.viewer_context, context.settings, rows, sent(AddKeys))
    context.person_settings = replace(context.person_settings, rows=added.rows)
    opened = open_sheet(context, request.form)
    # An issue with time on these days, or last week, had its row before.
    added = replace(added, new=tuple(issue for issue in added.new if issue.id in opened.marks.removable))
    sheet = render_template(
        "timesheet/_sheet.html", **opened.for_template(), row_added=(added.new or added.issues)[0].id
    )
    sentence = join_sentences(map(localize, added.sentences))
    warning = bool(added.missing or added.locked or added.cut)
    return sheet + ChangeAnswer(sentence, changed=False, warning=warning).send().get_data(as_text=True)


@blueprint.post("/timesheet/last-week")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def choose_last_week() -> str:
    """Show or hide the rows of last week for this person."""
    context, command = current(), sent(ChooseLastWeek)
    context.choose(last_week=command.shown)
    return render_template("timesheet/_sheet.html", **open_sheet(context, request.form).for_template())


@blueprint.get("/timesheet/row-locks")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def read_locks() -> Response:
    """Ask Jira on which rows the viewer cannot log time, and where they may not edit or delete it, mostly by one call;
    the sheet shows itself again if there is something new.

    ``issue`` is a row in which somebody could not type: only it is asked about, and a message says if they can now.
    ``why`` names the limit of its time that they met; by default it takes no new time. ``shown`` is what the sheet
    shows: another request may have asked Jira since.
    """
    context = current()
    viewer = context.viewer_context
    if "issue" in request.args:
        sentence = _allowed_now(viewer, read_issue_id(request.args["issue"]), request.args.get("why", ""))
        return ChangeAnswer(sentence).send() if sentence else make_response("")
    opened = open_sheet(context, request.args)
    rows = {row.issue.id: row.issue for row in opened.sheet.rows}
    issues = tuple({**opened.snapshot.issues, **rows}.values())
    read_row_locks(viewer, issues)
    worklog_rights(viewer, [issue.id for issue in issues if not issue.loading])
    now = replace(opened.marks, limits=known_limits(viewer, issues))
    changed = now.limits_shown != request.args.get("shown", opened.marks.limits_shown)
    answer = make_response("", 200)
    return with_event(answer, SHEET_CHANGED, {"target": "body"}) if changed else answer


def _announcement(command: ChangeRows, rows: KeptRows) -> str:
    """Return what screen readers announce after a change of one row: only its place shows it otherwise.

    The focus goes to a row that was added.
    """
    known = cached_issues(current().viewer_context, command.issue_ids)
    if command.change is RowChange.ADD or len(command.issue_ids) > 1 or not known:
        return ""
    [issue] = known
    if command.change is RowChange.PIN:
        pinned, place = len(rows.pinned), rows.pinned.index(issue.id) + 1
        said = _("{issue} is pinned: {place} of {all}.", issue=issue.key, place=place, all=pinned)
    elif command.change is RowChange.UNPIN:
        said = _("{issue} is no longer pinned.", issue=issue.key)
    else:
        said = _("The row of {issue} is removed.", issue=issue.key)
    return render_template("_said_oob.html", said=said)


def _allowed_now(viewer: ViewerContext, issue_id: int, why: str) -> str:
    """Return a sentence if Jira says now that it allows what a row did not; empty if not, or if it does not answer."""
    issue = get_issue(viewer, issue_id)
    unlocked = is_unlocked_now(viewer, issue)
    if why not in ("fixed", "kept"):
        return (
            _("You can log time on {issue} now. Press Enter to type it.", issue=issue.key) if unlocked else ""
        )
    limits = known_limits(viewer, [issue])
    limit = limits.on(issue)
    if not limits.complete or limit.frozen or (limit.fixed if why == "fixed" else limit.kept):
        return ""
    return _("You can change your time on {issue} now.", issue=issue.key)
