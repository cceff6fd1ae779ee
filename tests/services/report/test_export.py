"""An export is recorded for the people whose time it is, with ids and dates and none of the texts that limit it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.fake_recorder import Recorded
from tests.services.support.report_scene import OWN, TEAM, look
from tests.services.support.scene import MONDAY, PAY, WEEK, Scene
from timesheet.domain.audit.action import Action
from timesheet.domain.report.file import FileKind
from timesheet.domain.report.terms import Dimension
from timesheet.services.report.export import record_export

DAYS = {"first": WEEK.first.isoformat(), "last": WEEK.last.isoformat()}


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def test_one_team_is_the_object(scene: Scene, recorded: Recorded) -> None:
    scene.site.team("viewer-1", "ana")
    scene.put(PAY, MONDAY, 3600, author="ana")
    record_export(
        scene.team_context().stores,
        recorded.recorder(scene.jira.now, "viewer-1"),
        look(scene, TEAM, text=""),
        FileKind.CSV,
    )
    [event] = recorded.events
    assert (event.action, event.object_id, event.team_id) == (Action.TIME_EXPORTED, "alpha", "alpha")
    assert event.people == {"ana"}
    assert event.after == {"by": "report", "format": "csv", **DAYS}


def test_own_time_has_no_team(scene: Scene, recorded: Recorded) -> None:
    scene.put(PAY, MONDAY, 3600)
    record_export(
        scene.team_context().stores,
        recorded.recorder(scene.jira.now, "viewer-1"),
        look(scene, OWN),
        FileKind.JSON,
    )
    [event] = recorded.events
    assert (event.object_id, event.team_id) == ("", "")
    assert event.after == {"by": "report", "format": "json", **DAYS, "own": True}


def test_a_list_of_worklogs_is_recorded_as_such(scene: Scene, recorded: Recorded) -> None:
    scene.put(PAY, MONDAY, 3600)
    report = look(scene, replace(OWN, rows=(Dimension.ISSUE, Dimension.WORKLOG)))
    record_export(
        scene.team_context().stores, recorded.recorder(scene.jira.now, "viewer-1"), report, FileKind.CSV
    )
    assert recorded.events[0].after["by"] == "worklogs"


def test_several_teams_are_named_by_their_ids(scene: Scene, recorded: Recorded) -> None:
    scene.site.team("viewer-1", "ana")
    scene.site.team("viewer-1", "bob", team_id="beta")
    record_export(
        scene.team_context().stores,
        recorded.recorder(scene.jira.now, "viewer-1"),
        look(scene, TEAM, team_ids=("alpha", "beta")),
        FileKind.XLSX,
    )
    [event] = recorded.events
    assert (event.object_id, event.after["teams"]) == ("", ["alpha", "beta"])
