"""What the viewer did is read once, suggested, and logged once however often it is accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.jira_time import started_at
from timesheet.domain.period.period import MemberRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Activity, ActivityKind, IssueAction, Meeting
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.sheet import Day, lay_out
from timesheet.services.suggestion.command import AcceptSuggestion, DismissSuggestion
from timesheet.services.suggestion.suggestion import (
    MOST_DAYS,
    accept,
    cached_activity,
    dismiss,
    forget_activity,
    mark_key,
    read_activity,
    suggestions_of,
)
from timesheet.services.worklog.command import TimeEntry, UndoWrites
from timesheet.services.worklog.undo import offer_undo, undo

KEY = b"the key of a test"
MARK = "0123456789abcdef"


@dataclass
class Marks:
    kept: tuple[str, ...] = ()
    people: list[str] = field(default_factory=list)

    def change_dismissed(self, account_id: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        self.people.append(account_id)
        self.kept = change(self.kept)


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    at = started_at(MONDAY, time(11), scene.viewer_context.zone).instant
    actions = (IssueAction(PAY, at, ActivityKind.MOVED.value, "In Review"),)
    scene.jira.activity = Activity(actions, {PAY: scene.jira.issues[PAY]})
    return scene


def command(issue_id: int = PAY, mark: str = MARK) -> AcceptSuggestion:
    return AcceptSuggestion(mark, TimeEntry(issue_id, MONDAY, "1h", "none", time(10)))


def test_it_is_read_once_and_after_a_failure_not_again_at_once(scene: Scene) -> None:
    context = scene.viewer_context
    assert cached_activity(context, WEEK) is None
    assert read_activity(context, WEEK).actions
    read_activity(context, WEEK)
    assert scene.jira.log.count("activity") == 1
    forget_activity(context, WEEK)
    scene.jira.failing["activity"] = [JiraUnavailable("away")]
    assert read_activity(context, WEEK) == Activity()
    assert read_activity(context, WEEK) == Activity()
    assert scene.jira.log.count("activity") == 2
    scene.wait(61)
    assert read_activity(context, WEEK).actions


def test_a_slow_read_does_not_replace_a_newer_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    context, newer = scene.viewer_context, Activity((), {OPS: scene.jira.issues[OPS]})
    read_now = scene.jira.read_activity

    def read_slowly(account_id: str, span: DateSpan, zone: ZoneInfo) -> Activity:
        found = read_now(account_id, span, zone)
        monkeypatch.undo()
        scene.wait(1)
        scene.jira.activity = newer
        assert read_activity(context, WEEK) == newer
        return found

    monkeypatch.setattr(scene.jira, "read_activity", read_slowly)
    assert read_activity(context, WEEK) == cached_activity(context, WEEK) == newer


def test_issues_of_open_sprints_are_suggested_today(scene: Scene) -> None:
    scene.jira.in_sprints = (PAY, OPS)
    found = read_activity(scene.viewer_context, WEEK)
    assert [(one.issue_id, one.kind) for one in found.actions] == [(PAY, "moved"), (OPS, "sprint")]
    assert found.issues.keys() == {PAY, OPS}
    before = DateSpan(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))
    assert read_activity(scene.viewer_context, before).actions == ()
    assert scene.jira.log.count("sprint_issues") == 1


def test_issues_that_take_no_time_are_not_suggested(scene: Scene) -> None:
    scene.jira.in_sprints = (OPS,)
    scene.jira.locked = {PAY: RowLock.WORKFLOW}
    assert [one.issue_id for one in read_activity(scene.viewer_context, WEEK).actions] == [OPS]
    assert scene.jira.log.count("read_row_locks") == 1
    forget_activity(scene.viewer_context, WEEK)
    scene.jira.locked = {PAY: RowLock.WORKFLOW, OPS: RowLock.PERMISSION}
    scene.wait(601)
    assert read_activity(scene.viewer_context, WEEK).actions == ()


def test_a_jira_without_sprints_is_not_called_again_for_an_hour(scene: Scene) -> None:
    for minutes, calls in ((0, 1), (30, 1), (31, 2)):
        scene.wait(60 * minutes)
        forget_activity(scene.viewer_context, WEEK)
        assert [one.kind for one in read_activity(scene.viewer_context, WEEK).actions] == ["moved"]
        assert scene.jira.log.count("sprint_issues") == calls


def test_without_an_answer_about_sprints_the_rest_is_suggested(scene: Scene) -> None:
    scene.jira.in_sprints = (OPS,)
    scene.jira.failing["sprint_issues"] = [JiraUnavailable("away")]
    assert [one.kind for one in read_activity(scene.viewer_context, WEEK).actions] == ["moved"]


def test_a_long_range_is_not_read(scene: Scene) -> None:
    span = DateSpan(MONDAY, MONDAY + timedelta(days=MOST_DAYS))
    assert read_activity(scene.viewer_context, span) == Activity()
    assert "activity" not in scene.jira.log


def test_suggestions_leave_out_what_is_logged_and_count_in_no_total(scene: Scene) -> None:
    days = [Day(day, 28800) for day in WEEK]
    sheet = lay_out([], scene.jira.issues, days)
    activity = read_activity(scene.viewer_context, WEEK)
    (one,) = suggestions_of(scene.viewer_context, sheet, activity, (), (), KEY)[MONDAY]
    assert (one.issue, one.seconds) == (scene.jira.issues[PAY], 28800)
    assert sheet.logged(0) == 0
    worklog = scene.put(PAY, MONDAY, 3600)
    sheet = lay_out([worklog], scene.jira.issues, days)
    assert suggestions_of(scene.viewer_context, sheet, activity, (), (), KEY) == {}
    assert suggestions_of(scene.viewer_context, sheet, activity, (), (one.mark,), KEY) == {}
    other_day = lay_out([scene.put(PAY, MONDAY + timedelta(days=1), 3600)], scene.jira.issues, days)
    assert suggestions_of(scene.viewer_context, other_day, activity, (), (), KEY) == {MONDAY: (one,)}


def test_a_meeting_at_whose_start_time_is_logged_is_not_suggested(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, 3600)
    sheet = lay_out([worklog], scene.jira.issues, [Day(day, 28800) for day in WEEK])
    meetings = [
        Meeting(f"after-{wait}", worklog.started + timedelta(seconds=wait), 1800, "Review")
        for wait in (0, 3600)
    ]
    found = suggestions_of(scene.viewer_context, sheet, Activity(), meetings, (), KEY)
    assert [(one.issue, one.started) for one in found[MONDAY]] == [(None, meetings[1].started)]


def test_one_that_begins_in_a_closing_of_another_zone_is_not_suggested(scene: Scene) -> None:
    """In Auckland, the afternoon of a day in Berlin is the next day."""
    tuesday = MONDAY + timedelta(days=1)
    members = (MemberRecord("viewer-1", 0, 0, {}, "Pacific/Auckland"),)
    scene.site.close(
        scene.site.team("boss", "viewer-1"), DateSpan(tuesday, tuesday), scene.jira.now, members=members
    )
    sheet = lay_out([], scene.jira.issues, [Day(day, 28800) for day in WEEK])
    meetings = [
        Meeting(
            f"at-{hour}", started_at(MONDAY, time(hour), BERLIN).instant, 3600, f"At {hour}", ("PAY-12",), PAY
        )
        for hour in (9, 15)
    ]
    found = suggestions_of(
        scene.viewer_context, sheet, Activity((), dict(scene.jira.issues)), meetings, (), KEY
    )
    assert [one.title for one in found[MONDAY]] == ["At 9"]


def test_accepted_twice_it_is_logged_once(scene: Scene) -> None:
    first = accept(scene.viewer_context, command())
    again = accept(scene.viewer_context, command())
    assert first.changed
    assert not again.changed
    assert [row.seconds for row in scene.jira.worklogs.values()] == [3600]


def test_after_an_undo_it_can_be_accepted_again(scene: Scene) -> None:
    context = scene.viewer_context
    first = accept(context, command())
    undo(context, UndoWrites(offer_undo(context, first)))
    assert not scene.jira.worklogs
    assert accept(context, command()).changed
    assert not accept(context, command()).changed
    assert len(scene.jira.worklogs) == 1


def test_after_a_lost_answer_the_next_try_finds_it(scene: Scene) -> None:
    scene.jira.lost.append(JiraUnavailable("no answer", wrote_maybe=True))
    with pytest.raises(JiraUnavailable):
        accept(scene.viewer_context, command())
    accept(scene.viewer_context, command())
    assert len(scene.jira.worklogs) == 1


def test_other_suggestions_are_other_worklogs(scene: Scene) -> None:
    accept(scene.viewer_context, command())
    accept(scene.viewer_context, command(OPS, "f" * 16))
    assert len(scene.jira.worklogs) == 2


def test_the_key_of_marks_is_that_of_one_person_on_one_site() -> None:
    keys = {
        mark_key(*of) for of in (("k", "s", "ann"), ("k", "s", "bo"), ("k", "t", "ann"), ("l", "s", "ann"))
    }
    assert len(keys) == 4


def test_a_dismissed_one_is_stored_by_its_mark_alone(scene: Scene) -> None:
    marks = Marks(("a" * 16,))
    dismiss(scene.viewer_context, marks, DismissSuggestion(MARK))
    assert marks.kept == ("a" * 16, MARK)
    assert marks.people == ["viewer-1"]


def test_nobody_elses_activity_is_read(scene: Scene) -> None:
    other = replace(
        scene.viewer_context, identity=replace(scene.viewer_context.identity, account_id="other-1")
    )
    assert read_activity(scene.viewer_context, WEEK).actions
    assert cached_activity(other, WEEK) is None
