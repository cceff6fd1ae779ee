"""Choose the people of a report: by team, by user label, and by the Jira group that brought them into a team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.domain.permission import TeamAction
from timesheet.domain.report.query import ReportQuery
from timesheet.domain.report.terms import Field
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Team
from timesheet.services.report.limit import UNKNOWN, FieldLimit
from timesheet.services.report.source import ReportSource, visible_teams
from timesheet.services.team.overview import visible_members
from timesheet.services.viewer.person import name_groups
from timesheet.services.viewer.team_context import TeamContext, open_team

NO_LABEL = message("A label of this report no longer exists. Choose its people again.")
NO_GROUP = message("No team of this report follows one of its Jira groups anymore. Choose its people again.")


@dataclass(frozen=True, slots=True)
class Choosable:
    """The teams that the viewer may choose, and the labels and Jira groups (id and name) of the people they see."""

    teams: Sequence[Team]
    labels: Sequence[UserLabel]
    groups: Sequence[tuple[str, str]]


def choosable(context: TeamContext) -> Choosable:
    """Return what the people of a report can be chosen by, each by name."""
    teams = visible_teams(context)
    opened = [open_team(context, team.id, TeamAction.SEE_SUMS) for team in teams]
    members = [member for one in opened for member in visible_members(context, one)]
    people = {member.account_id for member in members}
    labels = [label for label in context.stores.labels.all() if label.people & people]
    names = _names_of_groups(context, {member.group_id for member in members if member.group_id})
    return Choosable(teams, labels, sorted(names.items(), key=lambda one: (alphabetical(one[1]), one[0])))


def allowed_people(context: TeamContext, query: ReportQuery, source: ReportSource) -> FieldLimit:
    """Return the people who have one of the labels, or whom one of the Jira groups brought into a team of the report.

    Raise NotFound for a label that is gone, and for a group that brought nobody.
    """
    labels = [label for label in context.stores.labels.all() if label.id in query.label_ids]
    if len(labels) < len(query.label_ids):
        raise NotFound(NO_LABEL)
    members = _visible(context, source)
    if not set(query.group_ids) <= {member.group_id for member in members}:
        raise NotFound(NO_GROUP)
    people = {account_id for label in labels for account_id in label.people}
    people |= {member.account_id for member in members if member.group_id in query.group_ids}
    return Field.PERSON, frozenset(place for place, who in enumerate(source.people) if who in people)


def people_names(context: TeamContext, query: ReportQuery, source: ReportSource) -> tuple[str, ...]:
    """Return the names of the labels and groups that a report is limited to.

    A label of nobody whom the viewer sees has no name: in a view of somebody else, it would reveal something.
    """
    people = {member.account_id for member in _visible(context, source)}
    labels = [label for label in context.stores.labels.all() if label.id in query.label_ids]
    names = dict.fromkeys(label.name if label.people & people else UNKNOWN for label in labels)
    return (*names, *sorted(_names_of_groups(context, set(query.group_ids)).values(), key=alphabetical))


def _visible(context: TeamContext, source: ReportSource) -> Sequence[Member]:
    """Return the members of a report's teams whose figures the viewer may see."""
    return [member for part in source.parts for member in visible_members(context, part.opened)]


def _names_of_groups(context: TeamContext, group_ids: set[str]) -> dict[str, str]:
    """Return the names of groups by id."""
    named = name_groups(context.directory, context.cache, context.site, context.viewer, group_ids)
    return {id_: named.name(id_) for id_ in group_ids}
