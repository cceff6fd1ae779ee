"""One worklog at a time: the dialog, the list of a cell, deleting with an undo, and moving."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.adf import is_plain
from timesheet.domain.errors import Conflict, InvalidInput, TimesheetError
from timesheet.domain.worklog import Worklog
from timesheet.services.snapshot.issue import known_issue
from timesheet.services.snapshot.own import read_worklog, zone_of
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog import log as worklogs
from timesheet.services.worklog.command import WorklogEdit
from timesheet.services.worklog.undo import NoWayBack, lost_by_deleting
from timesheet.services.worklog.write_result import Seen, WriteResult
from timesheet.web.http.auth import SHEET_OR_TEAMS, takes
from timesheet.web.http.context import current
from timesheet.web.http.errors import status_of
from timesheet.web.http.fields import read_day, read_issue_id
from timesheet.web.http.htmx import into
from timesheet.web.worklog.answer import Answer, day_in_words, say, undo_of
from timesheet.web.worklog.cell import CellList, Refused, open_cell
from timesheet.web.worklog.dialog import (
    ask_whose,
    closed_note,
    new_form,
    place_of,
    profile_for,
    refuse,
    render_delete,
    render_form,
    sentences,
    separator_of,
    tracking_of,
    with_issue,
)
from timesheet.web.worklog.form import (
    WorklogForm,
    edit_of,
    entry_of,
    estimate_of,
    form_of,
    read_clock,
    read_form,
)
from timesheet.web.worklog.preview import echo_of, estimate_preview, start_note
from timesheet.web.worklog.seen import read_seen

blueprint = Blueprint("worklog", __name__)


@blueprint.get("/worklogs/cell")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def show_cell() -> str:
    """Show the worklogs of one cell; an empty form without worklogs."""
    context, args = current().viewer_context, request.args
    cell = open_cell(context, read_issue_id(args.get("issue", "")), read_day(args.get("day"), date.min))
    if not cell.entries:
        return render_form(context, new_form(context))
    return _list_of(cell, place_of())


@blueprint.get("/worklogs/new")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def new_worklog() -> str:
    """Show the form for a new worklog, filled in from the address."""
    context = current().viewer_context
    return render_form(context, new_form(context))


@blueprint.get("/worklogs/<int:issue_id>/<int:worklog_id>")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def edit_worklog(issue_id: int, worklog_id: int) -> str:
    """Show the form with the current worklog from Jira."""
    context = current().viewer_context
    worklog = read_worklog(context, issue_id, worklog_id)
    form = form_of(worklog, known_issue(context, issue_id), zone_of(context, worklog.author), place_of())
    return render_form(context, form, rich=not is_plain(worklog.comment), untouched=True)


@blueprint.get("/worklogs/echo")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def echo() -> str:
    """Show how a typed duration is understood."""
    context = current().viewer_context
    heard = echo_of(request.args.get("duration", ""), tracking_of(context), separator_of(context))
    return render_template("worklog/_echo.html", echo=heard)


@blueprint.get("/worklogs/preview")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def preview() -> str:
    """Show the estimate after the change in the form, and the effect of a clock change on its start."""
    context, form, deleting = current().viewer_context, read_form(request.args), "deleting" in request.args
    return render_template(
        "worklog/_preview_oob.html",
        preview=estimate_preview(form, tracking_of(context), deleting=deleting),
        note=start_note(form, profile_for(context, form)),
        closed=closed_note(context, form),
        deleting=deleting,
    )


@blueprint.post("/worklogs")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def log_work() -> Response:
    """Create the worklog in the form; if it is refused, show the form as it was typed."""
    context, form = current().viewer_context, read_form(request.form)
    try:
        form = with_issue(context, form)
        saved = worklogs.log_time(context, entry_of(form, tracking_of(context)))
    except InvalidInput as error:
        return refuse(context, form, error)
    return _answer(context, "logged", saved, form.place).send()


@blueprint.post("/worklogs/<int:issue_id>/<int:worklog_id>")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def save_worklog(issue_id: int, worklog_id: int) -> Response:
    """Save the form; an unedited one sends nothing to Jira, and an outdated one asks whose values to keep."""
    context, form = current().viewer_context, replace(read_form(request.form), source=str(issue_id))
    try:
        form = with_issue(context, form)
        saved = _save(context, form, worklog_id)
    except InvalidInput as error:
        return refuse(context, form, error)
    except Conflict as conflict:
        return ask_whose(context, form, conflict)
    what = "saved" if form.issue == form.source else "moved"
    return _answer(context, what, saved, form.place).send()


@blueprint.post("/worklogs/<int:issue_id>/<int:worklog_id>/duration")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def save_duration(issue_id: int, worklog_id: int) -> Response:
    """Change the time of one worklog in the list, and show the list."""
    context, form = current().viewer_context, read_form(request.form)
    day, text = read_day(form.day, date.min), form.duration
    edit = WorklogEdit(
        issue_id, read_seen(form.seen), form.key, text=None if text.strip() == form.was else text
    )
    try:
        saved = worklogs.change_worklog(context, edit)
    except InvalidInput as error:
        cell = open_cell(context, issue_id, day, {worklog_id: Refused(text, error.sentence)})
        return make_response(_list_of(cell, form.place), 422)
    except Conflict as conflict:
        return _list_changed(context, issue_id, day, form.place, conflict)
    if not saved.changed:
        return Answer(place=form.place, cell=open_cell(context, issue_id, day)).send()
    return _answer(context, "saved", saved, form.place, open_cell(context, issue_id, day)).send()


@blueprint.get("/worklogs/<int:issue_id>/<int:worklog_id>/delete")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def ask_delete(issue_id: int, worklog_id: int) -> str:
    """Ask before deleting, with the estimate choice."""
    context = current().viewer_context
    return _ask_delete(context, read_worklog(context, issue_id, worklog_id), place_of())


@blueprint.post("/worklogs/<int:issue_id>/<int:worklog_id>/delete")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def delete_worklog(issue_id: int, worklog_id: int) -> Response:
    """Delete one worklog and offer an undo; from a list (``cell`` has its day), show what is left.

    If it cannot be undone, ask first, unless the question has been answered (``final``).
    """
    context, form = current().viewer_context, read_form(request.form)
    day = read_day(request.form["cell"], date.min) if request.form.get("cell") else None
    try:
        estimate = estimate_of(form, tracking_of(context))
        saved = worklogs.delete_worklog(
            context,
            issue_id,
            read_seen(form.seen),
            f"delete-{worklog_id}",
            estimate,
            final="final" in request.form,
        )
    except NoWayBack as error:
        return into(
            make_response(_ask_delete(context, error.worklog, form.place)), f"#{form.place}", "innerHTML"
        )
    except InvalidInput as error:
        return make_response(render_delete(context, form, sentences(error)), 422)
    except Conflict as conflict:
        if day is None:
            raise
        return _list_changed(context, issue_id, day, form.place, conflict)
    return _answer(context, "deleted", saved, form.place, _what_is_left(context, issue_id, day)).send()


@blueprint.post("/worklogs/cell/delete")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def delete_cell() -> Response:
    """Delete several worklogs of one cell, after a question; report what could not be deleted."""
    context, form = current().viewer_context, read_form(request.form)
    issue_id, day = form.issue_id, read_day(form.day, date.min)
    gone: list[WriteResult] = []
    trouble = ""
    for seen in [read_seen(mark) for mark in form.seen.split(",")]:
        try:
            gone.append(_delete_in_cell(context, issue_id, seen))
        except TimesheetError as error:
            trouble = error.sentence
            break
    count = "1 worklog" if len(gone) == 1 else f"{len(gone)} worklogs"
    done = f"{count} deleted, {day_in_words(context, day)}." if gone else ""
    said = f"{done} {trouble}".strip()
    left = _what_is_left(context, issue_id, day)
    return Answer(said, form.place, left, undo_of(context, *gone), failed=bool(trouble)).send()


def _delete_in_cell(context: ViewerContext, issue_id: int, seen: Seen) -> WriteResult:
    """Delete one worklog of a cell. The question before has named the restricted ones, but no others without
    an undo.
    """
    key = f"delete-{seen.worklog_id}"
    try:
        return worklogs.delete_worklog(context, issue_id, seen, key)
    except NoWayBack as error:
        if not error.worklog.restricted:
            raise
        return worklogs.delete_worklog(context, issue_id, seen, key, final=True)


@blueprint.post("/worklogs/move")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def move_worklog() -> Response:
    """Move a worklog to another day or issue, like cut and paste in the grid."""
    context, form = current().viewer_context, request.form
    source = read_issue_id(form.get("from", ""))
    try:
        saved = worklogs.move_worklog(context, _move_of(source), read_issue_id(form.get("issue", "")))
    except TimesheetError as error:
        return Answer(error.sentence, failed=True).send(status_of(error))
    return _answer(context, "moved", saved).send()


def _answer(
    context: ViewerContext, what: str, saved: WriteResult, place: str = "", cell: CellList | None = None
) -> Answer:
    """Return the response to a write, with its undo."""
    return Answer(
        say(context, what, saved),
        place,
        cell,
        undo_of(context, saved),
        changed=saved.changed,
        warning=saved.over_long,
    )


def _ask_delete(context: ViewerContext, worklog: Worklog, place: str) -> str:
    """Return the question before a deletion, with what could not be restored."""
    form = form_of(worklog, known_issue(context, worklog.issue_id), zone_of(context, worklog.author), place)
    return render_delete(context, form, {}, lost_by_deleting(context, worklog))


def _move_of(source: int) -> WorklogEdit:
    form = request.form
    return WorklogEdit(
        source,
        read_seen(form.get("seen", "")),
        form.get("key", ""),
        day=read_day(form.get("day"), date.min),
        time=read_clock(form["start"]) if form.get("start") else None,
    )


def _save(context: ViewerContext, form: WorklogForm, worklog_id: int) -> WriteResult:
    if form.worklog_id != worklog_id:
        raise InvalidInput("This form is out of date. Close it and open the worklog again.")
    return worklogs.move_worklog(context, edit_of(form, tracking_of(context)), form.issue_id)


def _list_of(cell: CellList, place: str) -> str:
    return render_template("worklog/_cell.html", cell=cell, place=place, said="", failed=False, undo=None)


def _list_changed(
    context: ViewerContext, issue_id: int, day: date, place: str, conflict: Conflict
) -> Response:
    """Return the current list from Jira, with the message why nothing was done."""
    cell = open_cell(context, issue_id, day)
    return Answer(conflict.sentence, place, cell if cell.entries else None, failed=True).send(409)


def _what_is_left(context: ViewerContext, issue_id: int, day: date | None) -> CellList | None:
    if day is None:
        return None
    cell = open_cell(context, issue_id, day)
    return cell if cell.entries else None
