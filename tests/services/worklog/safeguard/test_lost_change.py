"""Changes of a worklog whose response from Jira was lost, and what is written after them."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from tests.services.support.lost_writes import (
    CUT,
    HOUR,
    LATE,
    lost_put,
    put_arrives,
    seconds,
    type_cell,
)
from tests.services.support.scene import MONDAY, PAY, Scene, seen
from tests.services.support.undoing import changed_to, left, take_back
from timesheet.domain.errors import Conflict, JiraUnavailable, NotAllowed, TimesheetError
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.services.ports.jira import WorklogChange
from timesheet.services.worklog.command import UndoWrites, WorklogEdit
from timesheet.services.worklog.log import change_worklog
from timesheet.services.worklog.reversal import NO_COMMENT
from timesheet.services.worklog.safeguard.lost_write import (
    UNDER_WAY,
    lost_changes,
    require_arrived,
)
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.safeguard.settle import settle
from timesheet.services.worklog.undo import offer_undo, undo

REFUSED = NotAllowed("No.")


@pytest.mark.parametrize(
    ("text", "expected"), [("2", [2 * HOUR]), ("3", [3 * HOUR]), ("1", [HOUR]), ("", [])]
)
def test_a_lost_change_that_arrived_is_gone_on_from(scene: Scene, text: str, expected: list[int]) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    lost_put(scene, was, arrives=True)
    saved = type_cell(scene, text, was, key="key-0002")
    assert saved.changed
    assert seconds(scene) == expected
    assert scene.hours() == ({(PAY, MONDAY): expected} if expected else {})
    assert scene.journal.unfinished() == []


def test_a_deletion_waits_for_no_change_as_that_would_find_nothing(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_put(scene, was, arrives=False)
    type_cell(scene, "", was, key="key-0002")
    assert seconds(scene) == []


@pytest.mark.parametrize("text", ["3", "1"])
def test_a_change_that_was_cut_off_twice_may_still_arrive(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.jira.failing["update_worklog"] = [CUT, CUT]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, "2", was)
    with pytest.raises(JiraUnavailable, match="has not answered an earlier change"):
        type_cell(scene, text, was, key="key-0002")
    scene.wait(UNDER_WAY.total_seconds())
    type_cell(scene, text, was, key="key-0002")
    assert seconds(scene) == [int(text) * HOUR]


@pytest.mark.parametrize("text", ["2", "3"])
def test_two_tries_of_one_change_that_both_arrive_late_are_one_event(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.jira.failing["update_worklog"] = [CUT, CUT]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, "2", was)
    put_arrives(scene, was)
    put_arrives(scene, was)
    scene.wait(UNDER_WAY.total_seconds())
    type_cell(scene, text, was, key="key-0002")
    recorded = [
        (intent.before["seconds"], after.seconds if after else None)
        for step, intent, after in scene.journal.steps
        if step == "finish"
    ]
    assert recorded == [(HOUR, 2 * HOUR), (2 * HOUR, 3 * HOUR)][: int(text) - 1]


def test_a_change_whose_first_try_may_arrive_after_its_second_is_not_overtaken(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.jira.failing["update_worklog"] = [CUT]
    now = type_cell(scene, "2", was).worklog
    assert now
    with pytest.raises(JiraUnavailable, match="has not answered an earlier change"):
        type_cell(scene, "3", now, key="key-0002")
    put_arrives(scene, was)
    assert seconds(scene) == [2 * HOUR]
    scene.wait(UNDER_WAY.total_seconds())
    type_cell(scene, "3", *scene.jira.worklogs.values(), key="key-0003")
    assert seconds(scene) == [3 * HOUR]


@pytest.mark.parametrize("text", ["3", "1"])
def test_a_change_that_may_still_arrive_is_not_overtaken(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    lost_put(scene, was, arrives=False)
    with pytest.raises(JiraUnavailable, match="has not answered an earlier change"):
        type_cell(scene, text, was, key="key-0002")
    assert seconds(scene) == [HOUR]
    put_arrives(scene, was)
    type_cell(scene, text, was, key="key-0002")
    assert seconds(scene) == [int(text) * HOUR]


def test_the_same_change_can_be_sent_again_at_once(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_put(scene, was, arrives=False)
    type_cell(scene, "2", was, key="key-0002")
    assert seconds(scene) == [2 * HOUR]


def test_a_change_that_never_arrived_does_not_hold_others_up_for_ever(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_put(scene, was, arrives=False)
    scene.wait(UNDER_WAY.total_seconds())
    type_cell(scene, "3", was, key="key-0002")
    assert seconds(scene) == [3 * HOUR]


@pytest.mark.parametrize("writer", ["somebody", "viewer-1"])
def test_what_is_there_as_it_was_entered_is_a_success(scene: Scene, writer: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.wait(1)
    now = replace(was, seconds=2 * HOUR, updated=scene.jira.now)
    scene.jira.worklogs[was.id] = now
    assert writer
    saved = type_cell(scene, "2", was)
    assert saved.worklog == now
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}
    assert "update_worklog" not in scene.calls()


def test_a_cell_that_holds_what_was_entered_is_a_success(scene: Scene) -> None:
    scene.sheet()
    there = scene.put(PAY, MONDAY, HOUR)
    scene.sheet(refresh=True)
    assert type_cell(scene, "1").worklog == there
    assert seconds(scene) == [HOUR]


def test_a_lost_change_of_a_newer_version_by_somebody_else_is_a_conflict(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_put(scene, was, arrives=False)
    scene.wait(1)
    scene.jira.worklogs[was.id] = replace(was, seconds=5 * HOUR, updated=scene.jira.now)
    with pytest.raises(Conflict, match="it is 5:00 now, and you entered 3:00"):
        type_cell(scene, "3", was, key="key-0002")


def test_a_lost_change_of_the_dialog_is_found_by_its_next_try(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(9))
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", time=time(14), text="2h", comment="done")
    scene.jira.failing["update_worklog"] = [LATE]
    with pytest.raises(JiraUnavailable):
        change_worklog(scene.viewer_context, edit)
    scene.wait(1)
    sent = scene.journal.unfinished()[0].wanted
    assert set(sent) == {"seconds", "started", "comment"}
    assert "done" not in str(sent)
    arrived = WorklogEdit(PAY, seen(was)[0], "key-0009", time=time(14), text="2h", comment="done")
    scene.journal.open.clear()
    change_worklog(scene.viewer_context, arrived)
    saved = change_worklog(scene.viewer_context, edit)
    assert saved.changed
    assert saved.worklog == scene.jira.worklogs[was.id]


def test_a_lost_comment_is_not_taken_for_ones_own(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(9))
    scene.jira.failing["update_worklog"] = [LATE]
    with pytest.raises(JiraUnavailable):
        change_worklog(scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "key-0001", comment="mine"))
    scene.wait(1)
    scene.jira.worklogs[was.id] = replace(was, updated=scene.jira.now)
    with pytest.raises(Conflict):
        change_worklog(scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "key-0002", comment="other"))


def test_a_repeated_key_with_another_comment_is_not_the_same_change(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", comment="one")
    change_worklog(scene.viewer_context, edit)
    with pytest.raises(Conflict):
        change_worklog(scene.viewer_context, replace(edit, comment="two"))
    saved = change_worklog(scene.viewer_context, replace(edit, comment="two", tried=("key-0001",)))
    assert "two" in str(scene.jira.worklogs[was.id].comment)
    assert saved.worklog
    assert isinstance(edit.seen, SeenWorklog)


def test_only_ones_own_lost_changes_of_this_worklog_count(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_put(scene, was, arrives=False)
    [mine] = scene.journal.unfinished()
    theirs = replace(mine, id="theirs", account_id="somebody")
    elsewhere = replace(mine, id="elsewhere", worklog_id=was.id + 1)
    scene.journal.open |= {theirs.id: theirs, elsewhere.id: elsewhere}
    assert lost_changes(scene.viewer_context, PAY, was.id) == [mine]
    assert lost_changes(scene.viewer_context_of("somebody"), PAY, was.id) == [theirs]
    with pytest.raises(JiraUnavailable) as unsure:
        require_arrived(scene.viewer_context, was)
    assert unsure.value.wrote_maybe


@pytest.mark.parametrize("words", [None, "Before"], ids=["without a comment", "with another"])
def test_an_undo_of_a_comment_that_arrived_late_is_found_by_its_next_try(
    scene: Scene, words: str | None
) -> None:
    was = scene.put(PAY, MONDAY, HOUR, comment=text_to_adf(words) if words else None)
    first = changed_to(scene, was, "2h")
    assert first.worklog
    edit = WorklogEdit(PAY, seen(first.worklog)[0], "key-0001", comment="After")
    tokens = offer_undo(scene.viewer_context, change_worklog(scene.viewer_context, edit))
    scene.jira.failing["update_worklog"] = [LATE]
    assert undo(scene.viewer_context, UndoWrites(tokens)).unsure
    scene.wait(1)
    back = WorklogChange(comment=was.comment or NO_COMMENT)
    scene.jira.update_worklog(PAY, was.id, back, scene.viewer_context.own_zones)
    assert undo(scene.viewer_context, UndoWrites(tokens)).not_undone == ()
    assert take_back(scene, first).not_undone == (), "the write before it can be undone too"
    assert seconds(scene) == [HOUR]


def test_an_undo_is_not_taken_for_done_where_somebody_wrote_something_else(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", comment="After")
    tokens = offer_undo(scene.viewer_context, change_worklog(scene.viewer_context, edit))
    scene.jira.failing["update_worklog"] = [LATE]
    assert undo(scene.viewer_context, UndoWrites(tokens)).unsure
    scene.wait(1)
    scene.jira.update_worklog(
        PAY, was.id, WorklogChange(comment=text_to_adf("Theirs")), scene.viewer_context.own_zones
    )
    [stays] = undo(scene.viewer_context, UndoWrites(tokens)).not_undone
    assert "changed since then" in stays.reason


@pytest.mark.parametrize("recorded", [False, True], ids=["open", "recorded"])
@pytest.mark.parametrize("shown", [False, True], ids=["not shown yet", "shown"])
def test_a_found_change_of_a_cell_can_be_undone(scene: Scene, recorded: bool, shown: bool) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    before = left(scene)
    lost_put(scene, was, arrives=True)
    if recorded:
        scene.wait(600)
        settle(scene.journal, lambda _: scene.jira, scene.cache_of, scene.jira.now)
    if shown:
        scene.sheet(refresh=True)
    saved = type_cell(scene, "2", was)
    assert saved.changed
    assert take_back(scene, saved).not_undone == ()
    assert (seconds(scene), left(scene)) == ([HOUR], before)


@pytest.mark.parametrize("text", ["3", ""])
def test_undo_leads_back_to_what_was_there_before_a_lost_change(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    before = left(scene)
    lost_put(scene, was, arrives=True)
    saved = type_cell(scene, text, was, key="key-0002", tried=("key-0001",))
    assert take_back(scene, saved).not_undone == ()
    assert (seconds(scene), left(scene)) == ([HOUR], before)


def test_a_found_change_of_the_dialog_can_be_undone(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(9), comment=text_to_adf("Before"))
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", time=time(14), comment="After")
    scene.jira.failing["update_worklog"] = [LATE]
    with pytest.raises(JiraUnavailable):
        change_worklog(scene.viewer_context, edit)
    arrived = replace(edit, key="key-0009")
    scene.journal.open.clear()
    other = change_worklog(scene.viewer_context, arrived)
    assert other.changed
    saved = change_worklog(scene.viewer_context, edit)
    assert take_back(scene, saved).not_undone == ()
    assert scene.jira.worklogs[was.id].started == was.started
    assert scene.jira.worklogs[was.id].comment == was.comment


@pytest.mark.parametrize(
    "tries", [[LATE, REFUSED], [CUT, REFUSED]], ids=["of another request", "of the same"]
)
def test_a_refused_try_keeps_what_a_lost_one_before_it_replaced(
    scene: Scene, tries: list[TimesheetError | None]
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    before = left(scene)
    scene.jira.failing["update_worklog"] = tries
    while tries:
        with pytest.raises((JiraUnavailable, NotAllowed)):
            type_cell(scene, "2", was)
    scene.wait(1)
    put_arrives(scene, was)
    saved = type_cell(scene, "2", was)
    assert saved.changed
    assert take_back(scene, saved).not_undone == ()
    assert (seconds(scene), left(scene)) == ([HOUR], before)


def test_what_somebody_else_changed_to_the_same_is_not_undone(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.jira.failing["update_worklog"] = [NotAllowed("No.")]
    with pytest.raises(NotAllowed):
        type_cell(scene, "2", was)
    scene.wait(1)
    scene.jira.worklogs[was.id] = replace(was, seconds=2 * HOUR, updated=scene.jira.now)
    assert type_cell(scene, "2", was).steps == ()


def test_the_old_time_typed_again_after_a_change_that_never_arrived_is_no_change(scene: Scene) -> None:
    """There is nothing to undo, although it is known what the change would have replaced."""
    was = scene.put(PAY, MONDAY, HOUR)
    lost_put(scene, was, arrives=False)
    scene.wait(600)
    assert settle(scene.journal, lambda _: scene.jira, scene.cache_of, scene.jira.now).dropped == 1
    saved = type_cell(scene, "1", was, key="key-0002")
    assert (saved.worklog, saved.changed, saved.steps) == (was, False, ())


def test_a_change_of_the_dialog_that_arrived_without_an_answer_can_be_undone(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", text="2h")
    scene.jira.failing["update_worklog"] = [LATE]
    with pytest.raises(JiraUnavailable):
        change_worklog(scene.viewer_context, edit)
    scene.wait(1)
    put_arrives(scene, was)
    saved = change_worklog(scene.viewer_context, edit)
    assert saved.changed
    assert take_back(scene, saved).not_undone == ()
    assert seconds(scene) == [HOUR]
