"""Format the lines of the list and the blocks of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from babel import Locale

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.figures import Figures
from timesheet.domain.period.closed_day import ClosedDays
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.midnight import days_later
from timesheet.domain.worklog.sheet import Day
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.row_limit import KnownLimits
from timesheet.services.worklog.safeguard.seen import seen_mark
from timesheet.web.http.dates import clock_time, full_date, is_second_pass, printed_end, printed_hours
from timesheet.web.http.language import Printed, exactly_text, localize, printed
from timesheet.web.timesheet.difference import Total, difference_of
from timesheet.web.worklog.attribute import attribute_words

Entries = list[tuple[Worklog, Issue]]


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
