"""A report's table as HTML. Cells contain no text from people, so they are joined from prepared strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from babel import Locale
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from timesheet.domain.figures import Figures
from timesheet.domain.report.table import Cell, Column, Label, Row, Table
from timesheet.domain.report.terms import SIGNED, ColumnUnit, Dimension, Figure, SortOrder
from timesheet.web.http.issue import issue_link
from timesheet.web.http.language import _, _n, _p, exactly_text, isolated_html, percent, signed
from timesheet.web.report.names import column_text, detail_text, figure_text, label_text
from timesheet.web.team.choice import period_title

MOST_ROWS = 200
"""The number of rows of one group that are sent at once; the others are sent on request."""
NOT_HERE = "–"
BETWEEN = "/"
"""Joins the keys of a row's path; no key contains it."""
PERCENT = 10
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class SortableHead:
    """The head of one column; its button asks for ``sort`` and says so in ``title``."""

    key: str
    text: str
    title: str
    sort: str
    sorted: str
    last: bool


@dataclass(frozen=True, slots=True)
class SpanHead:
    """The common head of the columns of some days; ``title`` names those of a numbered week."""

    text: str
    title: str
    width: int
    last: bool


class ReportTable:
    """Formats one report. ``site_url`` is the address of the Jira that its issues are in.

    ``sheet`` gives the address of a person's days by their account id, if the viewer may see those.
    """

    def __init__(
        self,
        table: Table,
        locale: Locale,
        site_url: str,
        order: SortOrder,
        sheet: Callable[[str], str] | None = None,
    ) -> None:
        self._table, self._locale, self._site_url, self._sheet = table, locale, site_url, sheet
        self._order = order
        self._cached: dict[tuple[Figure, Cell, bool], str] = {}

    @property
    def heads(self) -> Sequence[SortableHead]:
        """Return the heads of the columns, in order."""
        several = len(self._table.terms.figures) > 1
        return [
            SortableHead(
                column.key,
                figure_text(column.figure, self._table.terms) if several else self._days(column),
                self._title(column, dated=not several),
                str(self._next_order(column)),
                self._sorted(column),
                column.span is None,
            )
            for column in self._table.columns
        ]

    @property
    def has_one_total(self) -> bool:
        """Return True if the columns of days are followed by the total of one figure."""
        return [column.span is None for column in self._table.columns].count(True) == 1

    @property
    def repeats_total(self) -> bool:
        """Return True if there is one range of days with several figures, which its totals show again."""
        ranges = [column.figure for column in self._table.columns if column.span is not None]
        totals = [column.figure for column in self._table.columns if column.span is None]
        return len(ranges) > 1 and ranges == totals

    @property
    def by_name(self) -> bool:
        """Return True if the rows are in the order of their names, because no column that is shown sorts them."""
        return all(column.key != self._order.column for column in self._table.columns)

    @property
    def stretches(self) -> Sequence[SpanHead]:
        """Return the second row of heads, above the others, if each of several ranges of days has several figures."""
        terms = self._table.terms
        if len(terms.figures) == 1 or terms.column_unit is ColumnUnit.NONE:
            return ()
        return [
            SpanHead(self._days(head), self._dates(head), len(list(columns)), span is None)
            for span, columns in groupby(self._table.columns, key=lambda column: column.span)
            for head in [Column(span, Figure.SPENT)]
        ]

    def _days(self, column: Column) -> str:
        """Return the days of a column. One day takes two lines, its weekday and its date, not three."""
        unit = self._table.terms.column_unit
        text = column_text(column, unit, self._locale)
        return NO_BREAK.join(text.rsplit(" ", 1)) if unit is ColumnUnit.DAY and column.span else text

    def _dates(self, column: Column) -> str:
        """Return the days of a week that its head names by its number; empty for any other column."""
        if column.span is None or self._table.terms.column_unit is not ColumnUnit.WEEK:
            return ""
        dates = period_title(column.span, self._locale)
        return "" if dates == self._days(column) else dates

    def _title(self, column: Column, *, dated: bool) -> str:
        """Return what pressing the head of a column does, after its days if only their week is shown."""
        sort = _("Sort by {figure}", figure=figure_text(column.figure, self._table.terms))
        dates = self._dates(column) if dated else ""
        return _("{text} · {exactly}", text=dates, exactly=sort) if dates else sort

    def _next_order(self, column: Column) -> SortOrder:
        """Return the order that the head of a column asks for: the largest first, unless that is the order now."""
        largest_first = SortOrder(column.key, descending=True)
        return SortOrder(column.key) if self._order == largest_first else largest_first

    def _sorted(self, column: Column) -> str:
        if column.key != self._order.column:
            return "none"
        return "descending" if self._order.descending else "ascending"

    def rows(self, path: Sequence[str] = (), start: int = 0) -> Markup:
        """Return the rows below a path from the place ``start`` on, and a row that asks for more of them."""
        numbers = self._table.body.below(path)
        visible_rows = [
            self._table.body.row(len(path), number) for number in numbers[start : start + MOST_ROWS]
        ]
        html = [self._row(row) for row in visible_rows]
        left = len(numbers) - start - len(visible_rows)
        if left > 0:
            html.append(self._more(path, start + len(visible_rows), left))
        return Markup("".join(html))  # noqa: S704 - labels and paths are escaped

    def _row(self, row: Row) -> str:
        path = escape(BETWEEN.join(row.path))
        cells = "".join(map(self._cell, self._table.columns, row.cells))
        innermost = row.level == len(self._table.terms.rows) - 1
        mark = "" if row.children or innermost else " class=childless"
        return f'<tr class=l{row.level} data-row="{path}"><th scope=row{mark}>{self._head(row)}{cells}'

    def _head(self, row: Row) -> str:
        label = row.label
        text, detail = escape(label_text(label, self._locale)), ""
        if detail_words := detail_text(label, self._locale):
            detail = f" <span class=subtle>{isolated_html(detail_words)}</span>"
        if label.issue_key:
            fold = f'<button type=button class=fold aria-expanded=false aria-label="{text}"></button> '
            link = f"<a {issue_link(self._site_url, label.issue_key)}>{text}</a>"
            return f"{fold if row.children else ''}{link}{detail}"
        if row.children:
            return f"<button type=button class=fold aria-expanded=false>{text}{detail}</button>{self._link(label)}"
        return f"{text}{detail}{self._link(label)}"

    def _link(self, label: Label) -> str:
        """Return a button that leads from a person to their days."""
        where = self._sheet(label.key) if self._sheet and label.dimension is Dimension.PERSON else ""
        if not where:
            return ""
        address, named = escape(where), escape(_("The days of {person}", person=label.text))
        days = escape(_p("button: the days of a person", "Days"))
        return (
            f' <button type=button class="link-button to-sheet" hx-get="{address}" hx-target="#main" '
            f'hx-swap=innerHTML title="{named}" aria-label="{named}">{days}</button>'
        )

    def _more(self, path: Sequence[str], start: int, left: int) -> str:
        width = len(self._table.columns) + 1
        on_paper = _n(
            "{count} more row is not printed. The totals include it.",
            "{count} more rows are not printed. The totals include them.",
            left,
        )
        more = escape(_("Show more ({count} left)", count=left))
        return (
            f'<tr class="more l{len(path)}" data-row="{escape(BETWEEN.join(path))}" data-start={start}'
            f"{'' if path else ' data-top'}><td colspan={width}>"
            f"<button type=button class=link-button>{more}</button>"
            f"<span class=on-paper>{escape(on_paper)}</span>"
        )

    def _cell(self, column: Column, cell: Cell) -> str:
        key = column.figure, cell, column.span is None
        cached = self._cached.get(key)
        if cached is None:
            cached = self._cached[key] = self._new_cell(column, cell)
        return cached

    def _new_cell(self, column: Column, cell: Cell) -> str:
        text = printed_cell(cell, column.figure, self._table.figures, self._locale)
        names = ["s"] if column.span is None else []
        if cell.printed is None:
            names.append("n")
        if column.figure in SIGNED and cell.printed:
            names.append("over" if cell.printed > 0 else "under")
        marks = f' class="{" ".join(names)}"' if names else ""
        exact = exactly(cell, column.figure, self._table.figures)
        title = f' title="{exact}"' if exact else ""
        return f"<td{marks}{title}>{text}{_since(cell) if column.figure is Figure.SINCE else ''}"

    @property
    def totals(self) -> Markup:
        """Return the cells of the total."""
        return Markup("".join(map(self._cell, self._table.columns, self._table.totals)))  # noqa: S704 - numbers


def _since(cell: Cell) -> str:
    """Return what a difference since the closing means, for screen readers; nothing without one."""
    if not cell.printed:
        return ""
    words = _("more than at the closing") if cell.printed > 0 else _("less than at the closing")
    return f" <span class=sr-only>{escape(words)}</span>"


def printed_cell(cell: Cell, figure: Figure, figures: Figures, locale: Locale) -> str:
    """Return a cell as it is printed: nothing for no time, a dash where the figure does not exist.

    Time that rounds to nothing is printed as 0:00.
    """
    if cell.printed is None:
        return NOT_HERE
    if figure is Figure.PERCENTAGE:
        return percent(format_decimal(cell.printed / PERCENT, format="0.0", locale=locale))
    if not cell.printed and not cell.exact:
        return ""
    return (signed if figure in SIGNED else Figures.show)(figures, cell.printed)


def exactly(cell: Cell, figure: Figure, figures: Figures) -> str:
    """Return the exact time of a cell that is printed in rounded units in words, otherwise nothing."""
    return exactly_text(exact_time(cell, figure, figures))


def exact_time(cell: Cell, figure: Figure, figures: Figures) -> str:
    """Return the exact time of a cell that is printed in rounded units, with seconds, otherwise nothing."""
    if cell.exact is None or cell.printed is None or figure is Figure.PERCENTAGE:
        return ""
    return figures.exact(cell.printed, cell.exact)
