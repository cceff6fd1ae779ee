"""The members and lead of a team after an import."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, TODAY
from tests.services.support.transfer_scene import REPLACE, BackupSite, minimal
from tests.services.transfer.test_list import problems, sentences
from tests.services.transfer.test_team import one, team
from timesheet.domain.team.team import Member

Sites = tuple[BackupSite, BackupSite]


def members(site: BackupSite, team_id: str = "new") -> dict[str, Member]:
    setup = next(setup for setup in site.now.teams if setup.team.id == team_id)
    return {member.account_id: member for member in setup.members}


def lead(site: BackupSite, team_id: str = "new") -> str:
    return next(setup.team.lead for setup in site.now.teams if setup.team.id == team_id)


@pytest.mark.parametrize("who", ["stranger-1", BO])
def test_a_new_team_whose_lead_cannot_lead_here_gets_who_imports(sites: Sites, who: str) -> None:
    full, _ = sites
    full.directory.deactivate(BO)
    document = one(lead=who, members=[{"person": who, "roles": ["l"]}])
    assert "you lead it until you hand it over" in sentences(full, document)
    full.take(document)
    assert lead(full) == ADMIN
    assert members(full)[ADMIN].joined == TODAY
    assert members(full)[ADMIN].role_ids == frozenset({"l"})


def test_a_team_keeps_its_lead_where_the_files_is_not_here(sites: Sites) -> None:
    full, _ = sites
    document = one(id="payments", name="Payments", lead="stranger-1", members=[])
    assert "so the current lead stays" in sentences(full, document)
    plan = full.take(document, REPLACE)
    assert lead(full, "payments") == LEAD
    assert LEAD in members(full, "payments")
    assert ANN not in members(full, "payments")
    assert plan.deletes


def test_a_lead_who_is_deactivated_meanwhile_stays_the_lead(sites: Sites) -> None:
    full, _ = sites
    exported = full.export()
    full.directory.deactivate(LEAD)
    assert full.take(exported, REPLACE).changes == ()


def test_a_new_lead_is_seated_and_the_old_one_gives_their_role_back(sites: Sites) -> None:
    full, _ = sites
    full.take(one(id="payments", name="Payments", lead=BO, members=[{"person": ANN, "roles": ["m"]}]))
    assert lead(full, "payments") == BO
    found = members(full, "payments")
    assert found[BO].role_ids == frozenset({"payments-lead"})
    assert found[LEAD].role_ids == frozenset({"payments-member"})


def test_an_old_lead_of_whom_the_file_speaks_is_what_it_says(sites: Sites) -> None:
    full, _ = sites
    seats = [{"person": BO, "roles": ["l"]}, {"person": LEAD, "roles": ["l", "m"]}]
    full.take(one(id="payments", name="Payments", lead=BO, members=seats))
    assert members(full, "payments")[LEAD].role_ids == frozenset({"payments-lead", "payments-member"})


def test_merging_keeps_members_and_takes_what_the_file_says_of_the_others(sites: Sites) -> None:
    full, _ = sites
    seats = [{"person": LEAD, "roles": ["l"]}, {"person": BO, "roles": ["m"], "joined": "2026-05-01"}]
    full.take(one(id="payments", name="Payments", members=seats))
    found = members(full, "payments")
    assert set(found) == {LEAD, ANN, BO}
    assert found[LEAD].joined is None


def test_members_who_are_not_here_are_left_out(sites: Sites) -> None:
    full, _ = sites
    seats = [{"person": LEAD, "roles": ["l"]}, {"person": "stranger-1", "roles": ["m"], "group": "nobodys"}]
    said = sentences(full, one(members=seats))
    assert "left out: 1 person" in said
    assert "nobodys" not in said
    full.take(one(members=seats))
    assert set(members(full)) == {LEAD}


def test_whoever_came_by_a_group_that_is_not_here_came_by_none(sites: Sites) -> None:
    full, _ = sites
    document = one(members=[{"person": LEAD, "roles": ["l"], "group": "nobodys"}])
    assert "nobodys" in sentences(full, document)
    full.take(document)
    assert members(full)[LEAD].group_id is None


def seat(**values: Any) -> dict[str, Any]:
    return {"person": ANN, "roles": ["m"]} | values


@pytest.mark.parametrize(
    ("member", "path", "words"),
    [
        (
            seat(joined="2026-02-01", left="2026-01-01"),
            "$.teams[0].members[1].left",
            "before the joining date",
        ),
        (seat(roles=[]), "$.teams[0].members[1].roles", "at least one role"),
        (seat(roles=["m", "x"]), "$.teams[0].members[1].roles", "no such role"),
        (seat(calendar="nothing"), "$.teams[0].members[1].calendar", "no such calendar"),
        (
            seat(schemes=[{"from": None, "scheme": "nothing"}]),
            "$.teams[0].members[1].schemes[0].scheme",
            "no such workload scheme",
        ),
        (
            seat(schemes=[{"from": "2026-01-01", "scheme": "six"}] * 2),
            "$.teams[0].members[1].schemes",
            "from the same day",
        ),
        ({"person": LEAD, "roles": ["m"]}, "$.teams[0].members[1]", "in the list already"),
    ],
)
def test_every_rule_of_an_ordinary_save_holds(
    sites: Sites, member: dict[str, Any], path: str, words: str
) -> None:
    document = one(members=[{"person": LEAD, "roles": ["l"]}, member])
    assert words in problems(sites[0], document)[path]


@pytest.mark.parametrize("team_id", ["payments", "new"])
@pytest.mark.parametrize("roles", [["m"], []])
def test_the_lead_has_their_role_whatever_the_file_says(sites: Sites, team_id: str, roles: list[str]) -> None:
    full, _ = sites
    document = one(id=team_id, name=team_id.title(), members=[{"person": LEAD, "roles": roles}, seat()])
    full.take(document)
    [setup] = [setup for setup in full.now.teams if setup.team.id == team_id]
    names = {role.id: role.name for role in setup.roles}
    lead_roles = {names[role_id] for role_id in members(full, team_id)[LEAD].role_ids}
    assert lead_roles == {"Team Lead", *(["Team Member"] if roles else [])}
    assert full.plan(document).changes == ()


def test_whoever_is_seated_by_the_import_has_no_place_in_the_file(sites: Sites) -> None:
    broken = team(lead=BO, members=[], roles=[])
    assert "$.teams[0].roles" in problems(sites[0], minimal(teams=[broken]))
