from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, NotAllowed
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.services.ports.jira import Missing, Snapshot
from timesheet.services.resilience.patience import never
from timesheet.services.snapshot.change_log import suspect_windows
from timesheet.services.timesheet import copy
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.timesheet.copy import apply_copy, go_on, plan_copy, stop_copy
from timesheet.services.viewer.stale_read import PAUSE_SECONDS
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import STOPPED, CellEdit, UndoWrites
from timesheet.services.worklog.safeguard.lost_write import UNDER_WAY
from timesheet.services.worklog.undo import offer_undo, undo

HOUR = 3600
LAST_MONDAY = MONDAY - timedelta(days=7)
LAST_WEEK = DateSpan(LAST_MONDAY, LAST_MONDAY + timedelta(days=6))


def at_once() -> bool:
    return True


def fill(scene: Scene) -> None:
    scene.put(PAY, LAST_MONDAY, HOUR, time(9))
    scene.put(PAY, LAST_MONDAY, 2 * HOUR, time(14))
    scene.put(OPS, LAST_MONDAY + timedelta(days=4), 3 * HOUR, time(11, 30))


def test_the_plan_lists_every_worklog_on_its_new_day(scene: Scene) -> None:
    fill(scene)
    scene.put(OPS, MONDAY + timedelta(days=4), HOUR)
    scene.put(PAY, MONDAY + timedelta(days=1), HOUR)
    plan = plan_copy(scene.viewer_context, LAST_WEEK, WEEK)
    assert [(line.issue.key, line.day, line.seconds, line.skip) for line in plan] == [
        ("PAY-12", MONDAY, HOUR, ""),
        ("PAY-12", MONDAY, 2 * HOUR, ""),
        ("OPS-31", MONDAY + timedelta(days=4), 3 * HOUR, "already has 1:00"),
    ]
    assert len(scene.jira.worklogs) == 5, "a plan writes nothing"


def test_the_plan_marks_a_copy_whose_time_of_day_the_clocks_skip(scene: Scene) -> None:
    for clock in (time(1, 30), time(2, 30)):
        scene.put(PAY, date(2026, 3, 22), HOUR, clock)
    plan = plan_copy(
        scene.viewer_context,
        DateSpan(date(2026, 3, 16), date(2026, 3, 22)),
        DateSpan(date(2026, 3, 23), date(2026, 3, 29)),
    )
    assert [line.moved for line in plan] == [False, True]


def test_copying_keeps_days_times_and_hours(scene: Scene) -> None:
    fill(scene)
    result = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"))
    assert [saved.worklog.started.astimezone(BERLIN).time() for saved in result.saved if saved.worklog] == [
        time(9), time(14), time(11, 30),
    ]  # fmt: skip
    assert scene.hours() == {(PAY, MONDAY): [HOUR, 2 * HOUR], (OPS, MONDAY + timedelta(days=4)): [3 * HOUR]}
    assert result.failed == ()


def test_the_plan_has_the_whole_minutes_that_are_logged(scene: Scene) -> None:
    for hour in (9, 14):
        scene.put(PAY, LAST_MONDAY, 90, time(hour))
    plan = plan_copy(scene.viewer_context, LAST_WEEK, WEEK)
    apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"))
    assert scene.hours() == {(PAY, MONDAY): [line.seconds for line in plan]} == {(PAY, MONDAY): [120, 120]}


def test_the_plan_says_which_attribute_is_missing_or_has_no_such_option_anymore(scene: Scene) -> None:
    activity = Attribute("a", "Activity", Kind.SELECT, everywhere=True, required=True, version=1)
    options = (Option("d", "Design"), Option("t", "Test", removed=True))
    scene.site.attributes.stored = [replace(activity, options=options)]
    fill(scene)
    first, second, third = scene.jira.worklogs.values()
    scene.jira.worklogs[second.id] = replace(second, properties={PROPERTY: {"a": "d"}})
    scene.jira.worklogs[third.id] = replace(third, properties={PROPERTY: {"a": "t"}})
    plan = plan_copy(scene.viewer_context, LAST_WEEK, WEEK)
    assert {line.worklog_id: (line.skip, line.refused) for line in plan} == {
        first.id: ("“Activity” is required. Log this time in the dialog, which asks for it.", True),
        second.id: ("", False),
        third.id: ("“Activity” no longer has the option “Test”. Choose another in the dialog.", True),
    }
    result = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"))
    assert (len(result.saved), result.failed) == (1, ())


def test_a_default_is_enough_to_copy_what_lacks_a_required_attribute(scene: Scene) -> None:
    ticket = Attribute("k", "Ticket", Kind.TEXT, "none", everywhere=True, required=True, version=1)
    scene.site.attributes.stored = [ticket]
    fill(scene)
    assert [line.skip for line in plan_copy(scene.viewer_context, LAST_WEEK, WEEK)] == ["", "", ""]


def test_copying_twice_adds_nothing(scene: Scene) -> None:
    fill(scene)
    first = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"))
    assert len(first.saved) == 3
    assert apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001")) == first
    assert len(scene.jira.worklogs) == 6
    assert apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0002")).saved == ()
    assert len(scene.jira.worklogs) == 6


def test_only_the_chosen_issues_are_copied(scene: Scene) -> None:
    fill(scene)
    command = CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001", issue_ids=frozenset({OPS}))
    result = apply_copy(scene.viewer_context, command)
    assert [saved.worklog.seconds for saved in result.saved if saved.worklog] == [3 * HOUR]


def test_one_refusal_does_not_stop_the_rest(scene: Scene) -> None:
    fill(scene)
    scene.sheet()
    scene.jira.failing["create_worklog"] = [NotAllowed("You need “Work on issues” in PAY.")]
    result = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"))
    assert [(line.issue.key, words) for line, words in result.failed] == [
        ("PAY-12", "You need “Work on issues” in PAY.")
    ]
    assert len(result.saved) == 2
    assert result.done == 3


def test_a_copy_has_a_largest_number_of_worklogs(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(scene)
    monkeypatch.setattr(copy, "MOST_AT_ONCE", 3)
    assert len(plan_copy(scene.viewer_context, LAST_WEEK, WEEK)) == 3
    monkeypatch.setattr(copy, "MOST_AT_ONCE", 2)
    with pytest.raises(InvalidInput, match="more than 2 worklogs"):
        plan_copy(scene.viewer_context, LAST_WEEK, WEEK)


def test_stretches_of_different_length_are_refused(scene: Scene) -> None:
    with pytest.raises(InvalidInput):
        plan_copy(scene.viewer_context, LAST_WEEK, DateSpan(MONDAY, MONDAY))


def test_comments_are_copied_as_text_if_chosen(scene: Scene) -> None:
    text = {"type": "text", "text": "Wrote it down"}
    comment = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]}
    scene.put(PAY, LAST_MONDAY, HOUR, comment=comment)
    [saved] = apply_copy(
        scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001", comments=True)
    ).saved
    assert saved.worklog
    assert saved.worklog.comment == comment


def test_the_comment_of_a_restricted_worklog_is_not_copied(scene: Scene) -> None:
    scene.put(PAY, LAST_MONDAY, HOUR, comment=text_to_adf("Secret"), restricted=True)
    [saved] = apply_copy(
        scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001", comments=True)
    ).saved
    assert saved.worklog
    assert saved.worklog.comment is None


def test_once_jira_is_silent_the_rest_is_not_tried(scene: Scene) -> None:
    fill(scene)
    scene.sheet()
    scene.jira.failing["create_worklog"] = [JiraUnavailable("Jira does not answer.")]
    result = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"))
    assert result.saved == ()
    assert [words for _, words in result.failed][1:] == [
        "Not tried, because the one before it could not be saved."
    ] * 2
    assert scene.calls().count("create_worklog") == 1


def test_a_copy_is_taken_back_as_a_whole_but_not_what_changed_meanwhile(scene: Scene) -> None:
    fill(scene)
    copied = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001")).saved
    tokens = offer_undo(scene.viewer_context, *copied)
    copies = [saved.worklog for saved in copied if saved.worklog]
    other = replace(copies[0], seconds=2 * HOUR, updated=copies[0].updated + timedelta(seconds=1))
    scene.jira.worklogs[other.id] = other
    undone = undo(scene.viewer_context, UndoWrites(tuple(tokens)))
    assert len(undone.saved) == 2
    assert [kept.reason for kept in undone.not_undone] == [
        "It has been changed since then and stays as it is: 2:00."
    ]
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}


def test_taking_back_stops_when_jira_is_silent(scene: Scene) -> None:
    fill(scene)
    copied = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001")).saved
    tokens = offer_undo(scene.viewer_context, *copied)
    scene.jira.failing["delete_worklog"] = [JiraUnavailable("Jira does not answer.")]
    undone = undo(scene.viewer_context, UndoWrites(tuple(tokens)))
    assert (undone.saved, undone.not_undone[0].reason) == ((), "Jira does not answer.")
    assert len(undo(scene.viewer_context, UndoWrites(tuple(tokens))).saved) == 3, (
        "the rest can be taken back later"
    )


def test_nothing_is_copied_from_or_over_what_is_not_all_there(scene: Scene) -> None:
    fill(scene)
    scene.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs.", "issue-worklogs"),)
    for work in (
        lambda: plan_copy(scene.viewer_context, LAST_WEEK, WEEK),
        lambda: apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001")),
    ):
        with pytest.raises(JiraUnavailable, match=r"could not be read completely\. PAY-12"):
            work()
    assert len(scene.jira.worklogs) == 3
    scene.jira.missing = ()
    scene.wait(PAUSE_SECONDS)
    assert len(plan_copy(scene.viewer_context, LAST_WEEK, WEEK)) == 3


def test_time_that_is_logged_while_a_copy_is_planned_is_not_part_of_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(scene)
    read, later = scene.jira.read_worklogs, [MONDAY - timedelta(days=4)]

    def read_before_another_tab_logs(*args: Any, **more: Any) -> Snapshot:
        found = read(*args, **more)
        if later:
            scene.put(PAY, later.pop(), HOUR)
            suspect_windows(scene.viewer_context.own_cache)
        return found

    monkeypatch.setattr(scene.jira, "read_worklogs", read_before_another_tab_logs)
    result = apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"))
    assert (len(result.saved), result.failed) == (3, ())


def test_a_call_that_stops_is_continued_by_the_next_one_with_its_key(scene: Scene) -> None:
    fill(scene)
    command = CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001")
    first = apply_copy(scene.viewer_context, command, at_once)
    assert (len(first.saved), len(first.left), first.done) == (1, 2, 1)
    second = go_on(scene.viewer_context, "copy-0001", at_once)
    assert (len(second.saved), len(second.left)) == (2, 1)
    last = apply_copy(scene.viewer_context, command)
    assert (len(last.saved), last.failed, last.left) == (3, (), ())
    assert scene.hours() == {(PAY, MONDAY): [HOUR, 2 * HOUR], (OPS, MONDAY + timedelta(days=4)): [3 * HOUR]}
    assert go_on(scene.viewer_context, "copy-0001", at_once) == last
    undo(scene.viewer_context, UndoWrites(tuple(offer_undo(scene.viewer_context, *last.saved))))
    assert scene.hours() == {}


def test_what_somebody_types_meanwhile_into_a_cell_that_is_still_to_be_copied_stays_alone(
    scene: Scene,
) -> None:
    fill(scene)
    friday = MONDAY + timedelta(days=4)
    apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"), at_once)
    save_cell(scene.viewer_context, CellEdit(OPS, friday, "5", "key-0001"))
    last = go_on(scene.viewer_context, "copy-0001", never)
    assert [(line.issue.id, why) for line, why in last.failed] == [(OPS, "already has 5:00")]
    assert scene.hours() == {(PAY, MONDAY): [HOUR, 2 * HOUR], (OPS, friday): [5 * HOUR]}


def test_time_that_is_typed_because_a_copy_was_lost_stays_alone_when_the_copy_is_tried_again(
    scene: Scene,
) -> None:
    fill(scene)
    command = CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001", issue_ids=frozenset({OPS}))
    scene.jira.failing["create_worklog"] = [JiraUnavailable("Cut off.", wrote_maybe=True)]
    assert apply_copy(scene.viewer_context, command).unsure
    scene.wait(UNDER_WAY.total_seconds())
    friday = MONDAY + timedelta(days=4)
    save_cell(scene.viewer_context, CellEdit(OPS, friday, "5", "key-0001"))
    again = apply_copy(scene.viewer_context, command)
    assert [why for _, why in again.failed] == ["already has 5:00"]
    assert scene.hours() == {(OPS, friday): [5 * HOUR]}


def test_two_copies_at_once_copy_everything_once(scene: Scene) -> None:
    fill(scene)
    for key in ("copy-0001", "copy-0002"):
        apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, key), at_once)
    for key in ("copy-0002", "copy-0001"):
        go_on(scene.viewer_context, key, never)
    assert scene.hours() == {(PAY, MONDAY): [HOUR, 2 * HOUR], (OPS, MONDAY + timedelta(days=4)): [3 * HOUR]}


def test_the_progress_of_a_copy_is_known_for_fifteen_minutes_after_its_last_step(scene: Scene) -> None:
    fill(scene)
    apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"), at_once)
    scene.wait(15 * 60 - 1)
    assert len(go_on(scene.viewer_context, "copy-0001", at_once).saved) == 2
    scene.wait(15 * 60 - 1)
    assert len(stop_copy(scene.viewer_context, "copy-0001").saved) == 2
    scene.wait(15 * 60)
    with pytest.raises(Conflict, match="nothing is logged twice"):
        go_on(scene.viewer_context, "copy-0001", at_once)


def test_whoever_stops_a_copy_keeps_what_was_copied(scene: Scene) -> None:
    fill(scene)
    apply_copy(scene.viewer_context, CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001"), at_once)
    for _ in range(2):
        stopped = stop_copy(scene.viewer_context, "copy-0001")
        assert (len(stopped.saved), [why for _, why in stopped.failed]) == (1, [STOPPED, STOPPED])
    assert go_on(scene.viewer_context, "copy-0001", at_once) == stopped
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_a_copy_that_nobody_remembers_is_not_continued(scene: Scene) -> None:
    fill(scene)
    command = CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001")
    apply_copy(scene.viewer_context, command, at_once)
    scene.viewer_context.cache.delete(scene.viewer_context.key("copy", "copy-0001"))
    with pytest.raises(Conflict, match="nothing is logged twice"):
        go_on(scene.viewer_context, "copy-0001", at_once)
    with pytest.raises(Conflict, match="nothing is logged twice"):
        stop_copy(scene.viewer_context, "copy-0001")
    apply_copy(scene.viewer_context, command)
    assert scene.hours()[OPS, MONDAY + timedelta(days=4)] == [3 * HOUR]
    assert scene.hours()[PAY, MONDAY] == [HOUR]
    with pytest.raises(InvalidInput):
        go_on(scene.viewer_context, "?", at_once)


def test_another_choice_with_the_same_key_is_another_copy(scene: Scene) -> None:
    fill(scene)
    command = CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001", issue_ids=frozenset({OPS}))
    apply_copy(scene.viewer_context, command)
    apply_copy(scene.viewer_context, replace(command, issue_ids=frozenset({OPS, PAY})))
    assert len(scene.jira.worklogs) == 6


def test_the_same_dialog_copies_into_another_week_without_moving_the_first_copies(scene: Scene) -> None:
    fill(scene)
    command = CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001", issue_ids=frozenset({OPS}))
    apply_copy(scene.viewer_context, command)
    later = apply_copy(scene.viewer_context, replace(command, to=WEEK.first + timedelta(days=7)))
    assert (len(later.saved), later.failed) == (1, ())
    friday = MONDAY + timedelta(days=4)
    days = {
        (worklog.issue_id, worklog.day) for worklog in scene.jira.worklogs.values() if worklog.issue_id == OPS
    }
    assert {(OPS, friday), (OPS, friday + timedelta(days=7))} <= days


def test_a_copy_whose_answer_was_lost_in_the_middle_logs_nothing_twice(scene: Scene) -> None:
    fill(scene)
    command = CopyWorklogs(LAST_WEEK, WEEK.first, "copy-0001")
    apply_copy(scene.viewer_context, command, at_once)
    scene.jira.lost = [JiraUnavailable("Cut off.", wrote_maybe=True)]
    lost = go_on(scene.viewer_context, "copy-0001", at_once)
    assert (len(lost.saved), len(lost.failed), lost.unsure, lost.left) == (1, 2, True, ())
    last = go_on(scene.viewer_context, "copy-0001", never)
    assert (len(last.saved), last.failed, last.unsure) == (3, (), False)
    assert scene.hours() == {(PAY, MONDAY): [HOUR, 2 * HOUR], (OPS, MONDAY + timedelta(days=4)): [3 * HOUR]}
