"""A Jira in a dict, as strict as the port, for tests of the services."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from timesheet.domain.errors import InvalidInput, NotFound, TimesheetError
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.jira_time import work_date
from timesheet.domain.message import message
from timesheet.domain.person import erased
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Activity
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.estimate import after_create, after_delete, after_update
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.offer import OwnIssues
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.directory import Names
from timesheet.services.ports.jira import (
    EstimateChange,
    IssueTime,
    LongIssue,
    Missing,
    OnProgress,
    RowRights,
    Snapshot,
    WorklogChange,
    WorklogDraft,
    Zones,
    ignore_progress,
)
from timesheet.services.ports.packed_worklogs import (
    PackedWorklogs,
    former_note,
    pack,
    packed_entry,
    places_of,
)
from timesheet.services.ports.team_jira import TeamTimeQuery


@dataclass
class FakeJira:
    """One site as one viewer. ``failing`` contains what the next calls by name raise, in order; None lets one through.

    ``log`` has the names of the calls as the viewer, ``zone_calls`` whose zones were read as the app.
    ``unreadable``: properties of worklogs are not returned. ``labels`` of issues can be searched. Issues with
    ``long_from`` worklogs count as long; ``updated`` is when one changed, otherwise it is the time of its
    latest worklog. ``crowded`` issues have that many worklogs.
    """

    profile: Profile
    now: datetime
    tracking: TimeTracking = field(default_factory=lambda: TimeTracking(True, 28800, 144000))
    issues: dict[int, Issue] = field(default_factory=dict)
    worklogs: dict[int, Worklog] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    failing: dict[str, list[TimesheetError | None]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    lost: list[TimesheetError] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    zone_calls: list[tuple[str, ...]] = field(default_factory=list)
    hidden_lag: set[int] = field(default_factory=set)
    zones_of: dict[str, ZoneInfo | None] = field(default_factory=dict)
    bereft: dict[int, datetime] = field(default_factory=dict)
    named: tuple[int, ...] = ()
    unsearchable: frozenset[int] = frozenset()
    closed_accounts: frozenset[str] = frozenset()
    given_unknown: frozenset[str] = frozenset()
    unreadable: bool = False
    locked: dict[int, RowLock] = field(default_factory=dict)
    lacking: dict[int, set[Right]] = field(default_factory=dict)
    activity: Activity = field(default_factory=Activity)
    in_sprints: tuple[int, ...] | None = None
    own: OwnIssues = field(default_factory=OwnIssues)
    labels: dict[int, set[str]] = field(default_factory=dict)
    long_from: int = 10**6
    updated: dict[int, str] = field(default_factory=dict)
    crowded: dict[int, int] = field(default_factory=dict)
    _next: int = 1000

    def begin(self, read: Callable[[], object]) -> None:
        """Run immediately, because nothing runs in parallel here."""
        with suppress(TimesheetError):
            read()

    def read_profile(self) -> Profile:
        self._called("read_profile")
        return self.profile

    @property
    def fallback_zone(self) -> ZoneInfo:
        return ZoneInfo("UTC")

    def read_zones(self, account_ids: Sequence[str]) -> Mapping[str, ZoneInfo | None]:
        self.zone_calls.append(tuple(account_ids))
        if (errors := self.failing.get("read_zones")) and (error := errors.pop(0)):
            raise error
        return {who: self._zone(who) for who in account_ids if who not in self.left_out}

    def read_time_tracking(self) -> TimeTracking:
        self._called("read_time_tracking")
        return self.tracking

    def read_worklogs(
        self,
        authors: Sequence[str],
        span: DateSpan,
        zones: Zones,
        progress: OnProgress = ignore_progress,
        named: Sequence[int] = (),
        earlier: Sequence[LongIssue] = (),
    ) -> Snapshot:
        read_at = self.now
        self._called("read_worklogs")
        self.named = tuple(named)
        dated = (self._dated(worklog, zones) for worklog in self.worklogs.values())
        found = [w for w in dated if w.author in authors and w.day in span and w.id not in self.hidden_lag]
        # As in Jira's search, different worklogs may match author and day.
        rows = [self._dated(worklog, zones) for worklog in self.worklogs.values()]
        matched = {w.issue_id for w in rows if w.author in authors}
        matched &= {w.issue_id for w in rows if w.day in span}
        long = tuple(self._long(number, span, earlier) for number in sorted(matched))
        known = tuple(one for one in long if one)
        found = [w for w in found if w.issue_id not in {one.id for one in known if one in earlier}]
        used = {worklog.issue_id for worklog in found} | {one.id for one in known}
        issues = {issue_id: self.issues[issue_id] for issue_id in used}
        # Jira's search does not name the properties of worklogs.
        bare = (replace(worklog, properties=None) for worklog in found)
        ordered = tuple(sorted(bare, key=lambda w: (w.started, w.id)))
        progress(len(issues), len(ordered))
        return Snapshot(ordered, issues, read_at, self.missing, 1, known, dict(self.crowded))

    def _long(self, issue_id: int, span: DateSpan, earlier: Sequence[LongIssue]) -> LongIssue | None:
        """Return search's facts about an issue with ``long_from`` worklogs or more; the earlier entry if
        nothing differs.
        """
        rows = [w for w in self.worklogs.values() if w.issue_id == issue_id]
        if len(rows) < self.long_from:
            return None
        updated = self.updated.get(issue_id) or str(max(w.updated for w in rows))
        for one in earlier:
            if (one.id, one.updated, one.total) == (issue_id, updated, len(rows)):
                self.log.append(f"counted {issue_id}")
                if one.counted == self.counted_on(issue_id, one.days):
                    return one
        days = span.padded(2)
        return LongIssue(issue_id, updated, len(rows), days, self.counted_on(issue_id, days), self.now)

    def counted_on(self, issue_id: int, days: DateSpan) -> int:
        """Return how many worklogs of the issue start on these UTC days, regardless of the index."""
        rows = (w for w in self.worklogs.values() if w.issue_id == issue_id)
        return sum(w.started.date() in days for w in rows)

    def read_team_worklogs(
        self,
        query: TeamTimeQuery,
        zones: Zones,
        issue_ids: Collection[int] | None = None,
        names: Names | None = None,
        named: Sequence[int] = (),
        unknown: Collection[str] = (),
    ) -> PackedWorklogs:
        """Accept a scope's JQL of ``key = PAY-12`` or none; any other is broken."""
        name = "read_team_worklogs" if issue_ids is None else f"read_team_worklogs {sorted(issue_ids)}"
        authors, span = query.people, query.span
        found = self._in_scope(name, authors, span, query.scope, zones, issue_ids)
        self.named, self.given_unknown = tuple(named), frozenset(unknown)
        packed = packed_from(found, authors, span)
        left_out = tuple(sorted((self.closed_accounts | set(unknown)) & set(authors)))
        former = {*left_out, *filter(erased, authors)}
        return replace(packed, unknown=left_out, missing=(*packed.missing, *former_note(len(former))))

    def read_member_worklogs(
        self, author: str, span: DateSpan, scope: Scope, zones: Zones, named: Sequence[int] = ()
    ) -> Snapshot:
        found = self._in_scope("read_member_worklogs", [author], span, scope, zones)
        self.named = tuple(named)
        return found

    def read_listed(self, worklog_ids: Sequence[int], zones: Zones) -> Sequence[Worklog]:
        self._called(f"read_listed {sorted(worklog_ids)}", "read_listed")
        found = (self.worklogs.get(number) for number in worklog_ids)
        return [self._with_properties(self._dated(worklog, zones)) for worklog in found if worklog]

    def changed_issues(
        self, authors: Sequence[str], span: DateSpan, issue_ids: Collection[int], since: datetime
    ) -> frozenset[int]:
        self._called("changed_issues")
        worked = {w.issue_id for w in self.worklogs.values() if w.author in authors and w.updated >= since}
        return frozenset(worked | {number for number in issue_ids if self.bereft.get(number, since) > since})

    def found_among(self, issue_ids: Collection[int], jql: str) -> frozenset[int]:
        self._called("found_among")
        if set(issue_ids) - set(self.issues):
            raise InvalidInput("Jira refuses: there is no such issue.")
        found = frozenset(
            number
            for number in issue_ids
            if in_scope(self.issues[number], Scope(jql=jql), self.labels.get(number, ()))
        )
        return found - self.unsearchable

    def read_issue_time(self, issue_id: int, span: DateSpan, zones: Zones) -> IssueTime:
        self._called("read_issue_time")
        if issue_id not in self.issues:
            raise NotFound(message("There is no such issue, or Jira does not show it to you."))
        dated = [self._dated(w, zones) for w in self.worklogs.values() if w.issue_id == issue_id]
        found = sorted((w for w in dated if w.day in span), key=lambda w: (w.started, w.id))
        names = {w.author: f"Person {w.author}" for w in found}
        return IssueTime(tuple(found), names, self.now, self.missing)

    def read_issues(self, ids: Sequence[int | str]) -> Mapping[int, Issue]:
        self._called("read_issues")
        named = {name: issue for issue in self.issues.values() for name in (issue.id, issue.key)}
        return {named[name].id: named[name] for name in ids if name in named}

    def read_activity(self, account_id: str, span: DateSpan, zone: ZoneInfo) -> Activity:
        assert account_id == self.profile.account_id
        self._called("activity")
        actions = tuple(one for one in self.activity.actions if work_date(one.at, zone) in span)
        return Activity(actions, self.activity.issues)

    def read_sprint_issues(self) -> Sequence[Issue]:
        self._called("sprint_issues")
        if self.in_sprints is None:
            raise InvalidInput("Field 'sprint' does not exist or you do not have permission to view it.")
        return [self.issues[number] for number in self.in_sprints]

    def read_row_locks(self, issues: Sequence[Issue]) -> RowRights:
        self._called("read_row_locks")
        locks = {issue.id: self.locked[issue.id] for issue in issues if issue.id in self.locked}
        return RowRights(locks, self._rights([issue.id for issue in issues]))

    def read_worklog_rights(self, issue_ids: Sequence[int]) -> Mapping[int, frozenset[Right]]:
        self._called("read_worklog_rights")
        return self._rights(issue_ids)

    def _rights(self, issue_ids: Sequence[int]) -> Mapping[int, frozenset[Right]]:
        return {number: frozenset(Right) - self.lacking.get(number, set()) for number in issue_ids}

    def read_issue(self, id_or_key: str) -> Issue:
        self._called("read_issue")
        for issue in self.issues.values():
            if id_or_key in (str(issue.id), issue.key):
                return issue
        raise NotFound(message("There is no such issue, or Jira does not show it to you."))

    def read_own_issues(self, account_id: str) -> OwnIssues:
        self._called("read_own_issues")
        return self.own

    def find_issues(self, text: str) -> Sequence[Issue]:
        self._called("find_issues")
        wanted = text.casefold()
        return [
            i for i in self.issues.values() if wanted in i.summary.casefold() or wanted == i.key.casefold()
        ]

    def read_worklog(self, issue_id: int, worklog_id: int, zones: Zones) -> Worklog:
        self._called("read_worklog")
        found = self._find(issue_id, worklog_id)
        return self._with_properties(self._dated(found, zones))

    def find_worklog(self, draft: WorklogDraft, zones: Zones) -> Worklog | None:
        self._called("find_worklog")
        found = self.worklogs.get(self.keys.get(draft.key, 0))
        return self._dated(found, zones) if found else None

    def create_worklog(self, draft: WorklogDraft, zones: Zones, *, look_first: bool = False) -> Worklog:
        self._called("create_worklog")
        if look_first and draft.key in self.keys:
            return self._dated(self.worklogs[self.keys[draft.key]], zones)
        minutes = _whole_minutes(draft.seconds)
        issue = self.read_issue(str(draft.issue_id))
        self.log.pop()
        self._next += 1
        made = Worklog(
            self._next, issue.id, self.profile.account_id, draft.started.date(), draft.started, minutes,
            self._tick(), draft.comment, properties=draft.properties, created=self.now,
        )  # fmt: skip
        self.worklogs[made.id] = made
        self.keys[draft.key] = made.id
        way = draft.estimate
        self._book(issue, minutes, after_create(issue.remaining_seconds, minutes, way.mode, way.seconds))
        if self.lost:
            raise self.lost.pop(0)
        return self._dated(made, zones)

    def update_worklog(self, issue_id: int, worklog_id: int, change: WorklogChange, zones: Zones) -> Worklog:
        self._called("update_worklog")
        before = self._find(issue_id, worklog_id)
        after = replace(
            before,
            started=change.started or before.started,
            seconds=before.seconds if change.seconds is None else _whole_minutes(change.seconds),
            comment=before.comment if change.comment is None else change.comment,
            properties={**(before.properties or {}), **(change.properties or {})},
            updated=self._tick(),
        )
        self.worklogs[worklog_id] = after
        issue, way = self.issues[issue_id], change.estimate
        if way.mode == "manual":
            raise InvalidInput("Jira refuses: there is no manual way for an update.", field="estimate")
        left = after_update(issue.remaining_seconds, before.seconds, after.seconds, way.mode, way.seconds)
        self._book(issue, after.seconds - before.seconds, left)
        return self._dated(after, zones)

    def delete_worklog(self, issue_id: int, worklog_id: int, estimate: EstimateChange) -> None:
        self._called("delete_worklog")
        before = self._find(issue_id, worklog_id)
        del self.worklogs[worklog_id]
        self.bereft[issue_id] = self._tick()
        issue = self.issues[issue_id]
        left = after_delete(issue.remaining_seconds, before.seconds, estimate.mode, estimate.seconds)
        self._book(issue, -before.seconds, left)

    def _in_scope(
        self,
        name: str,
        authors: Sequence[str],
        span: DateSpan,
        scope: Scope,
        zones: Zones,
        issue_ids: Collection[int] | None = None,
    ) -> Snapshot:
        whole = self.read_worklogs(authors, span, zones)
        self.log[-1] = name
        if set(issue_ids or ()) - set(self.issues):
            raise InvalidInput("Jira refuses: there is no such issue.")
        kept = {
            n: i
            for n, i in whole.issues.items()
            if in_scope(i, scope, self.labels.get(n, ())) and (issue_ids is None or n in issue_ids)
        }
        return replace(whole, worklogs=tuple(w for w in whole.worklogs if w.issue_id in kept), issues=kept)

    def _called(self, name: str, failing: str = "") -> None:
        self.log.append(name)
        if (errors := self.failing.get(failing or name)) and (error := errors.pop(0)):
            raise error

    def _tick(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def _find(self, issue_id: int, worklog_id: int) -> Worklog:
        worklog = self.worklogs.get(worklog_id)
        if worklog is None or worklog.issue_id != issue_id:
            raise NotFound(message("This is no longer in Jira, or Jira does not show it to you."))
        return worklog

    def _with_properties(self, worklog: Worklog) -> Worklog:
        return replace(worklog, properties=None if self.unreadable else worklog.properties or {})

    def _dated(self, worklog: Worklog, zones: Zones) -> Worklog:
        zone = zones.get(worklog.author) or self._zone(worklog.author) or self.fallback_zone
        return replace(worklog, day=work_date(worklog.started, zone))

    def _zone(self, account_id: str) -> ZoneInfo | None:
        """Return the zone as the app sees it: ``zones_of`` may contain None for a hidden one."""
        own = self.profile.zone if account_id == self.profile.account_id else ZoneInfo("UTC")
        return self.zones_of.get(account_id, own)

    def _book(self, issue: Issue, moved: int, left: int | None) -> None:
        spent = (issue.spent_seconds or 0) + moved
        self.issues[issue.id] = replace(issue, spent_seconds=spent, remaining_seconds=left)


def packed_from(snapshot: Snapshot, people: Iterable[str], span: DateSpan) -> PackedWorklogs:
    """Return a snapshot as numbers."""
    known = tuple(sorted(people))
    places = places_of(known)
    entries = [packed_entry(places, worklog) for worklog in snapshot.worklogs]
    return pack(entries, known, span, snapshot.issues, snapshot.read_at, snapshot.missing)


def in_scope(issue: Issue, scope: Scope, labels: Collection[str] = ()) -> bool:
    if scope.jql.startswith("labels = "):
        in_projects = not scope.project_ids or issue.project_id in scope.project_ids
        return in_projects and scope.jql.removeprefix("labels = ") in labels
    if scope.jql and not scope.jql.startswith("key = "):
        raise InvalidInput("Jira refuses: Error in the JQL Query.")
    if scope.project_ids and issue.project_id not in scope.project_ids:
        return False
    return not scope.jql or issue.key == scope.jql.removeprefix("key = ")


def _whole_minutes(seconds: int) -> int:
    """Return whole minutes, as Jira stores time; less than a minute is refused."""
    minutes = (seconds + 30) // 60
    if minutes < 1:
        raise InvalidInput("Jira refuses: Worklog must not be null.", field="duration")
    return minutes * 60
