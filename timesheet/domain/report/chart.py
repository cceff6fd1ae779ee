"""The charts of a report: which ones fit it, the report from which each is drawn, and the positions of its marks.

Places and lengths are thousandths of the drawing, from its start and from its bottom; amounts are seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, count

from timesheet.domain.duration import HOUR
from timesheet.domain.report.query import ReportQuery
from timesheet.domain.report.terms import (
    BY_NAME,
    NO_ROUNDING,
    AnyDimension,
    ColumnUnit,
    Dimension,
    Figure,
    SortOrder,
)
from timesheet.domain.span import DAYS_IN_WEEK

FULL = 1000
MOST_STEPS = 4
MOST_LOAD_DAYS, MOST_TREND_DAYS, MOST_BURN_DAYS = 31, 14, 93
MOST_LOAD_WEEKS, MOST_TREND_WEEKS, MOST_BURN_WEEKS = 53, 16, 105
UNSHARED = frozenset({Dimension.PERSON, Dimension.ISSUE, Dimension.DAY, Dimension.WORKLOG})
"""Dimensions with a chart of their own, or with too many groups for a share of each."""


class Chart(StrEnum):
    """The kinds of charts: people, their load over the days, progress, shares of the time, or time by column."""

    PEOPLE = "people"
    LOAD = "load"
    BURN = "burn"
    SHARE = "share"
    TREND = "trend"


def charts_of(query: ReportQuery) -> Sequence[Chart]:
    """Return the charts that are useful for a report, in order. A report of one person has no comparison of people.

    Figures as closed have none, because closings record no days.
    """
    if query.as_closed:
        return ()
    several = () if query.own else (Chart.PEOPLE, Chart.LOAD)
    days = len(query.span) > 1
    return (*several, *((Chart.BURN,) if days else ()), Chart.SHARE, *((Chart.TREND,) if days else ()))


def chart_query(query: ReportQuery, chart: Chart) -> ReportQuery:
    """Return the report for a chart of this report: the same time, grouped for the chart, unrounded."""
    days = len(query.span)
    plain = replace(
        query,
        rows=(),
        column_unit=ColumnUnit.NONE,
        figures=(Figure.SPENT, Figure.CAPACITY),
        rounding=NO_ROUNDING,
        order=BY_NAME,
    )
    if chart is Chart.PEOPLE:
        return replace(plain, rows=(Dimension.PERSON,))
    if chart is Chart.LOAD:
        unit = _unit(days, MOST_LOAD_DAYS, MOST_LOAD_WEEKS)
        return replace(plain, rows=(Dimension.PERSON,), column_unit=unit)
    if chart is Chart.BURN:
        return replace(plain, column_unit=_unit(days, MOST_BURN_DAYS, MOST_BURN_WEEKS))
    if chart is Chart.TREND:
        return replace(plain, column_unit=_unit(days, MOST_TREND_DAYS, MOST_TREND_WEEKS))
    return replace(
        plain,
        rows=(shared_by(query),),
        figures=(Figure.SPENT,),
        order=SortOrder("total:spent", descending=True),
    )


def table_query(query: ReportQuery, chart: Chart) -> ReportQuery:
    """Return the report whose table has the figures of a chart of this report, rounded like this report."""
    return replace(chart_query(query, chart), rounding=query.rounding)


def shared_by(query: ReportQuery) -> AnyDimension:
    """Return the dimension whose shares a report is about: the first of its rows that has few groups, else project."""
    return next((one for one in query.rows if one not in UNSHARED), Dimension.PROJECT)


def _unit(days: int, most_days: int, most_weeks: int) -> ColumnUnit:
    """Return the smallest unit that does not create too many columns."""
    if days <= most_days:
        return ColumnUnit.DAY
    return ColumnUnit.WEEK if days <= most_weeks * DAYS_IN_WEEK else ColumnUnit.MONTH


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from zero to ``top``, with a line at each of ``steps``; both in seconds."""

    top: int
    steps: tuple[int, ...]

    def place(self, seconds: int) -> int:
        """Return the place of an amount on the axis."""
        return seconds * FULL // self.top


def scale(most: int) -> Scale:
    """Return an axis that holds ``most`` and has at most four steps of a round number of hours."""
    step = next(size for size in _round_steps() if size * MOST_STEPS >= most)
    steps = max(1, -(-most // step))
    return Scale(step * steps, tuple(step * number for number in range(1, steps + 1)))


def _round_steps() -> Iterator[int]:
    """Yield a quarter of an hour, half, one, and then 2, 4, 8, 20, 40, 80 and so on, without end."""
    hours = (first * 10**power for power in count() for first in (2, 4, 8))
    return chain((HOUR // 4, HOUR // 2, HOUR), (number * HOUR for number in hours))


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of time spent: the part ``within`` the capacity, the part ``beyond`` it, and the place of the capacity.

    ``capacity`` is None if there is none to compare with.
    """

    within: int
    beyond: int
    capacity: int | None

    @property
    def whole(self) -> int:
        """Return the length of both parts."""
        return self.within + self.beyond


def bar(spent: int, capacity: int | None, axis: Scale) -> Bar:
    """Return the bar of an amount; without a capacity nothing is beyond it."""
    place = None if capacity is None else axis.place(capacity)
    whole = axis.place(spent)
    within = whole if place is None else min(whole, place)
    return Bar(within, whole - within, place)


def filled(spent: int, capacity: int) -> int:
    """Return how much of a cell is filled, from 0 to FULL: all of it at the capacity, or if nothing is expected."""
    if not spent:
        return 0
    return FULL if spent >= capacity else max(1, spent * FULL // capacity)


@dataclass(frozen=True, slots=True)
class ColumnSlot:
    """The space of one column: where it starts, how wide it is, and whether its head is shown."""

    start: int
    width: int
    headed: bool

    @property
    def middle(self) -> int:
        """Return the position of its middle."""
        return self.start + self.width // 2


def slots(number: int, heads: int) -> Sequence[ColumnSlot]:
    """Return the spaces of equal columns without gaps; at most ``heads`` of them, evenly spread, show a head."""
    edges = [place * FULL // number for place in range(number + 1)] if number else [0]
    every = -(-number // heads)
    return [ColumnSlot(edges[at], edges[at + 1] - edges[at], at % every == 0) for at in range(number)]
