"""The attributes of a team's worklogs: read when somebody asks, each version once, and again if Jira was silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.scene import MONDAY, PAY, WEEK, Scene
from timesheet.domain.attribute.attribute import BUILT_IN
from timesheet.domain.attribute.values import PROPERTY, AttributeValues
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.packed_values import PackedValues
from timesheet.services.ports.team_jira import TeamTimeQuery
from timesheet.services.snapshot import team_attribute
from timesheet.services.snapshot.team import Freshness, read_team_snapshot
from timesheet.services.snapshot.team_attribute import read_values

BILLABLE: AttributeValues = {"billable": True}


@pytest.fixture
def used(scene: Scene) -> Scene:
    scene.site.attributes.stored.append(replace(BUILT_IN[0], everywhere=True, version=1))
    return scene


def read(scene: Scene, *, refresh: bool = False) -> PackedValues:
    wanted = TeamTimeQuery(("viewer-1",), WEEK, Scope())
    packed = read_team_snapshot(scene.viewer_context, scene.jira, wanted)
    return read_values(scene.viewer_context, packed, refresh=refresh)


def values(found: PackedValues) -> dict[int, AttributeValues]:
    return {id_: found.values[place] for id_, _, place in found.entries()}


def test_values_come_by_id_and_are_kept(used: Scene) -> None:
    one = used.put(PAY, MONDAY, HOUR, properties={PROPERTY: BILLABLE})
    two = used.put(PAY, MONDAY, HOUR)
    assert values(read(used)) == {one.id: BILLABLE, two.id: {}}
    assert "read_listed [1, 2]" in used.calls()
    assert values(read(used)) == {one.id: BILLABLE, two.id: {}}
    assert used.calls() == []
    assert values(read(used, refresh=True)) == {one.id: BILLABLE, two.id: {}}
    assert used.calls() == ["read_listed [1, 2]"]


def test_worklogs_that_come_without_properties_are_unread_and_not_without_values(used: Scene) -> None:
    one = used.put(PAY, MONDAY, HOUR, properties={PROPERTY: BILLABLE})
    used.jira.unreadable = True
    found = read(used)
    assert (values(found), found.unread) == ({}, 1)
    used.jira.unreadable = False
    whole = read(used)
    assert (values(whole), whole.unread) == ({one.id: BILLABLE}, 0)


def test_what_jira_did_not_give_is_counted_and_the_rest_is_kept(
    used: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_attribute, "LISTED_AT_ONCE", 1)
    one = used.put(PAY, MONDAY, HOUR, properties={PROPERTY: BILLABLE})
    read(used)
    two = used.put(PAY, MONDAY, HOUR, properties={PROPERTY: BILLABLE})
    three = used.put(PAY, MONDAY, HOUR)
    used.wait(7200)
    used.jira.failing["read_listed"] = [JiraUnavailable("Jira is silent.")]
    found = read(used)
    assert (values(found), found.unread) == ({one.id: BILLABLE}, 2)
    whole = read(used)
    assert (values(whole), whole.unread) == ({one.id: BILLABLE, two.id: BILLABLE, three.id: {}}, 0)


def test_a_later_snapshot_does_not_wait_for_the_values_of_an_earlier_one(
    used: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, context = TeamTimeQuery(("viewer-1",), WEEK, Scope()), used.viewer_context
    one = used.put(PAY, MONDAY, HOUR, properties={PROPERTY: BILLABLE})
    earlier = read_team_snapshot(context, used.jira, wanted)
    two = used.put(PAY, MONDAY, HOUR, properties={PROPERTY: BILLABLE})
    later = read_team_snapshot(context, used.jira, wanted, Freshness.NOW)
    read_listed, found = used.jira.read_listed, list[PackedValues]()
    other = Thread(target=lambda: found.append(read_values(context, later)))

    def begun(*given: Any) -> Sequence[Worklog]:
        monkeypatch.setattr(used.jira, "read_listed", read_listed)
        other.start()
        other.join(5)
        return read_listed(*given)

    monkeypatch.setattr(used.jira, "read_listed", begun)
    assert values(read_values(context, earlier)) == {one.id: BILLABLE}
    other.join()
    assert values(found[0]) == {one.id: BILLABLE, two.id: BILLABLE}
