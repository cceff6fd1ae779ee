"""The part of a team's time with a yes: it and the rest are the whole, for those who may see worklogs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.services.support.fake_stores import HOUR
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.team.team import TeamPermission
from timesheet.services.team.attribute import AttributeTime, answers_of, read_attribute_time
from timesheet.services.team.overview import read_overview

LEAD = "viewer-1"
BILLABLE = replace(BUILT_IN[0], version=1)
REMOTE = Attribute("remote", "Remote", Kind.TOGGLE, version=1)
WORK = st.lists(
    st.tuples(
        st.sampled_from(["ana", "bob"]), st.sampled_from([PAY, OPS]), st.integers(0, 6), st.booleans(),
        st.integers(1, 9),
    ),
    max_size=12,
)  # fmt: skip


def read(scene: Scene, who: str = LEAD) -> list[AttributeTime]:
    context = scene.viewer_context_of(who)
    overview = read_overview(scene.team_context(who), context, scene.jira, "alpha", WEEK)
    return list(read_attribute_time(context, overview, answers_of(scene.site.stores, "alpha")))


def test_a_teams_answers_are_those_it_chose_and_everybodys(scene: Scene) -> None:
    scene.site.attributes.stored = [
        BILLABLE,
        REMOTE,
        Attribute("all", "All", Kind.CHECKBOX, everywhere=True),
        Attribute("text", "Text", Kind.TEXT, everywhere=True),
        Attribute("old", "Old", Kind.CHECKBOX, everywhere=True, retired=True),
    ]
    scene.site.attributes.choices = {"alpha": frozenset({"remote"}), "beta": frozenset({"billable"})}
    assert [one.id for one in answers_of(scene.site.stores, "alpha")] == ["all", "remote"]


@given(WORK)
def test_a_yes_and_the_rest_are_the_whole(work: list[tuple[str, int, int, bool, int]]) -> None:
    scene = Scene()
    scene.site.team(LEAD, "ana", "bob")
    scene.site.attributes.stored = [BILLABLE]
    scene.site.attributes.choices = {"alpha": frozenset({"billable"})}
    for author, issue_id, days, yes, hours in work:
        properties = {PROPERTY: {"billable": True}} if yes else None
        day = MONDAY + timedelta(days=days)
        scene.put(issue_id, day, hours * HOUR, author=author, properties=properties)
    [found] = read(scene)
    wanted = sum(hours for *_, yes, hours in work if yes) * HOUR
    assert sum(found.by_person().values()) == sum(found.by_issue().values()) == wanted
    for person in ("ana", "bob"):
        own = sum(hours for author, _, _, yes, hours in work if yes and author == person) * HOUR
        assert found.by_person().get(person, 0) == own


def test_whoever_sees_sums_sees_no_attributes_and_nothing_is_read_for_none(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.role(team, "sums", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "eve", "sums")
    scene.put(PAY, MONDAY, HOUR, author="ana", properties={PROPERTY: {"billable": True}})
    assert read(scene) == []
    scene.site.attributes.stored = [BILLABLE]
    scene.site.attributes.choices = {"alpha": frozenset({"billable"})}
    scene.calls()
    assert read(scene, "eve") == []
    assert not [call for call in scene.calls() if call.startswith("read_listed")]
    scene.jira.failing["read_listed"] = [JiraUnavailable("Jira is silent.")]
    [found] = read(scene)
    assert (dict(found.seconds), found.unread) == ({}, 1)
    [found] = read(scene)
    assert (dict(found.seconds), found.unread) == ({("ana", PAY, MONDAY): HOUR}, 0)
