"""One name for one thing, although several people choose it at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests.adapters.support.site_data import at_once, make_team
from tests.services.support.commands import (
    TRACKING,
    saving_calendar,
    saving_label,
    saving_legend,
    saving_role,
    saving_scheme,
    saving_team_scheme,
)
from tests.services.support.team_scene import LEAD, FakeDirectory, TeamScene
from timesheet.adapters.db.database import Database
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
from timesheet.services.ports.stores import Stores
from timesheet.services.report.command import SaveView
from timesheet.services.report.view import save_view
from timesheet.services.site.label import save_label
from timesheet.services.team.command import ChangeTeam, CreateTeam
from timesheet.services.team.role import save_role
from timesheet.services.team.scheme import save_team_scheme
from timesheet.services.team.team import change_team, create_team

TEAM, FIVE_DAYS = "team", (28800,) * 5 + (0, 0)
Save = Callable[[TeamScene, str, str], object]


def _role(scene: TeamScene, id_: str, name: str) -> object:
    role = Role(id_, TEAM, name, frozenset({TeamPermission.VIEW_HOURS}))
    return save_role(scene.team_context(LEAD), saving_role(role))


def _view(scene: TeamScene, id_: str, name: str, team_id: str = "") -> object:
    command = SaveView(id_, name, team_id, default=False, overwrite=False)
    return save_view(scene.team_context(LEAD), command, "rows=person", frozenset())


def _team_scheme(scene: TeamScene, id_: str, name: str) -> object:
    command = saving_team_scheme(TEAM, WorkloadScheme(id_, name, FIVE_DAYS))
    return save_team_scheme(scene.team_context(LEAD), TRACKING, command)


SAVES: dict[str, Save] = {
    "attribute": lambda scene, id_, name: save_attribute(scene.stores, SaveAttribute(id_, name, Kind.TEXT)),
    "absence type": lambda scene, id_, name: save_legend(
        scene.stores, saving_legend(Legend(id_, name, "lime", id_.upper()))
    ),
    "calendar": lambda scene, id_, name: save_calendar(
        scene.stores, saving_calendar(GlobalCalendar(id_, name))
    ),
    "label": lambda scene, id_, name: save_label(
        scene.stores, FakeDirectory(), saving_label(UserLabel(id_, name, "teal"))
    ),
    "workload scheme": lambda scene, id_, name: save_scheme(
        scene.stores, TRACKING, saving_scheme(WorkloadScheme(id_, name, FIVE_DAYS))
    ),
    "workload scheme of a team": _team_scheme,
    "team": lambda scene, _id, name: create_team(scene.team_context(LEAD), CreateTeam(name, LEAD)),
    "role": _role,
    "view": _view,
    "view of a team": lambda scene, id_, name: _view(scene, id_, name, TEAM),
}


@pytest.fixture
def scene(stores: Stores, database: Database) -> TeamScene:
    """Return a site with a team, after its changes are committed."""
    scene = TeamScene(stores)
    scene.grant()
    stores.teams.save(replace(make_team(stores, TEAM), lead=LEAD))
    database.commit()
    return scene


@pytest.mark.parametrize("kind", SAVES)
def test_several_people_choose_one_name(scene: TeamScene, database: Database, kind: str) -> None:
    outcomes = at_once(database, 4, lambda n: SAVES[kind](scene, "abcd"[n], ("Night", "NIGHT")[n % 2]))
    assert refused(outcomes) == 3, outcomes


def test_several_people_rename_to_one_name(scene: TeamScene, database: Database) -> None:
    labels = [scene.stores.labels.save(UserLabel(id_, id_, "teal")) for id_ in "abcd"]
    teams = [create_team(scene.team_context(LEAD), CreateTeam(name, LEAD)) for name in "abcd"]
    database.commit()

    def rename_label(number: int) -> object:
        return save_label(scene.stores, FakeDirectory(), saving_label(replace(labels[number], name="Night")))

    def rename_team(number: int) -> object:
        team = teams[number]
        return change_team(scene.team_context(LEAD), ChangeTeam(team.id, "Night", LEAD, team.version))

    for rename in (rename_label, rename_team):
        outcomes = at_once(database, 4, rename)
        assert refused(outcomes) == 3, outcomes


def refused(outcomes: Sequence[object]) -> int:
    """Return how many were refused because of their name."""
    found = [one for one in outcomes if isinstance(one, InvalidInput)]
    assert all("already" in str(one) and one.field in {"name", "title"} for one in found)
    return len(found)
