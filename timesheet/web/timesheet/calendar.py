"""The calendar: days as columns of hours, worklogs as blocks, and saving dragged blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.day_text import read_clock
from timesheet.domain.duration import format_hm
from timesheet.domain.errors import TimesheetError
from timesheet.domain.figures import HOURS_AND_MINUTES
from timesheet.domain.jira_time import started_at
from timesheet.domain.period.closed_day import ClosedDays
from timesheet.domain.permission import Module
from timesheet.domain.worklog.dayplan import Stretch, clock_change, seconds_until, stretch_of
from timesheet.domain.worklog.sheet import Sheet
from timesheet.services.command.form import FormFields
from timesheet.services.worklog.command import WorklogEdit
from timesheet.services.worklog.log import change_worklog
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import full_date, time_of_day
from timesheet.web.http.errors import sentence_of, status_of
from timesheet.web.http.fields import read_day
from timesheet.web.http.language import _
from timesheet.web.timesheet.choice import Choice
from timesheet.web.timesheet.daylist import parts_by_day
from timesheet.web.timesheet.difference import Total
from timesheet.web.timesheet.list_printer import DayListLine, DayPart, ListPrinter
from timesheet.web.worklog.answer import ChangeAnswer, say, undo_of

blueprint = Blueprint("calendar", __name__)

HOURS = tuple(range(24))
MOST_BLOCKS = 750
"""The most worklogs that the calendar shows at once, in less than a megabyte; a block is a third of a line."""


@dataclass(frozen=True, slots=True)
class Block:
    """One worklog in a column: its position in minutes from midnight, and its text.

    ``minutes`` is its length as it is printed, without seconds, and agrees with the hours of its line: a block which is
    moved shows the end that it will have. ``clock`` is the start as ``09:30``, whatever the locale.
    """

    line: DayListLine
    stretch: Stretch
    minutes: int
    clock: str

    @property
    def tall(self) -> int:
        """Return its height in the column, in minutes."""
        return self.stretch.end - self.stretch.start


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One column; ``note`` describes the effect of a clock change, ``skipped`` and ``repeated`` its position.

    ``rest`` worklogs are not among the blocks.
    """

    date: date
    name: str
    blocks: tuple[Block, ...]
    logged: Total | None
    skipped: tuple[int, int] | None = None
    repeated: tuple[int, int] | None = None
    note: str = ""
    rest: int = 0


@blueprint.app_template_global()
def calendar_days(sheet: Sheet, choice: Choice, printer: ListPrinter) -> tuple[CalendarDay, ...]:
    """Return the columns of a sheet by the wall clock of the printer's zone; work past midnight is cut there."""
    return tuple(_day(day.date, part, printer) for day, part in parts_by_day(sheet, choice, MOST_BLOCKS))


@blueprint.app_template_global()
def closed_issues(sheet: Sheet, closed: ClosedDays, day: date) -> tuple[int, ...]:
    """Return the ids of the issues on a sheet for which a whole day is closed."""
    return tuple(row.issue.id for row in sheet.rows if closed.all_day(day, row.issue))


@blueprint.app_template_global()
def hour_labels(locale: Locale) -> tuple[str, ...]:
    """Return the hours of a day in the locale's own format, midnight first."""
    return tuple(time_of_day(time(hour), locale) for hour in HOURS)


@blueprint.post("/calendar/<int:issue_id>")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def save_block(issue_id: int) -> Response:
    """Save the new position of a block: day, start, or end, each only if it changed."""
    context, form = current().viewer_context, request.form
    try:
        fields = _fields(issue_id, form, context.zone)
        saved = change_worklog(context, WorklogEdit.read(fields, lambda: context.tracking))
    except TimesheetError as error:
        return ChangeAnswer(sentence_of(error), failed=True).send(status_of(error))
    return ChangeAnswer(
        say(context, "saved", saved), undo=undo_of(context, saved), warning=saved.over_long
    ).send()


def _fields(issue_id: int, form: MultiDict[str, str], zone: ZoneInfo) -> FormFields:
    """Return the fields of a worklog that a block changes; those that are empty stay as they are."""
    mark = form.get("seen", "")
    sent = {name: form.get(name, "") for name in ("day", "start", "fold")}
    if form.get("end"):
        sent["duration"] = format_hm(_seconds(form, zone))
    fixed = {"source": str(issue_id), "seen": mark, "key": f"block-{mark.replace('.', '-')}"}
    return FormFields({name: [text] for name, text in (sent | fixed).items() if text})


def _seconds(form: MultiDict[str, str], zone: ZoneInfo) -> int:
    """Return the seconds of a block that ends at ``end``; the fields ``was_…`` have the start that it had."""
    day = read_day(form.get("day") or form.get("was_day"))
    start, fold = ("start", "fold") if form.get("start") else ("was_start", "was_fold")
    started = started_at(day, read_clock(form.get(start, "")), zone, int(form.get(fold) == "1"))
    return seconds_until(form["end"], started.instant, day, zone)


def _day(day: date, part: DayPart, printer: ListPrinter) -> CalendarDay:
    zone = printer.zone
    blocks = tuple(
        Block(
            printer.line(worklog, issue),
            stretch_of(worklog.started, worklog.seconds, day, zone),
            max(1, HOURS_AND_MINUTES.units(worklog.seconds)),
            f"{worklog.started.astimezone(zone):%H:%M}",
        )
        for worklog, issue in part.shown
    )
    change = clock_change(day, zone)
    return CalendarDay(
        date=day,
        name=full_date(day, printer.locale),
        blocks=blocks,
        logged=printer.logged(part.entries)[1] if part.entries else None,
        skipped=change.skipped,
        repeated=change.repeated,
        note=_note(change.skipped, change.repeated, printer.locale),
        rest=part.rest,
    )


def _note(skipped: tuple[int, int] | None, repeated: tuple[int, int] | None, locale: Locale) -> str:
    if skipped:
        return _("The clocks go forward: {hours} does not exist.", hours=_between(skipped, locale))
    if repeated:
        return _("The clocks go back: {hours} occurs twice.", hours=_between(repeated, locale))
    return ""


def _between(minutes: tuple[int, int], locale: Locale) -> str:
    return "–".join(time_of_day(time(minute // 60 % 24, minute % 60), locale) for minute in minutes)
