"""The printed figures of an overview: rows with bars, and totals that are the sums of the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from babel import Locale
from markupsafe import Markup

from timesheet.domain.figures import Figures
from timesheet.domain.lazy import lazy
from timesheet.domain.person import Person
from timesheet.domain.span import DateSpan, week_of
from timesheet.domain.team.capacity import progress, show_progress
from timesheet.services.period.closing import visible_records
from timesheet.services.team.overview import Overview
from timesheet.web.http.dates import day_head
from timesheet.web.http.language import _, exactly_text, percent
from timesheet.web.team.chart import ChartColumn, bar, columns
from timesheet.web.team.choice import period_title
from timesheet.web.timesheet.difference import Total, compared, logged_ahead

LONGEST_BY_DAY = 31

SpentAndExpected = tuple[int, int]
"""Seconds spent and expected."""
SpentToDate = tuple[int, int, int]
"""Time spent, expected, and expected to date, in seconds or in printed units."""


@dataclass(frozen=True, slots=True)
class SpentFigure:
    """Spent and expected, printed; ``part`` is the share in percent, empty without capacity.

    ``difference`` is spent less ``to_date``, the capacity of the days up to today, which is empty before the first of
    them. ``exactly``, ``capacity_exactly``, and ``to_date_exactly`` are the tooltips of amounts that are printed in
    rounded units. An ``idle`` row has neither time spent nor capacity.
    """

    name: str
    spent: str
    capacity: str
    to_date: str
    difference: Total
    part: str
    bar: Markup
    person: Person | None
    exactly: str
    capacity_exactly: str
    to_date_exactly: str
    idle: bool


@dataclass(frozen=True, slots=True)
class FigurePrinter:
    """Formats rows of spent and expected in one time format."""

    figures: Figures

    def row(
        self,
        name: str,
        sums: SpentAndExpected,
        to_date: int = 0,
        person: Person | None = None,
        *,
        begun: bool = True,
    ) -> SpentFigure:
        """Return seconds as a row; ``to_date`` is the capacity up to today, none before the row's days have
        ``begun``. Until then a row without time has its capacity only.
        """
        units, due = self._units([sums]), self.figures.units(to_date)
        row = self._printed(name, (*units, due), (*sums, to_date), person, begun=begun)
        return row if begun or sums[0] else replace(row, spent="", part="")

    def total(
        self, rows: Sequence[SpentAndExpected], to_date: Sequence[int], *, begun: bool = True
    ) -> SpentFigure:
        """Return a total row: the sums of the printed figures; the share is of the exact sums.

        While none of the days has ``begun``, time logged ahead is not overtime, as in ``row``.
        """
        exact = sum(row[0] for row in rows), sum(row[1] for row in rows), sum(to_date)
        units, due = self._units(rows), sum(map(self.figures.units, to_date))
        return self._printed("", (*units, due), exact, None, begun=begun)

    def show(self, seconds: int) -> str:
        """Return a time in seconds as it is printed."""
        return self.figures.show(self.figures.units(seconds))

    def share(self, part: int, whole: int) -> str:
        """Return one amount as a percentage of another."""
        return self.percentage(progress(part, whole))

    def percentage(self, part: Fraction | None) -> str:
        """Return a part as a percentage; nothing if there is none."""
        return percent(show_progress(part, self.figures.separator))

    def _units(self, rows: Iterable[SpentAndExpected]) -> SpentAndExpected:
        units, spent, capacity = self.figures.units, 0, 0
        for row in rows:
            spent, capacity = spent + units(row[0]), capacity + units(row[1])
        return spent, capacity

    def _printed(
        self, name: str, units: SpentToDate, exact: SpentToDate, person: Person | None, *, begun: bool
    ) -> SpentFigure:
        logged, planned, due = units
        difference = (
            compared(self.figures, logged, due) if begun else logged_ahead(self.figures, logged, planned)
        )
        show, sums = self.figures.show, exact[:2]
        spent, capacity, to_date = map(exactly_text, map(self.figures.exact, units, exact))
        return SpentFigure(
            name=name,
            spent=show(logged),
            capacity=show(planned),
            to_date=show(due) if begun else "",
            difference=difference,
            part=self.share(*sums),
            bar=bar(*sums),
            person=person,
            exactly=spent,
            capacity_exactly=capacity,
            to_date_exactly=to_date,
            idle=not any(sums),
        )


@dataclass(frozen=True, slots=True)
class ShownSpan(ChartColumn):
    """A day or week in seconds: ``to_date`` is the capacity of those of its days that have ``begun``."""

    to_date: int
    begun: bool


class TeamFigures:
    """Formats the whole of one overview and its days or weeks.

    ``due`` is how many of its days have begun; nothing is expected of later days yet.
    """

    def __init__(
        self, overview: Overview, figures: Figures, locale: Locale, today: date, week_start: int
    ) -> None:
        self.overview, self.printer, self.locale = overview, FigurePrinter(figures), locale
        self.week_start = week_start
        self.due = min(len(overview.span), max(0, (today - overview.span.first).days + 1))

    @lazy
    def total(self) -> SpentFigure:
        """Return the whole team: as its closing recorded it, otherwise as it is now."""
        if not self.overview.record:
            return self.printer.row("", (self.overview.spent, self.overview.capacity))
        recorded = visible_records(self.overview)
        return self.printer.row("", (sum(r.spent for r in recorded), sum(r.capacity for r in recorded)))

    @property
    def has_days_to_come(self) -> bool:
        """Return True if the capacity of the whole differs from the capacity to date."""
        return self.due < len(self.overview.span)

    def parts(self) -> tuple[SpentFigure, ...]:
        """Return one row for each day, or for each week if there are too many days."""
        return tuple(
            self.printer.row(part.name, (part.spent, part.capacity), part.to_date, begun=part.begun)
            for part in self._parts
        )

    def parts_total(self) -> SpentFigure:
        """Return the total of the days or weeks."""
        rows = [(part.spent, part.capacity) for part in self._parts]
        return self.printer.total(rows, [part.to_date for part in self._parts], begun=self.due > 0)

    def chart(self) -> Markup:
        """Return the same as bars."""
        return columns(self._parts, _("Spent and capacity over the period; the table has the figures"))

    @property
    def chart_ends(self) -> tuple[str, str, str]:
        """Return the first and last name below the chart, and the value of its height."""
        most = max(max(part.spent, part.capacity) for part in self._parts)
        return self._parts[0].name, self._parts[-1].name, self.printer.show(most)

    @property
    def by_day(self) -> bool:
        """Return False if weeks are shown instead of days."""
        return len(self.overview.span) <= LONGEST_BY_DAY

    def show(self, seconds: int) -> str:
        """Return a time in seconds as it is printed."""
        return self.printer.show(seconds)

    @lazy
    def _parts(self) -> Sequence[ShownSpan]:
        lines, span = self.overview.lines, self.overview.span
        spent = _sums([line.spent for line in lines], len(span))
        capacity = _sums([line.capacity for line in lines], len(span))
        spans = [DateSpan(day, day) for day in span] if self.by_day else _weeks_of(span, self.week_start)
        parts = list[ShownSpan]()
        for days in spans:
            first, end = (days.first - span.first).days, (days.last - span.first).days + 1
            name = day_head(days.first, self.locale) if self.by_day else period_title(days, self.locale)
            to_date = sum(capacity[first : min(end, self.due)])
            parts.append(
                ShownSpan(name, sum(spent[first:end]), sum(capacity[first:end]), to_date, first < self.due)
            )
        return parts


def _weeks_of(span: DateSpan, week_start: int) -> list[DateSpan]:
    """Return the span divided where weeks begin (0 = Monday)."""
    weeks, day = list[DateSpan](), span.first
    while day <= span.last:
        last = min(span.last, week_of(day, week_start).last)
        weeks.append(DateSpan(day, last))
        day = last + timedelta(days=1)
    return weeks


def _sums(rows: Sequence[Sequence[int]], width: int) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)] or [0] * width
