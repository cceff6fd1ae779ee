"""Manage the members of one team: adding people, their dates, roles, calendar, and schemes, one or many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from timesheet.domain.calendar.workload_scheme import in_order, with_scheme
from timesheet.domain.errors import InvalidInput, NotFound, TimesheetError
from timesheet.domain.message import counted, message
from timesheet.domain.permission import TeamAction
from timesheet.domain.person import Person, by_name
from timesheet.domain.team.label import UserLabel, labels_of
from timesheet.domain.team.team import LEAD_ROLE, Member, Role, Team, check_member
from timesheet.services.team.command import (
    AddMembers,
    ChangeMember,
    ChangeMembers,
    MemberChange,
    MembershipValues,
    RemoveMember,
)
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, lock_team, open_team

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class MemberState:
    """One member ready for display: ``state`` is active, joining (later), or left."""

    member: Member
    person: Person
    roles: tuple[Role, ...]
    labels: tuple[UserLabel, ...]
    state: str
    leads: bool


def list_members(context: TeamContext, opened: OpenTeam) -> tuple[MemberState, ...]:
    """Return all past, present, and future members: active ones first, each group by name."""
    members = context.stores.teams.members(opened.team.id)
    people = context.people(member.account_id for member in members)
    labels = context.stores.labels.all()
    lines = [
        MemberState(
            member,
            people[member.account_id],
            tuple(role for role in opened.roles if role.id in member.role_ids),
            tuple(labels_of(member.account_id, labels)),
            membership_state(member, context.today),
            member.account_id == opened.team.lead,
        )
        for member in members
    ]
    order = ("active", "joining", "left")
    return tuple(sorted(lines, key=lambda line: (order.index(line.state), *by_name(line.person))))


def membership_state(member: Member, today: date) -> str:
    """Return active, joining (later), or left."""
    if member.active_on(today):
        return "active"
    return "left" if member.left and member.left < today else "joining"


def add_members(context: TeamContext, command: AddMembers) -> int:
    """Add people who are not in the team yet; return how many. Nobody is added if one of them cannot be."""
    team_id = command.team_id
    open_team(context, team_id, TeamAction.EDIT)
    account_ids = list(dict.fromkeys(command.account_ids))
    if not account_ids:
        raise InvalidInput(message("Choose at least one person."), field="people")
    if len(account_ids) > MOST_AT_ONCE:
        raise InvalidInput(message("Add at most {most} people at once.", most=MOST_AT_ONCE), field="people")
    people = context.people_to_choose(account_ids)
    opened = lock_team(context, team_id, TeamAction.EDIT)
    current_ids = {member.account_id for member in context.stores.teams.members(team_id)}
    if already_members := [people[who].name for who in account_ids if who in current_ids]:
        raise InvalidInput(
            counted(
                "{names} belongs to the team already.",
                "{names} belong to the team already.",
                len(already_members),
                names=tuple(already_members),
            ),
            field="people",
        )
    if inactive := [people[who].name for who in account_ids if not people[who].active]:
        raise InvalidInput(
            message("{names}: no active account in this Jira.", names=tuple(inactive)), field="people"
        )
    new = (Member(team_id, account_id, frozenset()) for account_id in account_ids)
    context.stores.teams.save_members([_checked(context, opened, member, command.entry) for member in new])
    return len(account_ids)


def change_member(context: TeamContext, command: ChangeMember) -> Member:
    """Change one member. Raise Conflict with the stored member if somebody else changed it first."""
    opened = open_team(context, command.team_id, TeamAction.EDIT)
    member = context.stores.teams.member(command.team_id, command.account_id)
    changed = _checked(context, opened, replace(member, version=command.version), command.entry)
    return context.stores.teams.save_member(changed)


def remove_member(context: TeamContext, command: RemoveMember) -> Member:
    """Remove somebody as if they had never been in the team; closing records keep their figures."""
    open_team(context, command.team_id, TeamAction.EDIT)
    context.stores.lock_site()
    member = context.stores.teams.member(command.team_id, command.account_id)
    _check_removable(context, [member])
    context.stores.teams.remove_members(member.team_id, [member.account_id])
    return member


def change_members(context: TeamContext, command: ChangeMembers) -> int:
    """Apply the same change to all of them, or to none if it does not fit one; return how many have changed by it."""
    opened, team_id = open_team(context, command.team_id, TeamAction.EDIT), command.team_id
    account_ids = dict.fromkeys(command.account_ids)
    members = [_selected(context, team_id, account_id) for account_id in account_ids]
    if not members:
        raise InvalidInput(message("Select at least one member."), field="selected")
    if command.what is MemberChange.REMOVE:
        context.stores.lock_site()
        _check_removable(context, members)
        context.stores.teams.remove_members(team_id, list(account_ids))
        return len(members)
    return _change_each(context, opened, members, command)


def _selected(context: TeamContext, team_id: str, account_id: str) -> Member:
    """Return a member; somebody else may have removed one of those who were selected."""
    try:
        return context.stores.teams.member(team_id, account_id)
    except NotFound as gone:
        raise _refused(context, account_id, gone) from gone


def _refused(context: TeamContext, account_id: str, error: TimesheetError) -> InvalidInput:
    """Return why nobody was changed, with the name of whom it is about."""
    name = context.people([account_id])[account_id].name
    return InvalidInput(
        message("{name}: {problem} Nobody was changed.", name=name, problem=error.sentence), field="value"
    )


def _change_each(
    context: TeamContext, opened: OpenTeam, members: Sequence[Member], change: ChangeMembers
) -> int:
    """Save those whom the change makes different; return how many."""
    changed = []
    for member in members:
        before, after = membership_entry(member), _CHANGES[change.what](member, change)
        try:
            checked = _checked(context, opened, member, after)
        except InvalidInput as error:
            raise _refused(context, member.account_id, error) from error
        if membership_entry(checked) != before:
            changed.append(checked)
    context.stores.teams.save_members(changed)
    return len(changed)


def membership_entry(member: Member) -> MembershipValues:
    """Return the current values of a membership."""
    return MembershipValues(member.role_ids, member.joined, member.left, member.calendar_id, member.schemes)


def _checked(context: TeamContext, opened: OpenTeam, member: Member, entry: MembershipValues) -> Member:
    changed = replace(
        member,
        role_ids=entry.role_ids,
        joined=entry.joined,
        left=entry.left,
        calendar_id=entry.calendar_id or None,
        schemes=tuple(in_order(entry.schemes)),
    )
    calendars = {calendar.id for calendar in context.stores.calendars.all()}
    schemes = {scheme.id for scheme in context.stores.schemes.all(opened.team.id)}
    check_in_team(changed, opened.team, opened.roles, calendars, schemes)
    return changed


def check_in_team(
    member: Member, team: Team, roles: Iterable[Role], calendars: Collection[str], schemes: Collection[str]
) -> None:
    """Raise InvalidInput for values that this team cannot have; ``calendars`` and ``schemes`` are the valid ids.

    The field is left, roles, calendar, or scheme.
    """
    team_roles = tuple(roles)
    check_member(member, team_roles)
    lead_role = next(role.id for role in team_roles if role.system == LEAD_ROLE)
    if member.account_id == team.lead and lead_role not in member.role_ids:
        raise InvalidInput(
            message("The lead keeps the role “Team Lead”. Hand the team over first."), field="roles"
        )
    if member.calendar_id and member.calendar_id not in calendars:
        raise InvalidInput(
            message("This calendar is gone: somebody deleted it. Choose again."), field="calendar"
        )
    if any(dated.scheme_id not in schemes for dated in member.schemes):
        raise InvalidInput(
            message("This workload scheme is gone: somebody deleted it. Choose again."), field="scheme"
        )
    starts = [dated.valid_from for dated in member.schemes]
    if len(set(starts)) < len(starts):
        raise InvalidInput(message("Two workload schemes apply from the same day."), field="scheme")


def _check_removable(context: TeamContext, members: Sequence[Member]) -> None:
    """Raise InvalidInput if the lead is among these members of one team. Needs the lock, because a lead may change."""
    lead = context.stores.teams.get(members[0].team_id).lead
    if any(member.account_id == lead for member in members):
        raise InvalidInput(message("The lead stays in the team. Hand the team over first."), field="selected")


_CHANGES: Mapping[MemberChange, Callable[[Member, ChangeMembers], MembershipValues]] = MappingProxyType(
    {
        MemberChange.ADD_ROLE: lambda member, change: replace(
            membership_entry(member), role_ids=member.role_ids | {change.value}
        ),
        MemberChange.DROP_ROLE: lambda member, change: replace(
            membership_entry(member), role_ids=member.role_ids - {change.value}
        ),
        MemberChange.JOINED: lambda member, change: replace(membership_entry(member), joined=change.day),
        MemberChange.LEFT: lambda member, change: replace(membership_entry(member), left=change.day),
        MemberChange.CALENDAR: lambda member, change: replace(
            membership_entry(member), calendar_id=change.value
        ),
        MemberChange.SCHEME: lambda member, change: replace(
            membership_entry(member), schemes=with_scheme(member.schemes, change.day, change.value)
        ),
    }
)
