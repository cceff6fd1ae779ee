"""Teams, permissions, and jobs of the app on its stage, by its own services instead of its screens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from jira_emulator.model import Person
from tests.domain.support.leaves import leave_range
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member, Role, Team, TeamPermission, system_roles
from timesheet.services.ports.stores import Stores
from timesheet.services.viewer.team_context import new_id
from tools.stage import Stage


@contextmanager
def stores_of(stage: Stage) -> Iterator[Stores]:
    """Open the stores of the stage's first site and commit in the end."""
    with stage.app.app_context():
        deps = stage.app.extensions["timesheet"]
        [site] = deps.sites.installed_sites()
        yield deps.stores.stores_of(site.key)
        deps.operation.transaction.commit()


def grant(stage: Stage, managers: Person, administrators: Person) -> None:
    """Let one person create teams and another administer every team."""
    with stores_of(stage) as stores:
        some = {
            SitePermission.TEAM_MANAGERS: Grant(Whom.SOME, people=frozenset({managers.account_id})),
            SitePermission.TEAM_ADMINISTRATORS: Grant(
                Whom.SOME, people=frozenset({administrators.account_id})
            ),
        }
        stores.permissions.save(SitePermissions({}, some))


def make_team(stage: Stage, name: str, lead: Person, *members: Person) -> Team:
    """Create a team with its lead and plain members since the beginning of 2024."""
    with stores_of(stage) as stores:
        team = stores.teams.save(Team(new_id(), name, lead.account_id, stores.schemes.default_id()))
        leads, works = (stores.teams.save_role(role) for role in system_roles(team.id, new_id))
        seats = ((lead, leads), *((member, works) for member in members))
        for person, role in seats:
            stores.teams.save_member(
                Member(team.id, person.account_id, frozenset({role.id}), joined=date(2024, 1, 1))
            )
    return team


def take_leave(stage: Stage, person: Person, day: date) -> None:
    """Add a day of vacation, as if entered by somebody else meanwhile."""
    span = DateSpan(day, day)
    with stores_of(stage) as stores:
        vacation = next(legend.id for legend in stores.legends.all() if legend.title == "Vacation")
        stores.leaves.replace(person.account_id, span, leave_range(person.account_id, span, vacation))


def give(stage: Stage, team: Team, person: Person, *permissions: TeamPermission) -> None:
    """Make a person a member with a role of exactly these permissions."""
    with stores_of(stage) as stores:
        role = stores.teams.save_role(Role(new_id(), team.id, "Special role", frozenset(permissions)))
        stores.teams.save_member(Member(team.id, person.account_id, frozenset({role.id})))


def run_jobs(stage: Stage) -> None:
    """Let Jira send its events, and a worker run all due jobs."""
    stage.jira.flush_webhooks()
    stage.app.extensions["worker"].worker.tick()
    stage.app.extensions["worker"].worker.drain()
