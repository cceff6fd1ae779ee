"""Synchronize a team's members with Jira groups: preview and run.

A sync adds people who are in a group but not in the team, and sets today as the leaving date of people who
joined through a group and are in none anymore. Those whose joining date is still to come are removed, because they
were never in the team; only a lead stays. It never changes people who were added by hand, and a group that no
longer exists in Jira changes nothing. Nobody leaves while a group cannot be read: they may be in it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import TypeAlias

from timesheet.domain.errors import InvalidInput, NotAllowed, TimesheetError
from timesheet.domain.message import message
from timesheet.domain.permission import TeamAction
from timesheet.domain.person import Person
from timesheet.domain.team.group import GroupTrouble, trouble_sentence
from timesheet.domain.team.team import Member
from timesheet.services.ports.directory import GroupReader
from timesheet.services.ports.stores import Stores, TeamGroup
from timesheet.services.team.command import FollowGroup, LeaveGroup
from timesheet.services.viewer.team_context import TeamContext, lock_team, open_team

ReadGroup: TypeAlias = Callable[[str], Sequence[Person] | None]
"""Returns the people of a Jira group by its id; None if there is no such group."""
StoredAccounts: TypeAlias = Callable[[], Collection[str]]
"""Returns the account ids that the site stores now."""
LOST = message("Jira no longer has this group. Choose another one from the list.")
OFF = message(
    "Adding people from Jira groups is switched off in this app, because it needs the right to "
    "administer Jira. The operator of the app can switch it on with the setting GROUP_SYNC=on; a "
    "Jira admin then has to grant that right once, under Apps, Manage apps."
)


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """The effect of a sync. ``back`` are people who left the team and are in a group again; a person must set
    their dates.

    ``errors`` are sentences by group id, and ``troubles`` the codes that are stored: such a group was skipped.
    """

    joining: tuple[Member, ...]
    leaving: tuple[Member, ...]
    moving: tuple[Member, ...]
    back: tuple[Member, ...]
    errors: Mapping[str, str]
    troubles: Mapping[str, GroupTrouble]

    @property
    def empty(self) -> bool:
        """Return True if nothing would change."""
        return not (self.joining or self.leaving or self.moving)


@dataclass(frozen=True, slots=True)
class _Read:
    """The people of the groups that could be read, by group id, and why others could not, as in SyncPlan."""

    people: Mapping[str, Sequence[Person]]
    errors: Mapping[str, str]
    troubles: Mapping[str, GroupTrouble]

    def without(self, account_ids: Container[str]) -> _Read:
        """Return the same without these people."""
        left = {
            group_id: [person for person in people if person.account_id not in account_ids]
            for group_id, people in self.people.items()
        }
        return replace(self, people=left)


@dataclass(frozen=True, slots=True)
class Synced:
    """The number of teams that a run processed, and of groups that could not be read."""

    teams: int
    failed: int


def require_switched_on(on: bool) -> None:
    """Raise NotAllowed if this installation of the app does not follow groups."""
    if not on:
        raise NotAllowed(OFF, layer="site", permission="GROUP_SYNC")


def plan_sync(stores: Stores, reader: GroupReader, team_id: str, today: date) -> SyncPlan:
    """Compare a team with the current state of its groups in Jira."""
    groups = stores.teams.groups(team_id)
    return _plan(stores, team_id, groups, _read_groups(reader.read_group, groups), today)


def _plan(stores: Stores, team_id: str, groups: Sequence[TeamGroup], found: _Read, today: date) -> SyncPlan:
    members, people = stores.teams.members(team_id), found.people
    in_groups = {
        group.group_id: {person.account_id for person in people[group.group_id] if person.active}
        for group in groups
        if group.group_id in people
    }
    roles = {group.group_id: group.role_ids for group in groups}
    current = {member.account_id: member for member in members}
    group_of: dict[str, str] = {}
    for group_id, accounts in in_groups.items():
        for account_id in accounts:
            group_of.setdefault(account_id, group_id)
    leaving, moving = _departures(members, in_groups, group_of, today)
    if any(trouble is not GroupTrouble.GONE for trouble in found.troubles.values()):
        leaving = []
    if any(_has_yet_to_join(member, today) for member in leaving):
        lead = stores.teams.get(team_id).lead
        leaving = [m for m in leaving if m.account_id != lead or not _has_yet_to_join(m, today)]
    back = [m for m in members if m.account_id in group_of and m.group_id and m.left and m.left < today]
    joining = (
        Member(team_id, account_id, roles[group_id], joined=today, group_id=group_id)
        for account_id, group_id in sorted(group_of.items())
        if account_id not in current
    )
    return SyncPlan(tuple(joining), tuple(leaving), tuple(moving), tuple(back), found.errors, found.troubles)


def _read_groups(read: ReadGroup, groups: Iterable[TeamGroup]) -> _Read:
    people: dict[str, Sequence[Person]] = {}
    errors: dict[str, str] = {}
    troubles: dict[str, GroupTrouble] = {}
    for group in groups:
        try:
            found = read(group.group_id)
        except TimesheetError as error:
            # One group that Jira refuses in any way must not keep other groups and teams from being synced.
            errors[group.group_id] = error.sentence
            refused = isinstance(error, NotAllowed)
            troubles[group.group_id] = GroupTrouble.REFUSED if refused else GroupTrouble.SILENT
            continue
        if found is None:
            troubles[group.group_id] = GroupTrouble.GONE
            errors[group.group_id] = trouble_sentence(GroupTrouble.GONE)
        else:
            people[group.group_id] = found
    return _Read(people, errors, troubles)


def _departures(
    members: Iterable[Member], in_groups: Mapping[str, set[str]], group_of: Mapping[str, str], today: date
) -> tuple[list[Member], list[Member]]:
    """Return who is in no group that was read, and who stays through another group than the one they joined by."""
    leaving, moving = [], []
    for member in members:
        accounts = in_groups.get(member.group_id or "")
        if accounts is None or member.account_id in accounts or (member.left and member.left <= today):
            continue
        if member.account_id in group_of:
            moving.append(replace(member, group_id=group_of[member.account_id]))
        else:
            leaving.append(member)
    return leaving, moving


def run_sync(
    stores: Stores, reader: GroupReader, stored: StoredAccounts, team_id: str, today: date, now: datetime
) -> SyncPlan:
    """Apply the plan of one team, and return it; see ``_run``."""
    [plan] = _run(stores, reader, stored, [team_id], today, now)
    return plan


def sync_teams(
    stores: Stores, reader: GroupReader, stored: StoredAccounts, today: date, now: datetime
) -> Synced:
    """Sync every active team of a site that has groups; see ``_run``.

    The order differs each time: on a very large site, Jira's points may never suffice for all of them.
    """
    team_ids = list(dict.fromkeys(group.team_id for group in stores.teams.groups()))
    random.shuffle(team_ids)
    plans = _run(stores, reader, stored, team_ids, today, now)
    return Synced(len(plans), sum(len(plan.errors) for plan in plans))


def _run(
    stores: Stores,
    reader: GroupReader,
    stored: StoredAccounts,
    team_ids: Iterable[str],
    today: date,
    now: datetime,
) -> list[SyncPlan]:
    """Apply the plans of these teams, and record for each group the time and the result.

    Jira is read before the site is locked, each group once. That may take long, and who was erased meanwhile is not
    added again.
    """
    before = stored()
    read = cache(reader.read_group)
    found = {team_id: _read_groups(read, stores.teams.groups(team_id)) for team_id in team_ids}
    stores.lock_site()
    erased = frozenset(before).difference(stored())
    return [_apply(stores, team_id, read.without(erased), today, now) for team_id, read in found.items()]


def _apply(stores: Stores, team_id: str, read: _Read, today: date, now: datetime) -> SyncPlan:
    groups = stores.teams.groups(team_id)
    plan = _plan(stores, team_id, groups, read, today)
    not_joined = [member.account_id for member in plan.leaving if _has_yet_to_join(member, today)]
    left = [replace(member, left=today) for member in plan.leaving if not _has_yet_to_join(member, today)]
    if changed := (*plan.joining, *left, *plan.moving):
        stores.teams.save_members(changed)
    stores.teams.remove_members(team_id, not_joined)
    for group in groups:
        if group.group_id in read.people or group.group_id in read.troubles:
            error = read.troubles.get(group.group_id, "")
            stores.teams.save_group(replace(group, synced_at=now, error=error))
    return plan


def _has_yet_to_join(member: Member, today: date) -> bool:
    """Return True if their joining date is still to come."""
    return member.joined is not None and member.joined > today


def follow_group(context: TeamContext, reader: GroupReader, command: FollowGroup) -> TeamGroup:
    """Add a group's people to the team from the next sync on. Raise InvalidInput for an unknown group or role."""
    team_id, group_id, role_ids = command.team_id, command.group_id, command.role_ids
    opened = open_team(context, team_id, TeamAction.EDIT)
    if any(group.group_id == group_id for group in context.stores.teams.groups(team_id)):
        raise InvalidInput(message("This group is in the list already."), field="group")
    if not role_ids or role_ids - {role.id for role in opened.roles}:
        raise InvalidInput(message("Choose at least one role for its people."), field="roles")
    if group_id not in reader.name_groups([group_id]):
        raise InvalidInput(LOST, field="group")
    lock_team(context, team_id, TeamAction.EDIT)
    return context.stores.teams.save_group(TeamGroup(team_id, group_id, role_ids))


def leave_group(context: TeamContext, command: LeaveGroup) -> None:
    """Stop following a group; people who joined through it stay."""
    open_team(context, command.team_id, TeamAction.EDIT)
    context.stores.teams.delete_group(command.team_id, command.group_id)
