"""Stores in dicts, as far as the time of teams needs them. The database's own tests cover the real ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

from timesheet.domain.attribute.attribute import Attribute, attributes_of
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend, legends_of
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, MemberRecord, PeriodRule
from timesheet.domain.permission import SitePermissions
from timesheet.domain.person import Person
from timesheet.domain.report.view import ReportView
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import (
    LEAD_ROLE,
    MEMBER_ROLE,
    Member,
    Membership,
    Role,
    Scope,
    Team,
    TeamPermission,
)
from timesheet.services.ports.stores import FIRST_RULE, Stores

HOUR = 3600
FULL = WorkloadScheme("full", "Full time", (8 * HOUR,) * 5 + (0, 0))


@dataclass
class FakeTeams:
    """The teams, roles, and members of one site."""

    teams: dict[str, Team] = field(default_factory=dict)
    held_roles: list[Role] = field(default_factory=list)
    stored: dict[tuple[str, str], Member] = field(default_factory=dict)

    def all(self, archived: bool | None = None) -> tuple[Team, ...]:
        return tuple(team for team in self.teams.values() if archived in (None, team.archived))

    def get(self, team_id: str) -> Team:
        if team_id not in self.teams:
            raise NotFound("There is no such team.")
        return self.teams[team_id]

    def opening(self, team_id: str, account_id: str) -> tuple[Team, tuple[Role, ...], Member | None]:
        return self.get(team_id), self.roles(team_id), self.stored.get((team_id, account_id))

    def roles(self, team_id: str) -> tuple[Role, ...]:
        return tuple(role for role in self.held_roles if role.team_id == team_id)

    def roles_of(self, team_ids: Collection[str]) -> dict[str, tuple[Role, ...]]:
        return {team_id: self.roles(team_id) for team_id in team_ids}

    def sizes(self, team_ids: Collection[str], day: date) -> dict[str, int]:
        return {
            team_id: sum(member.active_on(day) for member in self.members(team_id)) for team_id in team_ids
        }

    def members(self, team_id: str) -> tuple[Member, ...]:
        return tuple(member for (team, _), member in sorted(self.stored.items()) if team == team_id)

    def member(self, team_id: str, account_id: str) -> Member:
        if (team_id, account_id) not in self.stored:
            raise NotFound("There is no such member.")
        return self.stored[team_id, account_id]

    def teams_of(self, account_id: str) -> tuple[tuple[Team, Member], ...]:
        return tuple((self.teams[team], m) for (team, who), m in self.stored.items() if who == account_id)

    def memberships_of(self, account_id: str) -> tuple[Membership, ...]:
        return tuple(Membership(team, m.joined, m.left) for team, m in self.teams_of(account_id))


@dataclass
class FakeLabels:
    """The user labels of one site."""

    stored: list[UserLabel] = field(default_factory=list)

    def all(self) -> tuple[UserLabel, ...]:
        return tuple(self.stored)


@dataclass
class FakeViews:
    """The saved views of one site."""

    stored: dict[str, ReportView] = field(default_factory=dict)

    def of(self, account_id: str, team_ids: Collection[str]) -> tuple[ReportView, ...]:
        return tuple(v for v in self.stored.values() if v.owner == account_id or v.team_id in team_ids)

    def get(self, view_id: str) -> ReportView:
        if view_id not in self.stored:
            raise NotFound("This view no longer exists.")
        return self.stored[view_id]

    def save(self, view: ReportView) -> ReportView:
        self.stored[view.id] = saved = replace(view, version=view.version + 1)
        return saved

    def delete(self, view_id: str) -> None:
        self.stored.pop(view_id, None)


@dataclass
class FakeAttributes:
    """The attributes of one site, and the teams that chose them."""

    stored: list[Attribute] = field(default_factory=list)
    choices: dict[str, frozenset[str]] = field(default_factory=dict)

    def all(self) -> tuple[Attribute, ...]:
        return attributes_of(self.stored)

    def save(self, attribute: Attribute) -> Attribute:
        saved = replace(attribute, version=attribute.version + 1)
        self.stored = [*(one for one in self.stored if one.id != saved.id), saved]
        return saved

    def chosen(self) -> dict[str, frozenset[str]]:
        return self.choices


@dataclass
class FakePeriods:
    """The closings of one site's teams."""

    chosen: tuple[PeriodRule, int] = (FIRST_RULE, 0)
    stored: dict[str, ClosingRecord] = field(default_factory=dict)
    late: list[LateChange] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def rule(self) -> tuple[PeriodRule, int]:
        return self.chosen

    def rule_and_spans(self) -> tuple[PeriodRule, tuple[DateSpan, ...]]:
        return self.chosen[0], self.spans()

    def spans(self) -> tuple[DateSpan, ...]:
        return tuple(sorted({record.span for record in self.stored.values()}))

    def records(self, team_id: str) -> tuple[ClosingRecord, ...]:
        found = [replace(r, worklogs={}) for r in self.stored.values() if r.team_id == team_id]
        return tuple(sorted(found, key=lambda record: (record.closed_at, record.id), reverse=True))

    def record(self, record_id: str) -> ClosingRecord:
        if record_id not in self.stored:
            raise NotFound("This closing no longer exists.")
        return self.stored[record_id]

    def closed(self, team_ids: Collection[str], span: DateSpan) -> tuple[ClosingRecord, ...]:
        return tuple(
            replace(record, members=(), worklogs={})
            for record in self.stored.values()
            if record.team_id in team_ids
            and not record.open
            and record.span.first <= span.last
            and record.span.last >= span.first
        )

    def recorded(self, account_id: str) -> tuple[ClosingRecord, ...]:
        return tuple(
            replace(record, members=(member,), worklogs={})
            for record in self.stored.values()
            for member in record.members
            if not record.open and member.account_id == account_id
        )

    def concerning(
        self, account_id: str, team_ids: Collection[str], span: DateSpan
    ) -> tuple[ClosingRecord, ...]:
        found = {record.id: record for record in self.closed(team_ids, span)}
        return tuple({**found, **{record.id: record for record in self.recorded(account_id)}}.values())

    def holding(self, worklog_id: int) -> tuple[ClosingRecord, ...]:
        return tuple(
            replace(record, members=(), worklogs={worklog_id: record.worklogs[worklog_id]})
            for record in self.stored.values()
            if not record.open and worklog_id in record.worklogs
        )

    def holders(
        self, record_ids: Collection[str], worklog_ids: Collection[int]
    ) -> frozenset[tuple[int, str]]:
        return frozenset(
            (worklog_id, record_id)
            for record_id in record_ids
            for worklog_id in worklog_ids
            if worklog_id in self.stored[record_id].worklogs
        )

    def add_record(self, record: ClosingRecord) -> None:
        with self.lock:
            if existing := self.closed([record.team_id], record.span):
                raise Conflict("Somebody has closed this period already.", current=existing[0])
            self.stored[record.id] = record

    def reopen(self, record_id: str, by: str, at: datetime) -> ClosingRecord:
        with self.lock:
            record = self.record(record_id)
            if record.open:
                raise Conflict("Somebody has reopened this period already.", current=record)
            self.stored[record_id] = replace(record, reopened_by=by, reopened_at=at)
            return self.stored[record_id]

    def late_changes(self, team_id: str) -> tuple[LateChange, ...]:
        found = [change for change in self.late if change.team_id == team_id]
        return tuple(sorted(found, key=lambda change: change.found_at, reverse=True))

    def add_late_changes(self, changes: Iterable[LateChange]) -> tuple[LateChange, ...]:
        new = []
        for change in changes:
            place = self._place(change)
            if place is None:
                self.late.append(change)
                new.append(change)
                continue
            stored = self.late[place]
            self.late[place] = again = stored.found_again(change)
            new += [again] if stored.accepted != again.accepted else []
        return tuple(new)

    def accept_late_change(self, change: LateChange, by: str, at: datetime, note: str) -> LateChange:
        place = self._place(change)
        if place is None:
            raise NotFound("This late change is no longer known.")
        if self.late[place].accepted:
            raise Conflict("Somebody has accepted this change already.", current=self.late[place])
        self.late[place] = replace(self.late[place], accepted_by=by, accepted_at=at, note=note)
        return self.late[place]

    def _place(self, change: LateChange) -> int | None:
        wanted = change.record_id, change.worklog_id, change.what
        found = ((known.record_id, known.worklog_id, known.what) == wanted for known in self.late)
        return next((number for number, same in enumerate(found) if same), None)


@dataclass
class FakePlanning:
    """Schemes, calendars, leaves, legends, and permissions, each from one attribute."""

    schemes: dict[str, WorkloadScheme] = field(default_factory=lambda: {FULL.id: FULL})
    calendars: dict[str, GlobalCalendar] = field(default_factory=dict)
    leaves: list[Leave] = field(default_factory=list)


@dataclass
class FakeSchemes:
    planning: FakePlanning

    def all(self, team_id: str | None = None) -> tuple[WorkloadScheme, ...]:
        return tuple(s for s in self.planning.schemes.values() if s.team_id in (None, team_id))

    def default_id(self) -> str:
        return FULL.id


@dataclass
class FakeCalendars:
    planning: FakePlanning

    def of(self, calendar_ids: Collection[str], span: DateSpan) -> tuple[GlobalCalendar, ...]:
        found = (self.planning.calendars[calendar_id] for calendar_id in calendar_ids)
        return tuple(replace(c, days=tuple(d for d in c.days if d.date in span)) for c in found)


@dataclass
class FakeLeaves:
    planning: FakePlanning

    def of(self, account_ids: Collection[str], span: DateSpan) -> tuple[Leave, ...]:
        return tuple(x for x in self.planning.leaves if x.account_id in account_ids and x.date in span)


class FakeLegends:
    def all(self) -> tuple[Legend, ...]:
        return legends_of(())


@dataclass
class FakePermissions:
    granted: SitePermissions = field(default_factory=SitePermissions)

    def read(self) -> SitePermissions:
        return self.granted


class FakeDirectory:
    """A directory in which everybody is named after their account id."""

    def check_jql(self, jql: str) -> None:
        if "nothere" in jql:
            raise InvalidInput("Jira says: The field 'nothere' does not exist.", field="jql")

    def read_people(self, account_ids: Collection[str]) -> Mapping[str, Person]:
        return {account_id: Person(account_id, f"Name of {account_id}") for account_id in account_ids}

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        return {group_id: f"Group {group_id}" for group_id in group_ids}


@dataclass
class FakeSite:
    """The stores of one site, with helpers to fill them. A test that keeps what it reads sets the ``revision``.

    ``lock_site`` and ``lock_writes`` are what others commit while a request waits for these locks of the site.
    """

    teams: FakeTeams = field(default_factory=FakeTeams)
    periods: FakePeriods = field(default_factory=FakePeriods)
    planning: FakePlanning = field(default_factory=FakePlanning)
    permissions: FakePermissions = field(default_factory=FakePermissions)
    labels: FakeLabels = field(default_factory=FakeLabels)
    views: FakeViews = field(default_factory=FakeViews)
    attributes: FakeAttributes = field(default_factory=FakeAttributes)
    revision: int | None = None
    lock_site: Callable[[], None] = lambda: None
    lock_writes: Callable[[], None] = lambda: None

    @property
    def stores(self) -> Stores:
        parts: dict[str, Any] = {
            "legends": FakeLegends(),
            "calendars": FakeCalendars(self.planning),
            "schemes": FakeSchemes(self.planning),
            "leaves": FakeLeaves(self.planning),
            "teams": self.teams,
            "periods": self.periods,
            "labels": self.labels,
            "views": self.views,
            "attributes": self.attributes,
            "permissions": self.permissions,
            "lock_site": self.lock_site,
            "lock_writes": self.lock_writes,
            "renew": lambda: None,
            "revision": lambda: self.revision,
        }
        return cast(Stores, SimpleNamespace(**parts))

    def team(self, lead: str, *people: str, team_id: str = "alpha", scope: Scope | None = None) -> Team:
        """Add a team with its two roles; ``people`` are plain members, the lead is not a member."""
        team = Team(team_id, f"Team {team_id}", lead, FULL.id, scope=scope or Scope())
        self.teams.teams[team_id] = team
        work = frozenset({TeamPermission.WORK_ON_ISSUES})
        self.teams.held_roles += [
            Role(f"{team_id}-lead", team_id, "Team Lead", frozenset(TeamPermission), LEAD_ROLE),
            Role(f"{team_id}-member", team_id, "Team Member", work, MEMBER_ROLE),
        ]
        for account_id in people:
            self.add(team, account_id)
        return team

    def add(self, team: Team, account_id: str, role: str = "member", **more: object) -> Member:
        """Add one more member, with the role that has this suffix in its id."""
        member = Member(team.id, account_id, frozenset({f"{team.id}-{role}"}), **more)  # type: ignore[arg-type]
        self.teams.stored[team.id, account_id] = member
        return member

    def role(self, team: Team, name: str, *permissions: TeamPermission) -> None:
        """Add a role."""
        self.teams.held_roles.append(Role(f"{team.id}-{name}", team.id, name, frozenset(permissions)))

    def close(
        self,
        team: Team,
        span: DateSpan,
        at: datetime,
        record_id: str = "record",
        members: tuple[MemberRecord, ...] = (),
        worklogs: Iterable[int] = (),
    ) -> ClosingRecord:
        """Add a closing without figures, unless ``members`` has some; it contains these worklogs."""
        fingerprints = dict.fromkeys(worklogs, "held")
        record = ClosingRecord(record_id, team.id, span, team.lead, at, members, fingerprints)
        self.periods.add_record(record)
        return record
