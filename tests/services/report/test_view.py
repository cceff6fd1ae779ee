"""The people whose views somebody opens, saves, and deletes."""

from __future__ import annotations

import pytest

from tests.services.support.scene import Scene
from timesheet.domain.errors import NotAllowed, NotFound
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.team import TeamPermission
from timesheet.services.report.command import DeleteView, SaveView
from timesheet.services.report.source import visible_teams
from timesheet.services.report.view import (
    delete_view,
    find_view,
    first_view,
    list_views,
    managed_teams,
    may_change,
    save_view,
)

LEAD = "viewer-1"
MINE = SaveView("m", "Mine", "", default=False, overwrite=False)
OURS = SaveView("o", "Ours", "alpha", default=True, overwrite=False)


def save(scene: Scene, command: SaveView, who: str = LEAD) -> ReportView:
    return save_view(scene.team_context(who), command, "rows=person", frozenset({"bo"}))


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """Return a scene whose viewer leads a team. Eve sees the team's totals, and Bo sees only their own time."""
    team = scene.site.team(LEAD, "bo")
    scene.site.role(team, "sums", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "eve", "sums")
    return scene


def test_people_open_their_own_views_and_those_of_their_teams(scene: Scene) -> None:
    save(scene, MINE)
    ours = save(scene, OURS)
    for who, own in ((LEAD, ["Mine"]), ("eve", []), ("bo", [])):
        context = scene.team_context(who)
        found = list_views(context, visible_teams(context))
        assert [view.name for view in found.own] == own
        assert [(one.team.id, one.views) for one in found.teams] == [("alpha", [ours])]
    stranger = scene.team_context("zoe")
    assert list_views(stranger, visible_teams(stranger)).teams == []
    for id_ in ("m", "o", "none"):
        with pytest.raises(NotFound, match="Choose another one"):
            find_view(stranger, id_)


def test_a_team_opens_with_its_default_for_those_who_see_it(scene: Scene) -> None:
    ours = save(scene, OURS)
    assert first_view(scene.team_context("eve"), "alpha") == ours
    assert first_view(scene.team_context("zoe"), "alpha") is None
    assert first_view(scene.team_context(), "beta") is None


def test_whoever_manages_a_team_changes_its_views(scene: Scene) -> None:
    ours = save(scene, OURS)
    assert [team.id for team in managed_teams(scene.team_context())] == ["alpha"]
    assert may_change(scene.team_context(), ours)
    assert not may_change(scene.team_context("eve"), ours)
    with pytest.raises(NotAllowed):
        save(scene, SaveView("o", "Eve's", "alpha", False, False, 1), "eve")
    with pytest.raises(NotAllowed):
        delete_view(scene.team_context("eve"), DeleteView("o"))
    assert delete_view(scene.team_context(), DeleteView("o")) == ours
    with pytest.raises(NotFound):
        delete_view(scene.team_context(), DeleteView("o"))


def test_a_change_keeps_the_report_unless_it_replaces_it(scene: Scene) -> None:
    save(scene, MINE)
    context = scene.team_context()
    renamed = save_view(context, SaveView("m", "New", "", False, False, 1), "rows=day", frozenset())
    assert (renamed.name, renamed.query, renamed.people, renamed.owner) == (
        "New", "rows=person", frozenset({"bo"}), LEAD,
    )  # fmt: skip
    replaced = save_view(context, SaveView("m", "New", "", False, True, 2), "rows=day", frozenset())
    assert (replaced.query, replaced.people) == ("rows=day", frozenset())
    assert may_change(context, replaced)


def test_nobody_takes_the_view_of_somebody_else_by_its_id(scene: Scene) -> None:
    save(scene, MINE)
    for version in (0, 1):
        with pytest.raises(NotFound):
            save(scene, SaveView("m", "Eve's", "", False, True, version), "eve")
    again = save(scene, MINE)
    assert (again.owner, again.name) == (LEAD, "Mine")
