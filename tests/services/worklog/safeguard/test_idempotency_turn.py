"""Two writes at once: the second one begins while Jira has not answered the first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from functools import partial
from threading import Event
from typing import Any, TypeAlias

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, Scene, cell_edit, open_sheet, seen
from tests.services.support.undoing import reasons
from timesheet.adapters.cache.flight import Flights
from timesheet.domain.errors import Conflict, TimesheetError
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.timesheet.copy import apply_copy
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import DeleteWorklog, MoveWorklog, TimeEntry, UndoWrites, WorklogEdit
from timesheet.services.worklog.log import change_worklog, delete_worklog, log_time, move_worklog
from timesheet.services.worklog.safeguard.idempotency import turn_of_worklog
from timesheet.services.worklog.undo import offer_undo, undo

HOUR, PATIENCE = 3600, 10
Act: TypeAlias = Callable[[ViewerContext], Any]
Change: TypeAlias = Callable[[Worklog, str], Act]


def at_once(scene: Scene, first: Act, second: Act) -> tuple[Any, Any]:
    """Run both, and return what they return or why they were refused.

    The first one waits in Jira until the second one is there too, waits for its turn, or has ended.
    """
    first_in_jira, second_there = Event(), Event()
    # It is called by whoever waits for somebody else.
    scene.cache._flights = Flights(second_there.set)

    def paused(call: Callable[..., Any], *given: object, **named: object) -> object:
        if first_in_jira.is_set():
            second_there.set()
        else:
            first_in_jira.set()
            assert second_there.wait(PATIENCE)
        return call(*given, **named)

    for name in ("create_worklog", "update_worklog", "delete_worklog"):
        setattr(scene.jira, name, partial(paused, getattr(scene.jira, name)))

    def run(act: Act) -> Any:
        try:
            return act(scene.viewer_context)
        except TimesheetError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(run, first)
        assert first_in_jira.wait(PATIENCE), one.result()
        other = pool.submit(run, second)
        other.add_done_callback(lambda _: second_there.set())
        return one.result(PATIENCE), other.result(PATIENCE)


def in_cell(was: Worklog, text: str) -> Act:
    return lambda context: save_cell(context, cell_edit(text, *seen(was), key=f"cell-key-{text}"))


def in_dialog(was: Worklog, text: str) -> Act:
    edit = WorklogEdit(was.issue_id, seen(was)[0], f"dialog-{text}", text=text)
    return lambda context: change_worklog(context, edit)


def deleted(was: Worklog, _text: str = "") -> Act:
    return lambda context: delete_worklog(context, DeleteWorklog(was.issue_id, seen(was)[0], "delete-1"))


def moved(was: Worklog, _text: str = "") -> Act:
    edit = WorklogEdit(was.issue_id, seen(was)[0], "move-key-1")
    return lambda context: move_worklog(context, MoveWorklog(edit, OPS))


@pytest.mark.parametrize("second", [in_cell, in_dialog, deleted, moved])
@pytest.mark.parametrize("first", [in_cell, in_dialog])
def test_a_change_is_not_lost_under_another_one(scene: Scene, first: Change, second: Change) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    saved, refused = at_once(scene, first(was, "2h"), second(was, "3h"))
    assert saved.worklog.seconds == 2 * HOUR
    assert isinstance(refused, Conflict)
    assert [(w.issue_id, w.seconds) for w in scene.jira.worklogs.values()] == [(PAY, 2 * HOUR)]
    assert [name for name, _, _ in scene.journal.steps] == ["begin", "finish"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (deleted, in_cell), (deleted, in_dialog), (deleted, moved),
        (moved, in_cell), (moved, in_dialog), (moved, deleted),
    ],
)  # fmt: skip
def test_what_is_gone_meanwhile_is_not_reported_as_saved(scene: Scene, first: Change, second: Change) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    _, refused = at_once(scene, first(was, ""), second(was, "3h"))
    assert isinstance(refused, Conflict) or not refused.changed
    assert [(w.issue_id, w.seconds) for w in scene.jira.worklogs.values()] == (
        [] if first is deleted else [(OPS, HOUR)]
    )


def test_t34_an_empty_cell_is_filled_once(scene: Scene) -> None:
    open_sheet(scene)
    first, second = (partial(save_cell, edit=cell_edit(text, key=f"key-{text}-00")) for text in ("1h", "2h"))
    _, refused = at_once(scene, first, second)
    assert isinstance(refused, Conflict)
    assert refused.theirs == "1:00"
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_t32_the_same_time_typed_twice_in_an_empty_cell_is_one_worklog(scene: Scene) -> None:
    open_sheet(scene)
    first, second = (partial(save_cell, edit=cell_edit("1h", key=f"key-{tab}-000")) for tab in "ab")
    saved, found = at_once(scene, first, second)
    assert found.worklog == saved.worklog
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_a_form_that_is_changed_and_sent_again_meanwhile_is_one_worklog(scene: Scene) -> None:
    open_sheet(scene)
    entries = [TimeEntry(PAY, MONDAY, text, "form-0001", time(9)) for text in ("1h", "2h")]
    at_once(scene, *(partial(log_time, entry=entry) for entry in entries))
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}


def test_an_undo_does_not_take_back_a_change_that_is_being_saved(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    saved = save_cell(scene.viewer_context, cell_edit("2h", *seen(was)))
    assert saved.worklog is not None
    offers = UndoWrites(offer_undo(scene.viewer_context, saved))
    _, undone = at_once(scene, in_cell(saved.worklog, "3h"), partial(undo, command=offers))
    assert reasons(undone) == ["It has been changed since then and stays as it is: 3:00."]
    assert scene.jira.worklogs[was.id].seconds == 3 * HOUR


def test_everybody_on_a_site_waits_for_the_same_worklog(scene: Scene) -> None:
    lead = scene.viewer_context_of("lead-1")
    assert turn_of_worklog(lead, 7) == turn_of_worklog(scene.viewer_context, 7)
    assert turn_of_worklog(lead, 7) != turn_of_worklog(lead, 8)


def restored(scene: Scene) -> Act:
    """Empty the cell, and return what undoes that."""
    emptied = save_cell(
        scene.viewer_context, cell_edit("", *seen(scene.put(PAY, MONDAY, HOUR)), key="key-0001")
    )
    command = UndoWrites(offer_undo(scene.viewer_context, emptied))
    return lambda context: undo(context, command)


def copied(scene: Scene) -> Act:
    """Log time a week before, and return what copies it into the cell."""
    scene.put(PAY, MONDAY - timedelta(days=7), HOUR)
    last_week = DateSpan(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))
    command = CopyWorklogs(last_week, MONDAY, "copy-0001")
    return lambda context: apply_copy(context, command)


@pytest.mark.parametrize("first", [restored, copied])
def test_a_text_for_an_empty_cell_does_not_join_time_that_comes_there_at_the_moment(
    scene: Scene, first: Callable[[Scene], Act]
) -> None:
    act = first(scene)
    open_sheet(scene)
    _, refused = at_once(scene, act, lambda context: save_cell(context, cell_edit("2", key="key-0002")))
    assert isinstance(refused, Conflict)
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_a_copy_does_not_join_time_that_is_typed_there_at_the_moment(scene: Scene) -> None:
    copy = copied(scene)
    open_sheet(scene)
    _, result = at_once(scene, lambda context: save_cell(context, cell_edit("2", key="key-0002")), copy)
    assert [why for _, why in result.failed] == ["already has 2:00"]
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}
