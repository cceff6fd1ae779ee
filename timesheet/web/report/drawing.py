"""The charts of a report as its page draws them. Each is made from a report's table and computes no figure itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate

from babel import Locale

from timesheet.domain.figures import shares
from timesheet.domain.long_list import Page, page_of
from timesheet.domain.report.chart import Bar, Chart, ColumnSlot, Scale, bar, filled, scale, slots
from timesheet.domain.report.names import COLUMNS
from timesheet.domain.report.table import Cell, Column, Label, Row, Table
from timesheet.domain.report.terms import ColumnUnit, Dimension
from timesheet.domain.span import DateSpan
from timesheet.domain.team.capacity import show_progress
from timesheet.web.http.dates import month_and_day, month_head
from timesheet.web.http.issue import project_color
from timesheet.web.http.language import Printed, _, _n, exactly_text, localize, percent
from timesheet.web.report.names import dimension_name, label_text, span_text
from timesheet.web.team.table import heat

MOST_BARS, MOST_LOADS, MOST_SHARES = 60, 40, 12
MOST_LOW = 6
"""Bars or people that together are about as high as a plot."""
HEADS = 5
"""The number of column heads that fit on a narrow screen."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One part of a chart that can be pointed at: ``said`` is what it shows in words, ``color`` a project's class."""

    said: str
    head: str = ""
    value: str = ""
    bar: Bar | None = None
    slot: ColumnSlot | None = None
    level: str = ""
    filled: int = 0
    color: str = ""


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One row of marks, such as the days of a person."""

    head: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: its title, its total with the exact time as a tooltip, its rows, and the texts along its axis by place.

    ``spent`` and ``capacity`` are the places of the points of two lines. ``page`` is the part of the people that is
    drawn.
    """

    chart: Chart
    title: str
    about: Printed
    lines: Sequence[MarkRow]
    ticks: Sequence[tuple[int, str]] = ()
    spent: Sequence[tuple[int, int]] = ()
    capacity: Sequence[tuple[int, int]] = ()
    page: Page | None = None

    @property
    def is_low(self) -> bool:
        """Return True for a plot and for a few bars or people."""
        rows = self.lines[0].marks if self.chart in {Chart.PEOPLE, Chart.SHARE} else self.lines
        return self.chart in {Chart.BURN, Chart.TREND} or len(rows) <= MOST_LOW


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws a chart from a table. ``today`` ends the line of time spent; ``page`` is the wanted page of the people."""

    table: Table
    locale: Locale
    today: date
    page: int = 1

    def draw(self, chart: Chart) -> Drawing:
        """Return the chart; without marks if there is nothing to draw."""
        draw: Mapping[Chart, Callable[[], Drawing]] = {
            Chart.PEOPLE: self._people,
            Chart.LOAD: self._load,
            Chart.BURN: self._burn,
            Chart.SHARE: self._shares,
            Chart.TREND: self._trend,
        }
        return draw[chart]()

    @property
    def _unit(self) -> ColumnUnit:
        return self.table.terms.column_unit

    def _people(self) -> Drawing:
        rows = self.table.top()
        page = page_of(self.page, len(rows), MOST_BARS)
        # All pages have one scale, so that a bar means the same on each.
        axis = scale(max((_most(row.cells) for row in rows), default=0))
        marks = [self._person(row, axis) for row in rows[page.start : page.end]]
        return Drawing(
            Chart.PEOPLE,
            _("Spent and capacity by person"),
            self._whole(),
            [MarkRow("", marks)],
            page=page,
        )

    def _person(self, row: Row, axis: Scale) -> Mark:
        spent, capacity = row.cells
        name, value = self._name(row), self._of(spent, capacity)
        return Mark(
            self._with_exact(_("{name}: {value}", name=name, value=value), spent, capacity),
            name,
            value,
            bar(_exact(spent), _exact(capacity), axis),
        )

    def _load(self) -> Drawing:
        rows, columns = self.table.top(), self.table.columns[:-2:2]
        page = page_of(self.page, len(rows), MOST_LOADS)
        rooms = slots(len(columns), HEADS)
        lines = [self._loads(row, columns, rooms) for row in rows[page.start : page.end]]
        return Drawing(
            Chart.LOAD,
            _("Load of each person: {columns}", columns=localize(COLUMNS[self._unit])),
            self._whole(),
            lines,
            [
                (room.start, self._short(column))
                for room, column in zip(rooms, columns, strict=True)
                if room.headed
            ],
            page=page,
        )

    def _loads(self, row: Row, columns: Sequence[Column], rooms: Sequence[ColumnSlot]) -> MarkRow:
        name, marks = self._name(row), list[Mark]()
        for place, (column, room) in enumerate(zip(columns, rooms, strict=True)):
            spent, capacity = row.cells[2 * place : 2 * place + 2]
            did, expected = _exact(spent), _exact(capacity)
            tooltip = _(
                "{name}, {days}: {value}",
                name=name,
                days=self._long(column),
                value=self._of(spent, capacity),
            )
            tooltip = self._with_exact(tooltip, spent, capacity)
            marks.append(Mark(tooltip, slot=room, level=heat(did, expected), filled=filled(did, expected)))
        return MarkRow(name, marks)

    def _burn(self) -> Drawing:
        cells, columns = self.table.totals[:-2], self.table.columns[:-2:2]
        spent, capacity = _running(cells[::2]), _running(cells[1::2])
        axis = scale(max((_exact(cell) for cell in (*spent[-1:], *capacity[-1:])), default=0))
        rooms = slots(len(columns), HEADS)
        begun = [_span(column).first <= self.today for column in columns]
        marks = [
            Mark(
                self._so_far(column, spent[place], capacity[place], begun=begun[place]),
                self._short(column) if room.headed else "",
                slot=room,
                filled=axis.place(_exact(spent[place])) if begun[place] else -1,
            )
            for place, (column, room) in enumerate(zip(columns, rooms, strict=True))
        ]
        points = [(room.middle, axis.place(_exact(cell))) for room, cell in zip(rooms, spent, strict=True)]
        return Drawing(
            chart=Chart.BURN,
            title=_("Time spent and capacity, added up from the first day on"),
            about=self._whole(),
            lines=[MarkRow("", marks)],
            ticks=self._ticks(axis),
            spent=[point for point, now in zip(points, begun, strict=True) if now],
            capacity=[
                (room.middle, axis.place(_exact(cell))) for room, cell in zip(rooms, capacity, strict=True)
            ],
        )

    def _so_far(self, column: Column, spent: Cell, capacity: Cell, *, begun: bool) -> str:
        days = self._long(column)
        if not begun:
            text = _("Until {day}: capacity {capacity}", day=days, capacity=self._cell_text(capacity))
            return self._with_exact(text, capacity)
        return self._with_exact(
            _("Until {day}: {value}", day=days, value=self._of(spent, capacity)), spent, capacity
        )

    def _trend(self) -> Drawing:
        cells, columns = self.table.totals[:-2], self.table.columns[:-2:2]
        axis, rooms = scale(_most(cells)), slots(len(columns), HEADS)
        marks = []
        for place, (column, room) in enumerate(zip(columns, rooms, strict=True)):
            spent, capacity = cells[2 * place : 2 * place + 2]
            tooltip = _("{name}: {value}", name=self._long(column), value=self._of(spent, capacity))
            tooltip = self._with_exact(tooltip, spent, capacity)
            head = self._short(column) if room.headed else ""
            marks.append(Mark(tooltip, head, bar=bar(_exact(spent), _exact(capacity), axis), slot=room))
        return Drawing(
            Chart.TREND,
            _("Spent and capacity: {columns}", columns=localize(COLUMNS[self._unit])),
            self._whole(),
            [MarkRow("", marks)],
            self._ticks(axis),
        )

    def _shares(self) -> Drawing:
        rows, [total] = [row for row in self.table.top() if row.cells[0].exact], self.table.totals
        axis = scale(max((_exact(row.cells[0]) for row in rows), default=0))
        largest, rest = rows[:MOST_SHARES], rows[MOST_SHARES:]
        named = [(self._name(row), row.cells[0], axis, _color(row.label)) for row in largest]
        if rest:
            others = Cell(
                sum(_exact(row.cells[0]) for row in rest), sum(row.cells[0].printed or 0 for row in rest)
            )
            name = _n("{count} other", "{count} others", len(rest))
            named.append((name, others, scale(max(_exact(others), axis.top)), ""))
        parts = shares([_exact(cell) for _, cell, _, _ in named])
        marks = [self._share(*one, part) for one, part in zip(named, parts, strict=True)]
        [dimension] = self.table.terms.rows
        return Drawing(
            Chart.SHARE,
            _("Shares of the time: {rows}", rows=dimension_name(dimension)),
            Printed(_("{spent} in all", spent=self._cell_text(total)), self._exactly(total)),
            [MarkRow("", marks)],
        )

    def _share(self, name: str, cell: Cell, axis: Scale, color: str, part: Fraction) -> Mark:
        in_percent = percent(show_progress(part, self.table.figures.separator))
        value = _("{time} · {percent}", time=self._cell_text(cell), percent=in_percent)
        tooltip = self._with_exact(_("{name}: {value}", name=name, value=value), cell)
        return Mark(tooltip, name, value, bar(_exact(cell), None, axis), color=color)

    def _whole(self) -> Printed:
        """Return the total; charts with other rows round other amounts, so only their exact totals are all the same."""
        both = self.table.totals[-2:]
        return Printed(self._of(*both), self._exactly(*both))

    def _with_exact(self, text: str, *cells: Cell) -> str:
        """Return the words of a mark; with the exact times of its cells if they are printed in rounded units."""
        exactly = self._exactly(*cells)
        return _("{text} · {exactly}", text=text, exactly=exactly) if exactly else text

    def _exactly(self, *cells: Cell) -> str:
        """Return the exact time of one cell, or of time spent and capacity; empty if their figures are exact."""
        exact = [self._exact_text(cell) for cell in cells]
        times = [text or self._cell_text(cell) for text, cell in zip(exact, cells, strict=True)]
        if not any(exact):
            return ""
        return exactly_text(
            times[0] if len(times) == 1 else _("{spent} of {capacity}", spent=times[0], capacity=times[1])
        )

    def _ticks(self, axis: Scale) -> Sequence[tuple[int, str]]:
        figures = self.table.figures
        return [(axis.place(step), figures.show(figures.units(step))) for step in axis.steps]

    def _name(self, row: Row) -> str:
        label = row.label
        text = label_text(label, self.locale)
        return _("{key} {summary}", key=text, summary=label.detail) if label.issue_key else text

    def _of(self, spent: Cell, capacity: Cell) -> str:
        return _("{spent} of {capacity}", spent=self._cell_text(spent), capacity=self._cell_text(capacity))

    def _cell_text(self, cell: Cell) -> str:
        return self.table.figures.show(cell.printed or 0)

    def _exact_text(self, cell: Cell) -> str:
        """Return the exact time of a cell that is printed in rounded units; empty if its figure is exact."""
        return self.table.figures.exact(cell.printed or 0, _exact(cell))

    def _long(self, column: Column) -> str:
        return span_text(_span(column), self._unit, self.locale)

    def _short(self, column: Column) -> str:
        """Return the head of a column in as few letters as possible."""
        if self._unit is ColumnUnit.MONTH:
            return month_head(_span(column).first, self.locale)
        return month_and_day(_span(column).first, self.locale)


def _color(label: Label) -> str:
    """Return the color of a project; shares of anything else have none."""
    named = label.dimension is Dimension.PROJECT and label.key.isdecimal()
    return project_color(int(label.key)) if named else ""


def _span(column: Column) -> DateSpan:
    """Return the days of a column that is not the total."""
    if column.span is None:
        raise ValueError("the total has no days of its own")  # not shown
    return column.span


def _exact(cell: Cell) -> int:
    return cell.exact or 0


def _most(cells: Sequence[Cell]) -> int:
    return max(map(_exact, cells), default=0)


def _running(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return the sums of the first cells, of the first two, and so on."""
    exact = accumulate(map(_exact, cells))
    printed = accumulate(cell.printed or 0 for cell in cells)
    return [Cell(*both) for both in zip(exact, printed, strict=True)]
