"""The grid as HTML; cells contain no text from people and are joined from prepared strings.

A cell carries what a save needs to detect somebody else's change: the worklog's id and when it was last
updated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from timesheet.domain.attribute.values import values_in
from timesheet.domain.figures import Figures
from timesheet.domain.period.closed_day import ALL_OPEN, ClosedDays
from timesheet.domain.worklog.sheet import Day, Sheet, SheetCell, SheetGroup, SheetRow
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.safeguard.seen import seen_mark
from timesheet.web.http.language import _n, exactly_text
from timesheet.web.timesheet.difference import Total, compared, difference_of, logged_ahead
from timesheet.web.timesheet.grid_row import GridRow

MOST_CHARACTERS = 10
BAR_STEPS = 10
# By whether a worklog of the cell has a comment, whether one has attributes, and whether the cell is closed.
_MARKS = {
    (False, False, False): "",
    (True, False, False): " class=c",
    (False, True, False): " class=a",
    (True, True, False): ' class="c a"',
    (False, False, True): " class=k aria-readonly=true",
    (True, False, True): ' class="c k" aria-readonly=true',
    (False, True, True): ' class="a k" aria-readonly=true',
    (True, True, True): ' class="c a k" aria-readonly=true',
}
# Between the time and the number of worklogs, for screen readers and copied text.
COMMA = "<span class=sr-only>, </span>"
_MANY = Markup("<sup>{}<span class=sr-only> {}</span></sup>")
_EMPTY = {False: "<td>", True: "<td class=k aria-readonly=true>"}


class SpanProgress(NamedTuple):
    """The whole span in the bar: time logged of time ``expected`` (empty for none), in percent, at most 100.

    ``beyond`` is how much it is over or under what is expected to date, as ``mark`` says: over, under, met, or nothing.
    """

    logged: str
    expected: str
    percent: int
    beyond: str
    mark: str


@dataclass(frozen=True, slots=True)
class GridGroup:
    """A project's rows with their sums by day."""

    group: SheetGroup
    rows: tuple[GridRow, ...]
    days: tuple[Total, ...]
    total: Total


class Grid:
    """The figures and the HTML of one sheet.

    ``today`` is the last day whose time is expected to date, ``closed`` decides which cells are read-only. Rows that
    are the same on the grid ``before`` are not printed again: ``units`` is the time of each issue by day, ``printed``
    its HTML if that was needed. Sums are made of *printed units*, the smallest amounts that the format shows (see
    ``Figures``), so that each is the sum of the figures above or beside it.
    """

    def __init__(
        self,
        sheet: Sheet,
        figures: Figures,
        today: date,
        closed: ClosedDays = ALL_OPEN,
        before: Grid | None = None,
    ) -> None:
        self.sheet, self.figures, self.today, self.closed = sheet, figures, today, closed
        self._expected = _expected_units(figures, sheet.days)
        self._to_date = [
            units if day.date <= today else 0 for units, day in zip(self._expected, sheet.days, strict=True)
        ]
        # Whether the expected time of the whole span differs from the expected time to date.
        self.has_days_to_come = sheet.days[-1].date > today
        self._open = [False] * len(sheet.days)
        self.units: dict[int, list[int]] = {}
        self.printed: dict[int, GridRow] = {}
        same = before if before and (before.figures, before.closed) == (figures, closed) else None
        earlier = {row.issue.id: row for row in same.sheet.rows} if same else {}
        for row in sheet.rows:
            number = row.issue.id
            if same and earlier.get(number) is row:
                self.units[number] = same.units[number]
                if number in same.printed:
                    self.printed[number] = same.printed[number]
            else:
                self.units[number] = figures.units_each([cell.seconds if cell else 0 for cell in row.cells])
        self._logged = self._by_day(sheet.rows)

    def rows(self) -> tuple[GridRow, ...]:
        """Return all rows in order."""
        return tuple(self.row(row) for row in self.sheet.rows)

    def groups(self) -> tuple[GridGroup, ...]:
        """Return all rows by project."""
        return tuple(self.group(group) for group in self.sheet.groups)

    def row(self, row: SheetRow) -> GridRow:
        """Return one row with its cells and sums as printed."""
        if printed := self.printed.get(row.issue.id):
            return printed
        show, units = self.figures.show, self.units[row.issue.id]
        texts = [
            _cell(cell, show(amount), closed=closed) if cell else _EMPTY[closed]
            for cell, amount, closed in zip(row.cells, units, self._closed_on(row), strict=True)
        ]
        cells = Markup("".join(texts))  # noqa: S704 - numbers and our own marks only
        return self.printed.setdefault(row.issue.id, GridRow(row, cells, self.total_of(row)))

    def group(self, group: SheetGroup) -> GridGroup:
        """Return one project with its sums."""
        return self._group(group, tuple(self.row(row) for row in group.rows))

    def total_of(self, row: SheetRow) -> Total:
        """Return the sum of one row."""
        return self._sum(sum(self.units[row.issue.id]), row.seconds)

    def _sum(self, units: int, seconds: int) -> Total:
        return Total(self.show(units), exactly=self._exactly(units, seconds))

    def _group(self, group: SheetGroup, rows: tuple[GridRow, ...]) -> GridGroup:
        units, exact = self._by_day(group.rows), [0] * len(self.sheet.days)
        for row in group.rows:
            exact = [
                seconds + (cell.seconds if cell else 0)
                for seconds, cell in zip(exact, row.cells, strict=True)
            ]
        *days, total = map(self._sum, [*units, sum(units)], [*exact, sum(exact)])
        return GridGroup(group, rows, tuple(days), total)

    def cell_at(self, row: SheetRow, index: int) -> Markup:
        """Return one day cell of one row, to replace the old one."""
        cell, closed = row.cells[index], self._closed_on(row)[index]
        text = (
            _cell(cell, self.show(self.units[row.issue.id][index]), closed=closed) if cell else _EMPTY[closed]
        )
        return Markup(f"{text}</td>")  # noqa: S704 - numbers and our own marks only

    def sums_of_group(self, row: SheetRow) -> GridGroup:
        """Return the project of a row with its sums, and none of its rows."""
        return next(self._group(group, ()) for group in self.sheet.groups if row in group.rows)

    def _closed_on(self, row: SheetRow) -> Sequence[bool]:
        """Return for each day whether the cell of this row is read-only."""
        if self.closed is ALL_OPEN:
            return self._open
        return [
            bool(self.closed.of_cell(day.date, row.issue, cell.worklogs if cell else ()))
            for day, cell in zip(self.sheet.days, row.cells, strict=True)
        ]

    @property
    def logged_cells(self) -> Markup:
        """Return the row of logged time by day."""
        return self._foot(self.logged(index).cell(f"l{index}") for index in range(len(self._logged)))

    @property
    def expected_cells(self) -> Markup:
        """Return the row of expected time by day."""
        return self._foot(map(self._expected_cell, self._expected, self.sheet.days))

    @property
    def to_date_cells(self) -> Markup:
        """Return the row of expected time by day, up to today."""
        days = zip(self._to_date, self.sheet.days, strict=True)
        return self._foot(self._amount(units, day.expected if units else 0) for units, day in days)

    @property
    def difference_cells(self) -> Markup:
        """Return the row of logged time less expected time to date."""
        return self._foot(self.difference(index).cell(f"d{index}") for index in range(len(self._logged)))

    def _expected_cell(self, units: int, day: Day) -> str:
        if units or not day.letter:
            return self._amount(units, day.expected, "–")
        return Markup('<td title="{}">{}').format(day.reason, day.letter)

    def _amount(self, units: int, seconds: int, zero: str = "") -> str:
        """Return a cell with an amount of time, and a tooltip if it is printed in rounded units."""
        exactly = self._exactly(units, seconds)
        title = f' title="{exactly}"' if exactly else ""
        return f"<td{title}>{self.show(units) or zero}"

    def logged(self, index: int) -> Total:
        """Return the logged time of one column, with its share of the expected time in tenths."""
        units, expected = self._logged[index], self._expected[index]
        steps = min(BAR_STEPS, units * BAR_STEPS // expected) if expected else 0
        return Total(
            self.show(units),
            f"bar-cell b{steps}" if steps else "",
            self._exactly(units, self.sheet.logged(index)),
        )

    def difference(self, index: int) -> Total:
        """Return logged time less expected time to date; nothing is expected of a future day yet."""
        begun = self.sheet.days[index].date <= self.today
        return difference_of(self.figures, self._logged[index], self._expected[index], begun=begun)

    @property
    def width(self) -> int:
        """Return the number of characters of the longest figure of a day, at most as many as a column can show."""
        days = range(len(self._logged))
        figures = (one.text for day in days for one in (self.logged(day), self.difference(day)))
        return min(MOST_CHARACTERS, max(map(len, figures)))

    @property
    def has_begun(self) -> bool:
        """Return True if the first day is not after today."""
        return self.sheet.days[0].date <= self.today

    @property
    def progress(self) -> SpanProgress:
        """Return the logged time of the whole span, what is expected of it, and the difference to date.

        If the span has not begun, the difference is that of the whole span, because time logged ahead is no overtime
        until it is more than that.
        """
        logged, expected = sum(self._logged), sum(self._expected)
        begun = self.has_begun
        beyond = logged - sum(self._to_date) if begun else max(0, logged - expected)
        return SpanProgress(
            self.show(logged) or self.figures.show(0),
            self.show(expected),
            expected and min(100, logged * 100 // expected),
            self.figures.show(abs(beyond)),
            "over" if beyond > 0 else "under" if beyond else "met" if begun and logged else "",
        )

    @property
    def logged_texts(self) -> Sequence[str]:
        """Return the logged time of each column as it is shown."""
        texts = self.figures.show_each(self._logged)
        return [text if units else "" for units, text in zip(self._logged, texts, strict=True)]

    @property
    def total_logged(self) -> Total:
        """Return the sum over all columns, which is the sum over all rows."""
        units = sum(self._logged)
        exactly = self._exactly(units, sum(row.seconds for row in self.sheet.rows))
        return Total(self.figures.show(units), exactly=exactly)

    def _exactly(self, units: int, seconds: int) -> str:
        exact = self.figures.exact(units, seconds)
        return exactly_text(exact) if exact else ""

    @property
    def longest_of_teams(self) -> bool:
        """Return True if the viewer's teams expect different times on one of the days."""
        return any(day.longest for day in self.sheet.days)

    @property
    def total_expected(self) -> Total:
        """Return the expected time of the whole span."""
        return self._total_of(self._expected, self.sheet.days)

    @property
    def total_to_date(self) -> Total:
        """Return the expected time of the days up to and including today."""
        return self._total_of(self._to_date, (day for day in self.sheet.days if day.date <= self.today))

    def _total_of(self, units: Sequence[int], days: Iterable[Day]) -> Total:
        amount = sum(units)
        exactly = self._exactly(amount, sum(day.expected for day in days))
        return Total(self.figures.show(amount), exactly=exactly)

    @property
    def total_difference(self) -> Total:
        """Return all logged time less the expected time to date, which is the sum of the days' differences."""
        if self.sheet.days[0].date > self.today:
            return logged_ahead(self.figures, sum(self._logged), sum(self._expected))
        return compared(self.figures, sum(self._logged), sum(self._to_date))

    def show(self, units: int) -> str:
        """Format printed units; empty for zero."""
        return self.figures.show(units) if units else ""

    @staticmethod
    def _foot(cells: Iterable[str]) -> Markup:
        return Markup("".join(cells))  # noqa: S704 - numbers and our own marks only

    def _by_day(self, rows: Sequence[SheetRow]) -> list[int]:
        columns = zip(*[self.units[row.issue.id] for row in rows], strict=True)
        return list(map(sum, columns)) or [0] * len(self.sheet.days)


@lru_cache(maxsize=512)
def _expected_units(figures: Figures, days: tuple[Day, ...]) -> Sequence[int]:
    """Return the expected time of each day in printed units, cached because a save does not change it."""
    return tuple(figures.units_each([day.expected for day in days]))


def _has_values(worklog: Worklog) -> bool:
    return bool(values_in(worklog.properties))


def _has_comment(worklog: Worklog) -> bool:
    """Return True if there is anything in the comment; one that was removed is an empty document in Jira."""
    return bool(worklog.comment and worklog.comment.get("content"))


def _cell(cell: SheetCell, text: str, *, closed: bool) -> str:
    """Return one day cell; ``text`` is its time."""
    worklogs = cell.worklogs
    if (count := len(worklogs)) == 1:
        [worklog] = worklogs
        mark = _MARKS[_has_comment(worklog), _has_values(worklog), closed]
        return f"<td{mark} data-w={seen_mark(worklog)}>{text}"
    mark = _MARKS[any(map(_has_comment, worklogs)), any(map(_has_values, worklogs)), closed]
    counted = _MANY.format(count, _n("worklog", "worklogs", count))
    return f"<td{mark} data-n={count}>{text}{COMMA}{counted}"
