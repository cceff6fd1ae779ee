from __future__ import annotations

import pytest

from tests.services.support.scene import MONDAY, PAY, Scene, issue, seen
from timesheet.domain.errors import Conflict, InvalidInput, TimeTrackingOff
from timesheet.domain.identity import TimeTracking
from timesheet.services.worklog.write_result import (
    WriteResult,
    booked,
    current_worklog,
    once,
    read_seconds,
    unchanged,
)

HOUR = 3600


def test_t32_the_same_key_and_content_write_once(scene: Scene) -> None:
    writes: list[int] = []

    def write() -> WriteResult:
        writes.append(1)
        return unchanged()

    first = once(scene.viewer_context, "key-00000001", ("cell", 1), write)
    assert once(scene.viewer_context, "key-00000001", ("cell", 1), write) is first
    assert len(writes) == 1
    once(scene.viewer_context, "key-00000001", ("cell", 2), write)
    assert len(writes) == 2


@pytest.mark.parametrize("key", ["", "short", "with space in it", "x" * 65, "a:b:c:d:e", "ключ-ключ-ключ"])
def test_a_key_of_another_shape_is_refused(scene: Scene, key: str) -> None:
    with pytest.raises(InvalidInput):
        once(scene.viewer_context, key, (), unchanged)


def test_a_refused_write_can_be_tried_again_with_its_key(scene: Scene) -> None:
    def refuse() -> WriteResult:
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        once(scene.viewer_context, "key-00000001", (), refuse)
    assert not once(scene.viewer_context, "key-00000001", (), unchanged).changed


def test_without_time_tracking_there_is_nowhere_to_log(scene: Scene) -> None:
    scene.jira.tracking = TimeTracking(False, 8 * HOUR, 40 * HOUR)
    with pytest.raises(TimeTrackingOff):
        read_seconds(scene.viewer_context, "1h")


def test_t34_a_worklog_that_changed_is_not_overwritten(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    [old] = seen(worklog)
    scene.wait(5)
    scene.jira.worklogs[worklog.id] = scene.jira.worklogs.pop(worklog.id)
    newer = scene.put(PAY, MONDAY, 2 * HOUR)
    scene.jira.worklogs[worklog.id] = newer
    with pytest.raises(Conflict) as caught:
        current_worklog(scene.viewer_context, PAY, old, "3:00")
    assert (caught.value.theirs, caught.value.yours) == ("2:00", "3:00")


def test_a_worklog_that_is_gone_is_a_conflict_too(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    del scene.jira.worklogs[worklog.id]
    with pytest.raises(Conflict):
        current_worklog(scene.viewer_context, PAY, seen(worklog)[0], "3:00")


def test_time_spent_never_falls_below_zero() -> None:
    after = booked(issue(PAY, "PAY-12", HOUR), -HOUR, 2 * HOUR)
    assert (after.spent_seconds, after.remaining_seconds) == (0, 2 * HOUR)
