"""Saved views of teams: what a file has of them, and what their reports name on another site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.services.support.team_scene import ADMIN, ANN
from tests.services.support.transfer_scene import MERGE, REPLACE, BackupSite, minimal
from tests.services.transfer.test_list import problems, sentences
from tests.services.transfer.test_team import team
from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.label import UserLabel

Sites = tuple[BackupSite, BackupSite]


def view(id_: str = "v", name: str = "By label", query: str = "rows=label", **values: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "query": query} | values


def of_payments(*views: dict[str, Any]) -> dict[str, Any]:
    return minimal(teams=[team("payments", "Payments", views=list(views))])


def views_of(site: BackupSite, team_id: str = "payments") -> dict[str, ReportView]:
    [setup] = [setup for setup in site.now.teams if setup.team.id == team_id]
    return {one.id: one for one in setup.views}


def test_the_views_of_a_person_are_not_exported(sites: Sites) -> None:
    full, _ = sites
    full.teams.stores.views.save(ReportView("mine", "Mine alone", "rows=person", owner=ADMIN))
    assert b"Mine alone" not in full.export()
    assert [one["name"] for one in full.document()["teams"][0]["views"]] == ["Open work"]


def test_ids_become_those_of_the_other_site(sites: Sites) -> None:
    full, empty = sites
    stores = empty.teams.stores
    stores.labels.save(UserLabel("other", "On call", "teal", frozenset({ANN})))
    options = (Option("x", "design"),)
    stores.attributes.save(Attribute("kind", "activity", Kind.SELECT, options=options))
    query = "who=payments&label=oncall&only-role=payments-look&only-attribute-activity=design"
    document = full.document()
    document["teams"][0]["views"] = [view(query=query)]
    full.take(document)
    assert views_of(full)["v"].query == query
    empty.take(document)
    wanted = "who=payments&label=other&only-role=payments-look&only-attribute-kind=x"
    assert views_of(empty)["v"].query == wanted
    assert empty.plan(document).changes == ()


def test_what_is_not_here_is_left_out_and_said(sites: Sites) -> None:
    full, _ = sites
    document = of_payments(view(query="who=gone&label=gone&group=nobodys", people=[ANN, "stranger-1"]))
    said = sentences(full, document)
    assert "The view “By label” names teams, labels, groups, roles, or attributes that are not here." in said
    assert "Not in this Jira, so left out: 1 person." in said
    full.take(document)
    found = views_of(full)["v"]
    assert (found.query, found.people) == ("who=payments", frozenset({ANN}))


def test_filters_by_ids_of_one_jira_are_pointed_out_when_they_come(sites: Sites) -> None:
    full, _ = sites
    document = of_payments(view(query="only-project=1"))
    assert "choose these filters again" in sentences(full, document)
    full.take(document)
    assert "choose these filters again" not in sentences(full, document)


def test_a_default_of_the_file_takes_the_place_of_the_one_here(sites: Sites) -> None:
    full, _ = sites
    full.take(of_payments(view(default=True)))
    assert {id_: one.default for id_, one in views_of(full).items()} == {"v": True, "payments-view": False}
    full.take(of_payments(view(default=True)))
    assert problems(full, of_payments(view(default=True), view("w", "Other", default=True))) == {
        "$.teams[0].views": "A team can have only one default view."
    }


def test_replacing_deletes_what_the_file_lacks_and_merging_keeps_it(sites: Sites) -> None:
    full, _ = sites
    full.take(of_payments(view()), MERGE)
    assert views_of(full).keys() == {"v", "payments-view"}
    full.take(of_payments(view()), REPLACE)
    assert views_of(full).keys() == {"v"}


def test_views_match_by_name_and_new_ones_get_a_free_name_and_id(sites: Sites) -> None:
    full, _ = sites
    full.take(of_payments(view("other", "OPEN work", "rows=team")))
    assert [(one.id, one.query) for one in views_of(full).values()] == [("payments-view", "rows=team")]
    document = minimal(teams=[team("new", "New", views=[view("payments-view", "Open work")])])
    full.take(document)
    [new] = views_of(full, "new").values()
    assert (new.name, new.id == "payments-view") == ("Open work", False)
    assert full.plan(document).changes == ()


@pytest.mark.parametrize(
    ("values", "path", "words"),
    [
        ({"name": "x" * 150}, "$.teams[0].views[0].name", "at most 100"),
        ({"query": "x" * 21_000}, "$.teams[0].views[0].query", "at most"),
        ({"query": 7}, "$.teams[0].views[0].query", "must be text"),
    ],
)
def test_every_rule_of_an_ordinary_save_holds(
    sites: Sites, values: dict[str, Any], path: str, words: str
) -> None:
    assert words in problems(sites[0], of_payments(view() | values))[path]


def test_the_same_view_twice_is_a_problem(sites: Sites) -> None:
    assert "$.teams[0].views[1]" in problems(sites[0], of_payments(view(), view()))


def test_deleting_a_team_takes_its_views_along(sites: Sites) -> None:
    full, _ = sites
    team_view = views_of(full)["payments-view"]
    full.take(minimal(teams=[]), REPLACE)
    assert full.teams.stores.views.of("", ("payments",)) == ()
    full.take(
        minimal(
            teams=[team("payments", "Payments", views=[view(team_view.id, team_view.name, team_view.query)])]
        )
    )
    assert views_of(full)[team_view.id] == replace(team_view, version=1, people=frozenset(), default=False)
