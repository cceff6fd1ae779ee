"""Undo restores the worklog, other apps' properties of it, and the remaining estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest

from tests.services.support.scene import BARE, MONDAY, OPS, PAY, Scene, seen
from tests.services.support.undoing import changed_to, content, left, reasons, take_back
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed, NotFound
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import LONGEST_TEXT, adf_to_text, text_to_adf
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange
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
from timesheet.services.worklog.reversal import BACK_TWICE, ONLY_TEXT, UNDO_SECONDS
from timesheet.services.worklog.safeguard.lost_write import MOVED_TWICE
from timesheet.services.worklog.undo import NotRestorable, lost_by_deleting, offer_undo, undo
from timesheet.services.worklog.write_result import WriteResult

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)
RICH = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi "}]}],
}


# --- every write, every way to move the estimate, every estimate before it


WRITES: dict[str, Callable[[Scene, int, Worklog, EstimateChange], WriteResult]] = {
    "logged": lambda scene, on, was, way: log_time(
        scene.viewer_context, TimeEntry(on, TUESDAY, "2h", "key-0001", time(10), estimate=way)
    ),
    "longer": lambda scene, on, was, way: change_worklog(
        scene.viewer_context, WorklogEdit(on, seen(was)[0], "key-0001", text="3h", estimate=way)
    ),
    "shorter": lambda scene, on, was, way: change_worklog(
        scene.viewer_context, WorklogEdit(on, seen(was)[0], "key-0001", text="10m", estimate=way)
    ),
    "commented": lambda scene, on, was, way: change_worklog(
        scene.viewer_context, WorklogEdit(on, seen(was)[0], "key-0001", comment="other", estimate=way)
    ),
    "re-dated": lambda scene, on, was, way: change_worklog(
        scene.viewer_context, WorklogEdit(on, seen(was)[0], "key-0001", day=TUESDAY, estimate=way)
    ),
    "deleted": lambda scene, on, was, way: delete_worklog(
        scene.viewer_context, DeleteWorklog(on, seen(was)[0], "key-0001", way)
    ),
    "moved": lambda scene, on, was, way: move_worklog(
        scene.viewer_context,
        MoveWorklog(WorklogEdit(on, seen(was)[0], "key-0001", text="2h", estimate=way), OPS),
    ),
}
MODES = [
    EstimateChange(),
    EstimateChange("leave"),
    EstimateChange("new", 4 * HOUR),
    EstimateChange("manual", 2 * HOUR),
]


@pytest.mark.parametrize("remaining", [None, 0, HOUR, 5400, 6 * HOUR])
@pytest.mark.parametrize("way", MODES, ids=lambda way: way.mode)
@pytest.mark.parametrize("write", WRITES)
def test_t31_undo_and_redo_leave_every_estimate_as_it_was(
    scene: Scene, write: str, way: EstimateChange, remaining: int | None
) -> None:
    for number in (PAY, OPS):
        scene.jira.issues[number] = replace(scene.jira.issues[number], remaining_seconds=remaining)
    was = scene.put(PAY, MONDAY, 2 * HOUR, comment=RICH)
    scene.sheet()
    before, estimates = content(scene), left(scene)
    saved = WRITES[write](scene, PAY, was, way)
    assert content(scene) != before or write == "re-dated"
    after = content(scene), left(scene)
    undone = take_back(scene, saved)
    assert content(scene) == before
    invented = remaining is None and way.mode == "new"
    if not invented:
        assert left(scene) == estimates
        assert not any("estimate" in note for one in undone.saved for note in one.notes)
    else:
        assert any("" in note for one in undone.saved for note in one.notes)
    assert undone.not_undone == ()
    assert sum(sum(cell) for cell in scene.hours().values()) == 2 * HOUR
    redone = take_back(scene, *undone.saved)
    assert redone.not_undone == ()
    assert (content(scene), left(scene)) == after
    again = take_back(scene, *redone.saved)
    assert again.not_undone == ()
    assert content(scene) == before
    assert invented or left(scene) == estimates


def test_t31_where_nobody_estimated_no_write_invents_an_estimate(scene: Scene) -> None:
    was = scene.put(BARE, MONDAY, 2 * HOUR)
    for write in ("logged", "longer", "shorter", "deleted", "moved"):
        other = scene.put(BARE, MONDAY, 2 * HOUR, time(15))
        for way in (EstimateChange(), EstimateChange("manual", HOUR)):
            scene.jira.failing.clear()
            if other.id in scene.jira.worklogs:
                WRITES[write](scene, BARE, scene.jira.worklogs[other.id], replace(way))
            scene.cache.delete(scene.viewer_context.key("write"))
        assert scene.jira.issues[BARE].remaining_seconds is None
    assert was.id in scene.jira.worklogs


@pytest.mark.parametrize(
    ("way", "now", "expected", "said"),
    [
        (EstimateChange(), 4 * HOUR, 4 * HOUR + 5400, "was changed in the meantime"),
        (EstimateChange("manual", 5400), 4 * HOUR, 4 * HOUR + 5400, "was changed in the meantime"),
        (EstimateChange("new", 2 * HOUR), 4 * HOUR, 4 * HOUR, "was changed in the meantime"),
        (EstimateChange("leave"), 4 * HOUR, 4 * HOUR, ""),
        (EstimateChange(), None, None, "was changed in the meantime"),
    ],
)
def test_an_estimate_that_somebody_changed_is_not_overwritten(
    scene: Scene, way: EstimateChange, now: int | None, expected: int | None, said: str
) -> None:
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=5400)
    saved = log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "2h", "key-0001", time(10), estimate=way))
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=now)
    [undone] = take_back(scene, saved).saved
    assert scene.jira.issues[PAY].remaining_seconds == expected
    assert (said in " ".join(undone.notes)) == bool(said) or not said
    assert bool(undone.notes) == bool(said)


def test_undo_of_a_change_of_the_estimate_alone_says_that_a_newer_estimate_stays(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    way = EstimateChange("new", 4 * HOUR)
    saved = change_worklog(scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "key-0001", estimate=way))
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=3 * HOUR)
    [undone] = take_back(scene, saved).saved
    assert (undone.changed, undone.worklog and undone.worklog.id) == (False, was.id)
    assert "was changed in the meantime" in " ".join(undone.notes)
    assert scene.jira.issues[PAY].remaining_seconds == 3 * HOUR


def test_a_write_before_a_change_of_the_estimate_alone_can_be_undone_after_it(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    longer = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "2", "key-0001", seen(was)))
    way = EstimateChange("new", 4 * HOUR)
    saved = change_worklog(
        scene.viewer_context,
        WorklogEdit(PAY, seen(scene.jira.worklogs[was.id])[0], "key-0002", estimate=way),
    )
    # Nothing is left to set back, so the first undo leaves the version that the second write made.
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=3 * HOUR)
    assert take_back(scene, saved).not_undone == ()
    assert take_back(scene, longer).not_undone == ()
    assert scene.jira.worklogs[was.id].seconds == HOUR


def test_what_is_known_of_an_estimate_is_read_before_it_ends_at_zero(scene: Scene) -> None:
    scene.put(PAY, TUESDAY, HOUR)
    scene.sheet()
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=HOUR)
    saved = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "8", "key-0001"))
    take_back(scene, saved)
    assert scene.jira.issues[PAY].remaining_seconds == HOUR
    scene.calls()
    save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "0:30", "key-0002"))
    assert scene.calls() == ["create_worklog"], "enough is left, so nothing is read"


def test_what_is_gone_already_needs_no_undo_and_what_cannot_be_changed_back_is_said(scene: Scene) -> None:
    one = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    scene.jira.worklogs.clear()
    assert take_back(scene, one).not_undone == ()
    was = scene.put(PAY, TUESDAY, HOUR)
    two = save_cell(scene.viewer_context, CellEdit(PAY, TUESDAY, "2", "key-0002", seen(was)))
    scene.jira.worklogs.clear()
    assert "no longer in Jira" in take_back(scene, two).not_undone[0].reason


def test_time_on_an_issue_that_jira_hides_is_not_called_undone(scene: Scene) -> None:
    logged = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    was = scene.put(OPS, TUESDAY, HOUR)
    moved = move_worklog(
        scene.viewer_context, MoveWorklog(WorklogEdit(OPS, seen(was)[0], "key-0002"), to_issue_id=PAY)
    )
    # Jira answers in the same way whether the issue is hidden or deleted.
    del scene.jira.issues[PAY]
    scene.jira.worklogs.clear()
    for result in (logged, moved):
        assert "does not show it to you" in take_back(scene, result).not_undone[0].reason
    assert not scene.jira.worklogs, "the time would exist twice"


def test_an_undo_that_is_repeated_does_nothing_more(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    tokens = offer_undo(
        scene.viewer_context,
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001")),
    )
    command = UndoWrites(tuple(tokens))
    assert undo(scene.viewer_context, command) == undo(scene.viewer_context, command)
    assert len(scene.jira.worklogs) == 1


def test_an_undo_is_refused_once_it_is_too_late(scene: Scene) -> None:
    saved = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    tokens = offer_undo(scene.viewer_context, saved)
    scene.wait(UNDO_SECONDS)
    for tried in (tokens, ("nothing",)):
        with pytest.raises(InvalidInput, match="too late"):
            undo(scene.viewer_context, UndoWrites(tuple(tried)))
    with pytest.raises(InvalidInput, match="too late"):
        undo(scene.viewer_context_of("viewer-2"), UndoWrites(tuple(offer_undo(scene.viewer_context, saved))))
    assert len(scene.jira.worklogs) == 1


def test_undo_lasts_for_a_quarter_of_an_hour(scene: Scene) -> None:
    saved = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    tokens = offer_undo(scene.viewer_context, saved)
    scene.wait(899)
    assert undo(scene.viewer_context, UndoWrites(tuple(tokens))).not_undone == ()
    tokens = offer_undo(scene.viewer_context, saved)
    scene.wait(900)
    with pytest.raises(InvalidInput, match="too late"):
        undo(scene.viewer_context, UndoWrites(tuple(tokens)))


def test_whoever_may_not_delete_a_worklog_is_not_asked_about_undo(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    with pytest.raises(NotAllowed) as refused:
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001"))
    assert not isinstance(refused.value, NotRestorable)


def test_undo_of_a_change_that_is_undone_already_says_what_is_there(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    saved = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "2", "key-0001", seen(was)))
    tokens = offer_undo(scene.viewer_context, saved)
    undo(scene.viewer_context, UndoWrites(tuple(tokens)))
    again = undo(scene.viewer_context, UndoWrites(tuple(tokens)))
    assert [one.worklog.seconds for one in again.saved if one.worklog] == [HOUR]


def test_a_failed_half_of_a_move_loses_no_time(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    moved = move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "key-0001"), OPS))
    tokens = offer_undo(scene.viewer_context, moved)
    scene.jira.failing["create_worklog"] = [NotAllowed("No.")]
    assert reasons(undo(scene.viewer_context, UndoWrites(tuple(tokens)))) == ["No."]
    assert [w.issue_id for w in scene.jira.worklogs.values()] == [OPS]
    for lost in (False, True):
        scene.jira.failing["delete_worklog"] = [JiraUnavailable("Down.", wrote_maybe=lost)]
        undone = undo(scene.viewer_context, UndoWrites(tuple(tokens)))
        by_issue = {worklog.issue_id: worklog.id for worklog in scene.jira.worklogs.values()}
        assert reasons(undone) == [BACK_TWICE.format(back=by_issue[PAY], moved=by_issue[OPS])]
        assert (undone.unsure, undone.again) == (True, tokens), "not that nothing was undone"
    assert undo(scene.viewer_context, UndoWrites(tuple(tokens))).not_undone == ()
    assert [w.issue_id for w in scene.jira.worklogs.values()] == [PAY]


def test_the_old_worklog_stays_if_jira_finds_no_moved_one_to_delete(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    moved = move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "key-0001"), OPS))
    tokens = tuple(offer_undo(scene.viewer_context, moved))
    delete = scene.jira.delete_worklog

    def delete_twice(issue_id: int, worklog_id: int, estimate: EstimateChange) -> None:
        delete(issue_id, worklog_id, estimate)
        raise NotFound("Gone.")

    scene.jira.delete_worklog = delete_twice  # type: ignore[method-assign]
    assert undo(scene.viewer_context, UndoWrites(tokens)).unsure
    assert [w.issue_id for w in scene.jira.worklogs.values()] == [PAY]
    assert undo(scene.viewer_context, UndoWrites(tokens)).not_undone == ()
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


@pytest.mark.parametrize("why", ["changed", "closed", "refused"])
def test_a_moved_worklog_that_has_to_stay_does_not_come_back_where_it_was(scene: Scene, why: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", day=TUESDAY)
    moved = move_worklog(scene.viewer_context, MoveWorklog(edit, OPS))
    estimates, tokens = left(scene), tuple(offer_undo(scene.viewer_context, moved))
    assert moved.worklog
    if why == "changed":
        later = moved.worklog.updated + timedelta(seconds=1)
        scene.jira.worklogs[moved.worklog.id] = replace(moved.worklog, seconds=2 * HOUR, updated=later)
    elif why == "closed":
        scene.site.close(scene.site.team("boss", "viewer-1"), DateSpan(TUESDAY, TUESDAY), scene.jira.now)
    for _ in range(2):
        if why == "refused":
            scene.jira.failing["delete_worklog"] = [NotAllowed("No.")]
        scene.calls()
        undone = undo(scene.viewer_context, UndoWrites(tokens))
        assert len(undone.not_undone) == 1, "it says why"
        assert [w.id for w in scene.jira.worklogs.values()] == [moved.worklog.id]
        # Only Jira itself knows whether it refuses; then it came back and was removed again.
        assert why == "refused" or "create_worklog" not in scene.calls()
        assert left(scene) == estimates


def test_a_restored_worklog_that_cannot_be_removed_is_named_with_the_other(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    moved = move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "key-0001"), OPS))
    tokens = tuple(offer_undo(scene.viewer_context, moved))
    scene.jira.failing["delete_worklog"] = [NotAllowed("No."), NotAllowed("No.")]
    undone = undo(scene.viewer_context, UndoWrites(tokens))
    by_issue = {worklog.issue_id: worklog.id for worklog in scene.jira.worklogs.values()}
    assert by_issue.keys() == {PAY, OPS}
    assert reasons(undone) == [MOVED_TWICE.format(old=by_issue[PAY], new=by_issue[OPS])]
    assert undone.unsure


# --- what a deletion takes


def test_what_other_apps_keep_with_a_worklog_comes_back(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, comment=RICH, properties={"billable": {"yes": True}})
    take_back(scene, delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001")))
    [now] = scene.jira.worklogs.values()
    assert (now.properties, now.comment, now.id != was.id) == ({"billable": {"yes": True}}, RICH, True)


def test_time_comes_back_although_jira_refuses_its_comment(scene: Scene) -> None:
    picture = text_to_adf("Hi")
    picture["content"].append({"type": "mediaSingle"})
    was = scene.put(PAY, MONDAY, HOUR, comment=picture)
    deleted = delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001"))
    scene.jira.failing["create_worklog"] = [InvalidInput("Jira refuses: ATTACHMENT_VALIDATION_ERROR")]
    undone = take_back(scene, deleted)
    [now] = scene.jira.worklogs.values()
    assert (now.seconds, now.comment) == (HOUR, text_to_adf("Hi\n\n[mediaSingle]"))
    assert ONLY_TEXT in undone.saved[0].notes


def test_time_with_a_refused_comment_longer_than_can_be_typed_comes_back(scene: Scene) -> None:
    text = "x" * (LONGEST_TEXT + 1)
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    comment = {"type": "doc", "version": 1, "content": [paragraph, {"type": "mediaSingle"}]}
    was = scene.put(PAY, MONDAY, HOUR, comment=comment)
    deleted = delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001"))
    scene.jira.failing["create_worklog"] = [InvalidInput("Jira refuses: ATTACHMENT_VALIDATION_ERROR")]
    take_back(scene, deleted)
    [now] = scene.jira.worklogs.values()
    assert (now.seconds, adf_to_text(now.comment)) == (HOUR, f"{text}\n\n[mediaSingle]")


def test_a_comment_without_parts_that_jira_could_refuse_is_not_the_cause(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Hi"))
    deleted = delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001"))
    scene.jira.failing["create_worklog"] = [InvalidInput("Jira refuses: no.")]
    assert (reasons(take_back(scene, deleted)), scene.jira.worklogs) == (["Jira refuses: no."], {})


def test_a_move_takes_along_what_other_apps_keep_with_a_worklog(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, properties={"billable": 1})
    moved = move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "key-0001"), OPS))
    [now] = scene.jira.worklogs.values()
    assert now.properties == {"billable": 1}
    take_back(scene, moved)
    [now] = scene.jira.worklogs.values()
    assert (now.issue_id, now.properties) == (PAY, {"billable": 1})


def test_a_comment_that_was_not_there_goes_again(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    saved = change_worklog(scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "key-0001", comment="new"))
    assert scene.jira.worklogs[was.id].comment == text_to_adf("new")
    take_back(scene, saved)
    assert scene.jira.worklogs[was.id].comment == {"type": "doc", "version": 1, "content": []}


@pytest.mark.parametrize(
    ("more", "unreadable", "why"),
    [
        ({}, False, ""),
        ({"restricted": True}, False, "Only some people may see this worklog"),
        ({"author": "viewer-2"}, False, "somebody else"),
        ({}, True, "could not be read"),
    ],
)
def test_undo_is_offered_only_for_what_can_come_back(
    scene: Scene, more: dict[str, object], unreadable: bool, why: str
) -> None:
    scene.site.team("viewer-1", "viewer-2")
    was = scene.put(PAY, MONDAY, HOUR, **more)  # type: ignore[arg-type]
    scene.jira.unreadable = unreadable
    read = scene.jira.read_worklog(PAY, was.id, scene.viewer_context.own_zones)
    assert why in lost_by_deleting(scene.viewer_context, read)
    assert bool(why) == bool(lost_by_deleting(scene.viewer_context, read))
    if why:
        with pytest.raises(NotRestorable, match="asks for confirmation") as refused:
            delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001"))
        assert refused.value.worklog == read
        with pytest.raises(NotRestorable, match="asks for confirmation"):
            save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "", "key-0002", seen(was)))
    changed = changed_to(scene, was, "2h")
    assert len(offer_undo(scene.viewer_context, changed)) == 1, "a change loses nothing"
    assert changed.worklog
    saved = delete_worklog(
        scene.viewer_context, DeleteWorklog(PAY, seen(changed.worklog)[0], "key-0003", final=True)
    )
    assert len(offer_undo(scene.viewer_context, saved)) == (0 if why else 1)
    assert scene.jira.worklogs == {}


def test_nothing_is_offered_where_nothing_was_written(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    assert (
        offer_undo(
            scene.viewer_context,
            save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001", seen(was))),
        )
        == ()
    )
