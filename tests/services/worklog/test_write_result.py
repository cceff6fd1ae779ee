from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.attempts import write_once
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene, issue
from timesheet.domain.duration import day_warning
from timesheet.domain.errors import InvalidInput, TimeTrackingOff
from timesheet.domain.identity import TimeTracking
from timesheet.domain.span import DateSpan
from timesheet.services.snapshot.change_log import note_begun, read_change_log
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.worklog.safeguard.idempotency import digest
from timesheet.services.worklog.write_result import (
    WriteResult,
    WriteStep,
    booked,
    day_note,
    finish,
    found_step,
    own_worklogs,
    read_seconds,
    recognized,
    require_time,
    unchanged,
)

HOUR = 3600


def test_t32_the_same_key_and_content_write_once(scene: Scene) -> None:
    writes: list[int] = []

    def write() -> WriteResult:
        writes.append(1)
        return unchanged()

    first = write_once(scene.viewer_context, "key-00000001", ("cell", 1), write)
    assert write_once(scene.viewer_context, "key-00000001", ("cell", 1), write) is first
    assert len(writes) == 1
    write_once(scene.viewer_context, "key-00000001", ("cell", 2), write)
    assert len(writes) == 2


@pytest.mark.parametrize("key", ["", "short", "with space in it", "x" * 65, "a:b:c:d:e", "ключ-ключ-ключ"])
def test_a_key_of_another_shape_is_refused(scene: Scene, key: str) -> None:
    with pytest.raises(InvalidInput):
        write_once(scene.viewer_context, key, (), unchanged)


def test_a_refused_write_can_be_tried_again_with_its_key(scene: Scene) -> None:
    def refuse() -> WriteResult:
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        write_once(scene.viewer_context, "key-00000001", (), refuse)
    assert not write_once(scene.viewer_context, "key-00000001", (), unchanged).changed


def test_without_time_tracking_there_is_nowhere_to_log(scene: Scene) -> None:
    scene.jira.tracking = TimeTracking(False, 8 * HOUR, 40 * HOUR)
    with pytest.raises(TimeTrackingOff):
        read_seconds(scene.viewer_context, "1h")


def test_time_tracking_that_was_just_switched_on_is_on(scene: Scene) -> None:
    on = scene.jira.tracking
    scene.jira.tracking = replace(on, enabled=False)
    with pytest.raises(TimeTrackingOff):
        read_seconds(scene.viewer_context, "1h")
    scene.jira.tracking = on
    assert read_seconds(scene.viewer_context, "1h").seconds == HOUR


def test_time_spent_never_falls_below_zero() -> None:
    after = booked(issue(PAY, "PAY-12", HOUR), -HOUR, 2 * HOUR)
    assert (after.spent_seconds, after.remaining_seconds) == (0, 2 * HOUR)


def test_a_key_is_remembered_for_ten_minutes(scene: Scene) -> None:
    writes: list[int] = []

    def write() -> WriteResult:
        writes.append(1)
        return unchanged()

    for seconds in (0, 599, 1):
        scene.wait(seconds)
        write_once(scene.viewer_context, "key-00000001", (), write)
    assert len(writes) == 2


def test_less_than_a_minute_is_not_a_worklog(scene: Scene) -> None:
    for text in ("0", "0m"):
        with pytest.raises(InvalidInput, match="at least one minute") as refused:
            require_time(read_seconds(scene.viewer_context, text))
        assert refused.value.field == "duration"
    assert require_time(read_seconds(scene.viewer_context, "1m")).seconds == 60


def test_own_worklogs_of_a_day_are_all_or_those_of_one_issue(scene: Scene) -> None:
    pay, ops = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    scene.put(PAY, MONDAY + timedelta(days=1), HOUR)
    assert own_worklogs(scene.viewer_context, MONDAY) == [pay, ops]
    assert own_worklogs(scene.viewer_context, MONDAY, OPS) == [ops]


def test_texts_are_distinguished_by_sixteen_characters_and_from_none() -> None:
    assert digest(None) == ""
    assert digest("") == "e3b0c44298fc1c14"
    assert digest("a") != digest("b")


def test_a_write_shows_at_once_and_says_what_moved(scene: Scene) -> None:
    scene.sheet()
    scene.calls()
    worklog, after = scene.put(PAY, MONDAY, HOUR), issue(PAY, "PAY-12", 5 * HOUR)
    step = WriteStep(None, worklog, 6 * HOUR, 5 * HOUR, "auto")
    result = finish(scene.viewer_context, after, None, worklog, ("Told.", ""), step)
    assert result == WriteResult(worklog, (MONDAY,), (PAY,), after, ("Told.",), steps=(step,))
    assert result.changed
    assert scene.sheet().worklogs == (worklog,)
    assert scene.sheet().issues[PAY] == after
    assert scene.calls() == []


def test_a_moved_worklog_moves_both_days_and_a_deleted_one_is_handed_on(scene: Scene) -> None:
    tuesday = MONDAY + timedelta(days=1)
    before = scene.put(PAY, tuesday, HOUR)
    after = replace(before, day=MONDAY, updated=before.updated + timedelta(seconds=1))
    result = finish(scene.viewer_context, scene.jira.issues[PAY], before, after)
    assert (result.worklog, result.removed, result.days, result.steps) == (
        after,
        None,
        (MONDAY, tuesday),
        (),
    )
    result = finish(scene.viewer_context, scene.jira.issues[PAY], after, None)
    assert (result.worklog, result.removed, result.days) == (None, after, (MONDAY,))
    assert read_change_log(scene.own_cache).is_deleted(after.id)


def test_a_replaced_worklog_is_noted_by_the_id_of_the_new_one(scene: Scene) -> None:
    scene.sheet()
    before, after = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    finish(scene.viewer_context, scene.jira.issues[OPS], before, after)
    [change] = read_change_log(scene.own_cache).changes
    assert (change.worklog_id, change.worklog) == (after.id, after)


@pytest.mark.parametrize(("minutes", "warned"), [(0, False), (1, True)])
def test_a_day_of_more_than_24_hours_is_warned_of(scene: Scene, minutes: int, warned: bool) -> None:
    scene.put(OPS, MONDAY, 20 * HOUR)
    scene.put(OPS, MONDAY + timedelta(days=1), HOUR)
    assert scene.sheet(WEEK).worklogs
    worklog = scene.put(PAY, MONDAY, 4 * HOUR + 60 * minutes)
    result = finish(scene.viewer_context, scene.jira.issues[PAY], None, worklog)
    assert (result.over_long, bool(result.notes)) == (warned, warned)
    gone = finish(scene.viewer_context, scene.jira.issues[PAY], worklog, None)
    assert (gone.over_long, gone.notes) == (False, ())


def test_the_day_is_added_up_from_a_reading_that_has_it(scene: Scene) -> None:
    """A later reading of other days does not contain it."""
    scene.put(OPS, MONDAY, 20 * HOUR)
    month = DateSpan(MONDAY + timedelta(days=90), MONDAY + timedelta(days=96))
    scene.put(OPS, month.first, HOUR)
    scene.sheet(WEEK)
    scene.wait(1)
    scene.sheet(month)
    worklog = scene.put(PAY, MONDAY, 5 * HOUR)
    assert finish(scene.viewer_context, scene.jira.issues[PAY], None, worklog).over_long


@pytest.mark.parametrize(("minutes", "warned"), [(0, False), (1, True)])
def test_without_a_cached_day_the_worklog_alone_is_judged(scene: Scene, minutes: int, warned: bool) -> None:
    worklog = scene.put(PAY, MONDAY, 24 * HOUR + 60 * minutes)
    assert finish(scene.viewer_context, scene.jira.issues[PAY], None, worklog).over_long == warned


def test_new_time_is_added_to_what_its_own_days_have(scene: Scene) -> None:
    context, tuesday, wednesday = scene.viewer_context, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    scene.put(OPS, MONDAY, 20 * HOUR)
    scene.put(OPS, tuesday, 25 * HOUR)
    assert day_note(context, []) == ""
    assert day_note(context, [(MONDAY, 3 * HOUR), (MONDAY, HOUR), (wednesday, 24 * HOUR)]) == ""
    assert day_note(context, [(MONDAY, 6 * HOUR), (wednesday, HOUR)]) == day_warning(26 * HOUR)


def test_the_worklog_of_a_step_is_the_one_there_is_or_was(scene: Scene) -> None:
    before, after = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    assert found_step(after) == WriteStep(None, after, None, None, "auto")
    assert WriteStep(before, after, None, None, "auto").worklog == found_step(after).worklog == after
    assert WriteStep(before, None, None, None, "auto").worklog == before


@pytest.mark.parametrize(("spent", "after"), [(None, HOUR), (0, HOUR), (2 * HOUR, 3 * HOUR)])
def test_time_spent_grows_by_what_was_booked(spent: int | None, after: int) -> None:
    before = replace(issue(PAY, "PAY-12", HOUR), spent_seconds=spent)
    assert booked(before, HOUR, None).spent_seconds == after


def test_after_a_write_its_issue_is_known_and_nothing_is_left_begun(scene: Scene) -> None:
    context, worklog = scene.viewer_context, scene.put(OPS, MONDAY, HOUR)
    after = issue(OPS, "OPS-31", 5 * HOUR)
    note_begun(context.own_cache, OPS, context.clock())
    finish(context, after, None, worklog)
    assert get_issue(context, OPS) == after
    assert scene.calls() == []
    assert read_change_log(context.own_cache).begun == ()


def test_a_write_that_jira_has_already_is_shown_with_its_note(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    result = recognized(scene.viewer_context, worklog, "Told.")
    assert (result.worklog, result.issue, result.notes) == (worklog, scene.jira.issues[PAY], ("Told.",))
    assert recognized(scene.viewer_context, worklog).notes == ()
