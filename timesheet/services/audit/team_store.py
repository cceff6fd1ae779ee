"""The teams of a site as a store that leaves audit events, and all stores of a site like this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from timesheet.domain.audit import differing
from timesheet.domain.audit_action import Action
from timesheet.domain.errors import NotFound
from timesheet.domain.team import Member, Role, Team
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.audit.store import (
    Audited,
    AuditedCalendars,
    AuditedLabels,
    AuditedLeaves,
    AuditedLegends,
    AuditedPeriods,
    AuditedPermissions,
    AuditedSchemes,
    AuditedSettings,
    found,
)
from timesheet.services.audit.values import group_values, member_values, role_values, team_values
from timesheet.services.ports.jira import SettingsStore
from timesheet.services.ports.team import (
    CalendarStore,
    LabelStore,
    LeaveStore,
    LegendStore,
    PeriodStore,
    PermissionStore,
    SchemeStore,
    Stores,
    TeamGroup,
    TeamStore,
)


class AuditedTeams(Audited[TeamStore]):
    """See TeamStore."""

    def save(self, team: Team) -> Team:
        """See TeamStore. A new lead, archiving and restoring are events of their own."""
        self._hold()
        held = self._held(team.id)
        saved = self._store.save(team)
        if held is None:
            record(self._recorder, Action.TEAM_CREATED, saved.id, team_id=saved.id, after=team_values(saved))
            return saved
        before, after = map(dict, differing(team_values(held), team_values(saved)))
        archiving = Action.TEAM_ARCHIVED if saved.archived else Action.TEAM_RESTORED
        for action, key in ((Action.TEAM_LEAD_CHANGED, "lead"), (archiving, "archived")):
            if key in after:
                old, new = {key: before.pop(key)}, {key: after.pop(key)}
                record(self._recorder, action, saved.id, team_id=saved.id, before=old, after=new)
        if after:
            record(
                self._recorder, Action.TEAM_CHANGED, saved.id, team_id=saved.id, before=before, after=after
            )
        return saved

    def delete(self, team_id: str) -> None:
        """See TeamStore. It concerns everybody who was in it."""
        self._hold()
        held, members = self._held(team_id), self._store.members(team_id)
        self._store.delete(team_id)
        if held:
            people = {member.account_id for member in members}
            before = team_values(held)
            record(
                self._recorder, Action.TEAM_DELETED, team_id, team_id=team_id, people=people, before=before
            )

    def save_role(self, role: Role) -> Role:
        """See TeamStore."""
        self._hold()
        held = found(self._store.roles(role.team_id), role.id)
        saved = self._store.save_role(role)
        before = role_values(held) if held else None
        actions = (Action.ROLE_CREATED, Action.ROLE_CHANGED)
        self._tell(actions, saved.id, before, role_values(saved), saved.team_id)
        return saved

    def delete_role(self, team_id: str, role_id: str) -> None:
        """See TeamStore."""
        self._hold()
        held = found(self._store.roles(team_id), role_id)
        self._store.delete_role(team_id, role_id)
        if held:
            record(self._recorder, Action.ROLE_DELETED, role_id, team_id=team_id, before=role_values(held))

    def save_member(self, member: Member) -> Member:
        """See TeamStore."""
        return self.save_members([member])[0]

    def save_members(self, members: Sequence[Member]) -> tuple[Member, ...]:
        """See TeamStore."""
        if not members:
            return ()
        self._hold()
        held = {member.account_id: member for member in self._store.members(members[0].team_id)}
        saved = self._store.save_members(members)
        for member in saved:
            before = member_values(held[member.account_id]) if member.account_id in held else None
            actions = (Action.MEMBER_ADDED, Action.MEMBER_CHANGED)
            self._tell(actions, member.account_id, before, member_values(member), member.team_id)
        return saved

    def remove_member(self, team_id: str, account_id: str) -> None:
        """See TeamStore."""
        self._hold()
        try:
            held = self._store.member(team_id, account_id)
        except NotFound:
            return
        self._store.remove_member(team_id, account_id)
        record(self._recorder, Action.MEMBER_REMOVED, account_id, team_id=team_id, before=member_values(held))

    def save_group(self, group: TeamGroup) -> TeamGroup:
        """See TeamStore."""
        self._hold()
        held = self._group(group.team_id, group.group_id)
        saved = self._store.save_group(group)
        before = group_values(held) if held else None
        actions = (Action.GROUP_ADDED, Action.GROUP_CHANGED)
        self._tell(actions, saved.group_id, before, group_values(saved), saved.team_id)
        return saved

    def delete_group(self, team_id: str, group_id: str) -> None:
        """See TeamStore."""
        self._hold()
        held = self._group(team_id, group_id)
        self._store.delete_group(team_id, group_id)
        if held:
            record(self._recorder, Action.GROUP_REMOVED, group_id, team_id=team_id, before=group_values(held))

    def _held(self, team_id: str) -> Team | None:
        try:
            return self._store.get(team_id)
        except NotFound:
            return None

    def _group(self, team_id: str, group_id: str) -> TeamGroup | None:
        return next((held for held in self._store.groups(team_id) if held.group_id == group_id), None)


def audited(stores: Stores, recorder: AuditRecorder) -> Stores:
    """The same stores, each of which leaves an event with every change."""
    hold = stores.hold
    return Stores(
        legends=cast(LegendStore, AuditedLegends(stores.legends, recorder, hold)),
        calendars=cast(CalendarStore, AuditedCalendars(stores.calendars, recorder, hold)),
        schemes=cast(SchemeStore, AuditedSchemes(stores.schemes, recorder, hold)),
        leaves=cast(LeaveStore, AuditedLeaves(stores.leaves, recorder, hold)),
        teams=cast(TeamStore, AuditedTeams(stores.teams, recorder, hold)),
        periods=cast(PeriodStore, AuditedPeriods(stores.periods, recorder, hold)),
        labels=cast(LabelStore, AuditedLabels(stores.labels, recorder, hold)),
        permissions=cast(PermissionStore, AuditedPermissions(stores.permissions, recorder, hold)),
        hold=hold,
    )


def audited_settings(settings: SettingsStore, recorder: AuditRecorder, stores: Stores) -> SettingsStore:
    """The same for the settings of a site."""
    return cast(SettingsStore, AuditedSettings(settings, recorder, stores.hold))
