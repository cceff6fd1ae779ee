from __future__ import annotations

from datetime import timedelta

from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.services.snapshot.changed_issue import note_changed_issue
from timesheet.services.worklog.command import TimeEntry
from timesheet.services.worklog.log import log_time
from timesheet.services.worklog.panel import panel_span, read_issue_time

HOUR = 3600
SPAN = panel_span(MONDAY)


def read(scene: Scene, *, refresh: bool = False) -> tuple[int, int]:
    """Return the seconds on the issue, and how many reads of Jira that took."""
    time = read_issue_time(scene.viewer_context, PAY, SPAN, refresh=refresh)
    return sum(worklog.seconds for worklog in time.worklogs), scene.calls().count("read_issue_time")


def test_the_span_is_four_weeks_up_to_today() -> None:
    assert (len(SPAN), SPAN.last) == (28, MONDAY)


def test_it_is_kept_for_a_minute(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="other")
    assert [read(scene), read(scene)] == [(HOUR, 1), (HOUR, 0)]
    scene.wait(60)
    assert read(scene) == (HOUR, 1)


def test_an_own_change_is_seen_at_once(scene: Scene) -> None:
    read(scene)
    log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "2", "key-0001"))
    assert read(scene) == (2 * HOUR, 1)


def test_an_own_change_elsewhere_costs_nothing(scene: Scene) -> None:
    read(scene)
    log_time(scene.viewer_context, TimeEntry(OPS, MONDAY, "2", "key-0001"))
    assert read(scene) == (0, 0)


def test_a_change_that_jira_told_of_is_read(scene: Scene) -> None:
    read(scene)
    note_changed_issue(scene.cache, scene.viewer_context.site, PAY, scene.jira.now + timedelta(seconds=1))
    assert read(scene) == (0, 1)


def test_it_is_read_when_asked(scene: Scene) -> None:
    read(scene)
    assert read(scene, refresh=True) == (0, 1)
