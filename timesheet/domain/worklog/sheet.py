"""The timesheet: worklogs arranged as rows of issues and columns of days.

One filtered list of worklogs feeds the cells and every total, so sums across and sums down cannot differ. All
amounts are whole seconds; formatting is up to the display. Objects that a sheet contains by the hundred are
named tuples, which take half the time of a frozen dataclass to create.

A difference is the time logged minus the time expected up to and including today; both figures are on the
same screen. Nothing is expected yet on a future day, so its difference is the time logged ahead on it.
Therefore the difference of a sum is the sum of the differences, in a week, a period, and a team.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.worklog import BY_START, Worklog


class SheetCell(NamedTuple):
    """The time of one person on one issue on one day, in ``seconds``; never empty."""

    worklogs: tuple[Worklog, ...]
    seconds: int


class SheetRow(NamedTuple):
    """One issue, with a cell or None for each day of the sheet, and its time in the whole sheet in ``seconds``."""

    issue: Issue
    cells: tuple[SheetCell | None, ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """The rows of one project."""

    project_key: str
    project_name: str
    rows: tuple[SheetRow, ...]


class Day(NamedTuple):
    """One column: the expected time of the viewer, and letter and text of the reason for a day or half day off.

    ``closed`` says which team closed it, and is empty while it is open. ``longest`` is True if the viewer's teams
    expect different times, of which ``expected`` is the longest.
    """

    date: date
    expected: int
    letter: str = ""
    reason: str = ""
    closed: str = ""
    longest: bool = False

    @property
    def working(self) -> bool:
        """Return False on days on which no time is expected."""
        return self.expected > 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole timesheet: days, and rows: ``pinned`` issues in that order, then by project and issue number.

    ``placed`` are the worklogs on these days by issue id, to find the rows that a later sheet shares with it.
    """

    days: tuple[Day, ...]
    rows: tuple[SheetRow, ...]
    pinned: tuple[int, ...] = ()
    placed: Mapping[int, Sequence[Worklog]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def span(self) -> DateSpan:
        """Return the span from the first to the last day."""
        return DateSpan(self.days[0].date, self.days[-1].date)

    @property
    def groups(self) -> tuple[SheetGroup, ...]:
        """Return the rows grouped by project, in the same order."""
        by_project: dict[str, list[SheetRow]] = defaultdict(list)
        for row in self.rows:
            by_project[row.issue.project_key].append(row)
        return tuple(
            SheetGroup(key, rows[0].issue.project_name, tuple(rows)) for key, rows in by_project.items()
        )

    def row(self, issue_id: int) -> SheetRow | None:
        """Return the row of one issue, if it is on the sheet."""
        return next((row for row in self.rows if row.issue.id == issue_id), None)

    def logged(self, index: int) -> int:
        """Return the seconds in one column."""
        return sum(cell.seconds for row in self.rows if (cell := row.cells[index]))

    def column(self, day: date) -> int | None:
        """Return the index of ``day`` among the columns, or None if it is outside the sheet."""
        index = (day - self.days[0].date).days
        return index if 0 <= index < len(self.days) else None


def lay_out(
    worklogs: Iterable[Worklog],
    issues: Mapping[int, Issue],
    columns: Iterable[Day],
    added: Iterable[Issue] = (),
    before: Sheet | None = None,
    pinned: tuple[int, ...] = (),
) -> Sheet:
    """Arrange the worklogs on the days of ``columns``, which are consecutive.

    An issue that has not been read yet has its row too, because its time counts. Rows that are the same on
    ``before``, a sheet of the same days, are taken from there: a save changes one of them.
    """
    days = tuple(columns)
    start, end = days[0].date, days[-1].date
    placed: dict[int, list[Worklog]] = defaultdict(list)
    for worklog in worklogs:
        if start <= worklog.day <= end:
            placed[worklog.issue_id].append(worklog)
    placed_issues = {issue_id: issues.get(issue_id) or issue_in(issues, issue_id) for issue_id in placed}
    placed_issues.update((issue.id, issue) for issue in added if issue.id not in placed_issues)
    if before is not None and (before.days[0].date, before.days[-1].date) == (start, end):
        earlier_rows = {row.issue.id: row for row in before.rows}
        earlier_worklogs: Mapping[int, Sequence[Worklog]] = before.placed
    else:
        earlier_rows, earlier_worklogs = {}, {}
    in_order = before is not None and before.pinned == pinned
    rows: dict[int, SheetRow] = {}
    for issue in placed_issues.values():
        row, own = earlier_rows.get(issue.id), placed.get(issue.id, [])
        # Most issues are the same objects, and comparing all of their fields would take longer than the rest.
        if row and (row.issue is issue or row.issue == issue) and earlier_worklogs.get(issue.id, []) == own:
            rows[issue.id] = row
        else:
            in_order = in_order and row is not None and issue_order(row.issue) == issue_order(issue)
            rows[issue.id] = _row(issue, own, start.toordinal(), len(days))
    if in_order and len(rows) == len(earlier_rows):
        return Sheet(days, tuple([rows[number] for number in earlier_rows]), pinned, placed)
    place = {issue_id: index for index, issue_id in enumerate(pinned)}
    ordered = sorted(
        rows.values(), key=lambda row: (place.get(row.issue.id, len(place)), issue_order(row.issue))
    )
    return Sheet(days, tuple(ordered), pinned, placed)


def _row(issue: Issue, worklogs: Iterable[Worklog], first: int, width: int) -> SheetRow:
    by_day: dict[int, list[Worklog]] = defaultdict(list)
    for worklog in worklogs:
        by_day[worklog.day.toordinal() - first].append(worklog)
    cells: list[SheetCell | None] = [None] * width
    for index, of_day in by_day.items():
        if len(of_day) > 1:
            of_day.sort(key=BY_START)
        cells[index] = SheetCell(tuple(of_day), sum([worklog.seconds for worklog in of_day]))
    return SheetRow(issue, tuple(cells), sum([cell.seconds for cell in cells if cell]))


def issue_order(issue: Issue) -> tuple[str, int, str]:
    """Return a sort key: project, then the number in the issue key."""
    return issue.project_key, _number(issue.key), issue.key


def key_order(key: str) -> tuple[str, int, str]:
    """Return the sort key of an issue of which only the key is known, as ``issue_order`` does."""
    return key.rpartition("-")[0], _number(key), key


def _number(key: str) -> int:
    tail = key[key.rfind("-") + 1 :]
    return int(tail) if tail.isdecimal() else 0
