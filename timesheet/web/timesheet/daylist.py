"""The list: day by day, one line for each worklog, with its time editable in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.errors import TimesheetError
from timesheet.domain.figures import Figures
from timesheet.domain.long_list import share_of
from timesheet.domain.period.closed_day import ClosedDays
from timesheet.domain.permission import Module
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.midnight import days_later
from timesheet.domain.worklog.sheet import Day, Sheet
from timesheet.domain.worklog.worklog import BY_START, Worklog
from timesheet.services.command.form import FormFields
from timesheet.services.snapshot.row_limit import KnownLimits
from timesheet.services.worklog.command import WorklogEdit
from timesheet.services.worklog.log import change_worklog
from timesheet.services.worklog.safeguard.seen import seen_mark
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import clock_time, full_date, is_second_pass, printed_end, printed_hours
from timesheet.web.http.errors import sentence_of, status_of
from timesheet.web.http.language import Printed, exactly_text, localize, printed
from timesheet.web.timesheet.choice import Choice
from timesheet.web.timesheet.difference import Total, difference_of
from timesheet.web.timesheet.sheet import OpenSheet, open_sheet
from timesheet.web.worklog.answer import ChangeAnswer, say, undo_of
from timesheet.web.worklog.attribute import attribute_words

blueprint = Blueprint("daylist", __name__)

Entries = list[tuple[Worklog, Issue]]


MOST_LINES = 250
"""The most worklogs that the list shows at once: all of nearly everybody's month, in less than a megabyte."""
LEAST_LINES = 5
"""The number of worklogs that each day shows, even in a year."""


@dataclass(frozen=True, slots=True)
class DayPart:
    """The worklogs of a day, of which ``most`` are shown; all without it."""

    entries: Entries
    most: int | None = None

    @property
    def shown(self) -> Entries:
        """Return those that are shown."""
        return self.entries[: self.most]

    @property
    def rest(self) -> int:
        """Return how many are not shown."""
        return len(self.entries) - len(self.shown)


@dataclass(frozen=True, slots=True)
class DayListLine:
    """One worklog: start, issue, time, and comment. ``hours`` is its start and end. ``days_later``: on which day after
    its own it ends.
    ``second``: it starts in the second pass of a repeated hour.

    ``closed`` says why nothing about it can change, ``fixed`` why it cannot be edited, and ``kept`` why it cannot be
    deleted; empty if that is possible. ``again``: it can be logged again. ``words`` are its attributes.
    """

    id: int
    issue: Issue
    seen: str
    start: str
    end: str
    hours: str
    days_later: int
    duration: Printed
    comment: str
    restricted: bool
    closed: str
    fixed: str
    kept: str
    again: bool
    words: tuple[str, ...] = ()
    second: bool = False

    @property
    def can_change(self) -> bool:
        """Return True if it can be edited or deleted, so that it is worth selecting."""
        return not (self.fixed and self.kept)


@dataclass(frozen=True, slots=True)
class ListDay:
    """One day with its worklogs by start, and the text of its head.

    ``reason`` says why the person is away, ``closed`` which team closed it; ``whole`` is True if it is closed for
    every issue. ``rest`` worklogs are not among the lines.
    """

    date: date
    name: str
    mark: str
    lines: tuple[DayListLine, ...]
    logged: Total
    expected: str
    difference: Total
    to_come: bool
    reason: str
    closed: str
    whole: bool
    rest: int


@dataclass(frozen=True, slots=True)
class ListPrinter:
    """Formats lines: clock times in ``zone``, durations as in the grid; ``today`` is the viewer's."""

    zone: ZoneInfo
    figures: Figures
    locale: Locale
    today: date
    closed: ClosedDays
    limits: KnownLimits
    attributes: tuple[Attribute, ...] = ()

    def day(self, day: Day, part: DayPart) -> ListDay:
        """Return one day with its head; the printed sum is the sum of the lines as they are printed, shown or not."""
        entries = part.entries
        logged, total = self.logged(entries)
        expected = self.figures.units(day.expected)
        return ListDay(
            date=day.date,
            name=full_date(day.date, self.locale),
            mark=_mark(day, self.today),
            lines=tuple(self.line(worklog, issue) for worklog, issue in part.shown),
            logged=total,
            expected=self.figures.show(expected) if expected else "",
            difference=difference_of(self.figures, logged, expected, begun=day.date <= self.today),
            to_come=day.date > self.today,
            reason=day.reason,
            closed=localize(self.closed.on(day.date)),
            whole=bool(self.closed.whole(day.date)),
            rest=part.rest,
        )

    def logged(self, entries: Entries) -> tuple[int, Total]:
        """Return the sum of these lines as they are printed: its printed units, and their text."""
        seconds = [worklog.seconds for worklog, _ in entries]
        units = sum(self.figures.units_each(seconds))
        exactly = exactly_text(self.figures.exact(units, sum(seconds)))
        return units, Total(self.figures.show(units), exactly=exactly)

    def line(self, worklog: Worklog, issue: Issue) -> DayListLine:
        """Return one worklog, ready to print."""
        units, limit = self.figures.units(worklog.seconds), self.limits.on(issue)
        closed = localize(self.closed.of_worklog(worklog, issue) or limit.frozen)
        return DayListLine(
            id=worklog.id,
            issue=issue,
            seen=seen_mark(worklog),
            start=clock_time(worklog.started, self.zone, self.locale),
            end=clock_time(printed_end(worklog.started, worklog.seconds), self.zone, self.locale),
            hours=printed_hours(worklog.started, worklog.seconds, self.zone, self.locale),
            days_later=days_later(worklog.started, worklog.seconds, self.zone),
            duration=printed(self.figures, units, worklog.seconds, self.figures.show(0)),
            comment=adf_to_text(worklog.comment),
            restricted=worklog.restricted,
            closed=closed,
            fixed=closed or localize(limit.fixed),
            kept=closed or localize(limit.kept),
            again=not limit.full,
            words=attribute_words(self.attributes, worklog),
            second=is_second_pass(worklog.started, self.zone),
        )


def _mark(day: Day, today: date) -> str:
    marks = (("off", not day.working), ("now", day.date == today), ("closed", bool(day.closed)))
    return " ".join(mark for mark, on in marks if on)


@blueprint.app_template_global()
def day_list(
    sheet: Sheet,
    closed: ClosedDays,
    limits: KnownLimits,
    zone: ZoneInfo,
    figures: Figures,
    locale: Locale,
    today: date,
    choice: Choice,
) -> tuple[ListDay, ...]:
    """Return the days of a sheet in order, each with its worklogs by start."""
    attributes = current().viewer_context.attributes.all()
    printer = ListPrinter(
        zone=zone,
        figures=figures,
        locale=locale,
        today=today,
        closed=closed,
        limits=limits,
        attributes=attributes,
    )
    return tuple(printer.day(day, part) for day, part in parts_by_day(sheet, choice, MOST_LINES))


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
    names = opened.for_template()
    printer = ListPrinter(
        zone=names["zone"],
        figures=opened.figures,
        locale=names["locale"],
        today=opened.today,
        closed=opened.closed,
        limits=opened.marks.limits,
        attributes=opened.context.viewer_context.attributes.all(),
    )
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
        **names,
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
