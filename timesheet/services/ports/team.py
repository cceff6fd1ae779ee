"""What is kept of one site's teams, calendars, schemes, leaves, periods and permissions, as protocols.

Ids are made by the caller. A save compares ``version`` (0 = new) with the stored one and gives the entity with the next
version; a stale one is a Conflict with the stored entity in ``current``, None when somebody deleted it. ``get`` raises
NotFound. Deleting what is gone already does nothing. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from timesheet.domain.global_calendar import GlobalCalendar
from timesheet.domain.label import UserLabel
from timesheet.domain.late_change import LateChange
from timesheet.domain.leave import Leave
from timesheet.domain.legend import Legend
from timesheet.domain.period import ClosingRecord, PeriodLength, PeriodRule
from timesheet.domain.permission import SitePermissions
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Member, Role, Stay, Team
from timesheet.domain.workload_scheme import WorkloadScheme

FIRST_RULE = PeriodRule(PeriodLength.MONTHLY, date(2024, 1, 1))
"""The periods of a site whose admins chose none."""


@dataclass(frozen=True, slots=True)
class TeamGroup:
    """A Jira group whose people a team takes in with these roles, and how the last sync went.

    ``error`` is a sentence that names no person; empty when all went well.
    """

    team_id: str
    group_id: str
    role_ids: frozenset[str]
    synced_at: datetime | None = None
    error: str = ""
    version: int = 0


class LegendStore(Protocol):
    """The legends of a site, the system's among them."""

    def all(self) -> tuple[Legend, ...]:
        """The system's as the site has changed them, then its own by title."""

    def save(self, legend: Legend) -> Legend:
        """Save; may raise Conflict."""

    def delete(self, legend_id: str) -> None:
        """Its days become unclassified; InvalidInput for a system legend."""


class CalendarStore(Protocol):
    """The global calendars of a site."""

    def all(self) -> tuple[GlobalCalendar, ...]:
        """All by name, without their days."""

    def get(self, calendar_id: str) -> GlobalCalendar:
        """One with all of its days."""

    def of(self, calendar_ids: Collection[str], span: DateSpan) -> tuple[GlobalCalendar, ...]:
        """These, each with its days in ``span`` only: not to be saved."""

    def save(self, calendar: GlobalCalendar) -> GlobalCalendar:
        """Save with all of its days; may raise Conflict."""

    def delete(self, calendar_id: str, replacement_id: str | None = None) -> None:
        """Its members get the replacement; InvalidInput when it has members and there is none."""

    def used_by(self, calendar_id: str) -> tuple[Member, ...]:
        """The members of all teams that follow it."""


class SchemeStore(Protocol):
    """The workload schemes of a site and of its teams."""

    def all(self, team_id: str | None = None) -> tuple[WorkloadScheme, ...]:
        """The site-wide ones, the default first, then by name; with a team its own as well."""

    def get(self, scheme_id: str) -> WorkloadScheme:
        """One."""

    def save(self, scheme: WorkloadScheme) -> WorkloadScheme:
        """Save; the team of a scheme never changes. May raise Conflict."""

    def delete(self, scheme_id: str, replacement_id: str | None = None) -> None:
        """Teams and members get the replacement.

        InvalidInput for the site's default, when it is in use and there is no replacement, and for a replacement that
        belongs to another team.
        """

    def used_by(self, scheme_id: str) -> tuple[tuple[Team, ...], tuple[Member, ...]]:
        """The teams whose default it is, and the members it is assigned to."""

    def default_id(self) -> str:
        """The site's default: Mon-Fri 8 h until an admin changes it."""


class LeaveStore(Protocol):
    """The leaves of a site's people."""

    def all(self) -> tuple[Leave, ...]:
        """Everybody's, by date."""

    def of(self, account_ids: Collection[str], span: DateSpan) -> tuple[Leave, ...]:
        """Those of these people within ``span``, by date."""

    def replace(self, account_id: str, span: DateSpan, leaves: Iterable[Leave]) -> None:
        """Make ``leaves``, all of this person and within ``span``, the only ones there; at once or not at all."""


class TeamStore(Protocol):
    """The teams of a site, their roles, members and groups."""

    def all(self, archived: bool | None = None) -> tuple[Team, ...]:
        """All by name, or only archived or active ones."""

    def get(self, team_id: str) -> Team:
        """One."""

    def opening(self, team_id: str, account_id: str) -> tuple[Team, tuple[Role, ...], Member | None]:
        """One with its roles and this person's entry in it, where there is one; read at once."""

    def save(self, team: Team) -> Team:
        """Save; may raise Conflict."""

    def delete(self, team_id: str) -> None:
        """With all that belongs to it: roles, members, groups, own schemes, closing records, late changes."""

    def roles(self, team_id: str) -> tuple[Role, ...]:
        """Team Lead and Team Member first, then by name."""

    def roles_of(self, team_ids: Collection[str]) -> Mapping[str, tuple[Role, ...]]:
        """The same of several teams by their ids; read at once."""

    def save_role(self, role: Role) -> Role:
        """Save; may raise Conflict."""

    def delete_role(self, team_id: str, role_id: str) -> None:
        """Members and groups lose it."""

    def members(self, team_id: str) -> tuple[Member, ...]:
        """All, active or not, by account id."""

    def sizes(self, team_ids: Collection[str], day: date) -> Mapping[str, int]:
        """How many people are in each of these teams on ``day``; read at once. A team without any is absent."""

    def member(self, team_id: str, account_id: str) -> Member:
        """One; may raise NotFound."""

    def save_member(self, member: Member) -> Member:
        """Save; may raise Conflict."""

    def save_members(self, members: Sequence[Member]) -> tuple[Member, ...]:
        """All of one team, or none when one is stale: Conflict with that one."""

    def remove_member(self, team_id: str, account_id: str) -> None:
        """Without a trace in the team; closing records keep their sums. A leaving date keeps him in history."""

    def teams_of(self, account_id: str) -> tuple[tuple[Team, Member], ...]:
        """The teams that have this person, by name, archived ones and past memberships too."""

    def stays_of(self, account_id: str) -> tuple[Stay, ...]:
        """The same teams with the dates alone, in one statement: every look and every write asks."""

    def groups(self, team_id: str | None = None) -> tuple[TeamGroup, ...]:
        """The groups of a team, or of all active teams."""

    def save_group(self, group: TeamGroup) -> TeamGroup:
        """Save; may raise Conflict."""

    def delete_group(self, team_id: str, group_id: str) -> None:
        """Stop the sync; members stay."""


class PeriodStore(Protocol):
    """The rule of a site's periods, and what its teams closed."""

    def rule(self) -> tuple[PeriodRule, int]:
        """The rule and its version, 0 while it is FIRST_RULE."""

    def save_rule(self, rule: PeriodRule, version: int) -> tuple[PeriodRule, int]:
        """Save; may raise Conflict with the stored rule."""

    def rule_and_spans(self) -> tuple[PeriodRule, tuple[DateSpan, ...]]:
        """The rule, and what ``spans`` gives; read at once."""

    def spans(self) -> tuple[DateSpan, ...]:
        """The spans of all records of all teams, each once, in order."""

    def records(self, team_id: str) -> tuple[ClosingRecord, ...]:
        """All of a team, the latest closing first, with members but without worklogs."""

    def record(self, record_id: str) -> ClosingRecord:
        """One with its members and worklogs; may raise NotFound."""

    def closed(self, team_ids: Collection[str], span: DateSpan) -> tuple[ClosingRecord, ...]:
        """Those in force now that touch ``span``, by team and date, without members and worklogs."""

    def recorded(self, account_id: str) -> tuple[ClosingRecord, ...]:
        """Those in force now that recorded this person, by team and date, each with this member alone."""

    def concerning(
        self, account_id: str, team_ids: Collection[str], span: DateSpan
    ) -> tuple[ClosingRecord, ...]:
        """Return what ``recorded`` gives and what ``closed`` gives, by team and date, each record once.

        A record that did not record the person comes without members.
        """

    def holding(self, worklog_id: int) -> tuple[ClosingRecord, ...]:
        """Those in force now that hold this worklog fast, without members and with this worklog alone."""

    def holders(self, record_ids: Collection[str], worklog_ids: Collection[int]) -> Mapping[int, str]:
        """Return for each of these worklogs that one of these records holds the id of such a record."""

    def add_record(self, record: ClosingRecord) -> None:
        """Close; Conflict with the record in force when the team has closed one of these days already."""

    def reopen(self, record_id: str, by: str, at: datetime) -> ClosingRecord:
        """Open again; Conflict with the record when somebody did so already."""

    def late_changes(self, team_id: str) -> tuple[LateChange, ...]:
        """All of a team, the latest found first."""

    def add_late_changes(self, changes: Iterable[LateChange]) -> tuple[LateChange, ...]:
        """Keep and give back those not known yet: same record, worklog and kind of change."""

    def accept_late_change(self, change: LateChange, by: str, at: datetime, note: str) -> LateChange:
        """Keep who accepted it, when and with which note; NotFound, or Conflict when somebody did so already."""


class LabelStore(Protocol):
    """The user labels of a site."""

    def all(self) -> tuple[UserLabel, ...]:
        """All by name, with their people."""

    def save(self, label: UserLabel) -> UserLabel:
        """Save with all of its people; may raise Conflict."""

    def delete(self, label_id: str) -> None:
        """Its people lose it."""


class PermissionStore(Protocol):
    """Who may open which module, and who holds which site permission."""

    def read(self) -> SitePermissions:
        """As the admins set them, or as they start."""

    def save(self, permissions: SitePermissions) -> SitePermissions:
        """Save whole; may raise Conflict."""


class Stores(Protocol):
    """The stores of one site, each made when it is first used; they cannot be asked about another site."""

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
    def permissions(self) -> PermissionStore:
        """See PermissionStore."""

    def hold(self) -> None:
        """Let nobody else write to them until the request ends, so that what is read from then on stays so."""
