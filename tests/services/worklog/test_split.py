"""Time that lasts past midnight is one worklog, or one for each day, logged once whatever fails."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from tests.services.support.closing import CLOSED, FRIDAY
from tests.services.support.scene import BERLIN, MONDAY, PAY, Scene
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed
from timesheet.domain.jira_time import work_date
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.worklog.command import TimeEntry
from timesheet.services.worklog.split import ClosedPart, log_by_day

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)
LATE = TimeEntry(PAY, MONDAY, "3h", "a-key-of-it", time(23), comment="night shift")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def logged(scene: Scene) -> list[tuple[date, int, int]]:
    """Return day, hour, and seconds of each worklog, by start."""
    worklogs = sorted(scene.jira.worklogs.values(), key=lambda worklog: worklog.started)
    return [
        (work_date(one.started, BERLIN), one.started.astimezone(BERLIN).hour, one.seconds) for one in worklogs
    ]


def test_t09_time_over_midnight_is_one_worklog_of_its_first_day(scene: Scene) -> None:
    assert len(log_by_day(scene.viewer_context, LATE)) == 1
    assert logged(scene) == [(MONDAY, 23, 3 * HOUR)]


def test_t09_on_request_each_day_has_its_own(scene: Scene) -> None:
    entry = replace(LATE, split=True, estimate=EstimateChange("new", 7200))
    results = log_by_day(scene.viewer_context, entry)
    assert logged(scene) == [(MONDAY, 23, HOUR), (TUESDAY, 0, 2 * HOUR)]
    assert scene.jira.issues[PAY].remaining_seconds == 7200, "the estimate is set once"
    assert [one.days for one in results] == [(MONDAY,), (TUESDAY,)]
    assert all(worklog.comment for worklog in scene.jira.worklogs.values())
    assert len(log_by_day(scene.viewer_context, entry)) == 2
    assert len(scene.jira.worklogs) == 2, "the same form again logs nothing"


@pytest.mark.parametrize(
    ("estimate", "left"),
    [
        (EstimateChange("auto"), 7 * HOUR),
        (EstimateChange("manual", HOUR), 9 * HOUR),
        (EstimateChange("leave"), 10 * HOUR),
    ],
    ids=["by what is logged", "by an hour", "not at all"],
)
def test_the_estimate_falls_once_as_if_the_time_were_not_split(
    scene: Scene, estimate: EstimateChange, left: int
) -> None:
    for split in (True, False):
        scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=10 * HOUR)
        log_by_day(
            scene.viewer_context, replace(LATE, key=f"the-key-{split}", split=split, estimate=estimate)
        )
        assert scene.jira.issues[PAY].remaining_seconds == left


def test_time_within_a_day_is_not_split(scene: Scene) -> None:
    log_by_day(scene.viewer_context, replace(LATE, text="1h", split=True))
    assert logged(scene) == [(MONDAY, 23, HOUR)]


def test_pauses_leave_less_time_to_the_first_day(scene: Scene) -> None:
    log_by_day(scene.viewer_context, replace(LATE, time=time(20), split=True), timedelta(hours=2))
    assert logged(scene) == [(MONDAY, 20, 2 * HOUR), (TUESDAY, 0, HOUR)]


def test_a_part_that_fails_is_named_and_the_rest_is_logged_later(scene: Scene) -> None:
    scene.jira.failing["create_worklog"] = [None, JiraUnavailable("Jira is away.")]
    entry = replace(LATE, split=True)
    with pytest.raises(InvalidInput, match="1h is logged, the rest is not yet: Jira is away"):
        log_by_day(scene.viewer_context, entry)
    log_by_day(scene.viewer_context, entry)
    with pytest.raises(InvalidInput, match="Split it again"):
        log_by_day(scene.viewer_context, LATE)
    assert logged(scene) == [(MONDAY, 23, HOUR), (TUESDAY, 0, 2 * HOUR)]


def test_a_first_part_that_fails_is_refused_as_it_is(scene: Scene) -> None:
    refusal = JiraUnavailable("Jira is away.")
    scene.jira.failing["create_worklog"] = [refusal]
    with pytest.raises(JiraUnavailable) as refused:
        log_by_day(scene.viewer_context, replace(LATE, split=True))
    assert (refused.value, logged(scene)) == (refusal, [])


def test_the_rest_can_be_logged_by_itself_and_changes_no_other_part(scene: Scene) -> None:
    scene.jira.failing["create_worklog"] = [None, JiraUnavailable("Jira is away.")]
    with pytest.raises(InvalidInput, match="1h is logged"):
        log_by_day(scene.viewer_context, replace(LATE, split=True))
    log_by_day(scene.viewer_context, replace(LATE, day=TUESDAY, time=time(0), text="2h"))
    assert logged(scene) == [(MONDAY, 23, HOUR), (TUESDAY, 0, 2 * HOUR)]


def test_time_that_is_shortened_after_a_part_failed_names_the_part_that_would_stay(scene: Scene) -> None:
    scene.jira.failing["create_worklog"] = [None, None, JiraUnavailable("Jira is away.")]
    entry = replace(LATE, text="26h", split=True)
    with pytest.raises(InvalidInput, match="25h is logged, the rest is not yet"):
        log_by_day(scene.viewer_context, entry)
    before = logged(scene)
    with pytest.raises(InvalidInput, match="24h on 17 November 2026 is logged already") as refused:
        log_by_day(scene.viewer_context, replace(entry, text="1h"))
    assert (refused.value.field, logged(scene)) == ("duration", before)
    log_by_day(scene.viewer_context, replace(entry, text="23h"))
    assert logged(scene) == [(MONDAY, 23, HOUR), (TUESDAY, 0, 22 * HOUR)]


def test_what_was_logged_whole_is_split_afterwards(scene: Scene) -> None:
    log_by_day(scene.viewer_context, LATE)
    scene.jira.failing["create_worklog"] = [JiraUnavailable("Jira is away.")]
    for _ in range(2):
        with suppress(InvalidInput):
            log_by_day(scene.viewer_context, replace(LATE, split=True))
    assert logged(scene) == [(MONDAY, 23, HOUR), (TUESDAY, 0, 2 * HOUR)]


def test_a_closed_day_is_named_before_anything_is_logged(scene: Scene) -> None:
    scene.site.close(scene.site.team("boss", "viewer-1"), CLOSED, scene.jira.now)
    with pytest.raises(ClosedPart, match="only the time that can be logged, 2h from") as refused:
        log_by_day(scene.viewer_context, replace(LATE, day=FRIDAY, split=True))
    assert (refused.value.start.date(), refused.value.seconds) == (FRIDAY + timedelta(days=1), 2 * HOUR)
    with pytest.raises(NotAllowed, match="closed the period"):
        log_by_day(scene.viewer_context, replace(LATE, day=FRIDAY - timedelta(days=2), split=True))
    assert logged(scene) == []


def test_a_week_is_split_and_more_is_not(scene: Scene) -> None:
    with pytest.raises(InvalidInput, match="more than a week"):
        log_by_day(scene.viewer_context, replace(LATE, text="146h", split=True))
    assert logged(scene) == []
    assert len(log_by_day(scene.viewer_context, replace(LATE, text="145h", split=True))) == 7
    assert logged(scene)[-1] == (MONDAY + timedelta(days=6), 0, 24 * HOUR)
