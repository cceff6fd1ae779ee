"""List teams, and create, change, hand over, archive, and delete them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from timesheet.domain.alphabet import contains, name_order
from timesheet.domain.errors import NEWER, Conflict, InvalidInput, NotAllowed, Question
from timesheet.domain.message import message
from timesheet.domain.name import is_typed
from timesheet.domain.permission import (
    Allowed,
    Standing,
    TeamAction,
    decide,
    require,
)
from timesheet.domain.person import Person
from timesheet.domain.team.team import Member, Role, Team, TeamPermission, checked_team, system_roles
from timesheet.services.team.command import ArchiveTeam, ChangeTeam, CreateTeam, DeleteTeam
from timesheet.services.viewer.team_context import (
    OpenTeam,
    TeamContext,
    lock_site,
    member_or_none,
    new_id,
    open_team,
)

MANAGER = message("Team Manager")
MANAGING = frozenset({TeamPermission.VIEW_HOURS, TeamPermission.VIEW_WORKLOGS, TeamPermission.MANAGE_TEAM})
ONLY_LEADS = message(
    "Only a team’s lead and people with the site permission “Team administrators” can hand it "
    "over. A Jira admin can grant it in the configuration of this app."
)


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """The teams to list: ``show`` is mine, led, or all; ``archived`` selects archived teams instead of active ones."""

    show: str = "mine"
    text: str = ""
    archived: bool = False


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team of the list, with the viewer's standing and the number of people in it today."""

    team: Team
    lead: Person
    standing: Standing
    roles: tuple[str, ...]
    people: int

    @property
    def may_edit(self) -> bool:
        """Return True if the viewer may open its settings."""
        return isinstance(decide(self.standing, TeamAction.EDIT), Allowed)

    @property
    def may_restore(self) -> bool:
        """Return True if the viewer may restore it after it is archived."""
        return isinstance(decide(self.standing, TeamAction.RESTORE), Allowed)

    @property
    def may_delete(self) -> bool:
        """Return True if the viewer may delete it."""
        return isinstance(decide(self.standing, TeamAction.DELETE), Allowed)


class AskToKeep(Question):
    """Somebody else becomes the lead: the caller must say whether the former lead, or the creator, keeps
    managing the team.
    """


def list_teams(context: TeamContext, choice: TeamChoice) -> tuple[TeamLine, ...]:
    """Return the viewer's teams by name; team administrators see every one under *all*."""
    own = {team.id: member for team, member in context.stores.teams.teams_of(context.viewer)}
    chosen_teams = [
        team
        for team in context.stores.teams.all(archived=choice.archived)
        if _shows(context, team, own, choice)
    ]
    people, ids = context.people(team.lead for team in chosen_teams), [team.id for team in chosen_teams]
    roles, sizes = context.stores.teams.roles_of(ids), context.stores.teams.sizes(ids, context.today)
    lines = (
        TeamLine(
            team,
            people[team.lead],
            *_standing(context, team, own.get(team.id), roles[team.id]),
            sizes.get(team.id, 0),
        )
        for team in chosen_teams
    )
    return tuple(sorted(lines, key=lambda line: name_order(line.team)))


def _shows(context: TeamContext, team: Team, own: dict[str, Member], choice: TeamChoice) -> bool:
    if not contains(f"{team.name} {team.description}", choice.text):
        return False
    led = team.lead == context.viewer
    if choice.show == "led":
        return led
    return led or team.id in own or (choice.show == "all" and context.administers)


def _standing(
    context: TeamContext, team: Team, member: Member | None, roles: Sequence[Role]
) -> tuple[Standing, tuple[str, ...]]:
    """Return the viewer's standing in a team, and the names of their roles there."""
    standing = context.standing(team, member, roles)
    return standing, tuple(role.title for role in roles if member and role.id in member.role_ids)


def create_team(context: TeamContext, command: CreateTeam) -> Team:
    """Create a team with its two built-in roles and its lead as a member.

    Nobody of a new team has a joining date, so its first overview shows the time of days before it was created.
    Raise NotAllowed without the site permission, InvalidInput for the field, AskToKeep if somebody else
    leads.
    """
    require(context.may_create)
    default = context.stores.schemes.default_id()
    new_team = Team(new_id(), command.name, command.lead, default, command.description)
    checked = checked_team(new_team, context.stores.teams.all())
    _check_lead(context, checked.lead)
    if checked.lead != context.viewer and command.keep is None:
        raise AskToKeep(message("You are creating this team for somebody else."), field="keep")
    require(lock_site(context).may_create)
    team = _save_named(context, checked)
    roles = tuple(context.stores.teams.save_role(role) for role in system_roles(team.id, new_id))
    opened = OpenTeam(team, roles, None, Standing(True, context.administers, False, False, frozenset()))
    _give_role(context, opened, team.lead, opened.lead_role, joined=None)
    if command.keep and team.lead != context.viewer:
        _give_role(context, opened, context.viewer, _manager_role(context, opened), joined=None)
    return team


def _save_named(context: TeamContext, team: Team) -> Team:
    """Save a checked team. Raise InvalidInput if another request took its name since it was checked."""
    context.stores.lock_site()
    return context.stores.teams.save(checked_team(team, context.stores.teams.all()))


def change_team(context: TeamContext, command: ChangeTeam) -> Team:
    """Change name, description, or lead. Raise Conflict with the stored team if somebody else changed it first."""
    opened = open_team(context, command.team_id, TeamAction.EDIT)
    before = opened.team
    changed = replace(
        before,
        name=command.name,
        lead=command.lead,
        description=command.description,
        version=command.version,
    )
    checked = checked_team(changed, context.stores.teams.all())
    if checked.lead != before.lead and command.version != before.version:
        # The form may only repeat who led the team when it was opened, which changes no lead.
        raise Conflict(NEWER, current=before)
    if checked.lead == before.lead:
        return _save_named(context, checked)
    _require_leading(context, opened)
    _check_lead(context, checked.lead)
    if command.keep is None:
        raise AskToKeep(message("Somebody else leads this team from now on."), field="keep")
    # Somebody who led it, but no longer does, has an old version.
    _require_leading(lock_site(context), opened)
    saved = _save_named(context, checked)
    _hand_over(context, opened, checked.lead, keep=command.keep)
    return saved


def set_archived(context: TeamContext, command: ArchiveTeam) -> Team:
    """Archive a team, so it can only be viewed, or restore it."""
    action = TeamAction.ARCHIVE if command.archived else TeamAction.RESTORE
    team = open_team(context, command.team_id, action).team
    changed = replace(team, archived=command.archived, version=command.version)
    return context.stores.teams.save(changed)


def delete_team(context: TeamContext, command: DeleteTeam) -> Team:
    """Delete a team with its roles, members, schemes, and closing records. Worklogs stay in Jira.

    Raise InvalidInput unless the team's name was typed as confirmation.
    """
    team = open_team(context, command.team_id, TeamAction.DELETE).team
    if not is_typed(command.typed, team.name):
        raise InvalidInput(
            message("Type the name of the team to delete it: {name}", name=team.name), field="typed"
        )
    context.stores.teams.delete(team.id)
    return team


def _require_leading(context: TeamContext, opened: OpenTeam) -> None:
    if not (opened.standing.leads or context.administers):
        raise NotAllowed(ONLY_LEADS, layer="site", permission=message("Team administrators"))


def _check_lead(context: TeamContext, account_id: str) -> None:
    person = context.people_to_choose([account_id])[account_id]
    if not person.active:
        raise InvalidInput(
            message(
                "{name} has no active account in this Jira, so cannot lead a team. Choose somebody else.",
                name=person.name,
            ),
            field="lead",
        )


def _hand_over(context: TeamContext, opened: OpenTeam, new_lead: str, *, keep: bool) -> None:
    """Transfer roles with the lead: the new one gets *Team Lead*, the old one keeps the others, and managing
    if chosen.
    """
    old = member_or_none(context.stores, opened.team.id, opened.team.lead)
    if old is not None:
        role_ids = old.role_ids - {opened.lead_role.id}
        if keep:
            role_ids |= {_manager_role(context, opened).id}
        working = TeamPermission.WORK_ON_ISSUES
        if not any(role.id in role_ids and working in role.permissions for role in opened.roles):
            role_ids |= {opened.member_role.id}
        context.stores.teams.save_member(replace(old, role_ids=role_ids))
    elif keep:
        _give_role(context, opened, opened.team.lead, _manager_role(context, opened), joined=context.today)
    _give_role(context, opened, new_lead, opened.lead_role, joined=context.today)


def _give_role(
    context: TeamContext, opened: OpenTeam, account_id: str, role: Role, *, joined: date | None
) -> None:
    """Give somebody a role; make them a member from ``joined`` on if necessary, None for from the beginning."""
    member = member_or_none(context.stores, opened.team.id, account_id)
    if member is None:
        member = Member(opened.team.id, account_id, frozenset(), joined=joined)
    context.stores.teams.save_member(replace(member, role_ids=member.role_ids | {role.id}))


def _manager_role(context: TeamContext, opened: OpenTeam) -> Role:
    """Return the first role that may manage the team without leading it; create it if there is none."""
    for role in context.stores.teams.roles(opened.team.id):
        if not role.system and TeamPermission.MANAGE_TEAM in role.permissions:
            return role
    return context.stores.teams.save_role(Role(new_id(), opened.team.id, MANAGER, MANAGING))
