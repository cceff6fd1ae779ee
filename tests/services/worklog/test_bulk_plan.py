from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from tests.services.support.bulk_edits import (
    ACTIVITY,
    DISTANCE,
    FRIDAY,
    HOUR,
    TICKET,
    TUESDAY,
    edit_of,
    put,
    setting,
    three,
    values,
)
from tests.services.support.scene import BARE, MONDAY, OPS, PAY, Scene
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.resilience.patience import never
from timesheet.services.worklog.bulk import apply_bulk
from timesheet.services.worklog.bulk_plan import (
    CHANGED,
    NOT_OFFERED,
    THERE,
    clock_note,
    day_note,
    fixed_worklogs,
    plan_bulk,
)
from timesheet.services.worklog.command import BulkAction, BulkEdit


def test_a_plan_changes_nothing_and_skips_what_is_there_or_changed_meanwhile(scene: Scene) -> None:
    first, second, third = three(scene)
    old = replace(second, updated=second.updated - timedelta(seconds=1))
    plan = plan_bulk(scene.viewer_context, edit_of(BulkAction.MOVE_TO_DAY, third, old, first, day=TUESDAY))
    assert [(line.chosen.seen.worklog_id, line.skip) for line in plan] == [
        (first.id, ""),
        (second.id, CHANGED),
        (third.id, THERE),
    ]
    assert set(scene.jira.worklogs.values()) == {first, second, third}


def test_a_worklog_that_is_gone_is_last_in_the_plan(scene: Scene) -> None:
    first, *_ = three(scene)
    gone = scene.put(BARE, MONDAY, HOUR)
    del scene.jira.worklogs[gone.id]
    plan = plan_bulk(scene.viewer_context, edit_of(BulkAction.MOVE_TO_DAY, gone, first, day=FRIDAY))
    assert [(line.worklog, line.issue.id, line.skip) for line in plan] == [
        (scene.sheet().worklogs[0], PAY, ""),
        (None, BARE, CHANGED),
    ]


def test_the_plan_says_which_values_cannot_be_set(scene: Scene) -> None:
    scene.site.attributes.stored = [
        ACTIVITY,
        replace(TICKET, required=True),
        replace(DISTANCE, everywhere=False),
    ]
    worklogs = put(scene, {"ticket": "A"})
    for attribute, value, why in (
        ("activity", "o", "“Activity” no longer has the option “Old”. Choose another in the dialog."),
        ("ticket", "", "“Ticket” is required."),
        ("km", "5", NOT_OFFERED),
        ("activity", None, ""),
    ):
        edit = setting(attribute, value, *worklogs)
        assert [line.skip for line in plan_bulk(scene.viewer_context, edit)] == [why]
        if why:
            edit = replace(edit, key=f"key-{attribute}")
            assert apply_bulk(scene.viewer_context, edit, never).failed == ((worklogs[0].id, why),)
    assert values(scene) == [{"ticket": "A"}]


def test_a_missing_permission_of_jira_is_in_the_plan(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.jira.lacking[PAY] = {Right.EDIT_OWN, Right.EDIT_ALL}
    [line] = plan_bulk(scene.viewer_context, edit_of(BulkAction.MOVE_TO_DAY, worklog, day=FRIDAY))
    assert line.skip == "You need “Edit own worklogs” in PAY. A project admin can grant it."
    [line] = plan_bulk(scene.viewer_context, edit_of(BulkAction.DELETE, worklog))
    assert line.skip == ""
    scene.jira.locked[OPS] = RowLock.PERMISSION
    [line] = plan_bulk(scene.viewer_context, edit_of(BulkAction.MOVE_TO_ISSUE, worklog, issue_id=OPS))
    assert line.skip == RowLock.PERMISSION.sentence(scene.jira.issues[OPS])


def test_an_issue_that_cannot_change_is_in_every_plan(scene: Scene) -> None:
    closed, barred = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    scene.jira.locked = {PAY: RowLock.WORKFLOW, OPS: RowLock.PERMISSION}
    reason = RowLock.WORKFLOW.sentence(scene.jira.issues[PAY])
    for action, more in ((BulkAction.DELETE, {}), (BulkAction.MOVE_TO_DAY, {"day": FRIDAY})):
        plan = plan_bulk(scene.viewer_context, edit_of(action, closed, barred, **more))
        # Without Work on issues, time that is there already can still be changed.
        assert {line.issue.id: line.skip for line in plan} == {PAY: reason, OPS: ""}
    plan = plan_bulk(scene.viewer_context, edit_of(BulkAction.MOVE_TO_ISSUE, closed, barred, issue_id=BARE))
    assert {line.issue.id: line.skip for line in plan} == {PAY: reason, OPS: ""}


def test_without_an_answer_about_permissions_a_list_can_be_chosen_from(scene: Scene) -> None:
    mine = scene.put(PAY, MONDAY, HOUR)
    scene.jira.failing["read_worklog_rights"] = [JiraUnavailable("Jira does not answer.")]
    assert fixed_worklogs(scene.viewer_context, (mine,), scene.jira.issues) == {}


def test_a_move_that_makes_a_day_longer_than_24_hours_is_warned_of(scene: Scene) -> None:
    context, late = scene.viewer_context, scene.put(OPS, FRIDAY, 20 * HOUR)
    four, one = scene.put(PAY, MONDAY, 4 * HOUR), scene.put(PAY, MONDAY, HOUR)

    def note(edit: BulkEdit) -> str:
        return day_note(context, edit, plan_bulk(context, edit))

    assert note(edit_of(BulkAction.MOVE_TO_DAY, four, day=FRIDAY)) == ""
    assert note(edit_of(BulkAction.MOVE_TO_DAY, four, one, day=FRIDAY)) == "That makes 25h on one day."
    changed = replace(one, updated=one.updated - timedelta(seconds=1))
    assert note(edit_of(BulkAction.MOVE_TO_DAY, four, changed, late, day=FRIDAY)) == ""
    assert note(edit_of(BulkAction.DELETE, four, one, late)) == ""


MARCH = DateSpan(date(2026, 3, 23), date(2026, 3, 29))


def test_a_note_counts_the_worklogs_whose_time_of_day_the_clocks_skip(scene: Scene) -> None:
    spring = date(2026, 3, 29)
    night = [scene.put(PAY, date(2026, 3, 27), HOUR, time(2, minute)) for minute in (0, 30)]
    there = scene.put(PAY, spring, HOUR, time(1, 30))
    morning = scene.put(PAY, date(2026, 3, 26), HOUR, time(9))

    def note(*worklogs: Worklog, day: date | None = spring) -> str:
        edit = replace(edit_of(BulkAction.MOVE_TO_DAY, *worklogs, day=day), span=MARCH)
        return clock_note(scene.viewer_context, edit, plan_bulk(scene.viewer_context, edit))

    assert note(*night, there, morning) == (
        "2 worklogs begin at another time of day, because the clocks skip theirs on the new day."
    )
    assert note(night[0]).startswith("1 worklog begins at another time of day")
    assert note(there, morning) == note(*night, day=None) == note(*night, day=date(2026, 10, 25)) == ""
