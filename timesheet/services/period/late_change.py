"""Find worklogs that changed in Jira after their period was closed, through events or by comparison.

Jira itself cannot be locked, so a late change is reported and not undone. An event is a hint about one
worklog; a comparison reads everything again as the person who closed, who could see everything in the record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.jira_time import epoch_ms, find_zone, work_date
from timesheet.domain.message import message
from timesheet.domain.period.digest import fingerprint
from timesheet.domain.period.late_change import ADDED, CHANGED, REMOVED, UNNOTICED, LateChange, compare
from timesheet.domain.period.period import ClosingRecord, MemberRecord
from timesheet.domain.person import erased
from timesheet.domain.team.team import Member, Scope
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.closing import SEAL, sealed
from timesheet.services.period.lock import in_scope
from timesheet.services.ports.jira import UNREADABLE_WORKLOG, WorklogsUnread
from timesheet.services.ports.packed_worklogs import Counted, PackedWorklogs
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.team_jira import TeamTimeQuery, WholeJira
from timesheet.services.ports.worklog_event import ReceivedEvent

JiraAs: TypeAlias = Callable[[str], WholeJira]
"""A function that returns the site's Jira, called as the given person."""
FoundChange: TypeAlias = tuple[ClosingRecord, str, str]
"""A closing, what changed after it, and the keyed hash of the worklog now."""
NO_STATE = ""

OTHER_KEY = message(
    "It was closed with another SIGNING_KEY, so later changes cannot be found. Close it again."
)

ERASED_MEANWHILE = "A person of the closing was erased meanwhile. It is compared the next time."  # not shown


def find_late_changes(
    stores: Stores, jira_as: JiraAs, key: bytes, event: ReceivedEvent, now: datetime
) -> tuple[LateChange, ...]:
    """Return the changes that an event about one worklog causes in closed periods; nothing is stored.

    The worklog is read as the people who closed, and only if a closing may be concerned; the comparison
    covers worklogs that they do not see. A deletion is believed unless they still see the worklog. Jira says who
    changed a worklog, but not who deleted it. Raise JiraUnavailable if Jira does not answer.
    """
    found = _found(stores, jira_as, key, event)
    if not found:
        return ()
    same_key = _with_this_key(stores, key)
    return tuple(
        LateChange(
            team_id=record.team_id,
            record_id=record.id,
            worklog_id=event.worklog_id,
            what=what,
            found_at=now,
            who=event.who,
            author=event.author,
            state=state,
        )
        for record, what, state in found
        if record.id in same_key
    )


def compare_record(
    stores: Stores, jira: WholeJira, key: bytes, record: ClosingRecord, now: datetime
) -> tuple[LateChange, ...]:
    """Compare a closing in force with Jira; store the differences and return the new ones.

    Raise JiraUnavailable if Jira's response is incomplete, if the hashes were made with another key, or if the
    people of the closing were changed by an erasure meanwhile.
    """
    whole = stores.periods.record(record.id)
    recorded = {number: text for number, text in whole.worklogs.items() if number != SEAL}
    if whole.worklogs.get(SEAL) != sealed(whole.id, key)[SEAL]:
        raise JiraUnavailable(OTHER_KEY)
    members = [_as_recorded(whole.team_id, one) for one in whole.members]
    query = TeamTimeQuery(tuple(member.account_id for member in members), whole.span, Scope())
    zones = _zones_used(jira, whole)
    packed = _read(jira, query, zones)
    scoped = replace(query, scope=stores.teams.get(whole.team_id).scope)
    new = _new_in_scope(jira, whole, packed, scoped, zones)
    counting = (w for w in packed.counted(members) if w.id in whole.worklogs or w.id in new)
    changes = compare(replace(whole, worklogs=recorded), counting, key, now)
    undated = set(packed.unknown) - whole.zones.keys()
    dated = {who: zone for who, zone in zones.items() if who not in undated}
    changes = tuple(_looked_up(jira, whole, key, changes, dated))
    # Reading may take long. A change must not store somebody again whose data was erased meanwhile.
    stores.lock_site()
    if stores.periods.record(record.id).members != whole.members:
        raise JiraUnavailable(ERASED_MEANWHILE)
    return stores.periods.add_late_changes(changes)


def _found(stores: Stores, jira_as: JiraAs, key: bytes, event: ReceivedEvent) -> Sequence[FoundChange]:
    holding = stores.periods.holding(event.worklog_id)
    reading, days = _Reading(jira_as, event.worklog_id), event.days
    if event.deleted:
        return [(record, REMOVED, NO_STATE) for record in holding if reading.is_gone_for(record.closed_by)]
    if event.author is None or days is None:
        return ()
    teams = {team.id: member for team, member in stores.teams.teams_of(event.author)}
    closed = stores.periods.closed(list(teams), days)
    recorded = {record.id: record for record in stores.periods.recorded(event.author)}
    around = (one for one in recorded.values() if one.span.overlaps(days))
    concerned = {record.id: record for record in (*around, *closed, *holding)}
    found: list[FoundChange] = []
    recording = {record.id for record in holding}
    for record in concerned.values():
        try:
            worklog = reading.by(record.closed_by)
        except WorklogsUnread:
            # What a closing recorded could be read then, so it is not the same anymore.
            if record.id in recording:
                found.append((record, CHANGED, NO_STATE))
            continue
        if worklog is not None:
            found.extend(_judged(stores, jira_as, key, record, worklog, recorded, teams))
    return found


def _judged(
    stores: Stores,
    jira_as: JiraAs,
    key: bytes,
    record: ClosingRecord,
    worklog: Worklog,
    recorded: Mapping[str, ClosingRecord],
    teams: Mapping[str, Member],
) -> Iterator[FoundChange]:
    """Yield what the current state of a worklog means for one closing, if anything."""
    day = _Dating(jira_as, recorded, worklog.author, worklog.started).day_for(record)
    text = fingerprint(Counted(worklog.id, worklog.issue_id, worklog.author, day, worklog.seconds), key)
    if before := record.worklogs.get(worklog.id):
        if before != text:
            yield (record, CHANGED, text) if day in record.span else (record, REMOVED, NO_STATE)
    elif (
        day in record.span
        and _is_member(record, recorded, teams, day)
        and _in_scope(stores, jira_as, record, worklog.issue_id)
    ):
        yield record, ADDED, text


class _Reading:
    """One worklog as several people see it, each asked once."""

    def __init__(self, jira_as: JiraAs, worklog_id: int) -> None:
        self._jira_as, self._worklog_id = jira_as, worklog_id
        self._seen: dict[str, Worklog | None] = {}

    def by(self, reader: str) -> Worklog | None:
        """Return the worklog as this person sees it; None if they do not see it or have lost access."""
        if reader not in self._seen:
            self._seen[reader] = self._read(reader)
        return self._seen[reader]

    def is_gone_for(self, reader: str) -> bool:
        """Return False if this person sees the worklog, although an event reports its deletion."""
        try:
            return self.by(reader) is None
        except WorklogsUnread:
            return False

    def _read(self, reader: str) -> Worklog | None:
        try:
            jira = self._jira_as(reader)
            listed = jira.read_listed([self._worklog_id], {})
            # Jira lists a worklog also to people who may not see its issue.
            issues = jira.read_issues([one.issue_id for one in listed]) if listed else {}
        except JiraUnavailable:
            raise
        except TimesheetError:
            return None
        return next((one for one in listed if one.issue_id in issues), None)


@dataclass(frozen=True)
class _Dating:
    """Computes the work date of one worklog as closings do: in the zone that each used for its author."""

    jira_as: JiraAs
    recorded: Mapping[str, ClosingRecord]
    author: str
    started: datetime

    def day_for(self, record: ClosingRecord) -> date:
        """Return the date for this closing; in the current zone if it recorded none."""
        used = self.recorded.get(record.id)
        zone = find_zone(used.members[0].zone) if used else None
        return work_date(self.started, zone or self._zone(record.closed_by))

    def _zone(self, reader: str) -> ZoneInfo:
        jira = self.jira_as(reader)
        return jira.read_zones([self.author]).get(self.author) or jira.fallback_zone


def _is_member(
    record: ClosingRecord, recorded: Mapping[str, ClosingRecord], teams: Mapping[str, Member], day: date
) -> bool:
    """Return True if the author was a member of the team on that day, according to the closing or to the team now."""
    then = recorded.get(record.id)
    now = teams.get(record.team_id)
    return bool((then and then.members[0].active_on(day)) or (now and now.active_on(day)))


def _in_scope(stores: Stores, jira_as: JiraAs, record: ClosingRecord, issue_id: int) -> bool:
    scope = stores.teams.get(record.team_id).scope
    if scope == Scope():
        return True
    jira = jira_as(record.closed_by)
    try:
        return in_scope(jira, jira.read_issue(str(issue_id)), scope)
    except InvalidInput:
        # The comparison or the team's page says that this scope cannot be read, and other closings must not wait until
        # it is fixed.
        return False


def _with_this_key(stores: Stores, key: bytes) -> set[str]:
    """Return the records in force whose hashes were made with ``key``."""
    return {r.id for r in stores.periods.holding(SEAL) if r.worklogs[SEAL] == sealed(r.id, key)[SEAL]}


def _read(
    jira: WholeJira,
    query: TeamTimeQuery,
    zones: Mapping[str, ZoneInfo],
    issue_ids: Collection[int] | None = None,
) -> PackedWorklogs:
    """Return the time of a closing's people on its days. Raise JiraUnavailable if it is incomplete.

    A worklog that cannot be read keeps nobody else's from being compared, and neither does a former user in the scope.
    """
    packed = jira.read_team_worklogs(query, zones, issue_ids)
    unread = [one for one in packed.unread if one.code != UNREADABLE_WORKLOG]
    if unread:
        raise JiraUnavailable(unread[0].what)
    return packed


def _new_in_scope(
    jira: WholeJira,
    record: ClosingRecord,
    packed: PackedWorklogs,
    query: TeamTimeQuery,
    zones: Mapping[str, ZoneInfo],
) -> frozenset[int]:
    """Return the worklogs that are not in the record and are new. An old one that a wider scope includes is not late.

    One that changed so shortly before the closing that this may have missed it counts as new.
    """
    seen = epoch_ms(record.closed_at - UNNOTICED)
    late = {
        worklog_id: issue_id
        for _, _, _, issue_id, worklog_id, updated, _ in packed.entries()
        if worklog_id not in record.worklogs and updated > seen
    }
    inside = set(late.values())
    if inside and query.scope != Scope():
        inside = set(_read(jira, query, zones, sorted(inside)).issues)
    return frozenset(number for number, issue_id in late.items() if issue_id in inside)


def _looked_up(
    jira: WholeJira,
    record: ClosingRecord,
    key: bytes,
    changes: Sequence[LateChange],
    zones: Mapping[str, ZoneInfo],
) -> Iterator[LateChange]:
    """Yield the remaining changes after looking up the missing worklogs by id.

    Search leaves out archived projects and cannot search for closed or erased accounts. ``zones`` are those of
    the people whose work dates are known.
    """
    missed = [change.worklog_id for change in changes if change.what == REMOVED]
    listed, unread = _listed(jira, missed, zones) if missed else ((), frozenset[int]())
    by_id = {worklog.id: worklog for worklog in listed}
    for change in changes:
        worklog = by_id.get(change.worklog_id) if change.what == REMOVED else None
        if worklog is None:
            yield replace(change, what=CHANGED) if change.worklog_id in unread else change
            continue
        possible = [fingerprint(worklog, key)] if worklog.author in zones else _possible(worklog, key)
        if record.worklogs[worklog.id] not in possible:
            yield replace(change, what=CHANGED if worklog.day in record.span else REMOVED)


def _listed(
    jira: WholeJira, worklog_ids: Sequence[int], zones: Mapping[str, ZoneInfo]
) -> tuple[Sequence[Worklog], frozenset[int]]:
    """Return the worklogs that can be read, and the ids of those that cannot."""
    try:
        return jira.read_listed(worklog_ids, zones), frozenset()
    except WorklogsUnread as error:
        return error.others, error.ids


def _possible(worklog: Worklog, key: bytes) -> Iterator[str]:
    """Yield the possible hashes of a worklog: the zone of a closed account, and so its work date, is unknown."""
    for days in (0, -1, 1):
        yield fingerprint(replace(worklog, day=worklog.day + timedelta(days=days)), key)


def _zones_used(jira: WholeJira, record: ClosingRecord) -> Mapping[str, ZoneInfo]:
    """Return the zone that the closing used for each member's worklogs; the current zone if it recorded none."""
    recorded, people = record.zones, [one.account_id for one in record.members]
    unknown = [who for who in people if who not in recorded and not erased(who)]
    read_zones = jira.read_zones(unknown) if unknown else {}
    return {who: recorded.get(who) or read_zones.get(who) or jira.fallback_zone for who in people}


def _as_recorded(team_id: str, one: MemberRecord) -> Member:
    """Return a member as they were at the closing; joining or leaving afterward changes no worklog."""
    joined, left = one.stay
    return Member(team_id, one.account_id, frozenset(), joined, left)


def late_of(stores: Stores, record: ClosingRecord | None) -> tuple[LateChange, ...]:
    """Return the known late changes to one closing, the latest found first."""
    if record is None:
        return ()
    return tuple(c for c in stores.periods.late_changes(record.team_id) if c.record_id == record.id)
