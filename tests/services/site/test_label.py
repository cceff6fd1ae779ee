"""Managing user labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.commands import saving_label
from tests.services.support.team_scene import ANN, BO, TeamScene
from timesheet.domain.errors import Conflict, InvalidInput, NotFound
from timesheet.domain.team.label import UserLabel
from timesheet.services.site.command import DeleteLabel
from timesheet.services.site.label import MOST_PEOPLE, check_people, delete_label, find_label, save_label
from timesheet.services.viewer.team_context import new_id


def backend(teams: TeamScene, *people: str) -> UserLabel:
    return save_label(
        teams.stores, teams.directory, saving_label(UserLabel(new_id(), "backend", "teal", frozenset(people)))
    )


def test_a_label_is_kept_with_its_people(teams: TeamScene) -> None:
    label = backend(teams, ANN, BO)
    assert find_label(teams.stores, label.id).people == {ANN, BO}
    save_label(teams.stores, teams.directory, saving_label(replace(label, people=frozenset({BO}))))
    assert find_label(teams.stores, label.id).people == {BO}


def test_names_differ_and_a_label_has_its_limits(teams: TeamScene) -> None:
    label = backend(teams)
    with pytest.raises(InvalidInput) as caught:
        save_label(teams.stores, teams.directory, saving_label(UserLabel(new_id(), "Backend", "teal")))
    assert caught.value.field == "name"
    crowd = frozenset(f"person-{number}" for number in range(MOST_PEOPLE + 1))
    with pytest.raises(InvalidInput, match="at most 2000 people") as caught:
        save_label(teams.stores, teams.directory, saving_label(replace(label, people=crowd)))
    assert caught.value.field == "people"
    check_people(list(crowd)[:MOST_PEOPLE])


def test_a_label_takes_only_people_whom_jira_knows(teams: TeamScene) -> None:
    with pytest.raises(InvalidInput) as caught:
        backend(teams, "nobody-1")
    assert caught.value.field == "people"


def test_people_who_left_jira_stay_in_their_label_and_get_no_other(teams: TeamScene) -> None:
    label = backend(teams, ANN)
    del teams.directory.people[ANN]
    renamed = save_label(teams.stores, teams.directory, saving_label(replace(label, name="server")))
    assert renamed.people == {ANN}
    with pytest.raises(InvalidInput) as caught:
        backend(teams, ANN)
    assert caught.value.field == "people"


def test_a_deleted_label_is_gone(teams: TeamScene) -> None:
    label = backend(teams, ANN)
    assert delete_label(teams.stores, DeleteLabel(label.id)) == label
    assert list(teams.stores.labels.all()) == []


def test_a_stale_save_is_a_conflict_and_one_that_is_gone_is_not_found(teams: TeamScene) -> None:
    label = backend(teams, ANN)
    save_label(teams.stores, teams.directory, saving_label(replace(label, color="red")))
    with pytest.raises(Conflict) as caught:
        save_label(teams.stores, teams.directory, saving_label(replace(label, people=frozenset())))
    assert isinstance(caught.value.current, UserLabel)
    assert caught.value.current.people == {ANN}
    teams.stores.labels.delete(label.id)
    with pytest.raises(NotFound):
        find_label(teams.stores, label.id)
