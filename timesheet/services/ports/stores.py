"""Protocols for one site's teams, calendars, schemes, leaves, periods, and permissions.

The caller creates ids. A save compares ``version`` (0 = new) with the stored one and returns the entity with
the next version, or as it is stored if nothing changes; an outdated version raises Conflict with the stored entity
in ``current``, None if somebody deleted it. ``get`` raises NotFound. Deleting something that does not exist does
nothing. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend, LegendUse
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, PeriodLength, PeriodRule
from timesheet.domain.permission import SitePermissions
from timesheet.domain.report.view import ReportView
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Membership, Role, Team

FIRST_RULE = PeriodRule(PeriodLength.MONTHLY, date(2024, 1, 1))
"""The period rule of a site whose admins chose none."""


@dataclass(frozen=True, slots=True)
class TeamGroup:
    """A Jira group whose people get these roles in a team, and the result of the last sync.

    ``error`` is a GroupTrouble, or the English sentence that an earlier version stored; empty if there was none.
    """

    team_id: str
    group_id: str
    role_ids: frozenset[str]
    synced_at: datetime | None = None
    error: str = ""
    version: int = 0


class LegendStore(Protocol):
    """The legends of a site, including the built-in ones."""

    def all(self) -> tuple[Legend, ...]:
        """Return the built-in legends with the site's changes, then the site's own by title."""

    def save(self, legend: Legend) -> Legend:
        """Save; may raise Conflict."""

    def count_use(self, legend_id: str) -> LegendUse:
        """Return how many days have this legend."""

    def delete(self, legend_id: str) -> None:
        """Delete a legend; its days become unclassified. Raise InvalidInput for a built-in legend."""


class CalendarStore(Protocol):
    """The global calendars of a site."""

    def all(self) -> tuple[GlobalCalendar, ...]:
        """Return all calendars by name, without their days."""

    def get(self, calendar_id: str) -> GlobalCalendar:
        """Return one calendar with all of its days."""

    def of(self, calendar_ids: Collection[str], span: DateSpan) -> tuple[GlobalCalendar, ...]:
        """Return these calendars, each with its days in ``span`` only; do not save them."""

    def save(self, calendar: GlobalCalendar) -> GlobalCalendar:
        """Save a calendar with all of its days; may raise Conflict."""

    def delete(self, calendar_id: str, replacement_id: str | None = None) -> None:
        """Delete a calendar; its members get the replacement. Raise InvalidInput if it has members and there
        is none.
        """

    def used_by(self, calendar_id: str) -> tuple[Member, ...]:
        """Return the members of all teams that follow it."""


class SchemeStore(Protocol):
    """The workload schemes of a site and of its teams."""

    def all(self, team_id: str | None = None) -> tuple[WorkloadScheme, ...]:
        """Return the site-wide schemes, the default first, then by name; with a team, its own schemes too."""

    def get(self, scheme_id: str) -> WorkloadScheme:
        """Return one scheme."""

    def save(self, scheme: WorkloadScheme) -> WorkloadScheme:
        """Save; the team of a scheme never changes. May raise Conflict."""

    def delete(self, scheme_id: str, replacement_id: str | None = None) -> None:
        """Delete a scheme; teams and members get the replacement.

        Raise InvalidInput for the site's default, if it is in use and there is no replacement, and for a
        replacement that belongs to another team.
        """

    def used_by(self, scheme_id: str) -> tuple[tuple[Team, ...], tuple[Member, ...]]:
        """Return the teams that have it as default, and the members it is assigned to."""

    def default_id(self) -> str:
        """Return the site's default: Mon-Fri 8 h until an admin changes it."""


class LeaveStore(Protocol):
    """The leaves of a site's people."""

    def all(self) -> tuple[Leave, ...]:
        """Return everybody's leaves, by date."""

    def of(self, account_ids: Collection[str], span: DateSpan) -> tuple[Leave, ...]:
        """Return the leaves of these people within ``span``, by date."""

    def replace(self, account_id: str, span: DateSpan, leaves: Iterable[Leave]) -> None:
        """Replace all leaves of this person within ``span`` by ``leaves``, in one step."""


class TeamStore(Protocol):
    """The teams of a site, their roles, members, and groups."""

    def all(self, archived: bool | None = None) -> tuple[Team, ...]:
        """Return all teams by name, or only archived or active ones."""

    def get(self, team_id: str) -> Team:
        """Return one team."""

    def opening(self, team_id: str, account_id: str) -> tuple[Team, tuple[Role, ...], Member | None]:
        """Return a team with its roles and this person's membership, if there is one; read together."""

    def save(self, team: Team) -> Team:
        """Save; may raise Conflict."""

    def delete(self, team_id: str) -> None:
        """Delete a team with its roles, members, groups, own schemes, closing records, and late changes."""

    def roles(self, team_id: str) -> tuple[Role, ...]:
        """Return the roles: Team Lead and Team Member first, then by name."""

    def roles_of(self, team_ids: Collection[str]) -> Mapping[str, tuple[Role, ...]]:
        """Return the roles of several teams by their ids; read together."""

    def save_role(self, role: Role) -> Role:
        """Save; may raise Conflict."""

    def delete_role(self, team_id: str, role_id: str) -> None:
        """Delete a role; members and groups lose it."""

    def members(self, team_id: str) -> tuple[Member, ...]:
        """Return all members, active or not, by account id."""

    def sizes(self, team_ids: Collection[str], day: date) -> Mapping[str, int]:
        """Return the number of people in each of these teams on ``day``; read together. A team without any is
        absent.
        """

    def member(self, team_id: str, account_id: str) -> Member:
        """Return one member; may raise NotFound."""

    def save_member(self, member: Member) -> Member:
        """Save; may raise Conflict."""

    def save_members(self, members: Sequence[Member]) -> tuple[Member, ...]:
        """Save all of one team, or none if one is outdated: Conflict with that one."""

    def remove_members(self, team_id: str, account_ids: Sequence[str]) -> None:
        """Remove members and their history; closing records keep sums. A leaving date keeps the history."""

    def teams_of(self, account_id: str) -> tuple[tuple[Team, Member], ...]:
        """Return the teams that have this person, by name, including archived teams and past memberships."""

    def memberships_of(self, account_id: str) -> tuple[Membership, ...]:
        """Return the dates of a person's memberships by team, including archived teams and past memberships.

        One statement reads them, because every read and every write of worklogs needs them.
        """

    def groups(self, team_id: str | None = None) -> tuple[TeamGroup, ...]:
        """Return the groups of a team, or of all active teams."""

    def save_group(self, group: TeamGroup) -> TeamGroup:
        """Save; may raise Conflict."""

    def delete_group(self, team_id: str, group_id: str) -> None:
        """Stop the sync; members stay."""


class PeriodStore(Protocol):
    """The rule of a site's periods, and the closings of its teams."""

    def rule(self) -> tuple[PeriodRule, int]:
        """Return the rule and its version, 0 while it is FIRST_RULE."""

    def save_rule(self, rule: PeriodRule, version: int) -> tuple[PeriodRule, int]:
        """Save; may raise Conflict with the stored rule."""

    def rule_and_spans(self) -> tuple[PeriodRule, tuple[DateSpan, ...]]:
        """Return the rule and the result of ``spans``; read together."""

    def spans(self) -> tuple[DateSpan, ...]:
        """Return the spans of all records of all teams, each once, in order."""

    def records(self, team_id: str) -> tuple[ClosingRecord, ...]:
        """Return all records of a team, the latest closing first, with members but without worklogs."""

    def record(self, record_id: str) -> ClosingRecord:
        """Return one record with its members and worklogs; may raise NotFound."""

    def closed(self, team_ids: Collection[str], span: DateSpan) -> tuple[ClosingRecord, ...]:
        """Return the records in force that touch ``span``, by team and date, without members and worklogs."""

    def recorded(self, account_id: str) -> tuple[ClosingRecord, ...]:
        """Return the records in force that include this person, by team and date, each with only this member."""

    def concerning(
        self, account_id: str, team_ids: Collection[str], span: DateSpan
    ) -> tuple[ClosingRecord, ...]:
        """Return the results of ``recorded`` and ``closed``, by team and date, each record once.

        A record that did not include the person has no members.
        """

    def holding(self, worklog_id: int) -> tuple[ClosingRecord, ...]:
        """Return the records in force that contain this worklog, without members and with only this worklog."""

    def holders(
        self, record_ids: Collection[str], worklog_ids: Collection[int]
    ) -> frozenset[tuple[int, str]]:
        """Return the ids of each of these worklogs and each of these records that contains it, as pairs."""

    def add_record(self, record: ClosingRecord) -> None:
        """Store a closing, and forget processed events that its worklogs were deleted.

        Raise Conflict with the record in force if the team has closed one of these days already.
        """

    def reopen(self, record_id: str, by: str, at: datetime) -> ClosingRecord:
        """Reopen a period. Raise Conflict with the record if somebody reopened it already."""

    def late_changes(self, team_id: str) -> tuple[LateChange, ...]:
        """Return all late changes of a team, the latest found first."""

    def add_late_changes(self, changes: Iterable[LateChange]) -> tuple[LateChange, ...]:
        """Store and return those that are not known yet: same record, worklog, and kind of change."""

    def accept_late_change(self, change: LateChange, by: str, at: datetime, note: str) -> LateChange:
        """Store who accepted it, when, and with which note. Raise NotFound, or Conflict if somebody accepted
        it already.
        """


class LabelStore(Protocol):
    """The user labels of a site."""

    def all(self) -> tuple[UserLabel, ...]:
        """Return all labels by name, with their people."""

    def save(self, label: UserLabel) -> UserLabel:
        """Save a label with all of its people; may raise Conflict."""

    def delete(self, label_id: str) -> None:
        """Delete a label; its people lose it."""


class ViewStore(Protocol):
    """The saved views of reports of a site's people and teams."""

    def of(self, account_id: str, team_ids: Collection[str]) -> tuple[ReportView, ...]:
        """Return the views of a person and of these teams, by name."""

    def get(self, view_id: str) -> ReportView:
        """Return one view."""

    def concerning(self, account_id: str) -> tuple[ReportView, ...]:
        """Return the views that a person owns, and those that have this person in a filter or in JQL, by name."""

    def save(self, view: ReportView) -> ReportView:
        """Save; may raise Conflict.

        A team has one default, so a new default replaces the old one. The owner never changes.
        """

    def delete(self, view_id: str) -> None:
        """Delete a view."""


class AttributeStore(Protocol):
    """The attributes of worklogs that a site's admins define, and the teams that chose them."""

    def all(self) -> tuple[Attribute, ...]:
        """Return all attributes, the built-in one first, then by name; retired ones too."""

    def save(self, attribute: Attribute) -> Attribute:
        """Save an attribute; may raise Conflict."""

    def chosen(self) -> Mapping[str, frozenset[str]]:
        """Return the ids of the attributes that teams chose, by team; teams without any are absent."""

    def choose(self, team_id: str, attribute_ids: Collection[str]) -> None:
        """Replace the attributes of a team; may raise Conflict if one of them is gone."""


class PermissionStore(Protocol):
    """The grants for opening modules and the site permissions."""

    def read(self) -> SitePermissions:
        """Return the permissions as the admins set them, or the defaults."""

    def save(self, permissions: SitePermissions) -> SitePermissions:
        """Save all permissions; may raise Conflict."""


class Stores(Protocol):
    """The stores of one site, each created on first use; they cannot be asked about another site."""

    @property
    def legends(self) -> LegendStore:
        """See LegendStore."""

    @property
    def calendars(self) -> CalendarStore:
        """See CalendarStore."""

    @property
    def schemes(self) -> SchemeStore:
        """See SchemeStore."""

    @property
    def leaves(self) -> LeaveStore:
        """See LeaveStore."""

    @property
    def teams(self) -> TeamStore:
        """See TeamStore."""

    @property
    def periods(self) -> PeriodStore:
        """See PeriodStore."""

    @property
    def labels(self) -> LabelStore:
        """See LabelStore."""

    @property
    def views(self) -> ViewStore:
        """See ViewStore."""

    @property
    def attributes(self) -> AttributeStore:
        """See AttributeStore."""

    @property
    def permissions(self) -> PermissionStore:
        """See PermissionStore."""

    def lock_site(self) -> None:
        """Lock the site for other writers until the request ends, so everything read from then on stays valid."""

    def lock_writes(self) -> None:
        """Lock the site as ``lock_site`` does; until the request ends, nobody can announce a write to Jira either."""

    def revision(self) -> int | None:
        """Return the number that rises with each change of the site's data, as this request reads it.

        None if what is read now must not be kept: the request has begun to write, or it is a command.
        """

    def renew(self) -> None:
        """Read the current data from now on, and not the data at the time of the request's first read."""
