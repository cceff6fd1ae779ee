from __future__ import annotations

from datetime import time, timedelta

import pytest

from tests.services.scene import BERLIN, MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.errors import InvalidInput, NotAllowed
from timesheet.domain.span import DateSpan
from timesheet.services.worklog_copy import apply_copy, plan_copy

HOUR = 3600
LAST_MONDAY = MONDAY - timedelta(days=7)
LAST_WEEK = DateSpan(LAST_MONDAY, LAST_MONDAY + timedelta(days=6))


def fill(scene: Scene) -> None:
    scene.put(PAY, LAST_MONDAY, HOUR, time(9))
    scene.put(PAY, LAST_MONDAY, 2 * HOUR, time(14))
    scene.put(OPS, LAST_MONDAY + timedelta(days=4), 3 * HOUR, time(11, 30))


def test_the_plan_lists_every_worklog_on_its_new_day(scene: Scene) -> None:
    fill(scene)
    scene.put(OPS, MONDAY + timedelta(days=4), HOUR)
    scene.put(PAY, MONDAY + timedelta(days=1), HOUR)
    plan = plan_copy(scene.desk, LAST_WEEK, WEEK)
    assert [(line.issue.key, line.day, line.seconds, line.skip) for line in plan] == [
        ("PAY-12", MONDAY, HOUR, ""),
        ("PAY-12", MONDAY, 2 * HOUR, ""),
        ("OPS-31", MONDAY + timedelta(days=4), 3 * HOUR, "already has 1:00"),
    ]
    assert len(scene.jira.worklogs) == 5, "a plan writes nothing"


def test_copying_keeps_days_times_and_hours(scene: Scene) -> None:
    fill(scene)
    result = apply_copy(scene.desk, LAST_WEEK, WEEK, "copy-0001")
    assert [saved.worklog.started.astimezone(BERLIN).time() for saved in result.saved if saved.worklog] == [
        time(9), time(14), time(11, 30),
    ]  # fmt: skip
    assert scene.hours() == {(PAY, MONDAY): [HOUR, 2 * HOUR], (OPS, MONDAY + timedelta(days=4)): [3 * HOUR]}
    assert result.failed == ()


def test_copying_twice_adds_nothing(scene: Scene) -> None:
    fill(scene)
    apply_copy(scene.desk, LAST_WEEK, WEEK, "copy-0001")
    assert apply_copy(scene.desk, LAST_WEEK, WEEK, "copy-0001").saved == ()
    assert apply_copy(scene.desk, LAST_WEEK, WEEK, "copy-0002").saved == ()
    assert len(scene.jira.worklogs) == 6


def test_only_the_chosen_lines_are_copied(scene: Scene) -> None:
    fill(scene)
    [_, chosen, _] = plan_copy(scene.desk, LAST_WEEK, WEEK)
    result = apply_copy(scene.desk, LAST_WEEK, WEEK, "copy-0001", [chosen.worklog_id])
    assert [saved.worklog.seconds for saved in result.saved if saved.worklog] == [2 * HOUR]


def test_one_refusal_does_not_stop_the_rest(scene: Scene) -> None:
    fill(scene)
    scene.sheet()
    scene.jira.failing["create_worklog"] = [NotAllowed("You need *Work on issues* in PAY.")]
    result = apply_copy(scene.desk, LAST_WEEK, WEEK, "copy-0001")
    assert [(line.issue.key, words) for line, words in result.failed] == [
        ("PAY-12", "You need *Work on issues* in PAY.")
    ]
    assert len(result.saved) == 2


def test_stretches_of_different_length_are_refused(scene: Scene) -> None:
    with pytest.raises(InvalidInput):
        plan_copy(scene.desk, LAST_WEEK, DateSpan(MONDAY, MONDAY))
