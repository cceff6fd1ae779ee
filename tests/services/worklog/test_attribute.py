"""Attributes of worklogs as they are written: with the time, once, and never in the way of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.services.support.bulk_edits import ACTIVITY, TICKET
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene, cell_edit, open_sheet, seen
from timesheet.domain.attribute.attribute import BILLABLE, BUILT_IN, Attribute, Kind
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.timesheet.copy import apply_copy, plan_copy
from timesheet.services.worklog.attribute import NOT_SAVED, properties_after
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import (
    DeleteWorklog,
    MoveWorklog,
    TimeEntry,
    Typed,
    UndoWrites,
    WorklogEdit,
)
from timesheet.services.worklog.log import change_worklog, delete_worklog, log_time, move_worklog
from timesheet.services.worklog.undo import offer_undo, undo
from timesheet.services.worklog.write_result import WriteResult

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)
BILLED = replace(BUILT_IN[0], everywhere=True, default="yes", version=1)


def define(scene: Scene, *attributes: Attribute) -> None:
    scene.site.attributes.stored = list(attributes)


def entry(attributes: Typed | None = None, **more: object) -> TimeEntry:
    return TimeEntry(PAY, MONDAY, "1", "key-0001", attributes=attributes, **more)  # type: ignore[arg-type]


def edit(worklog: Worklog, attributes: Typed | None, **more: object) -> WorklogEdit:
    return WorklogEdit(worklog.issue_id, seen(worklog)[0], "key-0002", attributes=attributes, **more)  # type: ignore[arg-type]


def values(scene: Scene, worklog: Worklog | None) -> Any:
    assert worklog is not None
    return (scene.jira.worklogs[worklog.id].properties or {}).get(PROPERTY)


def logged(scene: Scene, *typed: tuple[str, str]) -> Worklog:
    made = log_time(scene.viewer_context, entry(typed)).worklog
    assert made is not None
    return made


def test_a_cell_is_saved_with_the_defaults_in_the_same_call(scene: Scene) -> None:
    define(scene, BILLED, TICKET)
    open_sheet(scene)
    scene.jira.log.clear()
    saved = save_cell(scene.viewer_context, cell_edit("1"))
    assert values(scene, saved.worklog) == {BILLABLE: True}
    assert [call for call in scene.jira.log if not call.startswith("read_issue")] == ["create_worklog"]


def test_without_defaults_nothing_is_sent_with_a_cell(scene: Scene) -> None:
    define(scene, TICKET, ACTIVITY)
    saved = save_cell(scene.viewer_context, cell_edit("1"))
    assert saved.worklog is not None
    assert scene.jira.worklogs[saved.worklog.id].properties == {}


def test_a_missing_required_value_is_refused_before_anything_is_sent(scene: Scene) -> None:
    define(scene, replace(TICKET, required=True))
    with pytest.raises(InvalidInput) as caught:
        save_cell(scene.viewer_context, cell_edit("1"))
    assert caught.value.field == "attribute-ticket"
    assert caught.value.sentence == "“Ticket” is required. Log this time in the dialog, which asks for it."
    with pytest.raises(InvalidInput) as caught:
        log_time(scene.viewer_context, entry((("ticket", " "),)))
    assert (caught.value.field, caught.value.sentence) == ("attribute-ticket", "“Ticket” is required.")
    assert scene.jira.worklogs == {}
    assert values(scene, logged(scene, ("ticket", "PAY-1"))) == {"ticket": "PAY-1"}


def test_the_dialog_says_what_to_keep_and_what_no_default_replaces(scene: Scene) -> None:
    define(scene, BILLED, TICKET, ACTIVITY)
    made = logged(scene, (BILLABLE, ""), ("activity", "d"), ("gone", "x"))
    assert values(scene, made) == {"activity": "d"}
    with pytest.raises(InvalidInput) as caught:
        log_time(scene.viewer_context, replace(entry((("activity", "x"),)), key="key-0009"))
    assert caught.value.field == "attribute-activity"


def test_a_change_of_attributes_alone_is_sent_and_undone(scene: Scene) -> None:
    define(scene, BILLED, ACTIVITY, replace(TICKET, retired=True))
    made = logged(scene, (BILLABLE, "yes"), ("ticket", "7"))
    saved = change_worklog(scene.viewer_context, edit(made, ((BILLABLE, ""), ("activity", "d"))))
    assert values(scene, made) == {"ticket": "7", "activity": "d"}
    [token] = offer_undo(scene.viewer_context, saved)
    undo(scene.viewer_context, UndoWrites((token,)))
    assert values(scene, made) == {"ticket": "7", BILLABLE: True}


def test_a_value_that_nobody_can_choose_any_more_stays_as_long_as_it_is_left_alone(scene: Scene) -> None:
    define(scene, ACTIVITY, TICKET)
    worklog = scene.put(PAY, MONDAY, HOUR, properties={PROPERTY: {"activity": "unknown"}})
    change_worklog(scene.viewer_context, edit(worklog, (("activity", "unknown"), ("ticket", "7"))))
    assert values(scene, worklog) == {"activity": "unknown", "ticket": "7"}


def test_the_same_attributes_are_no_change(scene: Scene) -> None:
    define(scene, BILLED, ACTIVITY)
    made = logged(scene, (BILLABLE, "yes"))
    scene.jira.log.clear()
    assert not change_worklog(scene.viewer_context, edit(made, ((BILLABLE, "yes"), ("activity", "")))).changed
    assert not change_worklog(scene.viewer_context, edit(made, None)).changed
    assert "update_worklog" not in scene.jira.log


def test_a_change_cannot_empty_what_is_required(scene: Scene) -> None:
    define(scene, replace(TICKET, required=True))
    made = logged(scene, ("ticket", "7"))
    with pytest.raises(InvalidInput):
        change_worklog(scene.viewer_context, edit(made, (("ticket", ""),)))
    change_worklog(scene.viewer_context, edit(made, None, text="2"))
    assert values(scene, made) == {"ticket": "7"}


def test_a_lost_answer_is_found_and_nothing_is_logged_twice(scene: Scene) -> None:
    define(scene, BILLED)
    scene.jira.lost = [JiraUnavailable("lost", wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        log_time(scene.viewer_context, entry(((BILLABLE, "yes"),)))
    saved = log_time(scene.viewer_context, entry(((BILLABLE, ""),)))
    assert len(scene.jira.worklogs) == 1
    assert values(scene, saved.worklog) == {}


def test_time_without_its_attributes_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    define(scene, BILLED)
    create = scene.jira.create_worklog

    def forget(draft: Any, *given: Any, **named: Any) -> Worklog:
        made = create(replace(draft, properties={}), *given, **named)
        return replace(made, properties={"other": 1})

    monkeypatch.setattr(scene.jira, "create_worklog", forget)
    saved = log_time(scene.viewer_context, entry(((BILLABLE, "yes"),)))
    assert NOT_SAVED in saved.notes
    assert saved.worklog is not None
    change_worklog(scene.viewer_context, edit(saved.worklog, ((BILLABLE, "yes"),)))
    assert values(scene, saved.worklog) == {BILLABLE: True}


def test_a_move_and_an_undone_deletion_keep_them(scene: Scene) -> None:
    define(scene, BILLED, TICKET)
    made = logged(scene, (BILLABLE, "yes"), ("ticket", "7"))
    moved = move_worklog(scene.viewer_context, MoveWorklog(edit(made, ((BILLABLE, ""),)), OPS)).worklog
    assert values(scene, moved) == {"ticket": "7"}
    assert moved is not None
    gone = delete_worklog(scene.viewer_context, DeleteWorklog(OPS, seen(moved)[0], "key-0003"))
    again = undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, gone)))
    assert values(scene, again.saved[0].worklog) == {"ticket": "7"}


def test_a_copied_week_keeps_its_values_and_no_default_is_added(scene: Scene) -> None:
    required = replace(ACTIVITY, required=True, default="d")
    define(scene, BILLED, TICKET)
    week = DateSpan(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))
    original = scene.put(PAY, week.first, HOUR)
    scene.jira.worklogs[original.id] = replace(original, properties={PROPERTY: {"ticket": "7", "n": 1.5}})
    define(scene, BILLED, TICKET, required, Attribute("n", "Km", Kind.NUMBER, retired=True))
    [saved] = apply_copy(scene.viewer_context, CopyWorklogs(week, WEEK.first, "copy-0001")).saved
    assert values(scene, saved.worklog) == {"ticket": "7", "n": 1.5, "activity": "d"}


def test_a_week_whose_values_are_unknown_is_not_copied(scene: Scene) -> None:
    define(scene, TICKET)
    week = DateSpan(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))
    scene.put(PAY, week.first, HOUR)
    scene.jira.failing["read_listed"] = [JiraUnavailable("down") for _ in range(4)]
    with pytest.raises(JiraUnavailable, match="attributes of worklogs could not be read"):
        apply_copy(scene.viewer_context, CopyWorklogs(week, WEEK.first, "copy-0001"))


def paste(scene: Scene, original: Worklog, day: date = TUESDAY, **more: Any) -> WriteResult:
    return save_cell(scene.viewer_context, replace(cell_edit("1"), day=day, like=original.id, **more))


def test_a_pasted_cell_has_the_attributes_of_the_copied_one(scene: Scene) -> None:
    define(scene, BILLED, TICKET, ACTIVITY)
    made = logged(scene, (BILLABLE, ""), ("activity", "d"))
    open_sheet(scene)
    scene.jira.log.clear()
    saved = paste(scene, made)
    assert values(scene, saved.worklog) == {"activity": "d"}
    assert [call for call in scene.jira.log if not call.startswith("read_issue")] == ["create_worklog"]


def test_a_cell_pasted_over_another_brings_its_attributes_and_undo_takes_them_back(scene: Scene) -> None:
    define(scene, ACTIVITY, TICKET)
    made = logged(scene, ("activity", "d"))
    there = scene.put(PAY, TUESDAY, 2 * HOUR, properties={PROPERTY: {"ticket": "7"}})
    open_sheet(scene)
    saved = paste(scene, made, seen=seen(there))
    assert values(scene, there) == {"activity": "d"}
    [token] = offer_undo(scene.viewer_context, saved)
    undo(scene.viewer_context, UndoWrites((token,)))
    assert values(scene, there) == {"ticket": "7"}
    assert scene.jira.worklogs[there.id].seconds == 2 * HOUR


def test_what_prevents_a_paste_is_said_and_nothing_is_logged(scene: Scene) -> None:
    define(scene, ACTIVITY, TICKET)
    old = scene.put(PAY, MONDAY, HOUR, properties={PROPERTY: {"activity": "o"}})
    there = scene.put(OPS, TUESDAY, 2 * HOUR, properties={PROPERTY: {"activity": "d"}})
    open_sheet(scene)
    over: dict[str, Any] = {"issue_id": OPS, "seen": seen(there)}
    for more in ({}, over):
        with pytest.raises(InvalidInput) as caught:
            paste(scene, old, **more)
        assert caught.value.field == "attribute-activity"
        assert (
            caught.value.sentence
            == "“Activity” no longer has the option “Old”. Choose another in the dialog."
        )
    define(scene, replace(TICKET, required=True))
    with pytest.raises(InvalidInput, match="“Ticket” is required"):
        paste(scene, old)
    assert sorted(scene.jira.worklogs) == [old.id, there.id]
    assert scene.jira.worklogs[there.id] == there


def test_only_an_own_worklog_that_still_exists_gives_its_attributes(scene: Scene) -> None:
    define(scene, BILLED, ACTIVITY)
    theirs = scene.put(PAY, MONDAY, HOUR, author="ana", properties={PROPERTY: {"activity": "d"}})
    open_sheet(scene)
    assert values(scene, paste(scene, theirs).worklog) == {BILLABLE: True}
    gone = replace(theirs, id=999)
    assert values(scene, paste(scene, gone, day=TUESDAY + timedelta(days=1), key="key-0009").worklog) == {
        BILLABLE: True
    }


def test_a_week_is_not_copied_with_an_option_that_was_removed(scene: Scene) -> None:
    define(scene, ACTIVITY)
    scene.put(PAY, MONDAY - timedelta(days=7), HOUR, properties={PROPERTY: {"activity": "o"}})
    scene.put(OPS, MONDAY - timedelta(days=7), HOUR, properties={PROPERTY: {"activity": "d"}})
    before = DateSpan(WEEK.first - timedelta(days=7), WEEK.last - timedelta(days=7))
    lines = plan_copy(scene.viewer_context, before, WEEK)
    assert {line.issue.id: (line.skip, line.refused) for line in lines} == {
        PAY: ("“Activity” no longer has the option “Old”. Choose another in the dialog.", True),
        OPS: ("", False),
    }
    result = apply_copy(scene.viewer_context, CopyWorklogs(before, WEEK.first, "key-0001"))
    assert not result.failed
    assert [values(scene, saved.worklog) for saved in result.saved] == [{"activity": "d"}]


@pytest.mark.parametrize(
    ("after", "before", "sent", "known"),
    [
        ({"a": 1}, {"b": 2}, None, {"a": 1}),
        ({"a": 1}, None, None, {"a": 1}),
        (None, None, {PROPERTY: {"n": 1}}, None),
        (None, {"b": 2}, None, {"b": 2}),
        (None, {"b": 2, PROPERTY: {}}, {PROPERTY: {"n": 1}}, {"b": 2, PROPERTY: {"n": 1}}),
    ],
    ids=["named", "named only now", "never named", "nothing sent", "some sent"],
)
def test_properties_that_the_answer_to_a_change_does_not_name_are_known_from_before(
    scene: Scene,
    after: dict[str, Any] | None,
    before: dict[str, Any] | None,
    sent: dict[str, Any] | None,
    known: dict[str, Any] | None,
) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    now, then = replace(worklog, properties=after), replace(worklog, properties=before)
    assert properties_after(now, then, sent) == known
