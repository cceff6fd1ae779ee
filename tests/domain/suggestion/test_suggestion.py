"""Suggestions: which there are, when they begin, how long they are, and that they never count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.support.scene import BARE, OPS, PAY, issue
from timesheet.domain.suggestion.suggestion import (
    MOST_MARKS,
    STEP,
    Activity,
    ActivityKind,
    DayRoom,
    IssueAction,
    Meeting,
    Suggestion,
    mark_of,
    share_of,
    suggest,
    with_mark,
    with_sprint,
)

KEY = b"the key of a test"
BERLIN = ZoneInfo("Europe/Berlin")
MON = date(2026, 11, 16)
HOUR = 3600
ISSUES = {PAY: issue(PAY, "PAY-12", None), OPS: issue(OPS, "OPS-31", None)}


def at(hour: int, minute: int = 0, day: date = MON) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def moved(issue_id: int, when: datetime) -> IssueAction:
    return IssueAction(issue_id, when, ActivityKind.MOVED, "In Review")


def found(
    *actions: IssueAction, room: DayRoom | None = None, meetings: tuple[Meeting, ...] = (), **more: object
) -> tuple[Suggestion, ...]:
    room = room or DayRoom(MON, 8 * HOUR, 0, frozenset())
    return suggest(KEY, [room], Activity(actions, ISSUES), meetings, BERLIN, **more).get(MON, ())  # type: ignore[arg-type]


def test_what_is_missing_of_the_day_is_shared_and_ends_with_the_last_action() -> None:
    one, other = found(moved(PAY, at(14, 10)), moved(PAY, at(11)), moved(OPS, at(16)))
    assert (one.issue, one.seconds, one.started) == (ISSUES[PAY], 4 * HOUR, at(10, 10))
    assert [action.at for action in one.actions] == [at(11), at(14, 10)]
    assert (other.issue, other.seconds, other.started) == (ISSUES[OPS], 4 * HOUR, at(12))


def test_what_is_in_a_sprint_is_suggested_today_while_time_is_missing() -> None:
    activity = with_sprint(Activity((moved(PAY, at(11)),), ISSUES), ISSUES.values(), at(12), BERLIN)
    assert [(one.issue_id, one.kind) for one in activity.actions] == [(PAY, "moved"), (OPS, "sprint")]
    short, full = (DayRoom(MON, 8 * HOUR, logged * HOUR, frozenset()) for logged in (2, 8))
    assert {one.issue for one in found(*activity.actions, room=short)} == set(ISSUES.values())
    assert {one.issue for one in found(*activity.actions, room=full)} == {ISSUES[PAY]}
    sunday = DayRoom(MON, 0, 0, frozenset())
    assert found(activity.actions[1], room=sunday) == ()


def test_logged_time_and_meetings_are_not_missing() -> None:
    room = DayRoom(MON, 8 * HOUR, 5 * HOUR, frozenset({BARE}))
    meeting = Meeting("m", at(9), HOUR, "Planning")
    first, second = found(moved(PAY, at(14)), room=room, meetings=(meeting,))
    assert (first.title, first.seconds, first.issue) == ("Planning", HOUR, None)
    assert second.seconds == 2 * HOUR


@pytest.mark.parametrize(("seconds", "minutes"), [(60, 1), (89, 1), (90, 2), (3629, 60), (3630, 61)])
def test_a_meeting_is_suggested_with_the_minutes_that_would_be_logged(seconds: int, minutes: int) -> None:
    (one,) = found(meetings=(Meeting("m", at(9), seconds, "Planning"),))
    assert one.seconds == minutes * 60


def test_where_nothing_is_missing_no_time_is_proposed() -> None:
    (one,) = found(moved(PAY, at(14)), room=DayRoom(MON, 0, 0, frozenset()))
    assert (one.seconds, one.started) == (None, at(14))


def test_work_begins_at_midnight_at_the_earliest() -> None:
    (one,) = found(moved(PAY, at(2)))
    assert one.started == at(0)


def test_an_issue_with_time_on_the_day_is_not_suggested() -> None:
    assert found(moved(PAY, at(14)), room=DayRoom(MON, 8 * HOUR, HOUR, frozenset({PAY}))) == ()


def test_a_hidden_issue_is_not_suggested() -> None:
    assert found(moved(BARE, at(14))) == ()


def test_a_meeting_takes_the_place_of_actions_on_its_issue_and_is_gone_once_logged() -> None:
    meeting = Meeting("m", at(9), HOUR, "About PAY-12", ("PAY-12",), PAY)
    (one,) = found(moved(PAY, at(14)), meetings=(meeting,))
    assert (one.issue, one.title) == (ISSUES[PAY], "About PAY-12")
    assert found(meetings=(meeting,), logged={(PAY, at(9))}) == ()
    assert found(meetings=(meeting,), logged={(OPS, at(9)), (PAY, at(10))}) == (one,)
    unnamed = Meeting("m", at(9), HOUR, "Planning")
    assert found(meetings=(unnamed,), logged={(OPS, at(9))}) == ()


def test_the_dismissed_ones_stay_away() -> None:
    (one,) = found(moved(PAY, at(14)))
    assert found(moved(PAY, at(14)), dismissed={one.mark}) == ()
    meeting = Meeting("m", at(9), HOUR, "Planning")
    (other,) = found(meetings=(meeting,))
    assert found(meetings=(meeting,), dismissed={other.mark}) == ()


def test_an_action_counts_on_its_day_in_the_zone_of_the_person() -> None:
    assert found(moved(PAY, datetime(2026, 11, 16, 23, 30, tzinfo=UTC))) == ()
    (one,) = found(moved(PAY, datetime(2026, 11, 15, 23, 30, tzinfo=UTC)))
    assert one.day == MON


def test_a_mark_can_be_guessed_only_with_its_key() -> None:
    assert mark_of(KEY, MON, PAY) != mark_of(b"another", MON, PAY)
    assert len(mark_of(KEY, MON, PAY)) == 16


def test_only_the_latest_marks_are_kept() -> None:
    marks: tuple[str, ...] = ()
    for number in range(MOST_MARKS + 5):
        marks = with_mark(marks, str(number))
    assert len(marks) == MOST_MARKS
    assert with_mark(marks, marks[0])[-1] == marks[0]
    assert len(with_mark(marks, marks[0])) == MOST_MARKS


@given(st.integers(-(10**6), 10**6), st.integers(0, 60))
def test_shares_never_exceed_what_is_missing(missing: int, count: int) -> None:
    share = share_of(missing, count)
    if share is None:
        assert count == 0 or missing < count * STEP
    else:
        assert share % STEP == 0
        assert share * count <= missing


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo", "Asia/Tokyo"])
def test_starts_are_on_the_suggested_day_also_where_the_clocks_change(zone: str) -> None:
    own = ZoneInfo(zone)
    for number in range(0, 24 * 366, 7):
        when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        day = when.astimezone(own).date()
        room = DayRoom(day, 8 * HOUR, 0, frozenset())
        (one,) = suggest(KEY, [room], Activity((moved(PAY, when),), ISSUES), (), own)[day]
        assert one.started.astimezone(own).date() == day
