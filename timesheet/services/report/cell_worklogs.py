"""Return the worklogs that a cell of a report sums, with their comments as the viewer may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timesheet.domain.errors import NotFound
from timesheet.domain.person import Person
from timesheet.domain.report.group import filtered
from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.pivot import GONE
from timesheet.domain.report.table import Column
from timesheet.domain.report.terms import Field, field_of
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Jira, readable
from timesheet.services.report.report import Report
from timesheet.services.report.source import check_worklogs
from timesheet.services.viewer.context import ViewerContext

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class CellWorklog:
    """One worklog behind a cell."""

    worklog: Worklog
    issue: Issue
    person: Person


@dataclass(frozen=True, slots=True)
class CellWorklogs:
    """The first worklogs behind a cell, the number of all of them, and the seconds of each."""

    entries: Sequence[CellWorklog]
    count: int
    seconds: Sequence[int]


def read_cell_worklogs(
    context: ViewerContext, jira: Jira, report: Report, path: Sequence[str], column_key: str
) -> CellWorklogs:
    """Return the worklogs behind a cell, by day. ``path`` names its row, nothing for the total.

    Raise NotFound if the report has no such row or column, NotAllowed for somebody who sees sums only.
    """
    check_worklogs(report.source.opened)
    column = next((one for one in report.table.columns if one.key == column_key), None)
    if column is None or len(path) > len(report.query.rows):
        raise NotFound(GONE)
    work = _summed(report, path, column)
    days, numbers = work.fields[Field.DAY], work.fields[Field.WORKLOG]
    ordered = [number for _, number in sorted(zip(days, numbers, strict=True))]
    people = {person.account_id: person for person in report.grouping.people}
    zones = context.zones_of(list(people))
    listed = readable(lambda: jira.read_listed(ordered[:MOST_LISTED], zones))
    entries = [
        CellWorklog(one, issue_in(report.grouping.issues, one.issue_id), people[one.author])
        for one in sorted(listed, key=lambda one: (one.day, one.started, one.id))
        if one.author in people
    ]
    return CellWorklogs(entries, len(ordered), work.seconds)


def _summed(report: Report, path: Sequence[str], column: Column) -> FactTable:
    """Return the worklogs of a row and a column."""
    work = report.work
    for axis, key in zip(report.axes, path, strict=False):
        values = frozenset(value for value, place in axis.index.items() if axis.labels[place].key == key)
        work = filtered(work, [(field_of(axis.dimension), values)])
    if column.span:
        days = range(column.span.first.toordinal(), column.span.last.toordinal() + 1)
        work = filtered(work, [(Field.DAY, days)])
    return work
