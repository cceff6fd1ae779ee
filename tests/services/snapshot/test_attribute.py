"""The attributes of worklogs come with the sheet in one call, for what is not known yet, and never instead of time."""

from __future__ import annotations

from dataclasses import replace

from tests.services.support.scene import MONDAY, PAY, WEEK, Scene, open_sheet
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.errors import JiraUnavailable
from timesheet.services.ports.jira import UNKNOWN_VALUES
from timesheet.services.snapshot.own import snapshot_at

HOUR = 3600
TICKET = Attribute("ticket", "Ticket", Kind.TEXT, everywhere=True, version=1)


def test_one_call_reads_the_attributes_of_a_sheet_and_of_what_is_new_later(scene: Scene) -> None:
    scene.site.attributes.stored = [TICKET]
    first = scene.put(PAY, MONDAY, HOUR)
    scene.jira.worklogs[first.id] = replace(first, properties={PROPERTY: {"ticket": "7"}})
    open_sheet(scene)
    [found] = snapshot_at(scene.viewer_context, WEEK).worklogs
    assert found.properties == {PROPERTY: {"ticket": "7"}}
    second = scene.put(PAY, MONDAY, HOUR)
    scene.wait(600)
    scene.jira.log.clear()
    assert len(snapshot_at(scene.viewer_context, WEEK).worklogs) == 2
    assert [call for call in scene.jira.log if call.startswith("read_listed")] == [
        f"read_listed [{second.id}]"
    ]


def test_time_is_complete_without_its_attributes(scene: Scene) -> None:
    scene.site.attributes.stored = [TICKET]
    scene.put(PAY, MONDAY, HOUR)
    scene.jira.failing["read_listed"] = [JiraUnavailable("down")]
    found = snapshot_at(scene.viewer_context, WEEK)
    assert [part.code for part in found.missing] == [UNKNOWN_VALUES]
    assert found.lacks == ()


def test_worklogs_that_come_without_properties_are_reported(scene: Scene) -> None:
    scene.site.attributes.stored = [TICKET]
    scene.put(PAY, MONDAY, HOUR)
    scene.jira.unreadable = True
    found = snapshot_at(scene.viewer_context, WEEK)
    assert [part.code for part in found.missing] == [UNKNOWN_VALUES]
    assert found.lacks == ()


def test_a_site_without_attributes_reads_nothing_more(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    assert not [call for call in scene.jira.log if call.startswith("read_listed")]
