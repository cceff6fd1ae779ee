"""Reports about people by label, and by the Jira group that brought them into a team."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.support.report_scene import TEAM, cells, look
from tests.services.support.scene import MONDAY, PAY, Scene
from timesheet.domain.errors import NotFound
from timesheet.domain.report.terms import Dimension, Figure
from timesheet.domain.team.label import UserLabel
from timesheet.services.report.limit import UNKNOWN
from timesheet.services.report.people import choosable

LEAD, HOUR = "viewer-1", 3600
PEOPLE: dict[str, Any] = {"team_ids": (), "rows": (Dimension.PERSON,)}


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """Return a scene with two teams of the viewer, in which four people each logged an hour."""
    alpha, beta = scene.site.team(LEAD, "ana", "bo"), scene.site.team(LEAD, "eve", team_id="beta")
    scene.site.add(beta, "zoe", group_id="devs")
    scene.site.add(alpha, "zoe")
    for who in ("ana", "bo", "eve", "zoe"):
        scene.put(PAY, MONDAY, HOUR, author=who)
    scene.site.labels.stored = [
        UserLabel("senior", "Senior", "teal", frozenset({"ana", "eve", "stranger"})),
        UserLabel("other", "Other", "red", frozenset({"stranger"})),
    ]
    return scene


def test_people_with_a_label_come_from_all_teams_of_the_viewer(scene: Scene) -> None:
    found = look(scene, TEAM, **PEOPLE, label_ids=("senior",), figures=(Figure.SPENT, Figure.CAPACITY))
    assert cells(found) == {"Name of ana": [HOUR, 40 * HOUR], "Name of eve": [HOUR, 40 * HOUR]}
    assert found.table.terms.filters == (("people", ("Senior",)),)
    assert found.table.terms.teams == ("Team alpha", "Team beta")


def test_a_label_of_nobody_whom_the_viewer_sees_has_no_name(scene: Scene) -> None:
    own = look(scene, TEAM, "bo", label_ids=("senior",))
    assert cells(own) == {}
    assert own.table.terms.filters == (("people", (UNKNOWN,)),)


def test_a_team_and_a_label_limit_together_and_labels_and_groups_add_up(scene: Scene) -> None:
    assert list(cells(look(scene, TEAM, label_ids=("senior",)))) == ["Name of ana"]
    both = look(scene, TEAM, **PEOPLE, label_ids=("senior",), group_ids=("devs",))
    assert list(cells(both)) == ["Name of ana", "Name of eve", "Name of zoe"]
    assert both.table.count == 3


def test_what_is_gone_is_said_in_one_sentence(scene: Scene) -> None:
    with pytest.raises(NotFound, match="A label of this report no longer exists"):
        look(scene, TEAM, label_ids=("gone",))
    with pytest.raises(NotFound, match="No team of this report follows"):
        look(scene, TEAM, group_ids=("devs",))


def test_labels_and_groups_of_people_whom_the_viewer_sees_are_offered(scene: Scene) -> None:
    found = choosable(scene.team_context())
    assert [team.id for team in found.teams] == ["alpha", "beta"]
    assert [label.id for label in found.labels] == ["senior"]
    assert found.groups == [("devs", "Group devs")]
    own = choosable(scene.team_context("bo"))
    assert ([team.id for team in own.teams], own.labels, own.groups) == (["alpha"], [], [])
