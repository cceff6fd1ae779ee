"""Managing attributes: what admins define, what teams choose, and with which somebody logs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.services.support.team_scene import ANN, BO, LEAD, TeamScene
from timesheet.domain.attribute.attribute import BILLABLE, BUILT_IN, Attribute, Kind
from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from timesheet.domain.team.team import Team
from timesheet.services.attribute.attribute import (
    SiteAttributes,
    choose_attributes,
    find_attribute,
    retire_attribute,
    save_attribute,
)
from timesheet.services.attribute.command import ChooseAttributes, RetireAttribute, SaveAttribute
from timesheet.services.viewer.team_context import new_id

DAY = date(2026, 6, 15)


def activity(teams: TeamScene, **more: object) -> Attribute:
    command = SaveAttribute(new_id(), "Activity", Kind.SELECT, options="Design\nTest")
    return save_attribute(teams.stores, replace(command, **more))  # type: ignore[arg-type]


def changing(attribute: Attribute, **more: object) -> SaveAttribute:
    command = SaveAttribute(
        attribute.id,
        attribute.name,
        attribute.kind,
        attribute.default,
        attribute.required,
        attribute.everywhere,
        "\n".join(option.name for option in attribute.offered),
        attribute.version,
    )
    return replace(command, **more)  # type: ignore[arg-type]


def test_an_option_that_is_taken_away_keeps_its_name(teams: TeamScene) -> None:
    saved = activity(teams)
    design, test = saved.options
    changed = save_attribute(teams.stores, changing(saved, options="Review\nTest", default=test.id))
    assert find_attribute(teams.stores, saved.id) == changed
    assert [(one.id, one.name, one.removed) for one in changed.options] == [
        (design.id, "Review", False),
        (test.id, "Test", False),
    ]
    fewer = save_attribute(teams.stores, changing(changed, options="Test"))
    assert [(one.id, one.removed) for one in fewer.options] == [(test.id, False), (design.id, True)]
    assert save_attribute(teams.stores, changing(fewer, options="Test\nreview")).options[1].id == design.id


def test_the_built_in_one_can_be_changed_and_retired(teams: TeamScene) -> None:
    [billable] = BUILT_IN
    saved = save_attribute(teams.stores, changing(billable, name="Invoiced", everywhere=True))
    retired = retire_attribute(teams.stores, RetireAttribute(BILLABLE, retired=True, version=saved.version))
    assert retired.retired
    assert save_attribute(teams.stores, changing(retired, name="Billable")).retired
    with pytest.raises(Conflict):
        retire_attribute(teams.stores, RetireAttribute(BILLABLE, retired=False, version=1))
    with pytest.raises(NotFound):
        retire_attribute(teams.stores, RetireAttribute("gone", retired=True, version=1))
    with pytest.raises(InvalidInput):
        activity(teams, name=" ")


@pytest.fixture
def team(teams: TeamScene) -> Team:
    made = teams.team()
    teams.join(made, ANN, joined=date(2026, 6, 1))
    return made


def chosen_by(teams: TeamScene, team: Team) -> Callable[..., frozenset[str]]:
    def choose(*ids: str, was: tuple[str, ...] = (), viewer: str = LEAD) -> frozenset[str]:
        return choose_attributes(
            teams.team_context(viewer), ChooseAttributes(team.id, frozenset(ids), frozenset(was))
        )

    return choose


def test_members_log_with_what_their_team_chose(teams: TeamScene, team: Team) -> None:
    site, choose = SiteAttributes(teams.stores), chosen_by(teams, team)
    assert not site.used()
    saved = activity(teams)
    assert site.of(ANN, DAY) == ()
    assert choose(saved.id, BILLABLE) == {saved.id, BILLABLE}
    assert site.used()
    assert [one.id for one in site.of(ANN, DAY)] == [BILLABLE, saved.id]
    assert site.of(ANN, date(2026, 5, 31)) == ()
    assert site.of(BO, DAY) == ()
    everywhere = save_attribute(teams.stores, changing(saved, everywhere=True))
    assert site.of(BO, DAY) == (everywhere,)
    retire_attribute(teams.stores, RetireAttribute(saved.id, retired=True, version=everywhere.version))
    assert [one.id for one in site.of(ANN, DAY)] == [BILLABLE]
    stored = teams.stores.teams.get(team.id)
    teams.stores.teams.save(replace(stored, archived=True))
    assert site.of(ANN, DAY) == ()


def test_whoever_logs_first_begins_the_use_of_attributes_once(teams: TeamScene) -> None:
    site = SiteAttributes(teams.stores)
    assert not site.used()
    site.begin()
    site.begin()
    assert site.used()
    assert [(one.id, one.version, one.everywhere) for one in site.all()] == [(BILLABLE, 1, False)]
    assert site.of(ANN, DAY) == ()


def test_two_people_who_log_first_at_the_same_moment_begin_it_once(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, steps = SiteAttributes(teams.stores), list[str]()

    def begin_first() -> None:
        site.begin()
        steps.append("first")

    teams.while_waiting(monkeypatch, begin_first)
    site.begin()
    assert steps == ["first"]
    assert [one.version for one in site.all()] == [1]


def test_a_retired_one_stays_chosen_and_cannot_be_chosen(teams: TeamScene, team: Team) -> None:
    choose, saved = chosen_by(teams, team), activity(teams)
    choose(saved.id)
    retire_attribute(teams.stores, RetireAttribute(saved.id, retired=True, version=saved.version))
    assert choose(BILLABLE) == {BILLABLE, saved.id}
    with pytest.raises(InvalidInput) as caught:
        choose(saved.id, was=(BILLABLE,))
    assert caught.value.field == "attributes"


def test_whoever_chooses_second_sees_what_the_first_chose(teams: TeamScene, team: Team) -> None:
    choose = chosen_by(teams, team)
    choose(BILLABLE)
    with pytest.raises(Conflict) as caught:
        choose()
    assert caught.value.current == {BILLABLE}
    assert choose(BILLABLE) == {BILLABLE}, "the same choice again"
    assert choose(was=(BILLABLE,)) == frozenset()
    with pytest.raises((NotAllowed, NotFound)):
        choose(BILLABLE, viewer=BO)


def test_whoever_chooses_at_the_same_moment_sees_what_the_first_chose(
    teams: TeamScene, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose = chosen_by(teams, team)
    teams.while_waiting(monkeypatch, lambda: choose(BILLABLE))
    with pytest.raises(Conflict) as caught:
        choose()
    assert caught.value.current == {BILLABLE}
