"""Worklogs that changed in Jira behind a closed period: heard of by an event, or found by comparing.

Jira itself cannot be locked, so a late change is told and not undone. An event is a hint of one worklog; comparing
reads everything again as the person who closed, who saw what the record holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.domain.jira_time import epoch_ms, parse_instant, work_date
from timesheet.domain.late_change import ADDED, CHANGED, REMOVED, LateChange, compare
from timesheet.domain.period import ClosingRecord, MemberRecord, fingerprint
from timesheet.domain.person import erased
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Member, Scope, Team
from timesheet.domain.worklog import Worklog
from timesheet.services.closing import SEAL, sealed
from timesheet.services.freshness import DELETED
from timesheet.services.packed import Counted, Packed
from timesheet.services.period_lock import in_scope
from timesheet.services.team_jira import WholeJira
from timesheet.services.team_ports import Stores

JiraAs: TypeAlias = Callable[[str], WholeJira]
"""The site's Jira, spoken to as somebody."""
Found: TypeAlias = tuple[ClosingRecord, str]

OTHER_KEY = "It was closed with another SIGNING_KEY, so what changed since cannot be told. Close it again."


def note_late_change(
    stores: Stores, jira_as: JiraAs, key: bytes, event_name: str, data: Mapping[str, Any], now: datetime
) -> tuple[LateChange, ...]:
    """Keep what an event about one worklog changes in closed periods; gives what was not known yet.

    An event that cannot be read or followed up changes nothing and is left to the comparison. Who changed a worklog
    is told by Jira, who deleted it is not.
    """
    try:
        found = _heard(stores, jira_as, key, event_name, data)
        worklog_id, who = int(data["id"]), (data.get("updateAuthor") or {}).get("accountId")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, TimesheetError):
        return ()
    if not found:
        return ()
    known = _with_this_key(stores, key)
    told = str(who) if who and event_name != DELETED else None
    return stores.periods.add_late_changes(
        LateChange(record.team_id, record.id, worklog_id, what, now, told)
        for record, what in found
        if record.id in known
    )


def compare_record(
    stores: Stores, jira: WholeJira, key: bytes, record: ClosingRecord, now: datetime
) -> tuple[LateChange, ...]:
    """What differs in Jira from a closing in force; keeps it, and gives what was not known yet.

    Raises JiraUnavailable when Jira's answer is not complete, or when the hashes were made with another key.
    """
    whole = stores.periods.record(record.id)
    held = {number: text for number, text in whole.worklogs.items() if number != SEAL}
    if whole.worklogs.get(SEAL) != sealed(whole.id, key)[SEAL]:
        raise JiraUnavailable(OTHER_KEY)
    members = [_as_recorded(whole.team_id, one) for one in whole.members]
    people = [member.account_id for member in members]
    packed = jira.read_team_worklogs(people, whole.span, Scope(), {})
    if packed.lacks:
        raise JiraUnavailable(packed.lacks[0].what)
    counting = _counting(jira, whole, packed, members, stores.teams.get(whole.team_id).scope)
    changes = compare(replace(whole, worklogs=held), counting, key, now)
    if any(erased(who) for who in people):
        changes = tuple(_as_former(jira, whole, key, changes))
    return stores.periods.add_late_changes(changes)


def _heard(
    stores: Stores, jira_as: JiraAs, key: bytes, event_name: str, data: Mapping[str, Any]
) -> Sequence[Found]:
    worklog_id = int(data["id"])
    held = stores.periods.holding(worklog_id)
    if event_name == DELETED:
        return [(record, REMOVED) for record in held]
    author = str(data["author"]["accountId"])
    teams = {team.id: (team, member) for team, member in stores.teams.teams_of(author)}
    started = parse_instant(data["started"])
    near = started.astimezone(UTC).date()
    closed = stores.periods.closed(list(teams), DateSpan(near, near).padded(1))
    if not held and not closed:
        return ()
    zone = jira_as((*held, *closed)[0].closed_by).read_zone(author)
    worklog = Counted(
        worklog_id,
        int(data["issueId"]),
        author,
        work_date(started, zone),
        int(data["timeSpentSeconds"]),
    )
    known, text = {record.id for record in held}, fingerprint(worklog, key)
    changed = [(record, _moved(record, worklog)) for record in held if record.worklogs[worklog_id] != text]
    gained = (record for record in closed if record.id not in known and worklog.day in record.span)
    return [*changed, *((r, ADDED) for r in gained if _counts(jira_as, r, worklog, *teams[r.team_id]))]


def _moved(record: ClosingRecord, worklog: Counted) -> str:
    return CHANGED if worklog.day in record.span else REMOVED


def _counts(jira_as: JiraAs, record: ClosingRecord, worklog: Counted, team: Team, member: Member) -> bool:
    if not member.active_on(worklog.day):
        return False
    if team.scope == Scope():
        return True
    jira = jira_as(record.closed_by)
    return in_scope(jira, jira.read_issue(str(worklog.issue_id)), team.scope)


def _with_this_key(stores: Stores, key: bytes) -> set[str]:
    """The records in force whose hashes were made with ``key``."""
    return {r.id for r in stores.periods.holding(SEAL) if r.worklogs[SEAL] == sealed(r.id, key)[SEAL]}


def _counting(
    jira: WholeJira, record: ClosingRecord, packed: Packed, members: Sequence[Member], scope: Scope
) -> Iterator[Counted]:
    """What the record holds, and what is new in scope. An old worklog that a wider scope takes in is not late."""
    closed_at = epoch_ms(record.closed_at)
    late = {
        entry[4]: entry[3]
        for entry in packed.entries()
        if entry[4] not in record.worklogs and entry[5] >= closed_at
    }
    inside = set(late.values())
    if inside and scope != Scope():
        people = [member.account_id for member in members]
        inside = set(jira.read_team_worklogs(people, record.span, scope, {}, sorted(inside)).issues)
    for worklog in packed.counted(members):
        if worklog.id in record.worklogs or (worklog.id in late and worklog.issue_id in inside):
            yield worklog


def _as_former(
    jira: WholeJira, record: ClosingRecord, key: bytes, changes: Sequence[LateChange]
) -> Iterator[LateChange]:
    """What is left of the changes once the worklogs of former users are looked up by their ids.

    No search can name somebody whose account the app has forgotten, so all of theirs seem to be gone.
    """
    members = {member.account_id for member in record.members}
    missed = [change.worklog_id for change in changes if change.what == REMOVED]
    there = {worklog.id: worklog for worklog in jira.read_listed(missed, {})} if missed else {}
    for change in changes:
        worklog = there.get(change.worklog_id) if change.what == REMOVED else None
        if worklog is None or worklog.author in members:
            yield change
        elif record.worklogs[worklog.id] not in _possible(worklog, key):
            yield replace(change, what=CHANGED if worklog.day in record.span else REMOVED)


def _possible(worklog: Worklog, key: bytes) -> Iterator[str]:
    """The hashes it may have been recorded with: the zone of a closed account, and so its work date, is not known."""
    for days in (0, -1, 1):
        yield fingerprint(replace(worklog, day=worklog.day + timedelta(days=days)), key)


def _as_recorded(team_id: str, one: MemberRecord) -> Member:
    """A member as he was at the closing: who joins or leaves afterwards changes no worklog."""
    joined, left = (
        date.fromisoformat(day) if (day := one.basis.get(name)) else None for name in ("joined", "left")
    )
    return Member(team_id, one.account_id, frozenset(), joined, left)


def late_of(stores: Stores, record: ClosingRecord | None) -> tuple[LateChange, ...]:
    """What is known to have changed behind one closing, the latest found first."""
    if record is None:
        return ()
    return tuple(c for c in stores.periods.late_changes(record.team_id) if c.record_id == record.id)
