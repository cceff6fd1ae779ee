"""Managing the site's workload schemes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.commands import TRACKING, saving_scheme
from tests.services.support.team_scene import ANN, TeamScene
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.services.calendar.command import DeleteScheme
from timesheet.services.calendar.usage import Usage
from timesheet.services.calendar.workload_scheme import delete_scheme, list_schemes, save_scheme
from timesheet.services.viewer.team_context import new_id

SIX = (21600,) * 5 + (0, 0)


def scheme(teams: TeamScene, name: str = "Six hours") -> WorkloadScheme:
    return save_scheme(teams.stores, TRACKING, saving_scheme(WorkloadScheme(new_id(), name, SIX)))


def test_the_default_comes_first_and_each_says_who_has_it(teams: TeamScene) -> None:
    six = scheme(teams)
    team = teams.team("Payments")
    teams.join(team, ANN, schemes=(DatedScheme(None, six.id),))
    default, listed = list_schemes(teams.stores)
    assert default.is_default
    assert default.usage == Usage(0, (), ("Payments",))
    assert (listed.scheme, listed.is_default, listed.usage) == (six, False, Usage(1, ("Payments",)))


def test_two_schemes_have_two_names_and_no_day_has_25_hours(teams: TeamScene) -> None:
    scheme(teams)
    with pytest.raises(InvalidInput) as caught:
        scheme(teams, "SIX HOURS")
    assert caught.value.field == "name"
    long = WorkloadScheme(new_id(), "Long", (25 * 3600, *SIX[1:]))
    with pytest.raises(InvalidInput, match="24 hours") as caught:
        save_scheme(teams.stores, TRACKING, saving_scheme(long))
    assert caught.value.field == "weekday-0"


def test_t16_a_form_without_seconds_keeps_those_of_an_imported_scheme(teams: TeamScene) -> None:
    seconds = (27015, 27029, 27030, *SIX[3:])
    imported = teams.stores.schemes.save(WorkloadScheme(new_id(), "Imported", seconds))
    renamed = save_scheme(teams.stores, TRACKING, saving_scheme(replace(imported, name="Renamed")))
    assert renamed.weekdays == seconds
    longer = saving_scheme(replace(renamed, weekdays=(8 * 3600, *seconds[1:])))
    assert save_scheme(teams.stores, TRACKING, longer).weekdays == (28800, *seconds[1:])


def test_a_stale_save_is_a_conflict(teams: TeamScene) -> None:
    six = scheme(teams)
    save_scheme(teams.stores, TRACKING, saving_scheme(replace(six, name="Thirty hours")))
    with pytest.raises(Conflict) as caught:
        save_scheme(teams.stores, TRACKING, saving_scheme(replace(six, name="Mine")))
    assert isinstance(caught.value.current, WorkloadScheme)
    assert caught.value.current.name == "Thirty hours"


def test_the_default_stays_and_a_used_one_needs_another_in_its_place(teams: TeamScene) -> None:
    six, default = scheme(teams), teams.stores.schemes.default_id()
    team = teams.team()
    teams.join(team, ANN, schemes=(DatedScheme(None, six.id),))
    with pytest.raises(InvalidInput, match="default"):
        delete_scheme(teams.stores, DeleteScheme(default, six.id))
    with pytest.raises(InvalidInput):
        delete_scheme(teams.stores, DeleteScheme(six.id, None))
    with pytest.raises(InvalidInput, match="replacement"):
        delete_scheme(teams.stores, DeleteScheme(six.id, six.id))
    delete_scheme(teams.stores, DeleteScheme(six.id, default))
    assert teams.stores.teams.member(team.id, ANN).schemes == (DatedScheme(None, default),)
    with pytest.raises(NotFound):
        teams.stores.schemes.get(six.id)
