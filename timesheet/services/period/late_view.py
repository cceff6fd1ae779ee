"""Show late changes with their earlier values, and accept them.

A closing stores only a keyed hash of each worklog, so the earlier value is found by trying: the days of the
period with the current time, and other times on the current day. A worklog that is gone from Jira, or changed
both day and time, is tried from the audit log, which contains issue, work date, and time of everything
written through the app. The hash proves each result; if nothing matches, the earlier value is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from timesheet.domain.audit.event import AuditEvent
from timesheet.domain.duration import DAY, MINUTE
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, NotFound
from timesheet.domain.message import message
from timesheet.domain.period.digest import fingerprint
from timesheet.domain.period.late_change import ADDED, LateChange
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.permission import TeamAction
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.command import AcceptLateChange
from timesheet.services.period.late_change import late_of
from timesheet.services.ports.jira import readable
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, open_team

CHANGED_AGAIN = message(
    "The worklog has changed again since this list was opened, so nothing is accepted. "
    "The list shows it as it is now."
)
LONGEST_NOTE = 500
MOST_TRIED = 200
"""The number of changes above which earlier days and times are not searched for."""


Logged: TypeAlias = Callable[[int], Sequence[AuditEvent]]
"""A function that returns the audit events about one worklog, by its id, latest first."""


@dataclass(frozen=True, slots=True)
class VisibleChange:
    """A late change with what the viewer may see of it; ``before`` is its earlier day and seconds, if known.

    ``owner`` is the author of a worklog that is gone, if the closing's hash proves it.
    """

    change: LateChange
    worklog: Worklog | None = None
    issue: Issue | None = None
    before: tuple[date, int] | None = None
    owner: str | None = None

    @property
    def author(self) -> str | None:
        """Return whose time it is, if known."""
        return self.worklog.author if self.worklog else self.owner or self.change.author


def read_late(
    context: ViewerContext,
    opened: OpenTeam,
    record: ClosingRecord,
    changes: Sequence[LateChange],
    key: bytes,
    logged: Logged,
) -> tuple[Sequence[VisibleChange], str]:
    """Return the changes with the worklogs and issues that the viewer may see, and a message if Jira fails.

    ``record`` has its worklogs and members. Of the audit events in ``logged``, only those about people and
    issues that the viewer may see are used.
    """
    tried = {change.worklog_id for change in changes[:MOST_TRIED] if change.what != ADDED}
    try:
        worklogs = _worklogs(context, record, changes)
        visible = {one.id: one for one in worklogs.values() if opened.sees_worklogs_of(one.author)}
        before = {
            one.id: found
            for one in visible.values()
            if one.id in tried and (found := _before(record, one, key))
        }
        hidden = worklogs.keys() - visible.keys()
        for number in tried - before.keys() - hidden:
            found = _as_logged(record, number, logged(number), key)
            if found and opened.sees_worklogs_of(found.author):
                before[number] = found
        issue_ids = sorted({one.issue_id for one in (*visible.values(), *before.values())})
        issues = context.jira.read_issues(issue_ids) if issue_ids else {}
    except JiraUnavailable as error:
        return [VisibleChange(change) for change in changes], error.sentence
    # Jira lists worklogs also to people who may not see their issues.
    shown, earlier = (
        {number: one for number, one in found.items() if one.issue_id in issues}
        for found in (visible, before)
    )
    return [
        _visible(change, shown.get(change.worklog_id), earlier.get(change.worklog_id), issues)
        for change in changes
    ], ""


def _visible(
    change: LateChange, worklog: Worklog | None, before: Worklog | None, issues: Mapping[int, Issue]
) -> VisibleChange:
    latest = worklog or before
    return VisibleChange(
        change,
        worklog,
        issues.get(latest.issue_id) if latest else None,
        (before.day, before.seconds) if before else None,
        before.author if before else None,
    )


def accept_late_change(context: TeamContext, command: AcceptLateChange) -> LateChange:
    """Accept one change of a closing, in force or reopened, with a note; whoever may close may accept.

    Raise NotAllowed; NotFound; InvalidInput for a note that is too long; Conflict if somebody accepted it
    first, or if the worklog has changed since the viewer saw it.
    """
    open_team(context, command.team_id, TeamAction.CLOSE)
    cleaned = " ".join(command.note.split())
    if len(cleaned) > LONGEST_NOTE:
        raise InvalidInput(
            message("A note can have at most {longest_note} characters.", longest_note=LONGEST_NOTE),
            field="note",
        )
    context.stores.lock_site()
    record = context.stores.periods.record(command.record_id)
    known = late_of(context.stores, record) if record.team_id == command.team_id else ()
    identity = command.worklog_id, command.what
    found = next((one for one in known if (one.worklog_id, one.what) == identity), None)
    if found is None:
        raise NotFound(message("This late change is no longer known."))
    if command.seen != found.mark:
        raise Conflict(CHANGED_AGAIN, current=found)
    return context.stores.periods.accept_late_change(found, context.viewer, context.now, cleaned)


def _worklogs(
    context: ViewerContext, record: ClosingRecord, changes: Sequence[LateChange]
) -> Mapping[int, Worklog]:
    """Return the worklogs by id, with work dates in the zones that the closing used, so that the hashes agree."""
    ids = sorted({change.worklog_id for change in changes})
    if not ids:
        return {}
    recorded = record.zones
    others = [one.account_id for one in record.members if one.account_id not in recorded]
    zones = {**context.zones_of(others), **recorded}
    listed = readable(lambda: context.jira.read_listed(ids, zones))
    return {worklog.id: worklog for worklog in listed}


def _before(record: ClosingRecord, now: Worklog, key: bytes) -> Worklog | None:
    """Return the worklog that the closing's hash was computed from, if its day or its time is unchanged."""
    recorded = record.worklogs.get(now.id)
    if recorded is None:
        return None
    tried = (replace(now, day=day, seconds=seconds) for day, seconds in _candidates(record, now))
    return next((one for one in tried if fingerprint(one, key) == recorded), None)


def _as_logged(
    record: ClosingRecord, worklog_id: int, events: Sequence[AuditEvent], key: bytes
) -> Worklog | None:
    """Return the worklog of the closing as an event states it, or with another day or time than the latest event."""
    recorded = record.worklogs.get(worklog_id)
    stated = list(_stated(worklog_id, events)) if recorded else []
    exact = next((one for one in stated if fingerprint(one, key) == recorded), None)
    latest = (one for one in stated if (one.day, one.seconds) == (stated[0].day, stated[0].seconds))
    return exact or next((found for one in latest if (found := _before(record, one, key))), None)


def _stated(worklog_id: int, events: Sequence[AuditEvent]) -> Iterator[Worklog]:
    """Yield the worklog as the events state it, latest first; its author is one of the people the event concerns."""
    for event in events:
        for values in (event.after, event.before):
            issue, day, seconds = (values.get(name) for name in ("issue", "day", "seconds"))
            if isinstance(issue, int) and isinstance(day, str) and isinstance(seconds, int):
                for who in sorted(event.people | {event.actor}):
                    yield Worklog(
                        worklog_id, issue, who, date.fromisoformat(day), event.at, seconds, event.at
                    )


def _candidates(record: ClosingRecord, now: Worklog) -> Iterator[tuple[date, int]]:
    yield from ((day, now.seconds) for day in record.span)
    yield from ((now.day, seconds) for seconds in range(MINUTE, DAY + 1, MINUTE))
