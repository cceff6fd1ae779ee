"""My Timesheet: the page, its fragments, and saving one cell."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.message import Seconds
from timesheet.domain.permission import Module
from timesheet.domain.worklog.issue import Issue
from timesheet.services.site.command import ChooseFormat
from timesheet.services.snapshot.change_log import read_change_log
from timesheet.services.snapshot.lost_time import dismiss_lost
from timesheet.services.snapshot.own import reading_progress
from timesheet.services.viewer.profile import prepare_time_tracking
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import CellEdit
from timesheet.services.worklog.form_reads import begin_form_reads
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import full_date
from timesheet.web.http.errors import answer_error
from timesheet.web.http.form import sent
from timesheet.web.http.htmx import SHEET_CHANGED, wants_fragment, with_event
from timesheet.web.http.language import _, join_sentences, localize, paint_first, reader_locale
from timesheet.web.timesheet.choice import NOT_ON_SHEET, Choice, choice_after_save
from timesheet.web.timesheet.grid_row import grid_rows, issue_type
from timesheet.web.timesheet.printed_sheet import print_sheet, send_sheet
from timesheet.web.timesheet.sheet import OpenSheet, open_after_save, open_sheet, sheet_is_warm
from timesheet.web.worklog.answer import say, undo_of

blueprint = Blueprint("timesheet", __name__)

CHOICE = ("view", "day", "go", "first", "last", "layout", "group")
blueprint.add_app_template_filter(issue_type)
blueprint.add_app_template_filter(grid_rows)


@blueprint.get("/timesheet")
@takes("page", "session", "context", permission="viewer", module=Module.TIMESHEET)
def show_timesheet() -> str | Response:
    """Show the page, or only the sheet for htmx; a page that has to wait for Jira shows its skeleton first."""
    context, fragment = current(), wants_fragment()
    if not fragment and not sheet_is_warm(context, request.args):
        paint_first()
        context.jira.begin(context.own_admin.read)
        prepare_time_tracking(context)
        return render_template(
            "timesheet/page.html", printed=None, progress=None, query=_without_token(request.args)
        )
    # Read before the sheet, which lacks the time of a save that ends after it was read.
    writing = not fragment and _is_writing(context)
    opened = open_sheet(context, request.args, refresh="refresh" in request.args)
    _remember(context, opened)
    if fragment:
        return send_sheet(opened)
    return render_template("timesheet/page.html", printed=print_sheet(opened), writing=writing)


@blueprint.get("/timesheet/progress")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_progress() -> str:
    """Show the progress of the first read, for the skeleton that waits for it."""
    context = current()
    return render_template(
        "timesheet/_progress.html", progress=reading_progress(context.cache, context.identity)
    )


@blueprint.get("/timesheet/writing")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def await_writes() -> str | Response:
    """Wait for the saves that were in progress when the page was opened, and let the sheet be read again then."""
    writing = _is_writing(current())
    waiting = render_template("timesheet/_writing.html", writing=writing)
    return waiting if writing else with_event(make_response(waiting), SHEET_CHANGED)


@blueprint.post("/timesheet/cell")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def save_one_cell() -> str | Response:
    """Save the text of a cell; the response contains the cell and the totals it changes, nothing else.

    After a conflict it contains the reason and the other value, so a second Enter overwrites that one.
    """
    context, edit = current(), sent(CellEdit)
    begin_form_reads(context.viewer_context)
    # What the response shows has to be valid before anything is saved.
    choice = choice_after_save(request.form, context.person_settings, edit.day)
    try:
        saved = save_cell(context.viewer_context, edit)
    except Conflict as conflict:
        answer = answer_error(conflict)
        answer.set_data(answer.get_data(as_text=True) + _render_cell(context, choice, edit))
        return answer
    return _render_cell(context, choice, edit, saved)


@blueprint.post("/timesheet/format")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def save_format() -> str:
    """Switch between 1:30 and 1.50 for this person."""
    context, command = current(), sent(ChooseFormat)
    context.choose(duration_format=command.duration_format.value)
    return render_template("timesheet/_sheet.html", **open_sheet(context, request.form).for_template())


@blueprint.post("/timesheet/lost-time")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def dismiss_lost_time() -> str:
    """Do not show again what time disappeared from the chosen days."""
    context = current()
    opened = open_sheet(context, request.form)
    dismiss_lost(context.viewer_context, opened.choice.span)
    return render_template("timesheet/_sheet.html", **opened.for_template())


def _is_writing(context: Context) -> bool:
    """Return True if a save of the viewer is in progress, perhaps of a page that was reloaded meanwhile."""
    change_log = read_change_log(context.viewer_context.own_cache)
    return change_log.is_writing(context.clock())


def _remember(context: Context, opened: OpenSheet) -> None:
    """Store how the timesheet was left, to open it that way; a free range is not stored, because its days
    become outdated.
    """
    choice = opened.choice
    view = context.person_settings.view if choice.view == "range" else str(choice.view)
    context.choose(view=view, layout=choice.layout, group=choice.group)


def _render_cell(context: Context, choice: Choice, edit: CellEdit, saved: WriteResult | None = None) -> str:
    """Render the cell with the totals of its row, its column, and the sheet, all from the cache."""
    # Read before the figures: a response that missed another save must not count as newer than that one's.
    revision = int(context.clock().timestamp() * 1_000_000)
    opened = open_after_save(context, choice, edit.issue_id)
    column, row = opened.sheet.column(edit.day), opened.sheet.row(edit.issue_id)
    if not saved and row is None:
        return ""
    if column is None or row is None:
        raise InvalidInput(NOT_ON_SHEET, field="day")
    grid = opened.grid
    return render_template(
        "timesheet/_cell_saved_oob.html",
        grid=grid,
        issue=row.issue,
        total=grid.total_of(row),
        cell=grid.cell_at(row, column),
        column=column,
        group=grid.sums_of_group(row) if opened.choice.group == "project" else None,
        revision=revision,
        said=_flagged(context, saved) if saved else "",
        undo=undo_of(context.viewer_context, saved) if saved else None,
        failed=False,
        warning=bool(saved and saved.over_long),
        announcement=_announcement(opened, row.issue, column, saved) if saved else "",
    )


def _flagged(context: Context, saved: WriteResult) -> str:
    """Return the message about a save: that a worklog is gone, and any warnings; for one of several cells, ``part``."""
    if saved.removed and "part" not in request.form:
        return say(context.viewer_context, "deleted", saved)
    return join_sentences(map(localize, saved.notes))


def _announcement(opened: OpenSheet, issue: Issue, column: int, saved: WriteResult) -> str:
    """Return the announcement for screen readers after a save; none for one of several cells without a note, because
    they are announced together.
    """
    if "part" in request.form and not saved.notes:
        return ""
    day = opened.sheet.days[column]
    name = full_date(day.date, reader_locale(opened.profile.locale))
    if saved.worklog:
        duration = Seconds(saved.worklog.seconds)
        what = _("Saved {duration} on {issue}, {day}.", duration=duration, issue=issue.key, day=name)
    elif saved.changed:
        what = _("Removed the time on {issue}, {day}.", issue=issue.key, day=name)
    else:
        what = _("There is no time on {issue}, {day}.", issue=issue.key, day=name)
    logged, expected = Seconds(opened.sheet.logged(column)), Seconds(day.expected)
    return join_sentences(
        (
            what,
            _("{logged} of {expected} on this day.", logged=logged, expected=expected)
            if expected
            else _("{logged} on this day, for which no time is expected.", logged=logged),
            *map(localize, saved.notes),
        )
    )


def _without_token(args: MultiDict[str, str]) -> dict[str, str]:
    """Return the query of a page load as the page may repeat it, without Jira's own parameters."""
    return {name: args[name] for name in CHOICE if name in args}
