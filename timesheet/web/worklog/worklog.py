"""One worklog at a time: the dialog, the list of a cell, deleting with an undo, and moving."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import Conflict, InvalidInput, TimesheetError
from timesheet.domain.message import message
from timesheet.domain.permission import Module
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import is_plain
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.command.form import FormFields
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.snapshot.last_comment import last_comment
from timesheet.services.snapshot.own import begin_worklog, read_ahead, read_worklog, zone_of
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog import log as worklogs
from timesheet.services.worklog.command import DeleteCell, DeleteWorklog, MoveWorklog, TimeEntry, WorklogEdit
from timesheet.services.worklog.form_reads import begin_form_reads
from timesheet.services.worklog.safeguard.current import Gone, read_unless_gone
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.split import ClosedPart, log_by_day
from timesheet.services.worklog.undo import NotRestorable, lost_by_deleting
from timesheet.services.worklog.write_result import WriteResult, already_gone
from timesheet.web.http.access import SHEET_OR_TEAMS, takes
from timesheet.web.http.context import current
from timesheet.web.http.errors import sentence_of, status_of
from timesheet.web.http.fields import read_day, read_issue_id
from timesheet.web.http.form import answer, sent, sent_fields
from timesheet.web.http.htmx import into
from timesheet.web.http.language import _n, join_sentences, localize
from timesheet.web.worklog.answer import ChangeAnswer, answer_logged, day_in_words, say, undo_of
from timesheet.web.worklog.cell import CellList, RefusedText, open_cell, remaining_cell
from timesheet.web.worklog.dialog import (
    closed_note,
    day_note,
    form_to_log_again,
    is_shown,
    lock_note,
    new_form,
    offered_comment,
    profile_for,
    render_conflict,
    render_delete,
    render_form,
    sentences,
    separator_of,
    with_issue,
)
from timesheet.web.worklog.form import WorklogForm, fields_of, form_of, read_form, read_place, with_open_days
from timesheet.web.worklog.preview import echo_of, estimate_preview, past_midnight, start_note

blueprint = Blueprint("worklog", __name__)


@blueprint.get("/worklogs/cell")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def show_cell() -> str:
    """Show the worklogs of one cell; an empty form without worklogs."""
    context, args = current().viewer_context, request.args
    cell = open_cell(context, read_issue_id(args.get("issue", "")), read_day(args.get("day")))
    if not cell.entries:
        return render_form(context, new_form(context))
    return _list_of(cell, read_place(request.args))


@blueprint.get("/timesheet/tip")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_tip() -> str:
    """Show the times and comments of one cell in a tooltip; empty without worklogs. It names the last comment too."""
    args = request.args
    context = current().viewer_context
    issue_id = read_issue_id(args.get("issue", ""))
    day = read_day(args.get("day"))
    cell = open_cell(context, issue_id, day)
    return render_template("timesheet/_tip.html", cell=cell, last_comment=last_comment(context, issue_id))


@blueprint.get("/worklogs/new")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def new_worklog() -> str:
    """Show the form for a new worklog, filled in from the address."""
    context, args = current().viewer_context, request.args
    begin_form_reads(context, read_issue_id(args["issue"]) if args.get("issue") else None)
    read_ahead(context, lambda _, today: DateSpan(day := read_day(args.get("day"), today), day))
    return render_form(context, new_form(context))


@blueprint.get("/worklogs/<int:issue_id>/<int:worklog_id>")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def edit_worklog(issue_id: int, worklog_id: int) -> str:
    """Show the form with the current worklog from Jira."""
    context = current().viewer_context
    begin_form_reads(context, issue_id)
    worklog = read_worklog(context, issue_id, worklog_id)
    form = form_of(
        worklog, get_issue(context, issue_id), zone_of(context, worklog.author), read_place(request.args)
    )
    return render_form(context, form, rich=not is_plain(worklog.comment), untouched=True)


@blueprint.get("/worklogs/<int:issue_id>/<int:worklog_id>/again")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def log_again(issue_id: int, worklog_id: int) -> str:
    """Show the form for a new worklog, filled in from another one as it is in Jira."""
    context = current().viewer_context
    begin_form_reads(context, issue_id)
    worklog_now = begin_worklog(context, issue_id, worklog_id)
    read_ahead(context, lambda _, today: DateSpan(today, today) if is_shown(today) else None)
    worklog = worklog_now()
    return render_form(context, form_to_log_again(context, worklog, read_place(request.args)), again=True)


@blueprint.get("/worklogs/echo")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def echo() -> str:
    """Show how a typed duration is understood."""
    context = current().viewer_context
    understood = echo_of(request.args.get("duration", ""), context.required_tracking(), separator_of(context))
    return render_template("worklog/_echo.html", echo=understood)


@blueprint.get("/worklogs/preview")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def preview() -> str:
    """Show the effects of the form: the estimate afterward, clock changes, midnight, and if its day is too long."""
    context, form, deleting = current().viewer_context, read_form(request.args), "deleting" in request.args
    tracking, profile = context.required_tracking(), profile_for(context, form)
    return render_template(
        "worklog/_preview_oob.html",
        form=form,
        preview=estimate_preview(form, tracking, deleting=deleting),
        note=start_note(form, profile),
        midnight=past_midnight(form, profile, tracking),
        # The form of a timer divides the measured time, of which pauses are no part.
        measured="next" in request.args,
        # Time that is split at midnight is more than one day's.
        day_note="" if deleting or "split" in request.args else day_note(context, form),
        closed=closed_note(context, form) or ("" if deleting else lock_note(context, form)),
        deleting=deleting,
        last_comment=offered_comment(context, form),
    )


@blueprint.post("/worklogs")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def log_work() -> Response:
    """Create the worklog in the form, or one for each day; if it is refused, show the form as it was typed."""
    context = current().viewer_context
    begin_form_reads(context)
    form = with_issue(context, read_form(request.form))

    def refused(error: InvalidInput) -> str:
        shown = with_open_days(form, error) if isinstance(error, ClosedPart) else form
        return render_form(context, shown, sentences(error))

    return answer(
        lambda: log_by_day(context, TimeEntry.read(fields_of(form), context.required_tracking)),
        lambda saved: answer_logged(context, saved, form.place),
        refused,
    )


@blueprint.post("/worklogs/<int:issue_id>/<int:worklog_id>")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def save_worklog(issue_id: int, worklog_id: int) -> Response:
    """Save the form; an unedited one sends nothing to Jira, and an outdated one asks whose values to keep."""
    context = current().viewer_context
    begin_form_reads(context)
    form = with_issue(context, replace(read_form(request.form), source=str(issue_id)))
    what = "saved" if form.issue == form.source else "moved"
    return answer(
        lambda: _save(context, form, worklog_id),
        lambda saved: _answer(context, what, saved, form.place).send(),
        lambda error: render_form(context, form, sentences(error)),
        lambda conflict: render_conflict(context, form, conflict),
    )


@blueprint.post("/worklogs/<int:issue_id>/<int:worklog_id>/duration")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def save_duration(issue_id: int, worklog_id: int) -> Response:
    """Change the time of one worklog in the list, and show the list."""
    context, form = current().viewer_context, read_form(request.form)
    begin_form_reads(context)
    day = read_day(form.day)
    # The day names the list and is not a change of the worklog.
    typed = replace(form, source=str(issue_id))
    fields = fields_of(typed, only=("source", "seen", "key", "duration", "was"))
    edit = WorklogEdit.read(fields, context.required_tracking)

    def done(saved: WriteResult) -> Response:
        if not saved.changed:
            return ChangeAnswer(place=form.place, cell=open_cell(context, issue_id, day)).send()
        return _answer(context, "saved", saved, form.place, open_cell(context, issue_id, day)).send()

    def refused(error: InvalidInput) -> str:
        problem = {worklog_id: RefusedText(form.duration, error.sentence)}
        return _list_of(open_cell(context, issue_id, day, problem), form.place)

    return answer(
        lambda: worklogs.change_worklog(context, edit),
        done,
        refused,
        lambda conflict: _list_changed(context, issue_id, day, form.place, conflict),
    )


@blueprint.get("/worklogs/<int:issue_id>/<int:worklog_id>/delete")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def ask_delete(issue_id: int, worklog_id: int) -> str | Response:
    """Ask before deleting, with the estimate choice; a worklog that is gone already needs no question."""
    context, place = current().viewer_context, read_place(request.args)
    begin_form_reads(context)
    context.jira.begin(partial(get_issue, context, issue_id))
    try:
        worklog = read_unless_gone(context, issue_id, worklog_id)
    except Gone:
        return _deleted(context, already_gone(), place)
    return _ask_delete(context, worklog, place)


@blueprint.post("/worklogs/<int:issue_id>/<int:worklog_id>/delete")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def delete_worklog(issue_id: int, worklog_id: int) -> Response:
    """Delete one worklog and offer an undo; from a list (``cell`` has its day), show what is left.

    If it cannot be undone, ask first, unless the question has been answered (``final``).
    """
    context, form = current().viewer_context, read_form(request.form)
    _check_shown(form, worklog_id)
    begin_form_reads(context)
    day = read_day(request.form["cell"]) if request.form.get("cell") else None
    fields = sent_fields(source=issue_id, key=f"delete-{worklog_id}")

    def done(saved: WriteResult) -> Response:
        return _deleted(context, saved, form.place, remaining_cell(context, issue_id, day) if day else None)

    def refused(error: InvalidInput) -> str | Response:
        if not isinstance(error, NotRestorable):
            return render_delete(context, form, sentences(error))
        question = make_response(_ask_delete(context, error.worklog, form.place))
        return into(question, f"#{form.place}")

    def conflicted(conflict: Conflict) -> Response:
        if day is None:
            return make_response(_ask_delete_again(context, form, conflict))
        return _list_changed(context, issue_id, day, form.place, conflict)

    return answer(
        lambda: worklogs.delete_worklog(context, DeleteWorklog.read(fields, context.required_tracking)),
        done,
        refused,
        conflicted,
    )


@blueprint.post("/worklogs/cell/delete")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def delete_cell() -> Response:
    """Delete several worklogs of one cell, after a question; report what could not be deleted."""
    context, form = current().viewer_context, read_form(request.form)
    begin_form_reads(context)
    command = sent(DeleteCell)
    issue_id, day = command.issue_id, command.day
    deleted: list[WriteResult] = []
    trouble = ""
    gone = 0
    for seen in command.seen:
        try:
            saved = _delete_in_cell(context, issue_id, day, seen)
        except TimesheetError as error:
            trouble = sentence_of(error)
            break
        if saved.changed:
            deleted.append(saved)
        else:
            gone += 1
    name = day_in_words(context, day)
    counted_sentence = _n(
        "{count} worklog deleted, {day}.", "{count} worklogs deleted, {day}.", len(deleted), day=name
    )
    gone_sentence = _n(
        "{count} worklog was no longer in Jira, or Jira hides it from you.",
        "{count} worklogs were no longer in Jira, or Jira hides them from you.",
        gone,
    )
    sentence = join_sentences((counted_sentence if deleted else "", gone_sentence if gone else "", trouble))
    remaining = remaining_cell(context, issue_id, day)
    return ChangeAnswer(
        sentence, form.place, remaining, undo_of(context, *deleted), failed=bool(trouble)
    ).send()


def _delete_in_cell(context: ViewerContext, issue_id: int, day: date, seen: SeenWorklog) -> WriteResult:
    """Delete one worklog of a cell. The question before has named the restricted ones, but no others without
    an undo.
    """
    command = DeleteWorklog(issue_id, seen, f"delete-{seen.worklog_id}", was_day=day)
    try:
        return worklogs.delete_worklog(context, command)
    except NotRestorable as error:
        if not error.worklog.restricted:
            raise
        return worklogs.delete_worklog(context, replace(command, final=True))


@blueprint.post("/worklogs/move")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def move_worklog() -> Response:
    """Move a worklog to another day or issue, like cut and paste in the grid."""
    context = current().viewer_context
    begin_form_reads(context)
    try:
        command = MoveWorklog.read(_filled(), context.required_tracking)
        saved = worklogs.move_worklog(context, command)
    except TimesheetError as error:
        return ChangeAnswer(sentence_of(error), failed=True).send(status_of(error))
    return _answer(context, "moved", saved).send()


def _answer(
    context: ViewerContext, what: str, saved: WriteResult, place: str = "", cell: CellList | None = None
) -> ChangeAnswer:
    """Return the response to a write, with its undo."""
    return ChangeAnswer(
        say(context, what, saved),
        place,
        cell,
        undo_of(context, saved),
        changed=saved.changed,
        warning=saved.over_long,
    )


def _deleted(
    context: ViewerContext, saved: WriteResult, place: str, remaining: CellList | None = None
) -> Response:
    """Return the response to a deletion; the sheet reloads also if the worklog was gone before."""
    return replace(_answer(context, "deleted", saved, place, remaining), changed=True).send()


def _ask_delete(context: ViewerContext, worklog: Worklog, place: str, problem: str = "") -> str:
    """Return the question before a deletion, with what could not be restored.

    ``problem`` says why it is asked again.
    """
    form = form_of(worklog, get_issue(context, worklog.issue_id), zone_of(context, worklog.author), place)
    return render_delete(context, form, {}, lost_by_deleting(context, worklog), problem)


def _ask_delete_again(context: ViewerContext, form: WorklogForm, conflict: Conflict) -> str:
    """Ask again about the worklog as it is in Jira now, in place of the question about an older version.

    Raise the conflict if the worklog is gone, or if there was no question.
    """
    if not isinstance(conflict.current, Worklog) or "final" not in request.form:
        raise conflict
    return _ask_delete(context, conflict.current, form.place, localize(conflict.sentence))


def _filled() -> FormFields:
    """Return the fields that are filled in: an empty one leaves the worklog as it is."""
    return FormFields({name: [text] for name, text in request.form.items() if text})


def _save(context: ViewerContext, form: WorklogForm, worklog_id: int) -> WriteResult:
    _check_shown(form, worklog_id)
    return worklogs.move_worklog(context, MoveWorklog.read(fields_of(form), context.required_tracking))


def _check_shown(form: WorklogForm, worklog_id: int) -> None:
    """Raise InvalidInput unless the form showed the worklog that the address names."""
    if form.worklog_id != worklog_id:
        raise InvalidInput(message("This form is out of date. Close it and open the worklog again."))


def _list_of(cell: CellList, place: str) -> str:
    return render_template("worklog/_cell.html", cell=cell, place=place, said="", failed=False, undo=None)


def _list_changed(
    context: ViewerContext, issue_id: int, day: date, place: str, conflict: Conflict
) -> Response:
    """Return the current list from Jira, with the message why nothing was done."""
    cell = remaining_cell(context, issue_id, day)
    return ChangeAnswer(localize(conflict.sentence), place, cell, failed=True).send(409)
