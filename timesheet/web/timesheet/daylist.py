"""The list: day by day, one line for each worklog, with its time editable in place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import TimesheetError
from timesheet.domain.long_list import share_of
from timesheet.domain.permission import Module
from timesheet.domain.worklog.sheet import Day, Sheet
from timesheet.domain.worklog.worklog import BY_START
from timesheet.services.command.form import FormFields
from timesheet.services.worklog.command import WorklogEdit
from timesheet.services.worklog.log import change_worklog
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.errors import sentence_of, status_of
from timesheet.web.timesheet.choice import Choice
from timesheet.web.timesheet.list_printer import DayPart, Entries, ListDay, ListPrinter
from timesheet.web.timesheet.sheet import OpenSheet, open_sheet
from timesheet.web.worklog.answer import ChangeAnswer, say, undo_of

blueprint = Blueprint("daylist", __name__)

MOST_LINES = 250
"""The most worklogs that the list shows at once: all of nearly everybody's month, in less than a megabyte."""
LEAST_LINES = 5
"""The number of worklogs that each day shows, even in a year."""


@blueprint.app_template_global()
def day_list(sheet: Sheet, choice: Choice, printer: ListPrinter) -> tuple[ListDay, ...]:
    """Return the days of a sheet in order, each with its worklogs by start."""
    printer = _with_attributes(printer)
    return tuple(printer.day(day, part) for day, part in parts_by_day(sheet, choice, MOST_LINES))


def _with_attributes(printer: ListPrinter) -> ListPrinter:
    """Return a printer that also prints attributes, which the calendar does not show."""
    return replace(printer, attributes=current().viewer_context.attributes.all())


def parts_by_day(sheet: Sheet, choice: Choice, most: int) -> list[tuple[Day, DayPart]]:
    """Return the worklogs of each day, of which the days show ``most`` together; those that are full show all."""
    found = entries_by_day(sheet)
    share = share_of([len(entries) for _, entries in found], most, LEAST_LINES)
    return [(day, DayPart(entries, None if choice.is_full(day.date) else share)) for day, entries in found]


def entries_by_day(sheet: Sheet) -> list[tuple[Day, Entries]]:
    """Return every worklog of a sheet with its issue, by work date and then by start."""
    found: dict[date, Entries] = {day.date: [] for day in sheet.days}
    for row in sheet.rows:
        for cell in row.cells:
            for worklog in cell.worklogs if cell else ():
                found[worklog.day].append((worklog, row.issue))
    for entries in found.values():
        entries.sort(key=lambda entry: BY_START(entry[0]))
    return [(day, found[day.date]) for day in sheet.days]


@blueprint.post("/list/<int:issue_id>/<int:worklog_id>")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def save_line(issue_id: int, worklog_id: int) -> Response:
    """Save a duration typed into a line; a refusal is shown next to it, and the text is kept."""
    context, form = current(), request.form
    text, seen = form.get("value", ""), form.get("seen", "")
    values = {"source": str(issue_id), "seen": seen, "key": f"line-{seen.replace('.', '-')}"}
    typed = {"duration": text, "was": form.get("was", "")}
    fields = FormFields({name: [value] for name, value in (values | typed).items()})
    edit = WorklogEdit.read(fields, lambda: context.viewer_context.tracking)
    try:
        saved = change_worklog(context.viewer_context, edit)
    except TimesheetError as error:
        return _answer(
            open_sheet(context, form), worklog_id, sentence_of(error), status_of(error), typed=text
        )
    return _answer(
        open_sheet(context, form), worklog_id, say(context.viewer_context, "saved", saved), saved=saved
    )


def _answer(
    opened: OpenSheet,
    worklog_id: int,
    sentence: str,
    status: int = 200,
    typed: str = "",
    saved: WriteResult | None = None,
) -> Response:
    """Return the line and its day's head; only the message if the line is no longer on the sheet, or takes no text."""
    printer = _with_attributes(opened.printer)
    days = (
        printer.day(day, DayPart(entries))
        for day, entries in entries_by_day(opened.sheet)
        if any(worklog.id == worklog_id for worklog, _ in entries)
    )
    found = ((day, line) for day in days for line in day.lines if line.id == worklog_id)
    day, line = next(found, (None, None))
    undo = undo_of(opened.context.viewer_context, saved) if saved else None
    if line is None or (status >= 400 and line.fixed):
        return ChangeAnswer(sentence, undo=undo, failed=status >= 400).send(status)
    page = render_template(
        "timesheet/_list_saved_oob.html",
        **opened.for_template(),
        day=day,
        line=line,
        typed=typed,
        problem=sentence if status >= 400 else "",
        said=sentence,
        undo=undo,
        failed=False,
        warning=bool(saved and saved.over_long),
    )
    return make_response(page, status)
