"""Teams with their roles, scope, own schemes and groups."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD
from tests.services.support.transfer_document import PERMISSIONS
from tests.services.support.transfer_scene import MERGE, REPLACE, BackupSite, minimal
from tests.services.transfer.test_list import problems, scheme, sentences
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.person import Project
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.services.transfer.review import Choices
from timesheet.services.transfer.team import NOTHING

Sites = tuple[BackupSite, BackupSite]
LEADS = {"id": "l", "name": "Team Lead", "permissions": list(PERMISSIONS), "system": "team-lead"}
WORKS = {"id": "m", "name": "Team Member", "permissions": ["work-on-issues"], "system": "team-member"}


def team(id_: str = "new", name: str = "New", **values: Any) -> dict[str, Any]:
    members = [{"person": LEAD, "roles": ["l"]}]
    return {"id": id_, "name": name, "lead": LEAD, "roles": [LEADS, WORKS], "members": members} | values


def one(**values: Any) -> dict[str, Any]:
    return minimal(teams=[team(**values)])


def test_a_new_team_comes_with_everything(sites: Sites) -> None:
    full, _ = sites
    full.take(one(jql="labels = x", schemes=[scheme("own", "Own", "3:00")], default_scheme="own"))
    new = next(setup for setup in full.now.teams if setup.team.id == "new")
    assert (new.team.default_scheme_id, new.team.scope.jql) == ("own", "labels = x")
    assert [role.system for role in new.roles] == ["team-lead", "team-member"]


def test_roles_are_found_by_system_then_id_then_name(sites: Sites) -> None:
    full, _ = sites
    look = {"id": "look", "name": "ONLOOKER", "permissions": ["view-worklogs"]}
    members = [{"person": LEAD, "roles": ["l"]}, {"person": ANN, "roles": ["look"]}]
    full.take(one(id="payments", name="Payments", roles=[LEADS, WORKS, look], members=members))
    [setup] = full.now.teams
    assert {role.id: role.name for role in setup.roles} == {
        "payments-lead": "Team Lead",
        "payments-member": "Team Member",
        "payments-look": "ONLOOKER",
    }
    assert setup.members[0].role_ids == frozenset({"payments-look"})


@pytest.mark.parametrize("choices", [MERGE, REPLACE])
@pytest.mark.parametrize("ids", [("l", "m"), ("payments-lead", "payments-member")])
def test_a_built_in_role_that_is_not_marked_as_one_is_not_added_again(
    sites: Sites, choices: Choices, ids: tuple[str, str]
) -> None:
    full, _ = sites
    lead, member = ({**role, "id": id_} for role, id_ in zip((LEADS, WORKS), ids, strict=True))
    del lead["system"], member["system"]
    seats = [{"person": BO, "roles": [ids[0]]}, {"person": ANN, "roles": [ids[1]]}]
    document = one(id="payments", name="Payments", lead=BO, roles=[lead, member], members=seats)
    full.take(document, choices)
    [setup] = full.now.teams
    assert {role.system: role.id for role in setup.roles if role.system} == {
        "team-lead": "payments-lead",
        "team-member": "payments-member",
    }
    assert [role.name for role in setup.roles if role.name.startswith("Team")] == ["Team Lead", "Team Member"]
    assert next(m.role_ids for m in setup.members if m.account_id == ANN) == frozenset({"payments-member"})
    assert full.plan(document, choices).changes == ()


def test_replacing_deletes_roles_schemes_groups_and_members_that_the_file_lacks(sites: Sites) -> None:
    full, _ = sites
    plan = full.take(one(id="payments", name="Payments", default_scheme="default"), REPLACE)
    assert plan.deletes == 5
    [setup] = full.now.teams
    assert [role.system for role in setup.roles] == ["team-lead", "team-member"]
    assert (setup.schemes, setup.groups) == ((), ())
    assert [member.account_id for member in setup.members] == [LEAD]


def test_merging_deletes_no_team(sites: Sites) -> None:
    full, _ = sites
    assert full.plan(one(id="payments", name="Payments"), MERGE).deletes == 0


def test_a_team_that_closed_a_period_stays_and_another_one_goes(sites: Sites) -> None:
    full, _ = sites
    full.team("second", "Second")
    span, at = DateSpan(date(2026, 11, 2), date(2026, 11, 8)), datetime(2026, 11, 9, tzinfo=UTC)
    full.teams.stores.periods.add_record(ClosingRecord("r", "payments", span, LEAD, at, (), {}))
    assert "“Payments” is not in the file but stays" in sentences(full, minimal(teams=[]), REPLACE)
    full.take(minimal(teams=[]), REPLACE)
    assert [setup.team.id for setup in full.now.teams] == ["payments"]
    assert full.teams.stores.periods.records("payments")


def test_a_scheme_of_the_site_and_one_of_a_team_have_two_names(sites: Sites) -> None:
    full, _ = sites
    document = one(schemes=[scheme("own", "Six hours")])
    assert "the one in the file becomes “Six hours (2)”" in sentences(full, document)
    full.take(document)
    assert {s.name for setup in full.now.teams for s in setup.schemes} == {"Payments half", "Six hours (2)"}


def test_an_id_that_another_teams_scheme_has_is_exchanged(sites: Sites) -> None:
    full, _ = sites
    full.take(one(schemes=[scheme("payments-own", "Mine")], default_scheme="payments-own"))
    new = next(setup for setup in full.now.teams if setup.team.id == "new")
    assert new.team.default_scheme_id == new.schemes[0].id != "payments-own"
    assert (
        full.plan(one(schemes=[scheme("payments-own", "Mine")], default_scheme="payments-own")).changes == ()
    )


@pytest.mark.parametrize(
    ("projects", "wanted", "said"),
    [
        ([{"id": 1, "key": "PAY"}], (1,), ""),
        ([{"id": 1}], (1,), ""),
        ([{"id": 77, "key": "PAY"}], (1,), ""),
        ([{"id": 77, "key": "GONE"}, {"id": 1, "key": "PAY"}], (1,), "left out: GONE."),
        ([{"id": 1, "key": "OTHER"}, {"id": 2, "key": "HR"}], (2,), "left out: OTHER."),
        ([{"id": 77}, {"id": 1}], (1,), "left out: 77."),
    ],
)
def test_projects_are_found_by_their_keys(
    sites: Sites, projects: list[dict[str, Any]], wanted: tuple[int, ...], said: str
) -> None:
    full, _ = sites
    full.directory.projects[2] = Project(2, "HR", "People")
    document = one(projects=projects)
    assert said in sentences(full, document)
    full.take(document)
    assert next(s.team.scope.project_ids for s in full.now.teams if s.team.id == "new") == wanted


def test_a_team_none_of_whose_projects_is_here_does_not_count_everything(sites: Sites) -> None:
    full, _ = sites
    document = minimal(
        teams=[team(projects=[{"id": 77}]), team("payments", "Payments", projects=[{"id": 77}])]
    )
    said = sentences(full, document)
    assert "it counts nothing until you choose" in said
    assert "it counts what it counts now" in said
    full.take(document)
    scopes = {setup.team.id: setup.team.scope for setup in full.now.teams}
    assert scopes == {"new": NOTHING, "payments": Scope((1,), "labels = pay")}


def test_a_broken_filter_is_kept_and_said(sites: Sites) -> None:
    full, _ = sites
    document = one(jql="broken = 1")
    assert "is kept, but finds nothing. Jira says:" in sentences(full, document)
    full.take(document)
    assert next(s.team.scope.jql for s in full.now.teams if s.team.id == "new") == "broken = 1"


@pytest.mark.parametrize(
    ("values", "path", "words"),
    [
        ({"name": "x" * 150}, "$.teams[0].name", "at most 100"),
        ({"description": "x" * 1500}, "$.teams[0].description", "at most 1000"),
        ({"jql": "a = 1 order by b"}, "$.teams[0].jql", "ORDER BY"),
        ({"projects": [{"id": n} for n in range(1, 102)]}, "$.teams[0].projects", "at most 100"),
        ({"roles": [LEADS]}, "$.teams[0].roles", "Team Member"),
        ({"roles": [LEADS, WORKS, LEADS | {"id": "l2"}]}, "$.teams[0].roles", "Team Lead"),
        ({"roles": [LEADS | {"name": "Boss"}, WORKS]}, "$.teams[0].roles[0].name", "keeps its name"),
        (
            {"roles": [LEADS | {"permissions": []}, WORKS]},
            "$.teams[0].roles[0].permissions",
            "all permissions",
        ),
        ({"roles": [LEADS, WORKS, WORKS]}, "$.teams[0].roles[2]", "in the list already"),
        ({"default_scheme": "nothing"}, "$.teams[0].default_scheme", "no such workload scheme"),
        ({"schemes": [scheme("own", "Own", "25:00")]}, "$.teams", "at most 24 hours"),
        ({"groups": [{"group": "devs", "roles": []}]}, "$.teams[0].groups[0].roles", "at least one role"),
        ({"groups": [{"group": "devs", "roles": ["x"]}]}, "$.teams[0].groups[0].roles", "no such role"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_rule_of_an_ordinary_save_holds(
    sites: Sites, values: dict[str, Any], path: str, words: str
) -> None:
    full, _ = sites
    full.directory.projects |= {n: Project(n, f"P{n}", "") for n in range(1, 102)}
    assert words in problems(full, one(**values))[path]


def test_two_teams_of_one_name_are_a_problem_in_one_file(sites: Sites) -> None:
    found = problems(sites[0], minimal(teams=[team(), team("other", "NEW")]))
    assert "named" in found["$.teams[0].name"]


@pytest.mark.parametrize("name", ["Own", "Six hours"])
def test_two_schemes_of_one_name_are_a_problem_in_one_team(sites: Sites, name: str) -> None:
    """Also if both need another name, because the site has a scheme of their name."""
    document = one(schemes=[scheme("a", name), scheme("b", name.upper())])
    assert "named" in problems(sites[0], document)["$.teams"]


def test_the_name_of_another_team_gets_a_number(sites: Sites) -> None:
    full, _ = sites
    full.take(one())
    full.take(one(name="Payments"))
    assert {setup.team.id: setup.team.name for setup in full.now.teams}["new"] == "Payments (2)"


def test_a_group_that_is_not_here_is_left_out(sites: Sites) -> None:
    full, _ = sites
    groups = [{"group": "devs", "roles": ["m"]}, {"group": "nobodys", "roles": ["m"]}]
    document = one(groups=groups)
    assert "1 group (nobodys)" in sentences(full, document)
    full.take(document)
    assert [g.group_id for s in full.now.teams if s.team.id == "new" for g in s.groups] == ["devs"]


def test_whoever_imports_a_team_is_not_in_it(sites: Sites) -> None:
    full, _ = sites
    full.take(one())
    assert ADMIN not in {m.account_id for s in full.now.teams for m in s.members}
