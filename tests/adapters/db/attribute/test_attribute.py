"""The attributes of a site, and the teams that chose them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.adapters.support.site_data import make_team
from timesheet.domain.attribute.attribute import BILLABLE, BUILT_IN, Attribute, Kind, Option
from timesheet.domain.errors import Conflict
from timesheet.services.ports.stores import Stores

ACTIVITY = Attribute(
    "a",
    "Activity",
    Kind.SELECT,
    "d",
    required=True,
    everywhere=True,
    options=(Option("d", "Design"), Option("o", "Old", removed=True)),
)


def test_an_attribute_comes_back_as_it_was_saved(stores: Stores, others: Stores) -> None:
    assert stores.attributes.all() == BUILT_IN
    saved = stores.attributes.save(ACTIVITY)
    assert saved == replace(ACTIVITY, version=1)
    assert stores.attributes.all() == (*BUILT_IN, saved)
    assert others.attributes.all() == BUILT_IN


def test_a_second_save_of_the_same_version_is_a_conflict(stores: Stores) -> None:
    saved = stores.attributes.save(ACTIVITY)
    retired = stores.attributes.save(replace(saved, retired=True))
    with pytest.raises(Conflict) as conflict:
        stores.attributes.save(replace(saved, name="Work"))
    assert conflict.value.current == retired


def test_a_team_chooses_and_the_built_in_one_too(stores: Stores, others: Stores) -> None:
    stores.attributes.save(ACTIVITY)
    team, other = make_team(stores), make_team(stores, "other")
    stores.attributes.choose(team.id, {"a", BILLABLE})
    stores.attributes.choose(other.id, {BILLABLE})
    stores.attributes.choose(other.id, {BILLABLE})
    assert stores.attributes.chosen() == {team.id: {"a", BILLABLE}, other.id: {BILLABLE}}
    assert stores.attributes.save(replace(BUILT_IN[0], everywhere=True)).version == 1
    stores.attributes.choose(team.id, ())
    stores.teams.delete(other.id)
    assert stores.attributes.chosen() == {}
    assert others.attributes.chosen() == {}


def test_what_nobody_defined_cannot_be_chosen(stores: Stores) -> None:
    team = make_team(stores)
    with pytest.raises(Conflict):
        stores.attributes.choose(team.id, {"gone"})
