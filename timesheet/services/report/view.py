"""Save reports under names: a person's own views, and those of the teams that they manage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from timesheet.domain.errors import DELETED, Conflict, NotAllowed, NotFound
from timesheet.domain.identifier import is_id
from timesheet.domain.message import message
from timesheet.domain.permission import Allowed, TeamAction, decide
from timesheet.domain.report.view import ReportView, checked_view, default_of
from timesheet.domain.team.team import Team
from timesheet.services.report.command import DeleteView, SaveView
from timesheet.services.report.source import visible_teams
from timesheet.services.team.team import TeamChoice, list_teams
from timesheet.services.viewer.team_context import TeamContext, open_team

NO_VIEW = message("This view no longer exists, or you cannot see it. Choose another one.")


@dataclass(frozen=True, slots=True)
class TeamViews:
    """The views of one team, by name."""

    team: Team
    views: Sequence[ReportView]


@dataclass(frozen=True, slots=True)
class Views:
    """The views that somebody may open: their own, and those of their teams that have any."""

    own: Sequence[ReportView]
    teams: Sequence[TeamViews]


def list_views(context: TeamContext, teams: Sequence[Team]) -> Views:
    """Return the viewer's own views, and those of ``teams``, which they may see."""
    found = context.stores.views.of(context.viewer, tuple(team.id for team in teams))
    of_teams = [TeamViews(team, [one for one in found if one.team_id == team.id]) for team in teams]
    return Views([one for one in found if one.owner], [one for one in of_teams if one.views])


def managed_teams(context: TeamContext) -> Sequence[Team]:
    """Return the teams for which the viewer may save views, by name."""
    lines = list_teams(context, TeamChoice(show="all"))
    return [line.team for line in lines if isinstance(decide(line.standing, TeamAction.EDIT), Allowed)]


def find_view(context: TeamContext, view_id: str) -> ReportView:
    """Return a view that the viewer may open. Raise NotFound for a deleted one, one of others, or no id."""
    if not is_id(view_id):
        raise NotFound(NO_VIEW)
    try:
        view = context.stores.views.get(view_id)
        if view.team_id:
            open_team(context, view.team_id, TeamAction.SEE_SUMS)
    except (NotFound, NotAllowed) as error:
        raise NotFound(NO_VIEW) from error
    if view.owner and view.owner != context.viewer:
        raise NotFound(NO_VIEW)
    return view


def first_view(context: TeamContext, team_id: str) -> ReportView | None:
    """Return the view that the report of a team opens with, if the team is one of the viewer's and has one."""
    if team_id not in {team.id for team in visible_teams(context)}:
        return None
    return default_of(context.stores.views.of("", (team_id,)), team_id)


def may_change(context: TeamContext, view: ReportView) -> bool:
    """Return True if the viewer may change a view that they may open."""
    return not view.team_id or view.team_id in {team.id for team in managed_teams(context)}


def save_view(context: TeamContext, command: SaveView, query: str, people: frozenset[str]) -> ReportView:
    """Save a report under a name, or change a view; ``query`` and ``people`` are those of the report that is shown.

    Raise InvalidInput for the name, NotAllowed for a team that the viewer does not manage, NotFound for a view that is
    not for them, Conflict with the stored view if somebody changed it, and without one if somebody deleted it.
    """
    view = _changed(context, command) if command.version else _new(context, command)
    if command.overwrite or not command.version:
        view = replace(view, query=query, people=people)
    if view.team_id:
        open_team(context, view.team_id, TeamAction.EDIT)
    context.stores.lock_site()
    others = context.stores.views.of(view.owner, (view.team_id,) if view.team_id else ())
    return context.stores.views.save(checked_view(view, others))


def _changed(context: TeamContext, command: SaveView) -> ReportView:
    try:
        context.stores.views.get(command.id)
    except NotFound as gone:
        raise Conflict(DELETED) from gone
    stored = find_view(context, command.id)
    return replace(stored, name=command.name, default=command.default, version=command.version)


def _new(context: TeamContext, command: SaveView) -> ReportView:
    """Return a new view. A repeated request finds the view that it created, and never a view of somebody else."""
    try:
        context.stores.views.get(command.id)
    except NotFound:
        owner = "" if command.team_id else context.viewer
        return ReportView(command.id, command.name, "", owner, command.team_id, default=command.default)
    return replace(find_view(context, command.id), version=0)


def delete_view(context: TeamContext, command: DeleteView) -> ReportView:
    """Delete a view.

    Raise NotFound for one that is gone, NotAllowed for one of a team that the viewer does not manage.
    """
    view = find_view(context, command.view_id)
    if view.team_id:
        open_team(context, view.team_id, TeamAction.EDIT)
    context.stores.views.delete(view.id)
    return view
