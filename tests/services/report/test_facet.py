"""The values to which a report can be limited."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, TEAM, look
from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.report.query import Filter
from timesheet.domain.report.terms import AnyDimension, Dimension
from timesheet.domain.team.team import TeamPermission
from timesheet.domain.worklog.issue import Parent
from timesheet.services.report import facet
from timesheet.services.report.facet import facets, sees_worklogs
from timesheet.services.report.report import Report

LEAD = "viewer-1"


def offered(report: Report) -> dict[AnyDimension, list[str]]:
    return {one.dimension: [group.text for group in one.groups] for one in facets(report)}


def test_only_what_differs_can_be_chosen(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(OPS, MONDAY, HOUR, author="ana")
    assert offered(look(scene, TEAM)) == {
        Dimension.PERSON: ["Name of ana", "Name of bob"],
        Dimension.ISSUE: ["OPS-31", "PAY-12"],
    }


def test_a_choice_does_not_hide_the_others(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY, HOUR)
    only = (Filter(Dimension.ISSUE, frozenset({str(PAY), "77"})),)
    [found] = facets(look(scene, OWN, filters=only))
    assert [(group.text, found.chosen(group)) for group in found.groups] == [
        ("OPS-31", False), ("PAY-12", True), ("unknown (not in this report)", True),
    ]  # fmt: skip


def test_a_chosen_person_without_time_stays_listed(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    only = (Filter(Dimension.PERSON, frozenset({"viewer-1", "eve"})),)
    [found] = facets(look(scene, OWN, filters=only))
    assert [group.id for group in found.groups] == ["viewer-1", "eve"]


def test_what_has_no_group_can_be_chosen_too(scene: Scene) -> None:
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], parent=Parent(9, "PAY-9", "Refunds"))
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY, HOUR)
    found = {one.dimension: one for one in facets(look(scene, OWN))}
    assert ([group.text for group in found[Dimension.PARENT].groups], found[Dimension.PARENT].without) == (
        ["PAY-9"],
        True,
    )
    assert not found[Dimension.ISSUE].without


def test_long_lists_are_cut_and_keep_what_is_chosen(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facet, "MOST_LISTED", 1)
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY, HOUR)
    only = (Filter(Dimension.ISSUE, frozenset({str(PAY)})),)
    [found] = facets(look(scene, OWN, filters=only))
    assert ([group.text for group in found.groups], found.left_out, found.long) == (["PAY-12"], 1, True)


def test_a_long_list_can_be_searched_and_keeps_what_is_chosen(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY, HOUR)

    def found(*chosen: int, text: str = "OPS") -> tuple[list[str], int, bool]:
        only = (Filter(Dimension.ISSUE, frozenset(map(str, chosen))),) if chosen else ()
        [one] = facets(look(scene, OWN, filters=only), matches=lambda _, group: text in group.text)
        return [group.text for group in one.groups], one.left_out, one.long

    assert found() == (["OPS-31", "PAY-12"], 0, False)
    monkeypatch.setattr(facet, "MOST_LISTED", 1)
    assert found() == (["OPS-31"], 0, True)
    assert found(text="-") == (["OPS-31"], 1, True)
    assert found(text="none") == ([], 0, True)
    assert found(PAY) == (["PAY-12"], 1, True)
    assert found(PAY, OPS) == (["OPS-31", "PAY-12"], 0, True)


def test_whoever_sees_sums_is_offered_no_issues(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana", "bob")
    scene.site.role(team, "sums", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "eve", "sums")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(OPS, MONDAY, HOUR, author="bob")
    report = look(scene, TEAM, who="eve")
    assert not sees_worklogs(report)
    assert Dimension.ISSUE not in offered(report)
    assert sees_worklogs(look(scene, TEAM))
