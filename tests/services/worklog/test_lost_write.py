"""The next write finds a write whose response was lost: nothing is written twice or undone by a late write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from tests.services.support.scene import BARE, MONDAY, OPS, PAY, WEEK, Scene, seen
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogChange, WorklogDraft
from timesheet.services.snapshot.change_log import cached_snapshots
from timesheet.services.snapshot.issue import known_issue, known_issues
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.timesheet.copy import apply_copy
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import (
    CellEdit,
    DeleteWorklog,
    MoveWorklog,
    TimeEntry,
    UndoWrites,
    WorklogEdit,
)
from timesheet.services.worklog.log import change_worklog, delete_worklog, log_time, move_worklog
from timesheet.services.worklog.lost_write import (
    UNDER_WAY,
    claimed,
    deleted_by_lost_write,
    lost_changes,
    recognize,
    require_arrived,
)
from timesheet.services.worklog.undo import offer_undo, undo
from timesheet.services.worklog.write_result import SeenWorklog, WriteResult

HOUR = 3600
LATE = JiraUnavailable("Late.", status=504, wrote_maybe=True)
CUT = JiraUnavailable("Cut off.", wrote_maybe=True)
LOSSES = pytest.mark.parametrize("loss", [LATE, CUT], ids=["late", "cut"])


def type_cell(
    scene: Scene, text: str, *was: Worklog, key: str = "key-0001", tried: tuple[str, ...] = ()
) -> WriteResult:
    return save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, text, key, seen(*was), tried))


def late_post(
    scene: Scene, text: str = "1", key: str = "key-0001", loss: JiraUnavailable = LATE
) -> WorklogDraft:
    """Type into the empty cell; Jira does not answer. What it was sent is returned, to arrive later."""
    scene.jira.failing["create_worklog"] = [loss]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, text, key=key)
    [intent] = scene.journal.left()
    assert intent.started
    return WorklogDraft(PAY, intent.started, int(str(intent.wanted["seconds"])), key)


def lost_post(scene: Scene, text: str = "1", key: str = "key-0001") -> Worklog:
    """Type into the empty cell; Jira has written it, and its answer is lost."""
    scene.jira.lost = [LATE]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, text, key=key)
    return list(scene.jira.worklogs.values())[-1]


def arrive(scene: Scene, draft: WorklogDraft) -> None:
    scene.jira.create_worklog(draft, scene.viewer_context.own_zones)


def seconds(scene: Scene) -> list[int]:
    return [worklog.seconds for worklog in scene.jira.worklogs.values()]


# --- a new worklog


@LOSSES
@pytest.mark.parametrize("key", ["key-0001", "key-0002"])
@pytest.mark.parametrize("text", ["1", "2", ""])
def test_t32_whatever_is_typed_next_waits_while_the_first_may_still_arrive(
    scene: Scene, key: str, text: str, loss: JiraUnavailable
) -> None:
    draft = late_post(scene, loss=loss)
    with pytest.raises(JiraUnavailable, match="may or may not") as unsure:
        type_cell(scene, text, key=key)
    assert unsure.value.wrote_maybe
    assert seconds(scene) == []
    arrive(scene, draft)
    saved = type_cell(scene, text, key=key)
    assert saved.changed
    assert seconds(scene) == {"1": [HOUR], "2": [2 * HOUR], "": []}[text]
    assert scene.hours() == ({(PAY, MONDAY): seconds(scene)} if text else {})


@LOSSES
@pytest.mark.parametrize("key", ["key-0001", "key-0002"])
@pytest.mark.parametrize(("waited", "sent"), [(-1, False), (0, True)])
def test_t32_what_never_arrived_is_written_after_a_while(
    scene: Scene, key: str, waited: int, sent: bool, loss: JiraUnavailable
) -> None:
    late_post(scene, "2", loss=loss)
    scene.wait(UNDER_WAY.total_seconds() + waited)
    scene.calls()
    if sent:
        type_cell(scene, "2", key=key)
    else:
        with pytest.raises(JiraUnavailable):
            type_cell(scene, "2", key=key)
    assert "find_worklog" in scene.calls()
    assert seconds(scene) == ([2 * HOUR] if sent else [])


def test_t32_what_was_certainly_not_sent_is_written_at_once(scene: Scene) -> None:
    scene.jira.failing["create_worklog"] = [JiraUnavailable("No connection came about.")]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, "1")
    assert scene.journal.left() == []
    type_cell(scene, "1")
    assert seconds(scene) == [HOUR]


def test_t32_a_second_try_that_was_not_sent_forgets_nothing_of_the_first(scene: Scene) -> None:
    draft = late_post(scene)
    scene.wait(UNDER_WAY.total_seconds())
    first = scene.journal.left()
    scene.jira.failing["create_worklog"] = [JiraUnavailable("It could not be looked for.")]
    with pytest.raises(JiraUnavailable, match="could not be looked for"):
        type_cell(scene, "1")
    assert scene.journal.left() == first
    arrive(scene, draft)
    type_cell(scene, "1")
    assert seconds(scene) == [HOUR]


@pytest.mark.parametrize("text", ["1", "2"])
@pytest.mark.parametrize("lag", [True, False])
def test_t32_a_lost_worklog_is_taken_over_after_a_reload(scene: Scene, text: str, lag: bool) -> None:
    made = lost_post(scene)
    scene.jira.hidden_lag = {made.id} if lag else set()
    saved = type_cell(scene, text, key="key-0002")
    assert saved.worklog
    assert (saved.worklog.id, seconds(scene)) == (made.id, [int(text) * HOUR])
    assert scene.hours() == {(PAY, MONDAY): [int(text) * HOUR]}
    assert scene.jira.issues[PAY].remaining_seconds == (6 - int(text)) * HOUR
    assert saved.issue
    assert saved.issue.remaining_seconds == (6 - int(text)) * HOUR, "the estimate is as Jira has it"
    recorded = [intent.action for step, intent, _ in scene.journal.steps if step == "finish"]
    assert recorded[0] is Action.WORKLOG_CREATED
    assert scene.journal.left() == []


def test_t32_a_found_worklog_can_be_undone(scene: Scene) -> None:
    lost_post(scene)
    saved = type_cell(scene, "1", key="key-0002")
    undo(scene.viewer_context, UndoWrites(tuple(offer_undo(scene.viewer_context, saved))))
    assert seconds(scene) == []
    assert scene.jira.issues[PAY].remaining_seconds == 6 * HOUR


def test_a_lost_worklog_that_somebody_changed_since_is_not_overwritten(scene: Scene) -> None:
    made = lost_post(scene)
    scene.jira.worklogs[made.id] = replace(made, seconds=3 * HOUR)
    with pytest.raises(Conflict, match="it is 3:00 now, you entered 2:00"):
        type_cell(scene, "2", key="key-0002")
    assert seconds(scene) == [3 * HOUR]


def test_a_lost_worklog_beside_another_one_needs_the_list(scene: Scene) -> None:
    lost_post(scene)
    scene.put(PAY, MONDAY, 3 * HOUR, time(15))
    with pytest.raises(Conflict, match="2 worklogs"):
        type_cell(scene, "2", key="key-0002")
    assert sorted(seconds(scene)) == [HOUR, 3 * HOUR]


def test_lost_time_of_another_day_issue_or_person_is_none_of_this_cell(scene: Scene) -> None:
    late_post(scene)
    save_cell(scene.viewer_context, CellEdit(PAY, MONDAY + timedelta(days=1), "2", "key-0002"))
    save_cell(scene.viewer_context, CellEdit(OPS, MONDAY, "3", "key-0003"))
    scene.jira.profile = replace(scene.jira.profile, account_id="viewer-2")
    save_cell(scene.viewer_context_of("viewer-2"), CellEdit(PAY, MONDAY, "4", "key-0004"))
    assert seconds(scene) == [2 * HOUR, 3 * HOUR, 4 * HOUR]


# --- the answer reached the app, but not the browser


def test_what_the_browser_never_heard_of_is_changed_and_not_doubled(scene: Scene) -> None:
    scene.sheet()
    made = type_cell(scene, "1").worklog
    assert made
    with pytest.raises(Conflict):
        type_cell(scene, "2", key="key-0002")
    saved = type_cell(scene, "2", key="key-0002", tried=("key-0001",))
    assert saved.worklog
    assert (saved.worklog.id, seconds(scene)) == (made.id, [2 * HOUR])


def test_what_was_changed_since_is_not_the_browsers_own(scene: Scene) -> None:
    made = type_cell(scene, "1").worklog
    assert made
    scene.jira.worklogs[made.id] = replace(made, seconds=3 * HOUR)
    with pytest.raises(Conflict):
        type_cell(scene, "2", key="key-0002", tried=("key-0001",))


def test_a_change_that_the_browser_never_heard_of_is_no_conflict(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    type_cell(scene, "2", was)
    with pytest.raises(Conflict, match="it is 2:00 now, you entered 3:00"):
        type_cell(scene, "3", was, key="key-0002")
    type_cell(scene, "3", was, key="key-0002", tried=("key-0009", "key-0001"))
    assert seconds(scene) == [3 * HOUR]


# --- changes


def lost_put(scene: Scene, was: Worklog, text: str = "2", *, arrives: bool) -> None:
    """Type over a worklog; the answer is lost, whether Jira has changed it or not."""
    scene.jira.failing["update_worklog"] = [LATE]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, text, was)
    if arrives:
        put_arrives(scene, was, text)


def put_arrives(scene: Scene, was: Worklog, text: str = "2") -> None:
    scene.jira.update_worklog(
        PAY, was.id, WorklogChange(seconds=int(text) * HOUR), scene.viewer_context.own_zones
    )


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
    assert scene.journal.left() == []


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
    with pytest.raises(Conflict, match="it is 5:00 now, you entered 3:00"):
        type_cell(scene, "3", was, key="key-0002")


def test_a_lost_change_of_the_dialog_is_found_by_its_next_try(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(9))
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", time=time(14), text="2h", comment="done")
    scene.jira.failing["update_worklog"] = [LATE]
    with pytest.raises(JiraUnavailable):
        change_worklog(scene.viewer_context, edit)
    scene.wait(1)
    sent = scene.journal.left()[0].wanted
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


# --- deletions


def lost_delete(scene: Scene, was: Worklog, *, arrives: bool, loss: JiraUnavailable = LATE) -> None:
    scene.jira.failing["delete_worklog"] = [loss]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, "", was)
    if arrives:
        scene.jira.delete_worklog(PAY, was.id, EstimateChange())


@pytest.mark.parametrize("text", ["", "2"])
def test_what_the_viewers_own_lost_deletion_took_is_no_conflict(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    lost_delete(scene, was, arrives=True)
    saved = type_cell(scene, text, was, key="key-0002")
    assert (saved.worklog and saved.worklog.seconds) == (2 * HOUR if text else None)
    assert seconds(scene) == ([2 * HOUR] if text else [])
    assert scene.hours() == ({(PAY, MONDAY): [2 * HOUR]} if text else {})
    assert scene.journal.left() == []


def test_a_lost_deletion_that_is_found_brings_the_estimate_that_jira_has_now(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    [before] = known_issues(scene.viewer_context, [PAY])
    lost_delete(scene, was, arrives=True)
    type_cell(scene, "", was, key="key-0002")
    [after] = known_issues(scene.viewer_context, [PAY])
    assert after.remaining_seconds == scene.jira.issues[PAY].remaining_seconds != before.remaining_seconds


def test_a_conflict_brings_the_estimate_that_jira_has_now(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    known_issues(scene.viewer_context, [PAY])
    scene.wait(1)
    scene.jira.worklogs[was.id] = replace(was, seconds=3 * HOUR, updated=scene.jira.now)
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=4 * HOUR)
    with pytest.raises(Conflict):
        type_cell(scene, "2", was)
    [after] = known_issues(scene.viewer_context, [PAY])
    assert after.remaining_seconds == 4 * HOUR


@LOSSES
def test_a_deletion_that_may_still_arrive_is_not_overtaken(scene: Scene, loss: JiraUnavailable) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_delete(scene, was, arrives=False, loss=loss)
    with pytest.raises(JiraUnavailable, match="has not answered an earlier change"):
        type_cell(scene, "2", was, key="key-0002")
    type_cell(scene, "", was, key="key-0003")
    assert seconds(scene) == []


def test_a_lost_deletion_of_the_dialog_or_a_list_is_found(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_delete(scene, was, arrives=True)
    saved = delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0002"))
    assert (saved.worklog, saved.removed, saved.issues) == (None, None, (PAY,))


def test_what_somebody_else_deleted_stays_a_conflict(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    del scene.jira.worklogs[was.id]
    with pytest.raises(Conflict, match="no longer in Jira"):
        type_cell(scene, "2", was)
    with pytest.raises(Conflict, match="no longer in Jira"):
        type_cell(scene, "", was, key="key-0002")
    with pytest.raises(Conflict, match="no longer in Jira"):
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0003"))


# --- the dialog, the panel, copies, moves and undo


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
    [intent] = scene.journal.left()
    assert intent.started
    draft = WorklogDraft(PAY, intent.started, HOUR, intent.write_key)
    waiting = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, key))
    assert waiting.saved == ()
    assert "may or may not be saved" in waiting.failed[0][1]
    arrive(scene, draft)
    apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, key))
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


@LOSSES
@pytest.mark.parametrize("key", ["move-0001", "move-0002"])
@pytest.mark.parametrize(("to", "text"), [(OPS, None), (OPS, "2h"), (BARE, None)])
def test_t32_a_worklog_is_not_moved_again_while_its_first_move_may_arrive(
    scene: Scene, loss: JiraUnavailable, key: str, to: int, text: str | None
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.jira.failing["create_worklog"] = [loss]
    with pytest.raises(JiraUnavailable):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    again = WorklogEdit(PAY, seen(was)[0], key, text=text)
    with pytest.raises(JiraUnavailable, match="may or may not be saved"):
        move_worklog(scene.viewer_context, MoveWorklog(again, to))
    arrive(scene, WorklogDraft(OPS, was.started, HOUR, "move-0001"))
    if (to, text) == (OPS, None):
        move_worklog(scene.viewer_context, MoveWorklog(again, to))
        assert [(w.issue_id, w.seconds) for w in scene.jira.worklogs.values()] == [(OPS, HOUR)]
    else:
        with pytest.raises(JiraUnavailable, match=f"old worklog {was.id} may still be there"):
            move_worklog(scene.viewer_context, MoveWorklog(again, to))
        assert {w.issue_id for w in scene.jira.worklogs.values()} == {PAY, OPS}


def lost_move(scene: Scene, loss: JiraUnavailable = LATE) -> Worklog:
    """Move a worklog to the other issue; Jira does not answer its creation there. Return the old one."""
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.jira.failing["create_worklog"] = [loss]
    with pytest.raises(JiraUnavailable):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    return was


NEXT: dict[str, Callable[[Scene, Worklog], object]] = {
    "typed over": lambda scene, was: type_cell(scene, "2", was),
    "emptied": lambda scene, was: type_cell(scene, "", was),
    "changed": lambda scene, was: change_worklog(
        scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "next-0001", text="2h")
    ),
    "deleted": lambda scene, was: delete_worklog(
        scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "next-0001")
    ),
}


@LOSSES
@pytest.mark.parametrize("act", NEXT)
def test_t32_the_old_worklog_waits_while_its_move_may_still_arrive(
    scene: Scene, act: str, loss: JiraUnavailable
) -> None:
    was = lost_move(scene, loss)
    with pytest.raises(JiraUnavailable, match="has not answered an earlier change of this worklog") as unsure:
        NEXT[act](scene, was)
    assert unsure.value.wrote_maybe
    assert list(scene.jira.worklogs.values()) == [was]
    scene.wait(UNDER_WAY.total_seconds())
    NEXT[act](scene, was)
    assert seconds(scene) == ([] if act in ("emptied", "deleted") else [2 * HOUR])


@pytest.mark.parametrize("act", ["typed over", "changed"])
def test_t32_the_old_worklog_is_not_changed_once_its_move_has_arrived(scene: Scene, act: str) -> None:
    was = lost_move(scene)
    arrive(scene, WorklogDraft(OPS, was.started, HOUR, "move-0001"))
    with pytest.raises(JiraUnavailable, match=f"old worklog {was.id} may still be there"):
        NEXT[act](scene, was)
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [HOUR]}, "both are shown, to choose one"
    NEXT[act](scene, was)
    assert seconds(scene) == [2 * HOUR, HOUR]


@pytest.mark.parametrize("act", ["emptied", "deleted"])
def test_t32_deleting_the_old_worklog_completes_a_move_that_has_arrived(scene: Scene, act: str) -> None:
    was = lost_move(scene)
    arrive(scene, WorklogDraft(OPS, was.started, HOUR, "move-0001"))
    NEXT[act](scene, was)
    assert scene.hours() == {(OPS, MONDAY): [HOUR]}
    recorded = [intent.action for step, intent, _ in scene.journal.steps if step == "finish"]
    assert recorded == [Action.WORKLOG_CREATED, Action.WORKLOG_DELETED]


def test_t32_a_move_that_never_arrived_holds_up_no_other_one_for_ever(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.jira.failing["create_worklog"] = [CUT]
    with pytest.raises(JiraUnavailable):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    scene.wait(UNDER_WAY.total_seconds())
    move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0002"), BARE))
    assert [(w.issue_id, w.seconds) for w in scene.jira.worklogs.values()] == [(BARE, HOUR)]


@LOSSES
def test_t32_an_undo_that_is_tried_again_waits_for_what_may_still_arrive(
    scene: Scene, loss: JiraUnavailable
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    tokens = offer_undo(scene.viewer_context, type_cell(scene, "", was))
    scene.jira.failing["create_worklog"] = [loss]
    again = undo(scene.viewer_context, UndoWrites(tuple(tokens))).again
    [waiting] = undo(scene.viewer_context, UndoWrites(tuple(again))).not_undone
    assert "may or may not be saved" in waiting.reason
    with pytest.raises(JiraUnavailable, match="may or may not be saved"):
        type_cell(scene, "1", key="key-0009")
    [intent] = scene.journal.left()
    arrive(scene, WorklogDraft(PAY, was.started, HOUR, intent.write_key))
    undo(scene.viewer_context, UndoWrites(tuple(again)))
    assert seconds(scene) == [HOUR]


def test_t32_a_move_that_is_tried_again_finds_what_was_lost(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.jira.lost = [LATE]
    with pytest.raises(JiraUnavailable):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0002"), OPS))
    assert [(w.issue_id, w.seconds) for w in scene.jira.worklogs.values()] == [(OPS, HOUR)]


def test_t32_an_undo_that_is_tried_again_finds_what_was_lost(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    tokens = offer_undo(scene.viewer_context, type_cell(scene, "", was))
    scene.jira.lost = [LATE]
    [kept] = undo(scene.viewer_context, UndoWrites(tuple(tokens))).not_undone
    assert kept.reason == "Late."
    undo(scene.viewer_context, UndoWrites(tuple(tokens)))
    undo(scene.viewer_context, UndoWrites(tuple(tokens)))
    assert seconds(scene) == [HOUR]


def test_a_cell_with_two_worklogs_keeps_needing_the_list(scene: Scene) -> None:
    first, second = scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY, HOUR, time(12))
    scene.sheet()
    with pytest.raises(InvalidInput, match="2 worklogs"):
        type_cell(scene, "2", first)
    assert second.id in scene.jira.worklogs


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


# --- boundaries


def test_another_minute_is_another_worklog(scene: Scene) -> None:
    scene.jira.failing["create_worklog"] = [LATE]
    with pytest.raises(JiraUnavailable):
        log_time(scene.viewer_context, entry())
    with pytest.raises(JiraUnavailable, match="may or may not"):
        log_time(scene.viewer_context, entry(key="form-0002"))
    log_time(scene.viewer_context, replace(entry(key="form-0003"), time=time(9, 1)))
    log_time(scene.viewer_context, replace(entry(key="form-0004"), time=time(8, 59)))
    assert seconds(scene) == [HOUR, HOUR]


def test_a_lost_worklog_is_looked_for_by_its_key_where_it_was_to_begin(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = late_post(scene)
    asked: list[WorklogDraft] = []
    monkeypatch.setattr(scene.jira, "find_worklog", lambda wanted, _: asked.append(wanted))
    scene.wait(5)
    [intent] = scene.journal.left()
    with pytest.raises(JiraUnavailable) as unsure:
        claimed(scene.viewer_context, intent)
    assert unsure.value.wrote_maybe
    assert [(one.started, one.key) for one in asked] == [(draft.started, draft.key)]
    assert draft.started != intent.at


def test_what_is_found_again_brings_its_issue_along(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=2 * HOUR)
    assert recognize(scene.viewer_context, worklog).remaining_seconds == 2 * HOUR
    scene.calls()
    assert known_issue(scene.viewer_context, PAY).remaining_seconds == 2 * HOUR
    assert scene.calls() == []


def test_only_ones_own_lost_changes_of_this_worklog_count(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_put(scene, was, arrives=False)
    [mine] = scene.journal.left()
    theirs = replace(mine, id="theirs", account_id="somebody")
    elsewhere = replace(mine, id="elsewhere", worklog_id=was.id + 1)
    scene.journal.open |= {theirs.id: theirs, elsewhere.id: elsewhere}
    assert lost_changes(scene.viewer_context, PAY, was.id) == [mine]
    assert lost_changes(scene.viewer_context_of("somebody"), PAY, was.id) == [theirs]
    with pytest.raises(JiraUnavailable) as unsure:
        require_arrived(scene.viewer_context, was)
    assert unsure.value.wrote_maybe


def test_a_deletion_whose_answer_was_lost_leaves_the_sheet_and_moves_the_estimate(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    assert not deleted_by_lost_write(scene.viewer_context, PAY, was.id)
    lost_delete(scene, was, arrives=True)
    scene.calls()
    assert deleted_by_lost_write(scene.viewer_context, PAY, was.id)
    assert scene.calls() == ["read_issue"]
    shown = cached_snapshots(
        scene.viewer_context.cache, scene.viewer_context.site, scene.viewer_context.viewer
    )
    assert [snapshot.worklogs for snapshot in shown] == [()]
    assert known_issue(scene.viewer_context, PAY).remaining_seconds == 7 * HOUR
    assert not deleted_by_lost_write(scene.viewer_context, PAY, was.id)
