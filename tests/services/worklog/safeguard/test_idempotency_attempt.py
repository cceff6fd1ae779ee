from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.services.support.attempts import write_once
from tests.services.support.scene import MONDAY, PAY, Scene, cell_edit, open_sheet, seen
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.services.snapshot.change import LOST_AFTER
from timesheet.services.snapshot.change_log import suspect_lost_writes
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.safeguard.idempotency import REPEAT_SECONDS
from timesheet.services.worklog.write_result import WriteResult, unchanged

HOUR = 3600


def test_whoever_comes_while_the_same_request_is_answered_waits_and_gets_its_result(scene: Scene) -> None:
    inside, go_on, writes = threading.Event(), threading.Event(), list[str]()

    def slow() -> WriteResult:
        inside.set()
        go_on.wait(30)
        writes.append("first")
        return unchanged()

    def fast() -> WriteResult:
        writes.append("second")
        return unchanged()

    results: list[WriteResult] = []

    def send(write: Callable[[], WriteResult]) -> None:
        results.append(write_once(scene.viewer_context, "key-00000001", ("cell", 1), write))

    first = threading.Thread(target=send, args=(slow,))
    first.start()
    assert inside.wait(30)
    second = threading.Thread(target=send, args=(fast,))
    second.start()
    # Different content is a different request, which waits for nothing.
    write_once(scene.viewer_context, "key-00000001", ("cell", 2), unchanged)
    go_on.set()
    first.join(30)
    second.join(30)
    assert writes == ["first"]
    assert results[0] is results[1]


def test_a_browser_that_gets_the_answer_at_last_has_as_long_again_to_go_on(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    scene.wait(1)
    edit = cell_edit("2", *seen(was))
    save_cell(scene.viewer_context, edit)
    scene.wait(REPEAT_SECONDS - 1)
    save_cell(scene.viewer_context, edit)
    scene.wait(REPEAT_SECONDS - 1)
    save_cell(scene.viewer_context, replace(edit, text="3", key="key-0002", tried=("key-0001",)))
    assert scene.jira.worklogs[was.id].seconds == 3 * HOUR


@pytest.mark.parametrize("error", [NotAllowed("No."), JiraUnavailable("Late.", wrote_maybe=True)])
def test_a_write_that_failed_is_not_taken_for_one_whose_process_was_killed(
    scene: Scene, error: NotAllowed | JiraUnavailable
) -> None:
    open_sheet(scene)
    scene.jira.failing["create_worklog"] = [error]
    with pytest.raises(type(error)):
        save_cell(scene.viewer_context, cell_edit("1"))
    context, later = scene.viewer_context, scene.jira.now + LOST_AFTER
    assert list(suspect_lost_writes(context.own_cache, later)) == []
