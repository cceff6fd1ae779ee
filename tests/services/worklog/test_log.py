from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.services.support.scene import (
    BERLIN,
    MENTION,
    MONDAY,
    OPS,
    PAY,
    RICH,
    WEEK,
    Scene,
    cell_edit,
    open_sheet,
    seen,
)
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.errors import (
    InvalidInput,
    JiraUnavailable,
    NotAllowed,
)
from timesheet.domain.worklog.adf import adf_to_text, text_to_adf
from timesheet.services.ports.jira import UNSEARCHED, EstimateChange
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import CellEdit, DeleteWorklog, MoveWorklog, TimeEntry, WorklogEdit
from timesheet.services.worklog.log import change_worklog, delete_worklog, log_time, move_worklog
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.write_result import WriteResult

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)


def entry(text: str = "1", **more: object) -> TimeEntry:
    return TimeEntry(PAY, MONDAY, text, "key-0001", **more)  # type: ignore[arg-type]


def test_the_dialog_logs_with_time_comment_and_estimate(scene: Scene) -> None:
    open_sheet(scene)
    way = EstimateChange("new", 2 * HOUR)
    saved = log_time(scene.viewer_context, entry(time=time(13, 15), comment="- one\n- two", estimate=way))
    assert saved.worklog is not None
    assert saved.worklog.started == datetime(2026, 11, 16, 12, 15, tzinfo=UTC)
    assert saved.worklog.comment == text_to_adf("- one\n- two")
    assert scene.jira.issues[PAY].remaining_seconds == 2 * HOUR
    assert saved.issue is not None
    assert saved.issue.remaining_seconds == 2 * HOUR


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (entry("0"), "duration"),
        (entry("x"), "duration"),
        (replace(entry(), day=date(1900, 1, 1)), "date"),
        (entry(comment="x" * 40000), "comment"),
        (entry(estimate=EstimateChange("new")), "estimate"),
        (entry(estimate=EstimateChange("manual", -1)), "estimate"),
        (entry(estimate=EstimateChange("guess")), "estimate"),
    ],
)
def test_the_dialog_says_which_field_is_wrong(scene: Scene, bad: TimeEntry, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        log_time(scene.viewer_context, bad)
    assert refused.value.field == field
    assert not scene.jira.worklogs


def test_t06_the_dialog_names_skipped_and_repeated_hours(scene: Scene) -> None:
    skipped = log_time(scene.viewer_context, replace(entry(), day=date(2026, 3, 29), time=time(2, 30)))
    assert skipped.notes == ("The clocks skip 02:30 on that day: the time begins at 03:30.",)
    twice = replace(entry(), day=date(2026, 10, 25), time=time(2, 30), fold=1, key="key-0002")
    repeated = log_time(scene.viewer_context, twice)
    assert repeated.notes == (
        "The clocks go back on that day, so 02:30 occurs twice: the time begins at the second one.",
    )
    assert repeated.worklog is not None
    assert repeated.worklog.started == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def change(scene: Scene, **more: object) -> tuple[WriteResult, WorklogEdit]:
    was = scene.put(PAY, MONDAY, HOUR, time(14), comment=RICH)
    open_sheet(scene)
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", **more)  # type: ignore[arg-type]
    return change_worklog(scene.viewer_context, edit), edit


def test_t16_an_unchanged_form_sends_nothing(scene: Scene) -> None:
    saved, edit = change(scene, day=MONDAY, time=time(14), text="1:00", comment=adf_to_text(RICH))
    assert not saved.changed
    assert scene.calls() == ["read_worklog"]
    assert scene.jira.worklogs[edit.seen.worklog_id].comment is RICH


def test_t33_a_changed_time_leaves_the_comment_alone(scene: Scene) -> None:
    _, edit = change(scene, text="2", comment=adf_to_text(RICH))
    assert scene.jira.worklogs[edit.seen.worklog_id].comment is RICH


def test_t33_an_edited_comment_keeps_its_mention(scene: Scene) -> None:
    _, edit = change(scene, comment="Hi @Ada Example and all")
    comment = scene.jira.worklogs[edit.seen.worklog_id].comment
    assert comment is not None
    assert MENTION in comment["content"][0]["content"]


def test_a_moved_day_keeps_the_time_of_day_and_moves_both_days(scene: Scene) -> None:
    saved, _ = change(scene, day=TUESDAY)
    assert saved.worklog is not None
    assert saved.worklog.started.astimezone(BERLIN).time() == time(14)
    assert saved.days == (MONDAY, TUESDAY)
    assert scene.hours() == {(PAY, TUESDAY): [HOUR]}


@pytest.mark.parametrize("minute", [None, time(23, 59)], ids=["dragged", "form"])
@pytest.mark.parametrize("issue", [PAY, OPS])
def test_t16_a_moved_day_keeps_the_seconds_that_no_form_shows(
    scene: Scene, minute: time | None, issue: int
) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(23, 59, 59, 999_000))
    open_sheet(scene)
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", day=TUESDAY, time=minute)
    move_worklog(scene.viewer_context, MoveWorklog(edit, issue))
    [now] = scene.jira.worklogs.values()
    assert (now.issue_id, now.started) == (issue, was.started + timedelta(days=1))


def test_another_minute_has_no_seconds(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(23, 59, 59, 999_000))
    open_sheet(scene)
    change_worklog(scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "key-0001", time=time(23, 58)))
    [now] = scene.jira.worklogs.values()
    assert now.started.astimezone(BERLIN).time() == time(23, 58)


def test_a_day_outside_the_window_takes_the_worklog_out_of_it(scene: Scene) -> None:
    scene.put(PAY, TUESDAY, HOUR)
    change(scene, day=date(2026, 8, 3))
    assert scene.hours() == {(PAY, TUESDAY): [HOUR]}
    assert scene.hours(WEEK) == {(PAY, TUESDAY): [HOUR]}


def test_t31_an_update_by_hand_is_sent_as_a_new_value(scene: Scene) -> None:
    saved, _ = change(scene, text="2", estimate=EstimateChange("manual", HOUR))
    assert scene.jira.issues[PAY].remaining_seconds == 5 * HOUR
    assert saved.issue is not None
    assert saved.issue.remaining_seconds == 5 * HOUR


def test_the_estimate_alone_can_change(scene: Scene) -> None:
    change(scene, estimate=EstimateChange("new", HOUR))
    assert scene.jira.issues[PAY].remaining_seconds == HOUR


def test_t25_a_deleted_worklog_does_not_come_back_with_a_lagging_search(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001"))
    scene.jira.worklogs[was.id] = was
    assert scene.sheet(refresh=True).worklogs == ()


def test_a_lagging_search_hides_no_new_worklog(scene: Scene) -> None:
    open_sheet(scene)
    saved = save_cell(scene.viewer_context, cell_edit("1"))
    assert saved.worklog is not None
    scene.jira.hidden_lag = {saved.worklog.id}
    assert [w.id for w in scene.sheet(refresh=True).worklogs] == [saved.worklog.id]
    assert set(scene.sheet().issues) == {PAY}
    scene.wait(600)
    late = scene.sheet(refresh=True)
    assert [w.id for w in late.worklogs] == [saved.worklog.id], "Jira has it, whatever its search says"
    assert [part.code for part in late.missing] == [UNSEARCHED]
    del scene.jira.worklogs[saved.worklog.id]
    assert scene.sheet(refresh=True).worklogs == ()


def move(scene: Scene, was: SeenWorklog, day: date | None = None) -> WriteResult:
    return move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, was, "key-0001", day=day), OPS))


def test_a_move_to_another_issue_takes_everything_along(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, time(14), comment=RICH)
    open_sheet(scene)
    saved = move(scene, seen(was)[0], TUESDAY)
    assert scene.hours() == {(OPS, TUESDAY): [HOUR]}
    assert (saved.days, saved.issues) == ((MONDAY, TUESDAY), (PAY, OPS))
    [now] = scene.jira.worklogs.values()
    assert now.comment == RICH
    assert scene.jira.issues[OPS].remaining_seconds == 0
    assert scene.jira.issues[PAY].remaining_seconds == 7 * HOUR


def test_a_refused_move_takes_the_new_worklog_back(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    scene.jira.failing["delete_worklog"] = [NotAllowed("You need “Delete own worklogs” in PAY.")]
    with pytest.raises(NotAllowed, match="Delete own"):
        move(scene, seen(was)[0])
    assert scene.jira.worklogs == {was.id: was}
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


@pytest.mark.parametrize("second", [JiraUnavailable("Down."), NotAllowed("No.")])
def test_a_move_that_ends_half_way_names_both_worklogs(scene: Scene, second: Exception) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    scene.jira.failing["delete_worklog"] = (
        [second, JiraUnavailable("Down.")] if isinstance(second, NotAllowed) else [second]  # type: ignore[list-item]
    )
    with pytest.raises(JiraUnavailable, match=rf"1001.*worklog {was.id}") as refused:
        move(scene, seen(was)[0])
    assert refused.value.wrote_maybe
    assert len(scene.jira.worklogs) == 2, "nothing is lost"
    assert sum(sum(cell) for cell in scene.hours().values()) == 2 * HOUR, "and both are shown"


def test_a_restricted_worklog_is_not_moved_into_the_open(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, restricted=True)
    open_sheet(scene)
    with pytest.raises(InvalidInput, match="move it in Jira"):
        move(scene, seen(was)[0])


def test_a_move_to_the_same_issue_is_a_change(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    edit = WorklogEdit(PAY, seen(was)[0], "key-0001", day=TUESDAY)
    saved = move_worklog(scene.viewer_context, MoveWorklog(edit, PAY))
    assert saved.worklog is not None
    assert saved.worklog.id == was.id


BAD_ESTIMATES = [EstimateChange("new"), EstimateChange("manual", -60), EstimateChange("guess")]


@pytest.mark.parametrize("estimate", BAD_ESTIMATES, ids=lambda estimate: estimate.mode)
def test_no_bad_estimate_reaches_jira(scene: Scene, estimate: EstimateChange) -> None:
    worklog, context = scene.put(PAY, MONDAY, HOUR), scene.viewer_context
    [mark] = seen(worklog)
    edit = WorklogEdit(PAY, mark, "key-0001", text="2h", estimate=estimate)
    writes: list[Callable[[], object]] = [
        lambda: log_time(context, TimeEntry(PAY, MONDAY, "1h", "key-0002", estimate=estimate)),
        lambda: change_worklog(context, edit),
        lambda: delete_worklog(context, DeleteWorklog(PAY, mark, "key-0003", estimate)),
        lambda: move_worklog(context, MoveWorklog(edit, OPS)),
    ]
    scene.calls()
    for write in writes:
        with pytest.raises(InvalidInput) as refused:
            write()
        assert refused.value.field == "estimate"
    assert not {"create_worklog", "update_worklog", "delete_worklog"} & set(scene.calls())
    assert scene.jira.worklogs == {worklog.id: worklog}


def test_a_cell_that_was_seen_with_two_worklogs_needs_the_list_although_one_is_left(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    marks = (*seen(worklog), SeenWorklog(99, worklog.updated))
    with pytest.raises(InvalidInput) as refused:
        save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "2h", "key-0001", marks))
    assert "2 worklogs" in refused.value.sentence


def test_nothing_is_unchanged_while_an_earlier_change_may_arrive(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    [mark] = seen(worklog)
    scene.jira.failing["update_worklog"] = [JiraUnavailable("Late.", status=504, wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        change_worklog(scene.viewer_context, WorklogEdit(PAY, mark, "key-0001", text="2h"))
    with pytest.raises(JiraUnavailable, match="not answered an earlier change"):
        change_worklog(scene.viewer_context, WorklogEdit(PAY, mark, "key-0002", text="1h"))
    with pytest.raises(JiraUnavailable, match="not answered an earlier change"):
        save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1h", "key-0003", (mark,)))


def test_a_request_that_is_repeated_writes_once_and_gets_the_same_result(scene: Scene) -> None:
    context, [one, two, three] = scene.viewer_context, [scene.put(PAY, MONDAY, HOUR) for _ in range(3)]
    changed = WorklogEdit(PAY, seen(one)[0], "key-0002", text="2h")
    writes: list[Callable[[], WriteResult]] = [
        lambda: log_time(context, entry()),
        lambda: change_worklog(context, changed),
        lambda: move_worklog(context, MoveWorklog(WorklogEdit(PAY, seen(two)[0], "key-0003"), OPS)),
        lambda: delete_worklog(context, DeleteWorklog(PAY, seen(three)[0], "key-0004")),
    ]
    for write in writes:
        first = write()
        assert first.changed
        scene.calls()
        assert write() is first
        assert not {"create_worklog", "update_worklog", "delete_worklog"} & set(scene.calls())


def test_a_form_that_is_sent_again_with_other_attributes_is_another_request(scene: Scene) -> None:
    scene.site.attributes.stored = [Attribute("ticket", "Ticket", Kind.TEXT, everywhere=True, version=1)]
    logged = log_time(scene.viewer_context, entry(attributes=(("ticket", "A"),)))
    again = log_time(scene.viewer_context, entry(attributes=(("ticket", "B"),)))
    assert logged.worklog
    assert again.worklog
    assert again.worklog.id == logged.worklog.id
    assert again.worklog.properties == {PROPERTY: {"ticket": "B"}}
    plain = log_time(scene.viewer_context, entry())
    assert plain.worklog == again.worklog, "what the form did not show stays"
