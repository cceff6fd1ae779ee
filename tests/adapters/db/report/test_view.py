"""The saved views of a site's people and teams."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.adapters.support.site_data import make_team
from timesheet.domain.errors import Conflict, NotFound
from timesheet.domain.report.view import ReportView
from timesheet.services.ports.stores import Stores

MINE = ReportView("m", "Mine", "rows=person", owner="ana", people=frozenset({"ben", "eva"}))
OURS = ReportView("o", "Ours", "rows=issue", team_id="team", default=True)


def test_views_of_a_person_and_of_teams_come_by_name(
    stores: Stores, others: Stores, statements: list[str]
) -> None:
    make_team(stores)
    saved = [stores.views.save(view) for view in (OURS, MINE, replace(MINE, id="b", owner="ben"))]
    statements.clear()
    assert stores.views.of("ana", ["team"]) == (saved[1], saved[0])
    assert len(statements) == 2
    assert stores.views.of("ana", []) == (saved[1],)
    assert stores.views.of("", ["gone"]) == ()
    assert others.views.of("ana", ["team"]) == ()
    with pytest.raises(NotFound, match="view no longer exists"):
        others.views.get("m")


def test_a_save_replaces_report_and_people(stores: Stores) -> None:
    first = stores.views.save(MINE)
    second = stores.views.save(replace(first, name="Other", query="rows=team", people=frozenset({"eva"})))
    assert stores.views.get("m") == second == replace(
        MINE, name="Other", query="rows=team", people=frozenset({"eva"}), version=2
    )  # fmt: skip
    with pytest.raises(Conflict) as conflict:
        stores.views.save(first)
    assert conflict.value.current == second


def test_a_team_opens_with_one_view(stores: Stores) -> None:
    make_team(stores)
    make_team(stores, "beta")
    stores.views.save(OURS)
    stores.views.save(replace(OURS, id="b", team_id="beta"))
    second = stores.views.save(replace(OURS, id="n", name="New"))
    assert [view.id for view in stores.views.of("", ["team", "beta"]) if view.default] == ["n", "b"]
    assert stores.views.save(replace(second, query="rows=day")).default


def test_views_go_with_their_team_and_when_they_are_deleted(stores: Stores, others: Stores) -> None:
    make_team(stores)
    for view in (MINE, OURS):
        stores.views.save(view)
    others.views.save(MINE)
    stores.teams.delete("team")
    assert [view.id for view in stores.views.of("ana", ["team"])] == ["m"]
    stores.views.delete("m")
    stores.views.delete("m")
    assert stores.views.of("ana", ["team"]) == ()
    assert others.views.get("m").people == MINE.people


def test_views_concern_their_owner_and_the_people_in_their_filters(stores: Stores) -> None:
    for view in (MINE, replace(MINE, id="b", name="Of Ben", owner="ben", people=frozenset({"ana"}))):
        stores.views.save(view)
    stores.views.save(replace(MINE, id="c", owner="eva", people=frozenset({"ben"})))
    assert [view.id for view in stores.views.concerning("ana")] == ["m", "b"]
    assert stores.views.concerning("zoe") == ()


def test_views_concern_the_people_in_their_jql(stores: Stores) -> None:
    for id_, query in (
        ("jql", "rows=issue&jql=assignee+in+%28bo%2C+ana%29"),
        ("escaped", "jql=assignee+%3D+%22%5Cu0061na%22"),
        ("longer", "jql=assignee+%3D+anabel"),
        ("elsewhere", "jql=labels+%3D+a&text=ana"),
    ):
        stores.views.save(replace(MINE, id=id_, name=id_, query=query, owner="eva", people=frozenset()))
    assert [view.id for view in stores.views.concerning("ana")] == ["escaped", "jql"]
