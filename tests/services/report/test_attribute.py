"""Reports by attributes of worklogs: rows, filters, and what is read for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, TEAM, cells, look, spent, total
from tests.services.support.scene import MONDAY, PAY, Scene
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind, Option
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.report.query import Filter
from timesheet.domain.report.terms import AnyDimension, AttributeDimension, Dimension, Figure
from timesheet.domain.team.team import TeamPermission
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.report.facet import facets

BILLABLE = AttributeDimension(BUILT_IN[0])
ACTIVITY = AttributeDimension(
    Attribute(
        "activity",
        "Activity",
        Kind.SELECT,
        options=(Option("d", "Design"), Option("t", "Test", removed=True)),
    )
)
TICKET = AttributeDimension(Attribute("ticket", "Ticket", Kind.TEXT))
EFFORT = AttributeDimension(Attribute("effort", "Effort", Kind.NUMBER))


@pytest.fixture
def used(scene: Scene) -> Scene:
    for one in (BILLABLE, ACTIVITY, TICKET, EFFORT):
        scene.site.attributes.stored.append(replace(one.attribute, everywhere=True, version=1))
    return scene


def put(scene: Scene, hours: int, author: str = "viewer-1", days: int = 0, **values: object) -> Worklog:
    day = MONDAY + timedelta(days=days)
    return scene.put(PAY, day, hours * HOUR, author=author, properties={PROPERTY: values} if values else None)


def read(scene: Scene) -> Sequence[str]:
    return [call for call in scene.calls() if call.startswith("read_listed")]


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        (BILLABLE, {"Yes": 3, "No": 12}),
        (ACTIVITY, {"Design": 2, "Test (removed)": 1, "zzz (removed)": 4, "none": 8}),
        (TICKET, {"A/1, B": 4, "none": 11}),
        (EFFORT, {"1.5": 4, "12": 1, "none": 10}),
    ],
)
def test_rows_by_an_attribute_add_up_to_the_total(
    used: Scene, dimension: AnyDimension, expected: dict[str, int]
) -> None:
    put(used, 1, billable=True, activity="t", effort=12)
    put(used, 2, billable=True, activity="d")
    put(used, 4, activity="zzz", ticket="A/1, B", effort=1.5)
    put(used, 8)
    found = look(used, OWN, rows=(dimension,))
    assert list(spent(found).items()) == [(name, hours * HOUR) for name, hours in expected.items()]
    assert total(found) == 15 * HOUR
    for row in found.table.rows():
        assert "/" not in row.path[0]
        assert "," not in row.path[0]


@pytest.mark.parametrize(
    ("limit", "hours"),
    [
        (Filter(BILLABLE, frozenset({"yes"})), 3),
        (Filter(BILLABLE, frozenset({"no"})), 12),
        (Filter(BILLABLE, frozenset({"yes", "no"})), 15),
        (Filter(ACTIVITY, frozenset({"d", "t"})), 3),
        (Filter(ACTIVITY, frozenset({""})), 8),
        (Filter(TICKET, text="a/1"), 4),
        (Filter(TICKET, frozenset({""}), text="a/1"), 15),
        (Filter(EFFORT, least=2), 1),
        (Filter(EFFORT, most=2), 4),
        (Filter(EFFORT, frozenset({""}), least=1, most=12), 15),
    ],
)
def test_a_report_is_limited_by_an_attribute(used: Scene, limit: Filter, hours: int) -> None:
    put(used, 1, billable=True, activity="t", effort=12)
    put(used, 2, billable=True, activity="d")
    put(used, 4, activity="zzz", ticket="A/1, B", effort=1.5)
    put(used, 8)
    assert total(look(used, OWN, filters=(limit,))) == hours * HOUR


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Filter(BILLABLE, frozenset({"yes"})), ("Yes",)),
        (Filter(ACTIVITY, frozenset({"t", "", "d"})), ("Design", "Test (removed)", "")),
        (Filter(TICKET, frozenset({""}), text="a"), ("contains “a”", "")),
        (Filter(EFFORT, least=1.5, most=2), ("1.5 to 2",)),
        (Filter(EFFORT, least=1), ("at least 1",)),
        (Filter(EFFORT, most=1), ("at most 1",)),
    ],
)
def test_a_report_says_by_what_it_is_limited(used: Scene, limit: Filter, words: tuple[str, ...]) -> None:
    terms = look(used, OWN, filters=(limit,)).table.terms
    assert terms.filters == ((limit.dimension.value, words),)
    assert terms.attributes == (limit.dimension,)


def test_attributes_are_read_only_for_a_report_about_them_and_once(used: Scene) -> None:
    put(used, 1, billable=True)
    look(used, OWN)
    assert read(used) == []
    look(used, OWN, rows=(BILLABLE,))
    assert len(read(used)) == 1
    look(used, OWN, rows=(BILLABLE, Dimension.ISSUE))
    look(used, OWN, filters=(Filter(BILLABLE, frozenset({"yes"})),))
    assert read(used) == []


def test_only_new_versions_are_read_again(used: Scene) -> None:
    first = put(used, 1, billable=True)
    look(used, OWN, rows=(BILLABLE,))
    used.calls()
    used.wait(7200)
    used.jira.worklogs[first.id] = replace(first, updated=used.jira.now, properties={PROPERTY: {}})
    put(used, 2, billable=True)
    assert spent(look(used, OWN, rows=(BILLABLE,))) == {"Yes": 2 * HOUR, "No": HOUR}


def test_a_site_without_attributes_reads_none_for_each_worklog(scene: Scene) -> None:
    put(scene, 1, billable=True)
    found = look(scene, OWN, rows=(Dimension.WORKLOG,))
    assert (found.table.attributes, read(scene)) == ((), [])


def test_a_link_to_a_report_finds_values_from_before_the_site_was_erased(scene: Scene) -> None:
    """Jira keeps the values, so the app may meet them on a site where nobody uses an attribute yet."""
    one, _ = put(scene, 1, billable=True), put(scene, 2)
    assert spent(look(scene, OWN, rows=(BILLABLE,))) == {"Yes": HOUR, "No": 2 * HOUR}
    limited = look(scene, OWN, rows=(Dimension.WORKLOG,), filters=(Filter(BILLABLE, frozenset({"yes"})),))
    assert total(limited) == HOUR
    assert [attribute.name for attribute in limited.table.attributes] == ["Billable"]
    assert limited.table.values[one.id] == {"billable": True}


def test_what_jira_does_not_give_is_named_and_read_the_next_time(used: Scene) -> None:
    put(used, 1, billable=True)
    put(used, 2)
    used.jira.failing["read_listed"] = [JiraUnavailable("Jira is silent.")]
    found = look(used, OWN, rows=(BILLABLE,))
    assert spent(found) == {"No": 3 * HOUR}
    assert [problem.what for problem in found.table.problems] == [
        "The attributes of 2 worklogs could not be read, so they are counted as if they had none."
    ]
    assert not found.table.terms.complete
    again = look(used, OWN, rows=(BILLABLE,))
    assert spent(again) == {"Yes": HOUR, "No": 2 * HOUR}
    assert again.table.terms.complete


def test_attributes_of_two_ranges_and_teams_are_the_same_groups(used: Scene) -> None:
    used.site.team("viewer-1", "ana")
    used.site.team("viewer-1", "ana", "bob", team_id="beta")
    put(used, 1, "ana", billable=True)
    put(used, 2, "bob", activity="d")
    put(used, 4, "ana", days=-7, activity="d")
    put(used, 8, "bob", days=-7, billable=True)
    found = look(
        used, TEAM, team_ids=("alpha", "beta"), rows=(BILLABLE,), figures=(Figure.SPENT, Figure.PREVIOUS)
    )
    assert cells(found) == {"Yes": [HOUR, 8 * HOUR], "No": [2 * HOUR, 4 * HOUR]}


def test_attributes_of_others_need_the_permission_to_see_worklogs(used: Scene) -> None:
    team = used.site.team("viewer-1", "ana")
    used.site.role(team, "sums", TeamPermission.VIEW_HOURS)
    used.site.add(team, "eve", "sums")
    assert total(look(used, TEAM, who="eve")) == 0
    with pytest.raises(NotAllowed, match="View worklogs"):
        look(used, TEAM, rows=(BILLABLE,), who="eve")
    with pytest.raises(NotAllowed, match="View worklogs"):
        look(used, TEAM, filters=(Filter(BILLABLE, frozenset({"yes"})),), who="eve")


def test_the_filters_offer_answers_and_options(used: Scene) -> None:
    put(used, 1)
    chosen = Filter(ACTIVITY, frozenset({"t"}))
    report = look(used, OWN, filters=(chosen,))
    found = {one.dimension: one for one in facets(report, (BILLABLE, ACTIVITY, TICKET))}
    assert [group.text for group in found[BILLABLE].groups] == ["Yes", "No"]
    assert [group.text for group in found[ACTIVITY].groups] == ["Design", "Test (removed)"]
    assert not found[BILLABLE].without
    assert found[ACTIVITY].limit == chosen
    assert found[TICKET].without
    assert found[TICKET].groups == []
