"""The query of a report: whose time, which days, its rows, columns, figures, and filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.report.terms import (
    BY_NAME,
    CLOSED_ROWS,
    NO_ROUNDING,
    OF_CAPACITY,
    OF_ISSUES,
    OF_PREVIOUS,
    SUMS,
    AnyDimension,
    AttributeDimension,
    ColumnUnit,
    Dimension,
    Figure,
    Rounding,
    SortOrder,
)
from timesheet.domain.span import DateSpan

LONGEST_REPORT = 731
"""The longest range of a report in days: two years, one of them a leap year."""
MOST_LEVELS = 4
MOST_DAY_COLUMNS = 93
"""A quarter and a day; more columns cannot be read on any screen."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that keeps worklogs with one of these ``values``, ids of a dimension.

    An empty id means without a value, such as without parent. Of an attribute with texts, also what contains
    ``text``; of one with numbers, also what is from ``least`` to ``most``.
    """

    dimension: AnyDimension
    values: frozenset[str] = frozenset()
    text: str = ""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """The days on which worklogs were entered; None leaves the range open on that side."""

    first: date | None = None
    last: date | None = None

    @property
    def limits(self) -> bool:
        """Return True if worklogs entered on some days are left out."""
        return self.first is not None or self.last is not None

    @property
    def ordinals(self) -> range:
        """Return the days as proleptic ordinals."""
        first, last = self.first or date.min, self.last or date.max
        return range(first.toordinal(), last.toordinal() + 1)


NO_DAYS = Entered()


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """Everything that decides what a report shows.

    Without teams, labels, and groups it is the viewer's own time. ``label_ids`` and ``group_ids`` (Jira groups that
    teams follow) limit it to people of the teams, by default of all teams of the viewer. ``late`` limits it to
    worklogs that were entered or changed after their period was closed, ``short`` to people who logged less than
    expected in one of its weeks, ``entered`` to worklogs that were entered from a first to a last day in the zone of
    the report, either open. ``as_closed`` shows closed periods as their closings recorded them.
    """

    span: DateSpan
    team_ids: tuple[str, ...] = ()
    every_team: bool = False
    label_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    rows: tuple[AnyDimension, ...] = (Dimension.ISSUE,)
    column_unit: ColumnUnit = ColumnUnit.NONE
    figures: tuple[Figure, ...] = (Figure.SPENT,)
    filters: tuple[Filter, ...] = ()
    text: str = ""
    jql: str = ""
    rounding: Rounding = NO_ROUNDING
    late: bool = False
    short: bool = False
    as_closed: bool = False
    entered: Entered = NO_DAYS
    order: SortOrder = BY_NAME

    @property
    def own(self) -> bool:
        """Return True for a report of the viewer's own time."""
        return not (self.team_ids or self.every_team or self.by_people)

    @property
    def by_people(self) -> bool:
        """Return True for a report that is limited to people by label or by Jira group."""
        return bool(self.label_ids or self.group_ids)

    @property
    def compares(self) -> bool:
        """Return True if the range before is read too."""
        return not OF_PREVIOUS.isdisjoint(self.figures)

    @property
    def plans(self) -> bool:
        """Return True if a figure depends on capacity."""
        return self.short or not OF_CAPACITY.isdisjoint(self.figures)

    @property
    def dimensions(self) -> frozenset[AnyDimension]:
        """Return what rows are grouped or limited by."""
        return frozenset((*self.rows, *(one.dimension for one in self.filters)))

    @property
    def filter_count(self) -> int:
        """Return the number of chosen filters, whether the report can be shown or not."""
        others = (self.by_people, self.text, self.jql, self.late, self.short, self.entered.limits)
        return len(self.filters) + sum(map(bool, others))

    @property
    def only_sums(self) -> bool:
        """Return True if the report shows nothing beyond sums of people and projects.

        The estimates of the issues on which one person worked on one day would tell which issues these are.
        """
        by_issues = self.text or self.jql or self.entered.limits or not OF_ISSUES.isdisjoint(self.figures)
        return self.dimensions <= SUMS and not by_issues

    @property
    def by_worklogs(self) -> bool:
        """Return True if a filter is about single worklogs or what Jira finds, beside those by groups."""
        return bool(self.text or self.jql or self.late or self.entered.limits)

    @property
    def column_figures(self) -> tuple[Figure, ...]:
        """Return the figures of the columns: as closed, the time spent comes with the time now and the difference."""
        if not self.as_closed:
            return self.figures
        spent = (Figure.SPENT, Figure.NOW, Figure.SINCE)
        return tuple(figure for one in self.figures for figure in (spent if one is Figure.SPENT else (one,)))

    @property
    def dates_entry(self) -> bool:
        """Return True if it matters on which day worklogs were entered."""
        return self.entered.limits or not self.dimensions.isdisjoint({Dimension.ENTERED, Dimension.WORKLOG})

    @property
    def by_attributes(self) -> bool:
        """Return True if rows or filters depend on attributes."""
        return any(isinstance(one, AttributeDimension) for one in self.dimensions)


def check_query(query: ReportQuery) -> None:
    """Raise InvalidInput for a query that no report can show, with a sentence for the field that is wrong."""
    days = len(query.span)
    if days > LONGEST_REPORT:
        raise InvalidInput(
            message(
                "{first} to {last} is {days} days. A report covers at most two years: choose a shorter range.",
                first=query.span.first,
                last=query.span.last,
                days=days,
            ),
            field="range",
        )
    if query.column_unit is ColumnUnit.DAY and days > MOST_DAY_COLUMNS:
        raise InvalidInput(
            message(
                "{days} days do not fit as columns; at most {most} do. Choose weeks or months.",
                days=days,
                most=MOST_DAY_COLUMNS,
            ),
            field="columns",
        )
    if len(set(query.rows)) != len(query.rows) or len(query.rows) > MOST_LEVELS:
        raise InvalidInput(
            message("Rows can have at most {most} levels, each a different one.", most=MOST_LEVELS),
            field="rows",
        )
    if query.entered.first and query.entered.last and query.entered.last < query.entered.first:
        raise InvalidInput(
            message("The days of “Entered on” end before they begin. Swap the two days."), field="entered"
        )
    if query.as_closed:
        _check_as_closed(query)
    if not query.figures:
        raise InvalidInput(message("Choose at least one figure."), field="figures")


def _check_as_closed(query: ReportQuery) -> None:
    """Raise InvalidInput for what closings do not record."""
    used = {*query.rows, *(one.dimension for one in query.filters)}
    if query.own:
        sentence = message("Your own time has no closing. Choose a team to see figures as closed.")
    elif not used <= CLOSED_ROWS or query.by_worklogs:
        sentence = message(
            "A closing keeps one sum for each member, so figures as closed are grouped and filtered only by person, "
            "user label, role, and team. Remove the other rows and filters, or show closed periods as of now."
        )
    elif query.compares or query.short:
        sentence = message(
            "Figures as closed cannot be compared with another range or limited to people below "
            "their expected time. Remove these choices, or show closed periods as of now."
        )
    else:
        return
    raise InvalidInput(sentence, field="closed")
