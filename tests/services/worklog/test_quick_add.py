"""Quick add: what a line means in this Jira, and that it is logged as it was shown, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, Scene, open_sheet
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind, Option, tags_of
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed, TimesheetError, TimeTrackingOff
from timesheet.domain.identity import TimeTracking
from timesheet.domain.period.period import MemberRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import adf_to_text, normalized
from timesheet.domain.worklog.quick_add.day import DayWords
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.services.worklog.command import QuickEntry
from timesheet.services.worklog.quick_add import (
    TOO_MANY,
    Understood,
    log_line,
    read_lines,
)

HOUR = 3600
SUNDAY = MONDAY - timedelta(days=1)
WORDS = DayWords({"yesterday": -1}, {"monday": 0})


def read(scene: Scene, *lines: str) -> tuple[Understood, ...]:
    return read_lines(scene.viewer_context, lines, WORDS, scene.viewer_context.today)


def entry(line: str, key: str = "line-0001", today: date | None = MONDAY) -> QuickEntry:
    return QuickEntry(line, key, today)


def test_reading_logs_nothing_and_asks_for_an_issue_once(scene: Scene) -> None:
    for _ in range(2):
        [one] = read(scene, "PAY-12 1h30 yesterday fixed it")
        assert one.issue is not None
        assert (one.issue.id, one.issue.summary, one.problem) == (PAY, "Work on PAY-12", "")
        assert (one.line.day, one.line.seconds) == (SUNDAY, 5400)
    assert scene.calls().count("read_issue") == 1
    assert not scene.jira.worklogs


def test_an_issue_of_the_sheet_is_found_without_a_call(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    open_sheet(scene)
    read(scene, "PAY-12 1h", "pay-12 2h")
    assert "read_issue" not in scene.calls()


def test_a_line_is_logged_as_it_was_shown(scene: Scene) -> None:
    saved = log_line(scene.viewer_context, entry("fixed the parser PAY-12 1h30 yesterday 14:05"), WORDS)
    assert saved.worklog is not None
    assert (saved.worklog.issue_id, saved.worklog.day, saved.worklog.seconds) == (PAY, SUNDAY, 5400)
    assert saved.worklog.started.astimezone(BERLIN).time() == time(14, 5)
    assert adf_to_text(saved.worklog.comment) == "fixed the parser"


def test_words_for_days_count_from_the_day_on_which_they_were_shown(scene: Scene) -> None:
    saved = log_line(scene.viewer_context, entry("PAY-12 1h yesterday", today=SUNDAY), WORDS)
    assert saved.days == (SUNDAY - timedelta(days=1),)
    late = log_line(scene.viewer_context, entry("PAY-12 2h yesterday", "line-0002", None), WORDS)
    assert late.days == (SUNDAY,)


def test_without_a_start_each_line_begins_after_the_one_before(scene: Scene) -> None:
    open_sheet(scene)
    for number, line in enumerate(("PAY-12 1h", "OPS-31 2h")):
        log_line(scene.viewer_context, entry(line, f"line-000{number}"), WORDS)
    starts = [worklog.started.astimezone(BERLIN).time() for worklog in scene.jira.worklogs.values()]
    assert starts == [time(9), time(10)]


def test_the_same_key_logs_once(scene: Scene) -> None:
    for _ in range(2):
        log_line(scene.viewer_context, entry("PAY-12 1h"), WORDS)
    assert len(scene.jira.worklogs) == 1


def test_a_line_that_is_corrected_after_a_lost_answer_changes_what_arrived(scene: Scene) -> None:
    scene.jira.lost = [JiraUnavailable("Cut off.", wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        log_line(scene.viewer_context, entry("PAY-12 1h fixed it"), WORDS)
    log_line(scene.viewer_context, entry("PAY-12 2h fixed it"), WORDS)
    assert [worklog.seconds for worklog in scene.jira.worklogs.values()] == [2 * HOUR]


def test_a_line_whose_answer_was_lost_is_found_and_not_logged_twice(scene: Scene) -> None:
    scene.jira.lost = [JiraUnavailable("Cut off.", wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        log_line(scene.viewer_context, entry("PAY-12 1h fixed it"), WORDS)
    saved = log_line(scene.viewer_context, entry("PAY-12 1h fixed it"), WORDS)
    assert saved.worklog is not None
    assert len(scene.jira.worklogs) == 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("no idea", "This line names no issue and no time spent."),
        ("PAY-12", "This line has no time spent."),
        ("PAY-99 1h", "There is no issue PAY-99, or Jira does not show it to you."),
        ("PAY-12 1h #billable", "There is no attribute #billable."),
    ],
)
def test_a_line_that_cannot_be_logged_says_why_before_and_after(
    scene: Scene, line: str, problem: str
) -> None:
    [one] = read(scene, line)
    assert one.problem.startswith(problem)
    with pytest.raises(InvalidInput, match=problem):
        log_line(scene.viewer_context, entry(line), WORDS)
    assert not scene.jira.worklogs


def test_t06_a_range_over_a_clock_change_is_logged_as_it_was_shown(scene: Scene) -> None:
    line = "PAY-12 22:00-6:00 2026-10-24"
    [one] = read(scene, line)
    assert (one.line.seconds, one.problem) == (9 * HOUR, "")
    log_line(scene.viewer_context, entry(line), WORDS)
    assert [worklog.seconds for worklog in scene.jira.worklogs.values()] == [9 * HOUR]


def test_a_day_that_the_zone_skipped_is_a_problem_of_its_line(scene: Scene) -> None:
    scene.jira.profile = replace(scene.jira.profile, zone=ZoneInfo("Pacific/Apia"))
    context = scene.viewer_context_of("viewer-1")
    [one] = read_lines(context, ["PAY-12 8:00-9:00 2011-12-30"], WORDS, MONDAY)
    assert "does not exist" in one.problem


def test_a_missing_issue_is_not_read_with_every_key(scene: Scene) -> None:
    for _ in range(3):
        read(scene, "PAY-99 1h")
    assert scene.calls().count("read_issue") == 1
    scene.wait(31)
    read(scene, "PAY-99 1h")
    assert scene.calls().count("read_issue") == 1


def test_each_line_has_its_own_verdict(scene: Scene) -> None:
    verdicts = read(scene, "PAY-12 1h", "nothing", "OPS-31 2h")
    assert [bool(one.problem) for one in verdicts] == [False, True, False]
    assert [one.issue.id for one in verdicts if one.issue] == [PAY, OPS]


def test_too_many_lines_are_read_no_further(scene: Scene) -> None:
    verdicts = read(scene, *["PAY-12 1h"] * 52)
    assert [one.problem for one in verdicts] == [""] * 50 + [TOO_MANY] * 2


def test_the_issues_of_all_lines_are_read_in_parallel(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(scene.jira, "begin", begun.append)
    read(scene, "PAY-12 1h", "OPS-31 1h", "nothing", "OPS-40 1h", "OPS-31 2h")
    assert [read_one.args[1] for read_one in begun] == ["OPS-31", "OPS-40"], "the first is read meanwhile"


@pytest.mark.parametrize("start", ["", " 14:05"])
def test_a_line_on_a_closed_day_says_so(scene: Scene, start: str) -> None:
    team = scene.site.team("boss", "viewer-1")
    scene.site.close(team, DateSpan(SUNDAY, SUNDAY), scene.jira.now)
    closed, opened = read(scene, f"PAY-12 1h yesterday{start}", f"PAY-12 1h{start}")
    assert closed.problem.startswith("Closed by")
    assert opened.problem == ""


def test_a_day_that_another_zone_closes_in_part_takes_a_line_with_a_start(scene: Scene) -> None:
    """A day that begins at 09:00 in Auckland begins on the day before in Berlin."""
    members = (MemberRecord("viewer-1", 0, 0, {}, "Europe/Berlin"),)
    team = scene.site.team("boss", "viewer-1")
    scene.site.close(team, DateSpan(SUNDAY, SUNDAY), scene.jira.now, members=members)
    auckland = ZoneInfo("Pacific/Auckland")
    scene.jira.profile = replace(scene.jira.profile, zone=auckland)
    scene.jira.zones_of["viewer-1"] = auckland
    scene.viewer_context = scene.viewer_context_of("viewer-1")
    first, later = read(scene, f"PAY-12 1h {MONDAY}", f"PAY-12 1h {MONDAY} 14:05")
    assert "Europe/Berlin" in first.problem
    assert later.problem == ""


@pytest.mark.parametrize("start", ["", " 18:30"])
def test_a_line_that_another_zone_moves_into_a_closing_says_so_as_the_logging_does(
    scene: Scene, start: str
) -> None:
    """In Auckland, the evening of a day in Berlin is the next day. Without a start, the line begins after the
    day's last worklog.
    """
    scene.put(PAY, MONDAY, 9 * HOUR + HOUR // 2)
    members = (MemberRecord("viewer-1", 0, 0, {}, "Pacific/Auckland"),)
    team, tuesday = scene.site.team("boss", "viewer-1"), MONDAY + timedelta(days=1)
    scene.site.close(team, DateSpan(tuesday, tuesday), scene.jira.now, members=members)
    line = f"PAY-12 1h {MONDAY}{start}"
    [shown] = read(scene, line)
    assert "Pacific/Auckland" in shown.problem
    with pytest.raises(NotAllowed):
        log_line(scene.viewer_context, entry(line), WORDS)
    [before] = read(scene, f"PAY-12 1h {MONDAY} 9:00")
    assert before.problem == ""


def test_a_line_that_the_lines_before_it_move_into_a_closing_says_so(scene: Scene) -> None:
    members = (MemberRecord("viewer-1", 0, 0, {}, "Pacific/Auckland"),)
    team, tuesday = scene.site.team("boss", "viewer-1"), MONDAY + timedelta(days=1)
    scene.site.close(team, DateSpan(tuesday, tuesday), scene.jira.now, members=members)
    first, later = read(scene, "PAY-12 9h", "PAY-12 1h")
    assert first.problem == ""
    assert "Pacific/Auckland" in later.problem


def test_each_line_counts_what_the_lines_before_it_add_to_its_day(scene: Scene) -> None:
    scene.put(PAY, MONDAY, 2 * HOUR)
    lines = ("PAY-12 12h", "nothing", f"PAY-12 20h {SUNDAY}", "PAY-99 9h", "OPS-31 10h 9:00", "PAY-12 1h")
    assert [one.warning for one in read(scene, *lines)] == [*[""] * 5, "That makes 25h on one day."]
    assert [one.warning for one in read(scene, "PAY-12 25h")] == ["That makes 27h on one day."]


def test_a_line_without_a_start_begins_after_the_lines_before_it(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.jira.locked = {OPS: RowLock.PERMISSION}
    shown = read(scene, "PAY-12 1h", "OPS-31 5h", "PAY-12 2h 13:00", "PAY-12 30m")
    starts = [one.started.astimezone(BERLIN).time() if one.started else None for one in shown]
    assert starts == [time(10), None, time(13), time(15)]


def test_a_day_whose_worklogs_cannot_be_read_is_said_of_the_line(scene: Scene) -> None:
    scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira does not answer.")] * 2
    [one] = read(scene, "PAY-12 1h")
    assert (one.issue is not None, one.problem) == (True, "Jira does not answer.")


def test_locks_are_read_only_for_lines_that_can_be_logged(scene: Scene) -> None:
    [one] = read(scene, "PAY-12")
    assert one.issue is not None
    assert "read_row_locks" not in scene.calls()


def test_a_jira_that_does_not_answer_is_said_of_the_line(scene: Scene) -> None:
    scene.jira.failing["read_issue"] = [
        JiraUnavailable("Jira does not answer."),
        JiraUnavailable("Still not."),
    ]
    [one] = read(scene, "PAY-12 1h")
    assert (one.issue, one.problem, one.line.seconds) == (None, "Jira does not answer.", HOUR)
    with pytest.raises(JiraUnavailable):
        log_line(scene.viewer_context, entry("PAY-12 1h"), WORDS)


def test_without_time_tracking_nothing_can_be_logged(scene: Scene) -> None:
    scene.jira.tracking = TimeTracking(False, 28800, 144000)
    with pytest.raises(TimeTrackingOff):
        read(scene, "PAY-12 1h")
    with pytest.raises(TimesheetError):
        log_line(scene.viewer_context, entry("PAY-12 1h"), WORDS)


@given(
    st.sampled_from(["PAY-12", "OPS-31"]),
    st.integers(1, 600),
    st.integers(-40, 40),
    st.none() | st.times(),
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=40),
)
def test_what_is_shown_is_what_is_logged(
    issue: str, minutes: int, days: int, start: time | None, text: str
) -> None:
    scene = Scene()
    at = f"{start:%H:%M}" if start else ""
    line = f"{issue} {minutes}m {MONDAY + timedelta(days=days)} {at} ;{text}"
    [shown] = read(scene, line)
    assert shown.issue is not None
    assert not shown.problem
    saved = log_line(scene.viewer_context, entry(line), WORDS)
    assert saved.worklog is not None
    local = saved.worklog.started.astimezone(BERLIN)
    assert (saved.worklog.issue_id, saved.worklog.seconds) == (shown.issue.id, shown.line.seconds)
    assert local.date() == saved.worklog.day == shown.line.day
    assert local.time() == (shown.line.start or time(9))
    assert adf_to_text(saved.worklog.comment) == normalized(shown.line.comment)


def test_an_issue_that_takes_no_time_says_why_before_the_line_is_logged(scene: Scene) -> None:
    scene.jira.locked = {PAY: RowLock.PERMISSION, OPS: RowLock.WORKFLOW}
    lines = read(scene, "PAY-12 1h", "OPS-31 1h", "PAY-12 2h monday", "PAY-12")
    assert [one.problem for one in lines] == [
        "You need “Work on issues” in PAY. A project admin can grant it.",
        "OPS-31 is Open: its workflow allows no changes of time there.",
        "You need “Work on issues” in PAY. A project admin can grant it.",
        "This line has no time spent. Add it, like 1h30 or 45m.",
    ]
    assert scene.calls().count("read_row_locks") == 1
    read(scene, "PAY-12 3h")
    assert "read_row_locks" not in scene.calls()


def test_an_issue_that_takes_no_time_is_said_before_what_is_wrong_with_a_tag(scene: Scene) -> None:
    [unlocked] = read(scene, "PAY-12 1h #nonsense")
    assert "nonsense" in unlocked.problem
    scene.wait(HOUR)
    scene.jira.locked = {PAY: RowLock.PERMISSION}
    [one] = read(scene, "PAY-12 1h #nonsense")
    assert one.problem == "You need “Work on issues” in PAY. A project admin can grant it."


def test_an_issue_that_takes_time_again_is_logged_on_although_its_line_said_otherwise(scene: Scene) -> None:
    scene.jira.locked = {PAY: RowLock.PERMISSION}
    [one] = read(scene, "PAY-12 1h")
    assert one.problem
    assert log_line(scene.viewer_context, entry("PAY-12 1h"), WORDS).worklog is not None


def test_lines_are_read_while_jira_does_not_say_what_is_locked(scene: Scene) -> None:
    scene.jira.failing["read_row_locks"] = [JiraUnavailable("Jira does not answer.")]
    [one] = read(scene, "PAY-12 1h")
    assert one.problem == ""


def test_tags_choose_attributes_and_the_rest_has_its_defaults(scene: Scene) -> None:
    activity = Attribute(
        "a", "Activity", Kind.SELECT, everywhere=True, options=(Option("d", "Design"),), version=1
    )
    remote = Attribute("r", "Remote", Kind.TOGGLE, "yes", everywhere=True, version=1)
    scene.site.attributes.stored = [activity, remote, replace(BUILT_IN[0], everywhere=True)]
    tags = tags_of(scene.site.attributes.all(), {})
    line = "PAY-12 1h #billable #DESIGN"
    [one] = read_lines(scene.viewer_context, [line], WORDS, scene.viewer_context.today, tags)
    assert (one.problem, one.values) == ("", {"billable": True, "a": "d", "r": True})
    saved = log_line(scene.viewer_context, entry(line), WORDS, tags)
    assert saved.worklog is not None
    assert (saved.worklog.properties or {})[PROPERTY] == one.values
    line = "PAY-12 1h #billable #activity=design"
    [other] = read_lines(scene.viewer_context, [line], WORDS, scene.viewer_context.today, tags)
    assert (other.problem, other.values) == ("", one.values)


def test_a_line_with_two_values_of_one_attribute_asks_for_one(scene: Scene) -> None:
    options = (Option("d", "Design"), Option("t", "Travel"))
    scene.site.attributes.stored = [
        Attribute("a", "Activity", Kind.SELECT, everywhere=True, options=options, version=1),
        Attribute("n", "Kilometers", Kind.NUMBER, everywhere=True, version=1),
    ]
    tags = tags_of(scene.site.attributes.all(), {})
    for first, second in (("#design", "#travel"), ("#kilometers=1", "#kilometers=2")):
        line = f"PAY-12 1h {first} {second}"
        problem = f"This line has two values of one attribute, {first} and {second}. Leave one,"
        [one] = read_lines(scene.viewer_context, [line], WORDS, scene.viewer_context.today, tags)
        assert one.problem.startswith(problem)
        with pytest.raises(InvalidInput, match=problem):
            log_line(scene.viewer_context, entry(line), WORDS, tags)
    [one] = read_lines(
        scene.viewer_context, ["PAY-12 1h #design #activity=design"], WORDS, scene.viewer_context.today, tags
    )
    assert (one.problem, one.values) == ("", {"a": "d"})


def test_a_text_and_a_number_are_typed_after_the_name_of_their_attribute(scene: Scene) -> None:
    scene.site.attributes.stored = [
        Attribute("t", "Ticket", Kind.TEXT, required=True, everywhere=True, version=1),
        Attribute("n", "Kilometers", Kind.NUMBER, everywhere=True, version=1),
    ]
    tags = tags_of(scene.site.attributes.all(), {})
    for line, problem in (
        ("PAY-12 1h #ticket", "#ticket needs a value, like #ticket=12"),
        ("PAY-12 1h #ticket=A #kilometers=far", "“Kilometers” must be a number, such as 12 or 1.5."),
    ):
        [one] = read_lines(scene.viewer_context, [line], WORDS, scene.viewer_context.today, tags)
        assert one.problem.startswith(problem)
    line = 'PAY-12 1h #ticket="AB 12" #Kilometers=12.5 to the customer'
    [one] = read_lines(scene.viewer_context, [line], WORDS, scene.viewer_context.today, tags)
    assert (one.problem, one.values) == ("", {"t": "AB 12", "n": 12.5})
    saved = log_line(scene.viewer_context, entry(line), WORDS, tags)
    assert saved.worklog is not None
    assert (saved.worklog.properties or {})[PROPERTY] == one.values


def test_billable_needs_nobody_who_offers_it_first(scene: Scene) -> None:
    tags = tags_of(scene.site.attributes.all(), {})
    line = "PAY-12 1h #billable"
    [one] = read_lines(scene.viewer_context, [line], WORDS, scene.viewer_context.today, tags)
    assert (one.problem, one.values) == ("", {"billable": True})
    assert not scene.viewer_context.attributes.used()
    log_line(scene.viewer_context, entry("PAY-12 1h", "line-0002"), WORDS, tags)
    assert not scene.viewer_context.attributes.used()
    saved = log_line(scene.viewer_context, entry(line), WORDS, tags)
    log_line(scene.viewer_context, entry(line, "line-0003"), WORDS, tags)
    assert saved.worklog is not None
    assert (saved.worklog.properties or {})[PROPERTY] == {"billable": True}
    assert [(one.id, one.version, one.everywhere) for one in scene.site.attributes.stored] == [
        ("billable", 1, False)
    ]
    assert scene.viewer_context.attributes.used()
    retired = replace(scene.site.attributes.stored[0], retired=True)
    scene.site.attributes.stored = [retired]
    none = tags_of([one for one in scene.site.attributes.all() if not one.retired], {})
    [one] = read_lines(scene.viewer_context, [line], WORDS, scene.viewer_context.today, none)
    assert one.problem.startswith("There is no attribute #billable.")


@pytest.mark.parametrize("typed", ["Test", "no such"])
def test_an_option_that_a_list_does_not_have_is_named(scene: Scene, typed: str) -> None:
    options = (Option("d", "Design"), Option("t", "Test", removed=True))
    scene.site.attributes.stored = [
        Attribute("a", "Activity", Kind.SELECT, everywhere=True, options=options, version=1)
    ]
    tags = tags_of(scene.site.attributes.all(), {})
    line = f'PAY-12 1h #activity="{typed}"'
    problem = f"“Activity” has no option “{typed}”. Type one that it has, such as #activity=design."
    [one] = read_lines(scene.viewer_context, [line], WORDS, scene.viewer_context.today, tags)
    assert one.problem == problem
    with pytest.raises(InvalidInput, match=problem):
        log_line(scene.viewer_context, entry(line), WORDS, tags)
    assert scene.jira.worklogs == {}


def test_a_tag_of_another_team_and_a_missing_value_are_said_before_anything_is_logged(scene: Scene) -> None:
    scene.site.attributes.stored = [
        Attribute("t", "Ticket", Kind.TEXT, required=True, everywhere=True, version=1)
    ]
    tags = tags_of(scene.site.attributes.all(), {})
    for line, problem in (
        ("PAY-12 1h #remote", "There is no attribute #remote."),
        ("PAY-12 1h", "“Ticket” is required. Type it as a tag, such as #ticket=…."),
    ):
        [one] = read_lines(scene.viewer_context, [line], WORDS, scene.viewer_context.today, tags)
        assert one.problem.startswith(problem)
        with pytest.raises(InvalidInput, match=problem):
            log_line(scene.viewer_context, entry(line), WORDS, tags)
    assert scene.jira.worklogs == {}
