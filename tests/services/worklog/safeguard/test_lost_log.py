"""Worklogs of the dialog and of a copied week whose response from Jira was lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from tests.services.support.lost_writes import (
    HOUR,
    LATE,
    LOSSES,
    arrive,
    seconds,
)
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from tests.services.support.undoing import take_back
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogDraft
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.timesheet.copy import apply_copy
from timesheet.services.worklog.command import (
    TimeEntry,
)
from timesheet.services.worklog.log import log_time


def entry(key: str = "form-0001", text: str = "1h", day: date = MONDAY, **more: object) -> TimeEntry:
    return TimeEntry(PAY, day, text, key, time(9), **more)  # type: ignore[arg-type]


def lost_form(scene: Scene, first: TimeEntry) -> Worklog:
    scene.jira.lost = [LATE]
    with pytest.raises(JiraUnavailable):
        log_time(scene.viewer_context, first)
    return list(scene.jira.worklogs.values())[-1]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"text": "2h"},
        {"day": MONDAY + timedelta(days=1)},
        {"time": time(15)},
        {"comment": "later"},
        {"issue_id": OPS},
        {"text": "2h", "comment": "later", "estimate": EstimateChange("new", HOUR)},
    ],
)
@pytest.mark.parametrize("answered", [True, False])
def test_t32_a_form_that_is_sent_again_with_something_else_changes_what_it_made(
    scene: Scene, changes: dict[str, object], answered: bool
) -> None:
    first = entry(comment="first")
    if answered:
        log_time(scene.viewer_context, first)
    else:
        lost_form(scene, first)
    again = replace(first, **changes)  # type: ignore[arg-type]
    saved = log_time(scene.viewer_context, again)
    [now] = scene.jira.worklogs.values()
    assert saved.worklog
    assert saved.worklog.id == now.id
    assert (now.issue_id, saved.worklog.day, now.seconds) == (
        again.issue_id,
        again.day,
        7200 if again.text == "2h" else 3600,
    )
    assert again.comment in str(now.comment)


@LOSSES
def test_t32_a_form_that_is_sent_again_waits_while_its_first_try_may_arrive(
    scene: Scene, loss: JiraUnavailable
) -> None:
    scene.jira.failing["create_worklog"] = [loss]
    with pytest.raises(JiraUnavailable):
        log_time(scene.viewer_context, entry())
    for again in (entry(), entry(text="2h"), entry(key="form-0002")):
        with pytest.raises(JiraUnavailable, match="may or may not"):
            log_time(scene.viewer_context, again)
    assert seconds(scene) == []
    log_time(scene.viewer_context, replace(entry(key="form-0003"), time=time(15)))
    assert seconds(scene) == [HOUR], "another time of day is another worklog"


def test_t32_a_new_form_with_the_same_time_is_the_lost_one(scene: Scene) -> None:
    made = lost_form(scene, entry())
    assert log_time(scene.viewer_context, entry(key="form-0002")).worklog == made
    assert len(scene.jira.worklogs) == 1
    log_time(scene.viewer_context, entry(key="form-0003"))
    assert len(scene.jira.worklogs) == 2, "once it is known, the same again is a second one"


def test_the_estimate_that_a_form_sets_by_hand_is_not_moved_twice(scene: Scene) -> None:
    lost_form(scene, entry(estimate=EstimateChange("manual", HOUR)))
    assert scene.jira.issues[PAY].remaining_seconds == 5 * HOUR
    log_time(scene.viewer_context, entry(text="2h", estimate=EstimateChange("manual", HOUR)))
    assert scene.jira.issues[PAY].remaining_seconds == 5 * HOUR


LAST_WEEK = DateSpan(WEEK.first - timedelta(days=7), WEEK.last - timedelta(days=7))


def test_t32_a_week_that_is_copied_again_finds_what_was_lost(scene: Scene) -> None:
    scene.put(PAY, LAST_WEEK.first, HOUR)
    scene.put(OPS, LAST_WEEK.first, 2 * HOUR, time(12))
    scene.sheet()
    scene.jira.lost = [LATE]
    first = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"))
    assert (len(first.saved), len(first.failed)) == (0, 2)
    scene.jira.hidden_lag = {1001}
    again = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0002"))
    assert (len(again.saved), again.failed) == (2, ())
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [2 * HOUR]}
    assert len(scene.jira.worklogs) == 4


@LOSSES
@pytest.mark.parametrize("key", ["copy-0001", "copy-0002"])
def test_t32_a_week_that_is_copied_again_waits_for_what_may_still_arrive(
    scene: Scene, loss: JiraUnavailable, key: str
) -> None:
    scene.put(PAY, LAST_WEEK.first, HOUR)
    scene.sheet()
    scene.jira.failing["create_worklog"] = [loss]
    apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"))
    [intent] = scene.journal.unfinished()
    assert intent.started
    draft = WorklogDraft(PAY, intent.started, HOUR, intent.write_key)
    waiting = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, key))
    assert waiting.saved == ()
    assert "may or may not be saved" in waiting.failed[0][1]
    arrive(scene, draft)
    apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, key))
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_another_minute_is_another_worklog(scene: Scene) -> None:
    scene.jira.failing["create_worklog"] = [LATE]
    with pytest.raises(JiraUnavailable):
        log_time(scene.viewer_context, entry())
    with pytest.raises(JiraUnavailable, match="may or may not"):
        log_time(scene.viewer_context, entry(key="form-0002"))
    log_time(scene.viewer_context, replace(entry(key="form-0003"), time=time(9, 1)))
    log_time(scene.viewer_context, replace(entry(key="form-0004"), time=time(8, 59)))
    assert seconds(scene) == [HOUR, HOUR]


@pytest.mark.parametrize("text", ["1h", "2h"])
def test_undo_of_a_form_that_was_sent_again_takes_all_of_it_back(scene: Scene, text: str) -> None:
    lost_form(scene, entry())
    scene.wait(1)
    saved = log_time(scene.viewer_context, entry(text=text))
    assert take_back(scene, saved).not_undone == ()
    assert seconds(scene) == []
