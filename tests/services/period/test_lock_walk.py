"""A random walk of writes and closings: no write changes what a closing contains."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.adapters.support.portable_cache import PortableCache
from tests.services.support.closing import LAST_WEEK, mark
from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.errors import TimesheetError
from timesheet.domain.period.period import MemberRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member, Scope, Team, TeamPermission
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.timesheet.copy import apply_copy
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import (
    CellEdit,
    DeleteWorklog,
    MoveWorklog,
    TimeEntry,
    UndoWrites,
    WorklogEdit,
)
from timesheet.services.worklog.log import delete_worklog, log_time, move_worklog
from timesheet.services.worklog.undo import offer_undo, undo
from timesheet.services.worklog.write_result import WriteResult

SCOPES = (Scope(), Scope((1,)), Scope(jql="labels = billable"), Scope((1,), "labels = billable"))
ZONES = (BERLIN, ZoneInfo("Pacific/Auckland"), ZoneInfo("America/Los_Angeles"))


class LockWalk(RuleBasedStateMachine):
    """Writes of every kind, closings and reopenings in any order, while scope, labels, projects and zones change.

    What a closing in force holds never changes, and no write reaches into a closed day, by the scope and the zone of
    today or by the zone of the closing. Both are judged here from what is in Jira before and after each write.
    """

    def __init__(self) -> None:
        super().__init__()
        self.scene, self.number = Scene(), 0
        team = self.scene.site.team("boss", "viewer-1", "viewer-2")
        self.scene.site.role(team, "editor", TeamPermission.MANAGE_WORKLOGS)
        self.scene.site.add(team, "viewer-1", "editor", joined=MONDAY - timedelta(days=10))
        self.scene.jira.labels = {PAY: {"billable"}, OPS: set()}
        self.team_id, self.kept = team.id, dict[str, dict[int, Worklog]]()

    days = st.integers(-9, 6).map(lambda n: MONDAY + timedelta(days=n))
    issues = st.sampled_from([PAY, OPS])
    people = st.sampled_from(["viewer-1", "viewer-2"])
    clocks = st.none() | st.sampled_from([time(0, 30), time(12), time(23, 30)])

    @property
    def team(self) -> Team:
        return self.scene.site.teams.get(self.team_id)

    def attempt(
        self, write: Callable[[ViewerContext, str], object], context: ViewerContext | None = None
    ) -> None:
        """Try a write, and check that it changed no closed day."""
        self.number += 1
        before = dict(self.scene.jira.worklogs)
        with suppress(TimesheetError):
            write(context or self.scene.viewer_context, f"key-{self.number:06}")
        after = self.scene.jira.worklogs
        for number in before.keys() | after.keys():
            was, now = before.get(number), after.get(number)
            if was != now:
                assert not [side for side in (was, now) if side and self.locked(side)], (was, now)

    def some(self, pick: int) -> Worklog | None:
        found = sorted(self.scene.jira.worklogs.values(), key=lambda w: w.id)
        return found[pick % len(found)] if found else None

    def zone(self, author: str) -> ZoneInfo:
        return self.scene.jira.zones_of.get(author) or BERLIN

    def counts(self, issue_id: int) -> bool:
        """Return whether an issue is in the team's scope today."""
        scope = self.team.scope
        in_projects = (
            not scope.project_ids or self.scene.jira.issues[issue_id].project_id in scope.project_ids
        )
        return in_projects and (not scope.jql or "billable" in self.scene.jira.labels[issue_id])

    def locked(self, worklog: Worklog) -> bool:
        """Return whether a closing in force locks it, by the current rules or by what it recorded."""
        member = self.scene.site.teams.member(self.team_id, worklog.author)
        for record in self.scene.site.periods.stored.values():
            if record.open:
                continue
            used = next((one.zone for one in record.members if one.account_id == worklog.author), None)
            zones = {self.zone(worklog.author), ZoneInfo(used or "Europe/Berlin")}
            days = {worklog.started.astimezone(zone).date() for zone in zones}
            inside = [day for day in days if day in record.span and member.active_on(day)]
            if worklog.id in record.worklogs or (inside and self.counts(worklog.issue_id)):
                return True
        return False

    @rule(day=days, issue_id=issues, hours=st.integers(0, 3))
    def type_cell(self, day: date, issue_id: int, hours: int) -> None:
        here = [w for w in self.inside(day, day) if w.issue_id == issue_id and w.author == "viewer-1"]
        self.attempt(
            lambda context, key: save_cell(
                context, CellEdit(issue_id, day, f"{hours}h", key, tuple(map(mark, here)))
            )
        )

    @rule(day=days, issue_id=issues, clock=clocks)
    def log(self, day: date, issue_id: int, clock: time | None) -> None:
        self.attempt(lambda context, key: log_time(context, TimeEntry(issue_id, day, "1h", key, clock)))

    @rule(
        pick=st.integers(0, 20), day=st.none() | days, clock=clocks, text=st.none() | st.just("2h"), to=issues
    )
    def change(self, pick: int, day: date | None, clock: time | None, text: str | None, to: int) -> None:
        if worklog := self.some(pick):
            at = worklog.issue_id
            self.attempt(
                lambda context, key: move_worklog(
                    context, MoveWorklog(WorklogEdit(at, mark(worklog), key, day, clock, text=text), to)
                )
            )

    @rule(pick=st.integers(0, 20), again=st.booleans())
    def delete(self, pick: int, again: bool) -> None:
        if worklog := self.some(pick):
            gone: list[WriteResult] = []
            self.attempt(
                lambda context, key: gone.append(
                    delete_worklog(context, DeleteWorklog(worklog.issue_id, mark(worklog), key))
                )
            )
            if again and gone:
                self.attempt(
                    lambda context, key: undo(context, UndoWrites(tuple(offer_undo(context, *gone))))
                )

    @rule(back=st.booleans())
    def copy(self, back: bool) -> None:
        source, target = (WEEK, LAST_WEEK) if back else (LAST_WEEK, WEEK)
        self.attempt(lambda context, key: apply_copy(context, CopyWorklogs(source, target.first, key)))

    @rule(day=days, issue_id=issues, clock=clocks)
    def colleague(self, day: date, issue_id: int, clock: time | None) -> None:
        entry = TimeEntry(issue_id, day, "1h", f"other-{self.number:06}", clock)
        own = self.scene.jira.profile
        self.scene.jira.profile = replace(own, account_id="viewer-2", zone=self.zone("viewer-2"))
        self.attempt(lambda context, _: log_time(context, entry), self.scene.viewer_context_of("viewer-2"))
        self.scene.jira.profile = own

    @rule(first=days, length=st.integers(0, 4))
    def close(self, first: date, length: int) -> None:
        span = DateSpan(first, first + timedelta(days=length))
        self.number += 1
        record_id = f"record-{self.number}"
        closed = {w.id: w for w in self.inside(span.first, span.last) if self.counts(w.issue_id)}
        members = tuple(
            MemberRecord(one.account_id, 0, 0, basis_of_stay(one), self.zone(one.account_id).key)
            for one in self.scene.site.teams.members(self.team_id)
        )
        with suppress(TimesheetError):
            self.scene.site.close(self.team, span, self.scene.jira.now, record_id, members, closed)
            self.kept[record_id] = {number: self.scene.jira.worklogs[number] for number in closed}

    @rule(pick=st.integers(0, 20))
    def reopen(self, pick: int) -> None:
        records = [record for record in self.scene.site.periods.stored.values() if not record.open]
        if records:
            record = records[pick % len(records)]
            self.scene.site.periods.reopen(record.id, "boss", self.scene.jira.now)
            del self.kept[record.id]

    @rule(scope=st.sampled_from(SCOPES))
    def change_scope(self, scope: Scope) -> None:
        self.scene.site.teams.teams[self.team_id] = replace(self.team, scope=scope)

    @rule(issue_id=issues, labels=st.sampled_from([(), ("billable",)]))
    def change_labels(self, issue_id: int, labels: tuple[str, ...]) -> None:
        self.scene.jira.labels[issue_id] = set(labels)

    @rule(issue_id=issues, project_id=st.sampled_from([1, 9]))
    def change_project(self, issue_id: int, project_id: int) -> None:
        """Move an issue to another project in Jira, without any cache learning of it."""
        issue = self.scene.jira.issues[issue_id]
        self.scene.jira.issues[issue_id] = replace(issue, project_id=project_id)

    @rule(who=people, zone=st.sampled_from(ZONES))
    def change_zone(self, who: str, zone: ZoneInfo) -> None:
        """Change the zone in the person's Jira profile; their sheets and zones are read again."""
        self.scene.jira.zones_of[who] = zone
        if who == "viewer-1":
            self.scene.jira.profile = replace(self.scene.jira.profile, zone=zone)
            self.scene.viewer_context = self.scene.viewer_context_of("viewer-1")
        self.scene.wait(24 * 3600)

    def inside(self, first: date, last: date) -> list[Worklog]:
        """Return all but the days before the viewer joined, which belong to none of their teams."""
        dated = [
            replace(w, day=w.started.astimezone(self.zone(w.author)).date())
            for w in self.scene.jira.worklogs.values()
        ]
        members = self.scene.site.teams
        return [
            w
            for w in dated
            if first <= w.day <= last and members.member(self.team_id, w.author).active_on(w.day)
        ]

    @invariant()
    def what_closings_hold_stands(self) -> None:
        for closed in self.kept.values():
            assert {number: self.scene.jira.worklogs.get(number) for number in closed} == closed

    @invariant()
    def what_is_locked_is_marked(self) -> None:
        """Check that a sheet read now marks exactly the worklogs that a write would refuse."""
        kept, self.scene.cache = self.scene.cache, PortableCache(now=lambda: self.scene.seconds)
        try:
            context = self.scene.viewer_context_of("viewer-1")
            for span in (LAST_WEEK, WEEK):
                shown = snapshot_at(context, span)
                marked = context.lock.closed(
                    "viewer-1", span, shown.issues.values(), shown.worklogs, context.zone
                )
                for worklog in shown.worklogs:
                    said = marked.of_worklog(worklog, shown.issues[worklog.issue_id])
                    assert bool(said) == self.locked(worklog)
        finally:
            self.scene.cache = kept


def basis_of_stay(member: Member) -> dict[str, str]:
    """Return what a closing records of a member's joining and leaving dates."""
    return {
        name: day.isoformat()
        for name, day in (("joined", member.joined), ("left", member.left))
        if day is not None
    }


LockWalk.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLockWalk = LockWalk.TestCase
