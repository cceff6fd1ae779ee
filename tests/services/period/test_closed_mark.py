"""The closed days and worklogs that a screen marks are those that a write refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.closing import (
    CLOSED,
    FRIDAY,
    HOUR,
    LAST_WEEK,
    holding,
    in_auckland,
    in_zone,
)
from tests.services.support.scene import PAY, WEEK, Scene
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed, TimesheetError
from timesheet.domain.period.closed_day import ALL_OPEN, ClosedDays
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.command import TimeEntry
from timesheet.services.worklog.log import log_time


def marks(scene: Scene, context: ViewerContext, span: DateSpan = LAST_WEEK) -> ClosedDays:
    """Return the marks of a sheet with these days."""
    shown = snapshot_at(context, span, refresh=True)
    return context.lock.closed("viewer-1", span, scene.jira.issues.values(), shown.worklogs, context.zone)


def test_a_worklog_in_a_closing_is_marked_on_an_open_day(scene: Scene) -> None:
    closed, moved, other = (scene.put(PAY, FRIDAY, HOUR, time(hour)) for hour in (9, 11, 13))
    holding(scene, closed, moved)
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], project_id=9)
    saturday = FRIDAY + timedelta(days=1)
    scene.jira.worklogs[moved.id] = replace(moved, started=moved.started + timedelta(days=1))
    found, issue = marks(scene, scene.viewer_context), scene.jira.issues[PAY]
    shown = {worklog.id: worklog for worklog in snapshot_at(scene.viewer_context, LAST_WEEK).worklogs}
    said = found.of_worklog(shown[closed.id], issue)
    assert said == (
        "Closed by Team alpha (from 2 November 2026 to 13 November 2026) with this worklog in it. "
        "The team’s lead, a team administrator, or a member with “Manage this team” can reopen it."
    )
    assert found.of_worklog(shown[moved.id], issue) == found.on(saturday) == said
    assert found.of_worklog(shown[other.id], issue) == found.of(FRIDAY, issue) == ""
    assert found.of_cell(FRIDAY, issue, [shown[closed.id]]) == said
    assert found.of_cell(FRIDAY, issue, [shown[closed.id], shown[other.id]]) == ""
    assert found.of_cell(saturday, issue, ()) == found.whole(saturday) == ""


def test_a_screen_without_its_worklogs_asks_for_none(scene: Scene) -> None:
    holding(scene)
    assert scene.viewer_context.lock.closed("viewer-1", WEEK) is ALL_OPEN


def test_a_day_that_another_zone_shifts_is_marked_by_the_zone_of_the_closing(scene: Scene) -> None:
    late = scene.put(PAY, FRIDAY, HOUR, time(23))
    free = scene.put(PAY, FRIDAY, HOUR, time(22))
    holding(scene, late)
    context, saturday, issue = in_auckland(scene), FRIDAY + timedelta(days=1), scene.jira.issues[PAY]
    found = marks(scene, context)
    shown = {worklog.id: worklog for worklog in snapshot_at(context, LAST_WEEK).worklogs}
    assert {worklog.day for worklog in shown.values()} == {saturday}
    zone = "in the time zone of that closing: Europe/Berlin"
    assert "with this worklog in it" in found.of_worklog(shown[late.id], issue)
    assert zone in found.of_worklog(shown[free.id], issue)
    # The next start is 13:00 in Auckland, after the last worklog: that is Saturday in Berlin too.
    assert found.of(saturday, issue) == ""
    for number in (late.id, free.id):
        del scene.jira.worklogs[number]
    found = marks(scene, context)
    assert zone in found.of(saturday, issue)
    assert zone in found.on(saturday)
    assert (found.whole(saturday), found.all_day(saturday, issue)) == ("", "")
    assert found.of(saturday, replace(issue, project_id=9)) == ""
    assert found.of(saturday + timedelta(days=1), issue) == ""
    assert marks(scene, context, WEEK) is ALL_OPEN


def test_another_zone_shifts_a_day_into_a_closing_that_ends_just_before_the_screen(scene: Scene) -> None:
    holding(scene)
    context, saturday = in_auckland(scene), FRIDAY + timedelta(days=1)
    found = marks(scene, context, DateSpan(saturday, saturday))
    assert "Europe/Berlin" in found.of(saturday, scene.jira.issues[PAY])


def test_another_zone_shifts_a_day_into_a_closing_that_begins_just_after_the_screen(scene: Scene) -> None:
    """The next start on that Sunday is after noon in Berlin, which is Monday in Auckland."""
    holding(scene, zone="Pacific/Auckland")
    sunday = CLOSED.first - timedelta(days=1)
    assert marks(scene, scene.viewer_context, DateSpan(sunday, sunday)) is ALL_OPEN
    scene.put(PAY, sunday, 4 * HOUR, time(9))
    found = marks(scene, scene.viewer_context, DateSpan(sunday, sunday))
    assert "Pacific/Auckland" in found.of(sunday, scene.jira.issues[PAY])


def test_the_dates_of_the_most_distant_zones_are_two_days_apart(scene: Scene) -> None:
    """The next start, at 23:00 in Pago Pago, is midnight in Kiritimati, two dates later."""
    holding(scene, zone="Pacific/Kiritimati")
    saturday = CLOSED.first - timedelta(days=2)
    scene.put(PAY, saturday + timedelta(days=1), 4 * HOUR, time(7))
    found = marks(scene, in_zone(scene, ZoneInfo("Pacific/Pago_Pago")), DateSpan(saturday, saturday))
    assert "Pacific/Kiritimati" in found.of(saturday, scene.jira.issues[PAY])


@pytest.mark.parametrize(
    ("used", "zone"),
    [("Pacific/Honolulu", None), ("Pacific/Kiritimati", ZoneInfo("Pacific/Kiritimati"))],
    ids=["not known", "the same"],
)
def test_without_another_zone_of_today_none_shifts_a_day(
    scene: Scene, used: str, zone: ZoneInfo | None
) -> None:
    holding(scene, zone=used)
    found = scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, scene.jira.issues.values(), zone=zone)
    assert [bool(found.on(day)) for day in LAST_WEEK] == [True] * 5 + [False] * 2


def test_a_worklog_that_another_zone_shifts_is_marked_only_into_the_closing(scene: Scene) -> None:
    holding(scene, joined="2026-11-09", left="2026-11-12")
    scene.site.teams.stored.clear()
    inside, left, after = (
        scene.put(PAY, FRIDAY + timedelta(days=days), HOUR, time(23)) for days in (-1, 0, 1)
    )
    context = in_auckland(scene)
    found, issue = marks(scene, context), scene.jira.issues[PAY]
    shown = {worklog.id: worklog for worklog in snapshot_at(context, LAST_WEEK).worklogs}
    assert [bool(found.of_worklog(shown[one.id], issue)) for one in (inside, left, after)] == [
        True,
        False,
        False,
    ]


def test_what_a_jql_scope_finds_is_read_again_after_a_minute(scene: Scene) -> None:
    scene.site.close(
        scene.site.team("boss", "viewer-1", scope=Scope(jql="key = PAY-12")), CLOSED, scene.jira.now
    )
    scene.calls()
    for seconds in (0, 59, 1):
        scene.wait(seconds)
        scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, scene.jira.issues.values())
    assert scene.calls() == ["found_among"] * 2


def test_days_that_a_closing_recorded_stay_marked_for_whoever_left(scene: Scene) -> None:
    holding(scene, zone=None, joined="2026-11-09", left="2026-11-12")
    scene.site.teams.stored.clear()
    found, issue = marks(scene, scene.viewer_context), scene.jira.issues[PAY]
    assert [bool(found.of(day, issue)) for day in LAST_WEEK] == [True, True, True, True, False, False, False]
    assert len(found.days[LAST_WEEK.first]) == 1


def test_a_day_closed_by_record_and_by_membership_is_marked_once(scene: Scene) -> None:
    holding(scene)
    assert len(marks(scene, scene.viewer_context).days[FRIDAY]) == 1


def test_a_jql_scope_is_searched_once_for_all_issues_of_a_screen(scene: Scene) -> None:
    scene.site.close(
        scene.site.team("boss", "viewer-1", scope=Scope(jql="key = PAY-12")), CLOSED, scene.jira.now
    )
    scene.calls()
    for _ in range(2):
        assert scene.viewer_context.lock.closed("viewer-1", WEEK, scene.jira.issues.values()) is ALL_OPEN
        scene.viewer_context.lock.closed("viewer-1", LAST_WEEK)
    assert scene.calls() == []
    for _ in range(2):
        scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, scene.jira.issues.values())
    assert scene.calls() == ["found_among"]


@pytest.mark.parametrize("error", [InvalidInput("No."), JiraUnavailable("Away.")])
def test_what_jira_cannot_say_is_not_marked_and_still_refused(scene: Scene, error: TimesheetError) -> None:
    scene.site.close(
        scene.site.team("boss", "viewer-1", scope=Scope(jql="key = PAY-12")), CLOSED, scene.jira.now
    )
    scene.jira.failing["found_among"] = [error]
    marked = scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, scene.jira.issues.values())
    assert marked.of(FRIDAY, scene.jira.issues[PAY]) == ""
    assert "in its scope" in marked.on(FRIDAY)
    with pytest.raises(NotAllowed):
        log_time(scene.viewer_context, TimeEntry(PAY, FRIDAY, "1h", "key-00001"))
