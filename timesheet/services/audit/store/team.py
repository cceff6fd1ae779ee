"""Teams with their members, roles, and groups, with an audit event for every change; see change.py."""

from __future__ import annotations

from collections.abc import Sequence

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import differing
from timesheet.domain.team.team import Member, Role, Team
from timesheet.services.audit.store.change import ChangeRecorder, find, find_stored
from timesheet.services.audit.values import group_values, member_values, role_values, team_values
from timesheet.services.ports.stores import (
    TeamGroup,
    TeamStore,
)


class AuditedTeams:
    """Implements TeamStore."""

    def __init__(self, store: TeamStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # A read goes to the store itself.
        self.all = store.all
        self.get = store.get
        self.opening = store.opening
        self.roles = store.roles
        self.roles_of = store.roles_of
        self.members = store.members
        self.sizes = store.sizes
        self.member = store.member
        self.teams_of = store.teams_of
        self.memberships_of = store.memberships_of
        self.groups = store.groups

    def save(self, team: Team) -> Team:
        """See TeamStore. A new lead, archiving, and restoring are events of their own."""
        self._changes.lock_site()
        stored = find_stored(self._store.get, team.id)
        saved = self._store.save(team)
        if stored is None:
            self._changes.record(Action.TEAM_CREATED, saved.id, team_id=saved.id, after=team_values(saved))
            return saved
        before, after = map(dict, differing(team_values(stored), team_values(saved)))
        archiving = Action.TEAM_ARCHIVED if saved.archived else Action.TEAM_RESTORED
        for action, key in ((Action.TEAM_LEAD_CHANGED, "lead"), (archiving, "archived")):
            if key in after:
                old, new = {key: before.pop(key)}, {key: after.pop(key)}
                self._changes.record(action, saved.id, team_id=saved.id, before=old, after=new)
        if after:
            self._changes.record(Action.TEAM_CHANGED, saved.id, team_id=saved.id, before=before, after=after)
        return saved

    def delete(self, team_id: str) -> None:
        """See TeamStore. The event concerns all of its members."""
        self._changes.lock_site()
        stored, members = find_stored(self._store.get, team_id), self._store.members(team_id)
        self._store.delete(team_id)
        if stored:
            people = frozenset(member.account_id for member in members)
            before = team_values(stored)
            self._changes.record(Action.TEAM_DELETED, team_id, team_id=team_id, people=people, before=before)

    def save_role(self, role: Role) -> Role:
        """See TeamStore."""
        self._changes.lock_site()
        stored = find(self._store.roles(role.team_id), role.id)
        saved = self._store.save_role(role)
        before = role_values(stored) if stored else None
        actions = (Action.ROLE_CREATED, Action.ROLE_CHANGED)
        self._changes.record_save(actions, saved.id, before, role_values(saved), saved.team_id)
        return saved

    def delete_role(self, team_id: str, role_id: str) -> None:
        """See TeamStore."""
        self._changes.lock_site()
        stored = find(self._store.roles(team_id), role_id)
        self._store.delete_role(team_id, role_id)
        if stored:
            self._changes.record(Action.ROLE_DELETED, role_id, team_id=team_id, before=role_values(stored))

    def save_member(self, member: Member) -> Member:
        """See TeamStore."""
        return self.save_members([member])[0]

    def save_members(self, members: Sequence[Member]) -> tuple[Member, ...]:
        """See TeamStore."""
        if not members:
            return ()
        self._changes.lock_site()
        stored = {member.account_id: member for member in self._store.members(members[0].team_id)}
        before = {account_id: member_values(member) for account_id, member in stored.items()}
        saved = self._store.save_members(members)
        self._changes.record_saves(
            (Action.MEMBER_ADDED, Action.MEMBER_CHANGED),
            [(one.account_id, before.get(one.account_id), member_values(one)) for one in saved],
            members[0].team_id,
        )
        return saved

    def remove_members(self, team_id: str, account_ids: Sequence[str]) -> None:
        """See TeamStore."""
        if not account_ids:
            return
        self._changes.lock_site()
        stored = {member.account_id: member_values(member) for member in self._store.members(team_id)}
        self._store.remove_members(team_id, account_ids)
        removed = [(account_id, stored[account_id]) for account_id in account_ids if account_id in stored]
        self._changes.record_deletions(Action.MEMBER_REMOVED, removed, team_id)

    def save_group(self, group: TeamGroup) -> TeamGroup:
        """See TeamStore."""
        self._changes.lock_site()
        stored = self._group(group.team_id, group.group_id)
        saved = self._store.save_group(group)
        before = group_values(stored) if stored else None
        actions = (Action.GROUP_ADDED, Action.GROUP_CHANGED)
        self._changes.record_save(actions, saved.group_id, before, group_values(saved), saved.team_id)
        return saved

    def delete_group(self, team_id: str, group_id: str) -> None:
        """See TeamStore."""
        self._changes.lock_site()
        stored = self._group(team_id, group_id)
        self._store.delete_group(team_id, group_id)
        if stored:
            self._changes.record(Action.GROUP_REMOVED, group_id, team_id=team_id, before=group_values(stored))

    def _group(self, team_id: str, group_id: str) -> TeamGroup | None:
        return next((group for group in self._store.groups(team_id) if group.group_id == group_id), None)
