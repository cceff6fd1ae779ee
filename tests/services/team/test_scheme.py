"""A team's own workload schemes and its default."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.commands import TRACKING, saving_team_scheme
from tests.services.support.team_scene import ANN, LEAD, TeamScene
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from timesheet.domain.team.team import Team
from timesheet.services.team.command import ChooseDefault, DeleteTeamScheme
from timesheet.services.team.scheme import (
    choose_default,
    delete_team_scheme,
    own_scheme,
    save_team_scheme,
)
from timesheet.services.viewer.team_context import new_id

SIX = (21600,) * 5 + (0, 0)


def own(teams: TeamScene, team: Team, name: str = "Six hours") -> WorkloadScheme:
    return save_team_scheme(
        teams.team_context(), TRACKING, saving_team_scheme(team.id, WorkloadScheme(new_id(), name, SIX))
    )


def test_a_scheme_belongs_to_the_team_that_made_it(teams: TeamScene) -> None:
    team, other = teams.team(), teams.team("Platform")
    scheme = own(teams, team)
    assert scheme.team_id == team.id
    assert own_scheme(teams.team_context(), team.id, scheme.id) == scheme
    with pytest.raises(NotFound):
        own_scheme(teams.team_context(), other.id, scheme.id)
    with pytest.raises(NotFound):
        save_team_scheme(
            teams.team_context(), TRACKING, saving_team_scheme(other.id, replace(scheme, name="Stolen"))
        )
    with pytest.raises(NotFound):
        choose_default(teams.team_context(), ChooseDefault(other.id, scheme.id, other.version))


def test_t16_a_form_without_seconds_keeps_those_of_an_imported_scheme(teams: TeamScene) -> None:
    team, seconds = teams.team(), (27015, *SIX[1:])
    imported = teams.stores.schemes.save(WorkloadScheme(new_id(), "Imported", seconds, team.id))
    command = saving_team_scheme(team.id, replace(imported, name="Renamed"))
    assert save_team_scheme(teams.team_context(), TRACKING, command).weekdays == seconds


def test_site_wide_schemes_are_not_the_teams_to_change(teams: TeamScene) -> None:
    team = teams.team()
    [site_wide, *_] = teams.stores.schemes.all()
    with pytest.raises(NotFound):
        save_team_scheme(
            teams.team_context(), TRACKING, saving_team_scheme(team.id, replace(site_wide, name="Ours"))
        )
    with pytest.raises(NotFound):
        delete_team_scheme(teams.team_context(), DeleteTeamScheme(team.id, site_wide.id, None))


def test_a_plain_member_changes_none(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    with pytest.raises(NotAllowed):
        save_team_scheme(
            teams.team_context(ANN),
            TRACKING,
            saving_team_scheme(team.id, WorkloadScheme("x", "Lazy", (0,) * 7)),
        )


def test_25_hours_and_a_taken_name_are_refused(teams: TeamScene) -> None:
    team = teams.team()
    own(teams, team)
    for scheme, field in (
        (WorkloadScheme(new_id(), "Long", (90000, 0, 0, 0, 0, 0, 0)), "weekday-0"),
        (WorkloadScheme(new_id(), "six HOURS", SIX), "name"),
    ):
        with pytest.raises(InvalidInput) as refused:
            save_team_scheme(teams.team_context(), TRACKING, saving_team_scheme(team.id, scheme))
        assert refused.value.field == field


def test_the_default_is_chosen_and_cannot_go_without_another(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    scheme, spare = own(teams, team), own(teams, team, "Spare")
    chosen = choose_default(teams.team_context(), ChooseDefault(team.id, scheme.id, team.version))
    assert chosen.default_scheme_id == scheme.id
    with pytest.raises(Conflict):
        choose_default(teams.team_context(), ChooseDefault(team.id, spare.id, team.version))
    member = teams.stores.teams.member(team.id, ANN)
    teams.stores.teams.save_member(replace(member, schemes=(DatedScheme(None, scheme.id),)))
    for replacement in (None, "", scheme.id):
        with pytest.raises(InvalidInput):
            delete_team_scheme(teams.team_context(), DeleteTeamScheme(team.id, scheme.id, replacement))
    delete_team_scheme(teams.team_context(), DeleteTeamScheme(team.id, scheme.id, spare.id))
    assert teams.stores.teams.get(team.id).default_scheme_id == spare.id
    assert teams.stores.teams.member(team.id, ANN).schemes == (DatedScheme(None, spare.id),)
