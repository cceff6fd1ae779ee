"""What a list of late changes shows of each, and accepting one.

A closing holds a keyed hash of each worklog and nothing else, so what a worklog was before is found by trying: the days
of the period with today's time, and other times on today's day. A worklog that both moved and got another time, or that
is gone, cannot be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound
from timesheet.domain.issue import Issue
from timesheet.domain.late_change import LateChange
from timesheet.domain.period import ClosingRecord, fingerprint
from timesheet.domain.permission import TeamAction
from timesheet.domain.worklog import Worklog
from timesheet.services.period.late_change import late_of
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, open_team

MINUTE, DAY_MINUTES = 60, 24 * 60
LONGEST_NOTE = 500
MOST_TRIED = 200
"""Of more changes than these the earlier day and time are not looked for."""


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A late change with what the viewer may see of it now; ``before`` is the day and the seconds it had, if known."""

    change: LateChange
    worklog: Worklog | None = None
    issue: Issue | None = None
    before: tuple[date, int] | None = None

    @property
    def author(self) -> str | None:
        """Whose time it is, as far as it is known."""
        return self.worklog.author if self.worklog else self.change.author


def read_late(
    context: ViewerContext,
    opened: OpenTeam,
    record: ClosingRecord,
    changes: Sequence[LateChange],
    key: bytes,
) -> tuple[Sequence[ShownChange], str]:
    """The changes with their worklogs and issues as the viewer may see them, and a sentence where Jira fails.

    ``record`` comes with its worklogs and members.
    """
    try:
        worklogs = _worklogs(context, record, changes)
        shown = {one.id: one for one in worklogs.values() if opened.sees_worklogs_of(one.author)}
        issues = context.jira.read_issues(sorted({one.issue_id for one in shown.values()})) if shown else {}
    except JiraUnavailable as error:
        return [ShownChange(change) for change in changes], error.sentence
    tried = {change.worklog_id for change in changes[:MOST_TRIED]}
    return [
        ShownChange(
            change,
            worklog := shown.get(change.worklog_id),
            issues.get(worklog.issue_id) if worklog else None,
            _before(record, worklog, key) if worklog and change.worklog_id in tried else None,
        )
        for change in changes
    ], ""


def accept_late_change(
    context: TeamContext, team_id: str, record_id: str, worklog_id: int, what: str, note: str
) -> LateChange:
    """Accept one change of a closing in force or reopened, with a note; who may close may accept.

    Raises NotAllowed, NotFound, InvalidInput for a note that is too long, Conflict when somebody was faster.
    """
    open_team(context, team_id, TeamAction.CLOSE)
    cleaned = " ".join(note.split())
    if len(cleaned) > LONGEST_NOTE:
        raise InvalidInput(f"A note holds at most {LONGEST_NOTE} characters.", field="note")
    record = context.stores.periods.record(record_id)
    known = late_of(context.stores, record) if record.team_id == team_id else ()
    found = next((one for one in known if (one.worklog_id, one.what) == (worklog_id, what)), None)
    if found is None:
        raise NotFound("This late change is not known any more.")
    return context.stores.periods.accept_late_change(found, context.viewer, context.now, cleaned)


def _worklogs(
    context: ViewerContext, record: ClosingRecord, changes: Sequence[LateChange]
) -> Mapping[int, Worklog]:
    ids = sorted({change.worklog_id for change in changes})
    found = (
        context.jira.read_listed(ids, context.zones_of([one.account_id for one in record.members]))
        if ids
        else ()
    )
    return {worklog.id: worklog for worklog in found}


def _before(record: ClosingRecord, now: Worklog, key: bytes) -> tuple[date, int] | None:
    """The day and the seconds that the closing's hash was made of, where one of them is as it was."""
    held = record.worklogs.get(now.id)
    if held is None:
        return None
    for day, seconds in _candidates(record, now):
        if fingerprint(replace(now, day=day, seconds=seconds), key) == held:
            return day, seconds
    return None


def _candidates(record: ClosingRecord, now: Worklog) -> Iterator[tuple[date, int]]:
    yield from ((day, now.seconds) for day in record.span)
    yield from ((now.day, minutes * MINUTE) for minutes in range(1, DAY_MINUTES + 1))
