"""Find the worklogs of a report that were entered or changed after their period was closed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from timesheet.domain.errors import InvalidInput
from timesheet.domain.jira_time import EARLIEST_DAY, LATEST_DAY, epoch_ms
from timesheet.domain.long_list import parts_of
from timesheet.domain.period.late_change import UNNOTICED
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.report.terms import Field
from timesheet.domain.span import DateSpan
from timesheet.domain.team.jql import names_erased
from timesheet.domain.team.team import Membership, Scope
from timesheet.domain.worklog.issue import issue_in
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.team_jira import WholeJira
from timesheet.services.report.limit import FieldLimit, allowed_issues
from timesheet.services.report.source import ReportSource
from timesheet.services.viewer.context import ViewerContext

IDS_A_STATEMENT = 500
ONE_MS = timedelta(milliseconds=1)


class _Row(NamedTuple):
    """One worklog; ``teams`` are the bits of the teams that count it."""

    id: int
    day: int
    teams: int
    issue_id: int
    created: int
    updated: int


def closings_of(stores: Stores, source: ReportSource, viewer: str, span: DateSpan) -> Sequence[ClosingRecord]:
    """Return the closings in force that touch ``span``, of the report's teams.

    For the viewer's own time they are those of the teams that the viewer belongs to.
    """
    ids = [part.opened.team.id for part in source.parts] or [
        membership.team.id for membership in stores.teams.memberships_of(viewer)
    ]
    return stores.periods.closed(ids, span) if ids else ()


def allowed_late(context: ViewerContext, jira: WholeJira, stores: Stores, source: ReportSource) -> FieldLimit:
    """Return the worklogs that were entered or changed after one of their teams had closed their day.

    A closing may also contain a worklog that later moved to another day; that one counts too. So does one on a
    closed day that changed shortly before the closing and that the closing does not contain.
    """
    records = closings_of(stores, source, context.viewer, DateSpan(EARLIEST_DAY, LATEST_DAY))
    if not records:
        return Field.WORKLOG, frozenset()
    closed = {record.id: epoch_ms(record.closed_at) for record in records}
    rows = _changed_since(source, min(closed.values()) - UNNOTICED // ONE_MS)
    counting = _Counting(
        context,
        jira,
        source,
        {membership.team.id: membership for membership in _memberships(context, stores, source)},
    )
    late = {
        number
        for record, inside in _on_closed_days(records, rows)
        for number in counting.counted(record, _late(stores, record, inside))
    }
    instants = sorted(closed.values())
    moved = {row.id: row.updated for row in rows if row.id not in late and _was_there(row, instants)}
    recorded = _closings_of(stores, list(closed), list(moved))
    return Field.WORKLOG, late | {number for number, id_ in recorded if moved[number] > closed[id_]}


def _on_closed_days(
    records: Iterable[ClosingRecord], rows: Iterable[_Row]
) -> Iterator[tuple[ClosingRecord, Sequence[_Row]]]:
    """Yield the closings that have some of these worklogs on their days, with those worklogs."""
    by_day: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
    for record in records:
        if found := [row for day in record.span for row in by_day.get(day.toordinal(), ())]:
            yield record, found


def _late(stores: Stores, record: ClosingRecord, rows: Sequence[_Row]) -> Sequence[_Row]:
    """Return the worklogs that changed after a closing, or shortly before it if it does not contain them."""
    closed, seen = epoch_ms(record.closed_at), epoch_ms(record.closed_at - UNNOTICED)
    near = [row.id for row in rows if seen < row.updated <= closed]
    unnoticed = set(near) - {number for number, _ in _closings_of(stores, [record.id], near)}
    return [row for row in rows if row.updated > closed or row.id in unnoticed]


def _was_there(row: _Row, closed: Sequence[int]) -> bool:
    """Return True if a closing may contain the worklog: it was entered before the closing, and changed after it.

    ``closed`` are the instants of closings, in order.
    """
    place = bisect_left(closed, row.created)
    return place < len(closed) and closed[place] < row.updated


def _changed_since(source: ReportSource, instant: int) -> Sequence[_Row]:
    fields = source.work.fields
    columns = (fields[field] for field in (Field.WORKLOG, Field.DAY, Field.TEAM, Field.ISSUE))
    return [
        _Row(*row) for row in zip(*columns, source.created, source.updated, strict=True) if row[-1] > instant
    ]


def _memberships(context: ViewerContext, stores: Stores, source: ReportSource) -> Iterable[Membership]:
    return () if source.parts else stores.teams.memberships_of(context.viewer)


@dataclass(frozen=True, slots=True)
class _Counting:
    """Decides which worklogs a team counts; ``memberships`` are those of the viewer in a report of their own time."""

    context: ViewerContext
    jira: WholeJira
    source: ReportSource
    memberships: Mapping[str, Membership]

    def counted(self, record: ClosingRecord, rows: Sequence[_Row]) -> set[int]:
        """Return the ids of the worklogs that the team of a closing counts now."""
        if not rows:
            return set()
        if self.source.parts:
            bits = {part.opened.team.id: 1 << place for place, part in enumerate(self.source.parts)}
            return {row.id for row in rows if row.teams & bits.get(record.team_id, 0)}
        membership = self.memberships.get(record.team_id)
        if membership is None:
            # The viewer has left the team since its closings were read.
            return set()
        active = [row for row in rows if membership.active_on(date.fromordinal(row.day))]
        inside = self._inside(membership.team.scope, {row.issue_id for row in active})
        return {row.id for row in active if row.issue_id in inside}

    def _inside(self, scope: Scope, issue_ids: set[int]) -> set[int]:
        """Return the issues in scope; all of them if Jira does not accept its JQL, or if it names a former user."""
        issues = self.source.issues
        inside = {n for n in issue_ids if scope.has_project(issue_in(issues, n).project_id)}
        if not (scope.jql and inside) or names_erased(scope.jql):
            return inside
        try:
            return set(allowed_issues(self.context, self.jira, scope.jql, inside)[1])
        except InvalidInput:
            return inside


def _closings_of(
    stores: Stores, record_ids: Sequence[str], worklog_ids: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Yield each of these worklogs with each closing that contains it."""
    for part in parts_of(worklog_ids, IDS_A_STATEMENT):
        yield from stores.periods.holders(record_ids, part)
