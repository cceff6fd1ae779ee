"""Names that have to differ: of two requests that take one at the same moment, the second is refused.

Each use case locks the site before it compares the name with the others, so it sees what the first one saved.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.services.support.commands import (
    TRACKING,
    saving_calendar,
    saving_label,
    saving_legend,
    saving_role,
    saving_scheme,
    saving_team_scheme,
)
from tests.services.support.fake_stores import FULL
from tests.services.support.team_scene import LEAD, TeamScene
from timesheet.domain.attribute.attribute import Kind
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.errors import InvalidInput
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Role, TeamPermission
from timesheet.services.attribute.attribute import save_attribute
from timesheet.services.attribute.command import SaveAttribute
from timesheet.services.calendar.global_calendar import save_calendar
from timesheet.services.calendar.legend import save_legend
from timesheet.services.calendar.workload_scheme import save_scheme
from timesheet.services.report.command import SaveView
from timesheet.services.report.view import save_view
from timesheet.services.site.label import save_label
from timesheet.services.team.command import CreateTeam
from timesheet.services.team.role import save_role
from timesheet.services.team.scheme import save_team_scheme
from timesheet.services.team.team import create_team
from timesheet.services.viewer.team_context import new_id


def attribute(teams: TeamScene) -> None:
    save_attribute(teams.stores, SaveAttribute(new_id(), "Same", Kind.TEXT))


def calendar(teams: TeamScene) -> None:
    save_calendar(teams.stores, saving_calendar(GlobalCalendar(new_id(), "Same")))


def label(teams: TeamScene) -> None:
    save_label(teams.stores, teams.directory, saving_label(UserLabel(new_id(), "same", "teal")))


def legend(teams: TeamScene) -> None:
    save_legend(teams.stores, saving_legend(Legend(new_id(), "Same", "teal", "Q")))


def role(teams: TeamScene) -> None:
    [team] = teams.stores.teams.all()
    permissions = frozenset({TeamPermission.VIEW_HOURS})
    save_role(teams.team_context(), saving_role(Role(new_id(), team.id, "Same", permissions)))


def scheme(teams: TeamScene) -> None:
    save_scheme(teams.stores, TRACKING, saving_scheme(WorkloadScheme(new_id(), "Same", FULL.weekdays)))


def team(teams: TeamScene) -> None:
    create_team(teams.team_context(), CreateTeam("Same", LEAD, keep=False))


def team_scheme(teams: TeamScene) -> None:
    [team] = teams.stores.teams.all()
    own = WorkloadScheme(new_id(), "Same", FULL.weekdays, team.id)
    save_team_scheme(teams.team_context(), TRACKING, saving_team_scheme(team.id, own))


def view(teams: TeamScene) -> None:
    command = SaveView(new_id(), "Same", "", default=False, overwrite=False)
    save_view(teams.team_context(), command, "rows=person", frozenset())


@pytest.mark.parametrize("save", [attribute, calendar, label, legend, role, scheme, team, team_scheme, view])
def test_of_two_requests_the_second_does_not_get_the_name(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch, save: Callable[[TeamScene], None]
) -> None:
    teams.team("Payments")
    teams.while_waiting(monkeypatch, lambda: save(teams))
    with pytest.raises(InvalidInput):
        save(teams)
