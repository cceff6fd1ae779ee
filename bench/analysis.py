"""Benchmark a report: 100,000 worklogs of 500 people in a quarter, summed by three levels and printed.

The floor is the same grouping and summing by polars or pandas, if one is installed; the app needs neither.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from typing import Any

from babel import Locale

from bench.measure import Figure, figure
from timesheet.domain.figures import Figures
from timesheet.domain.person import Person
from timesheet.domain.report.chart import Chart, chart_query
from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.pivot import Pivot, table_columns
from timesheet.domain.report.query import ReportQuery
from timesheet.domain.report.range import columns_of
from timesheet.domain.report.table import ReportTerms, Table
from timesheet.domain.report.terms import NO_ROUNDING, ColumnUnit, Dimension, Field, SortOrder
from timesheet.domain.report.terms import Figure as ReportFigure
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.services.report.group import Grouping, axis_in
from timesheet.web.report.drawing import Drawer, Drawing
from timesheet.web.report.table import ReportTable

WORKLOGS, PEOPLE, PROJECTS, EACH = 100_000, 500, 12, 8
QUARTER = DateSpan(date(2026, 7, 1), date(2026, 9, 30))
LEVELS = (Dimension.PROJECT, Dimension.PERSON, Dimension.ISSUE)
ROUNDS = 10
TARGET = "≤ 400 ms, ≤ 200 KB"
Column = list[int]


@dataclass(frozen=True)
class Quarter:
    """The worklogs as columns of numbers, with the people and issues they belong to."""

    work: FactTable
    grouping: Grouping

    def page(self, unit: ColumnUnit, levels: Sequence[Dimension] = LEVELS, sort: str = "") -> bytes:
        """Return the rows that are sent first, compressed, with the total."""
        spans = columns_of(QUARTER, unit, 0)
        columns = table_columns(spans, [ReportFigure.SPENT])
        axes = [axis_in(level, self.grouping, [self.work]) for level in levels]
        pivot = Pivot({ReportFigure.SPENT: self.work}, axes, spans, columns, Figures(), order=SortOrder(sort))
        table = Table(_terms(unit), Figures(), columns, pivot, (), WORKLOGS)
        printed = ReportTable(table, Locale("en"), "https://jira.example", SortOrder(sort))
        return gzip.compress(f"{printed.rows()}{printed.totals}".encode(), 1)

    def chart(self, chart: Chart) -> Drawing:
        """Return a chart of the people, as its page draws it; capacity is as much as was spent."""
        everybody = ReportQuery(QUARTER, every_team=True)
        query = chart_query(everybody, chart)
        spans = columns_of(QUARTER, query.column_unit, 0)
        columns = table_columns(spans, query.figures)
        axes = [axis_in(level, self.grouping, [self.work]) for level in query.rows]
        facts = dict.fromkeys(query.figures, self.work)
        pivot = Pivot(facts, axes, spans, columns, Figures())
        table = Table(_terms(query.column_unit), Figures(), columns, pivot, (), WORKLOGS)
        return Drawer(table, Locale("en"), QUARTER.last).draw(chart)


def analysis() -> Iterator[Figure]:
    """Measure a report by project, person, and issue, without columns and by month and day."""
    made = quarter()
    floor = grouped_by_library(made.work)
    for unit in (ColumnUnit.NONE, ColumnUnit.MONTH, ColumnUnit.DAY):
        yield figure(
            f"report: {WORKLOGS:,} worklogs by three levels, columns: {unit.value}",
            partial(made.page, unit),
            floor if unit is ColumnUnit.NONE else None,
            size=len(made.page(unit)),
            rounds=ROUNDS,
            target=TARGET,
        )
    for chart in (Chart.PEOPLE, Chart.LOAD):
        yield figure(
            f"report: {WORKLOGS:,} worklogs of {PEOPLE} people as a chart: {chart.value}",
            partial(made.chart, chart),
            rounds=ROUNDS,
            target="≤ 400 ms",
        )
    many = many_issues()
    for sort in ("", "total:spent"):
        page = partial(many.page, ColumnUnit.NONE, (Dimension.ISSUE, Dimension.PERSON), sort)
        yield figure(
            f"report: {WORKLOGS:,} issues and people, {'sorted by time' if sort else 'by key'}",
            page,
            size=len(page()),
            rounds=ROUNDS,
            target=TARGET,
        )


def many_issues() -> Quarter:
    """Return the same worklogs, each on an issue of its own."""
    made = quarter()
    numbers = range(WORKLOGS)
    work = FactTable({**made.work.fields, Field.ISSUE: numbers}, made.work.seconds)
    issues = {number: _issue(number) for number in numbers}
    return Quarter(work, replace(made.grouping, issues=issues))


def quarter(worklogs: int = WORKLOGS) -> Quarter:
    """Return worklogs of people who work on some issues each, the same in every run."""
    chance = random.Random(7)
    people = [chance.randrange(PEOPLE) for _ in range(worklogs)]
    first = QUARTER.first.toordinal()
    fields = {
        Field.PERSON: people,
        Field.ISSUE: [person * EACH + chance.randrange(EACH) for person in people],
        Field.DAY: [first + chance.randrange(len(QUARTER)) for _ in people],
        Field.TEAM: [1] * worklogs,
        Field.WORKLOG: list(range(worklogs)),
    }
    seconds = [chance.choice((900, 1800, 3600, 5400, 14_400)) for _ in people]
    issues = {number: _issue(number) for number in range(PEOPLE * EACH)}
    persons = [Person(f"account-{number}", f"Person {number}") for number in range(PEOPLE)]
    return Quarter(FactTable(fields, seconds), Grouping(persons, (), (), issues, 0))


def grouped_by_library(work: FactTable) -> Callable[[], object] | None:
    """Return the bare sums by the same levels with polars, else with pandas; None if neither is installed."""
    columns = {
        "project": [number % PROJECTS for number in work.fields[Field.ISSUE]],
        "person": list(work.fields[Field.PERSON]),
        "issue": list(work.fields[Field.ISSUE]),
        "seconds": list(work.seconds),
    }
    for name, group in (("polars", _by_polars), ("pandas", _by_pandas)):
        try:
            return group(import_module(name), columns)
        except ImportError:
            continue
    return None


def _by_polars(polars: Any, columns: dict[str, Column]) -> Callable[[], object]:
    frame, levels = polars.DataFrame(columns), ["project", "person", "issue"]
    return lambda: [
        frame.group_by(levels[:depth]).agg(polars.col("seconds").sum()) for depth in range(1, len(levels) + 1)
    ]


def _by_pandas(pandas: Any, columns: dict[str, Column]) -> Callable[[], object]:
    frame, levels = pandas.DataFrame(columns), ["project", "person", "issue"]
    return lambda: [frame.groupby(levels[:depth])["seconds"].sum() for depth in range(1, len(levels) + 1)]


def _issue(number: int) -> Issue:
    project = number % PROJECTS
    key, name = f"P{project}", f"Project {project}"
    return Issue(number, f"{key}-{number}", f"Issue {number}", project, key, name, "Task", "Open", done=False)


def _terms(unit: ColumnUnit) -> ReportTerms:
    now = datetime(2026, 10, 1, tzinfo=UTC)
    figures = (ReportFigure.SPENT,)
    return ReportTerms(
        title="",
        teams=("Everybody",),
        span=QUARTER,
        previous=None,
        zone="UTC",
        rows=LEVELS,
        column_unit=unit,
        figures=figures,
        filters=(),
        rounding=NO_ROUNDING,
        requested_by="A lead",
        requested_at=now,
        read_at=now,
        complete=True,
    )
