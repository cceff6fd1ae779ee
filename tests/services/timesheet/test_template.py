"""Saving a day or week as a template, and logging its hours again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

import pytest

from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.template import Template, TemplateHours, Templates
from timesheet.services.ports.jira import Missing
from timesheet.services.resilience.patience import never
from timesheet.services.timesheet.command import ApplyTemplate, ChangeTemplate, SaveTemplate, TemplateChange
from timesheet.services.timesheet.copy import go_on
from timesheet.services.timesheet.template import (
    apply_template,
    change_template,
    plan_template,
    save_template,
)
from timesheet.services.worklog.command import UndoWrites
from timesheet.services.worklog.undo import offer_undo, undo

HOUR = 3600
HIDDEN = 999
LAST_MONDAY = MONDAY - timedelta(days=7)
FRIDAY = MONDAY + timedelta(days=4)
DAY = Template("t", "Monday", False, (TemplateHours(PAY, 0, HOUR), TemplateHours(OPS, 0, 2 * HOUR)))
WEEKLY = Template("w", "Week", True, (TemplateHours(OPS, 4, HOUR), TemplateHours(PAY, 0, 2 * HOUR)))
COMMAND = ApplyTemplate("t", MONDAY, "template-0001")


@dataclass
class FakeTemplates:
    """The templates of each person."""

    stored: dict[str, Templates] = field(default_factory=dict)

    def change_templates(self, account_id: str, change: Callable[[Templates], Templates]) -> Templates:
        self.stored[account_id] = change(self.stored.get(account_id, Templates()))
        return self.stored[account_id]


def planned(scene: Scene, template: Template, target: DateSpan) -> list[tuple[str, date, int, str]]:
    lines = plan_template(scene.viewer_context, template, target)
    return [(line.issue.key, line.day, line.seconds, line.skip) for line in lines]


@pytest.mark.parametrize(
    ("weekly", "hours"),
    [
        (False, (TemplateHours(PAY, 0, 3 * HOUR),)),
        (True, (TemplateHours(PAY, 0, 3 * HOUR), TemplateHours(OPS, 4, HOUR))),
    ],
)
def test_a_day_or_its_week_is_saved_without_anything_else_of_it(
    scene: Scene, weekly: bool, hours: tuple[TemplateHours, ...]
) -> None:
    scene.put(PAY, LAST_MONDAY, HOUR, time(9), comment={"type": "doc"})
    scene.put(PAY, LAST_MONDAY, 2 * HOUR, time(14))
    scene.put(OPS, LAST_MONDAY + timedelta(days=4), HOUR)
    store = FakeTemplates()
    command = SaveTemplate("t", "Monday", LAST_MONDAY, weekly)
    for _ in range(2):
        saved = save_template(scene.viewer_context, store, command, 0)
    assert saved == Templates((Template("t", "Monday", weekly, hours),))
    assert store.stored == {"viewer-1": saved}


def test_days_without_time_are_not_saved(scene: Scene) -> None:
    with pytest.raises(InvalidInput, match="no time to save"):
        save_template(scene.viewer_context, FakeTemplates(), SaveTemplate("t", "Empty", LAST_MONDAY), 0)


def test_days_that_are_not_read_completely_are_not_saved(scene: Scene) -> None:
    store = FakeTemplates()
    scene.put(PAY, MONDAY, HOUR)
    scene.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs.", "issue-worklogs"),)
    with pytest.raises(JiraUnavailable):
        save_template(scene.viewer_context, store, SaveTemplate("t", "Part", MONDAY), 0)
    assert store.stored == {}


def test_each_change_is_stored_for_the_viewer(scene: Scene) -> None:
    store = FakeTemplates({"viewer-1": Templates((DAY, WEEKLY)), "other": Templates((DAY,))})
    for command, expected in (
        (ChangeTemplate("w", TemplateChange.UP), ["w", "t"]),
        (ChangeTemplate("w", TemplateChange.DOWN), ["t", "w"]),
        (ChangeTemplate("w", TemplateChange.RENAME, "Other"), ["t", "w"]),
        (ChangeTemplate("t", TemplateChange.DELETE), ["w"]),
    ):
        changed = change_template(scene.viewer_context, store, command)
        assert [one.id for one in changed.all] == expected
    assert changed.get("w").name == "Other"
    assert store.stored["other"] == Templates((DAY,))


def test_a_day_goes_to_any_day_and_a_week_by_weekdays(scene: Scene) -> None:
    assert planned(scene, DAY, DateSpan(FRIDAY, FRIDAY)) == [
        ("PAY-12", FRIDAY, HOUR, ""),
        ("OPS-31", FRIDAY, 2 * HOUR, ""),
    ]
    sunday_first = DateSpan(MONDAY - timedelta(days=1), MONDAY + timedelta(days=5))
    for week in (WEEK, sunday_first):
        assert planned(scene, WEEKLY, week) == [
            ("PAY-12", MONDAY, 2 * HOUR, ""),
            ("OPS-31", FRIDAY, HOUR, ""),
        ]
    assert scene.jira.worklogs == {}, "a plan writes nothing"


def test_time_that_is_there_hidden_and_locked_issues_stay_out_with_the_reason(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.jira.locked = {OPS: RowLock.PERMISSION}
    template = Template("t", "Monday", False, (*DAY.hours, TemplateHours(HIDDEN, 0, HOUR)))
    lines = plan_template(scene.viewer_context, template, DateSpan(MONDAY, MONDAY))
    assert [(line.skip, line.refused) for line in lines] == [
        ("already has 1:00", False),
        ("You need “Work on issues” in OPS. A project admin can grant it.", True),
        ("There is no such issue, or Jira does not show it to you.", True),
    ]
    assert lines[-1].issue.summary == "deleted, or hidden from you"
    result = apply_template(scene.viewer_context, template, DateSpan(MONDAY, MONDAY), COMMAND)
    assert (result.saved, result.failed) == ((), ())


def test_the_hours_are_logged_one_after_the_other_once(scene: Scene) -> None:
    target = DateSpan(MONDAY, MONDAY)
    first = apply_template(scene.viewer_context, DAY, target, COMMAND)
    assert [saved.worklog.started.astimezone(BERLIN).time() for saved in first.saved if saved.worklog] == [
        time(9),
        time(10),
    ]
    assert apply_template(scene.viewer_context, DAY, target, COMMAND) == first
    again = replace(COMMAND, key="template-0002")
    assert apply_template(scene.viewer_context, DAY, target, again).saved == ()
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [2 * HOUR]}
    tokens = offer_undo(scene.viewer_context, *first.saved)
    undo(scene.viewer_context, UndoWrites(tuple(tokens)))
    assert scene.hours() == {}


def test_one_refusal_does_not_stop_the_rest(scene: Scene) -> None:
    scene.sheet()
    scene.jira.failing["create_worklog"] = [NotAllowed("You need “Work on issues” in PAY.")]
    result = apply_template(scene.viewer_context, DAY, DateSpan(MONDAY, MONDAY), COMMAND)
    assert [(line.issue.key, why) for line, why in result.failed] == [
        ("PAY-12", "You need “Work on issues” in PAY.")
    ]
    assert scene.hours() == {(OPS, MONDAY): [2 * HOUR]}


def test_after_a_lost_answer_the_rest_is_not_tried(scene: Scene) -> None:
    scene.sheet()
    scene.jira.failing["create_worklog"] = [JiraUnavailable("Jira gave no answer.", wrote_maybe=True)]
    lost = apply_template(scene.viewer_context, DAY, DateSpan(MONDAY, MONDAY), COMMAND)
    assert (lost.saved, lost.unsure, len(lost.failed)) == ((), True, 2)
    assert scene.calls().count("create_worklog") == 1


@pytest.mark.parametrize("key", ["template-0001", "template-0002"])
def test_a_template_whose_answer_was_lost_is_found_and_not_logged_twice(scene: Scene, key: str) -> None:
    scene.jira.lost = [JiraUnavailable("Cut off.", wrote_maybe=True)]
    target = DateSpan(MONDAY, MONDAY)
    lost = apply_template(scene.viewer_context, DAY, target, COMMAND)
    assert (lost.saved, lost.unsure) == ((), True)
    apply_template(scene.viewer_context, DAY, target, replace(COMMAND, key=key))
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [2 * HOUR]}


def test_a_template_goes_on_where_a_call_stopped(scene: Scene) -> None:
    target = DateSpan(MONDAY, MONDAY)
    first = apply_template(scene.viewer_context, DAY, target, COMMAND, lambda: True)
    assert (len(first.saved), len(first.left)) == (1, 1)
    last = go_on(scene.viewer_context, COMMAND.key, never)
    assert (len(last.saved), last.left) == (2, ())
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [2 * HOUR]}
