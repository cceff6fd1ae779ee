"""The preview of a closing: the figures, who logged little, and whose timer has time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.services.support.fake_timers import FakeTimers
from tests.services.support.june import JUNE
from tests.services.support.scene import BERLIN, PAY, Scene
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import NotAllowed
from timesheet.domain.period.period import Difference
from timesheet.domain.timer import start_timer
from timesheet.services.period.closing import close_period, reopen_period
from timesheet.services.period.closing_preview import (
    ClosingPreview,
    preview_closing,
    short_of_expected,
    with_unlogged_timer,
)
from timesheet.services.period.command import ClosePeriod, ReopenPeriod
from timesheet.services.team.overview import Overview, read_overview

HOUR = 3600


def overview(scene: Scene) -> Overview:
    return read_overview(
        scene.team_context("viewer-1"), scene.viewer_context_of("viewer-1"), scene.jira, "alpha", JUNE
    )


def preview(scene: Scene, timers: FakeTimers, who: str = "viewer-1") -> ClosingPreview:
    context, viewer_context = scene.team_context(who), scene.viewer_context_of(who)
    return preview_closing(context, viewer_context, scene.jira, timers, "alpha", JUNE)


def test_figures_and_who_may_not_be_done_are_shown_before_a_closing(july: Scene) -> None:
    timers = FakeTimers()
    timers.add(start_timer("ana", PAY, datetime(2024, 6, 15, 10, tzinfo=UTC)))
    shown = preview(july, timers)
    assert (shown.refused, shown.opened.team.id) == ("", "alpha")
    assert shown.overview
    assert [sum(line.spent) for line in shown.overview.lines] == [8 * HOUR]
    assert [[line.account_id for line in lines] for lines in (shown.short, shown.measured)] == [
        ["ana"],
        ["ana"],
    ]


def test_a_period_that_is_not_over_has_a_reason_and_no_figures(july: Scene) -> None:
    july.jira.now = datetime(2024, 6, 30, 12, tzinfo=UTC)
    shown = preview(july, FakeTimers())
    assert "1 July 2024" in shown.refused
    assert (shown.overview, shown.short, shown.measured) == (None, (), ())


def test_a_closing_says_which_calendar_has_no_days_in_its_year_yet(july: Scene) -> None:
    team = july.site.teams.get("alpha")
    new_year = NonWorkingDay(date(2024, 1, 1), "New Year", "public-holiday")
    for member, days in (("ana", ()), ("ben", (new_year,))):
        july.site.planning.calendars[member] = GlobalCalendar(member, f"Calendar of {member}", days)
        july.site.add(team, member, calendar_id=member)
    assert preview(july, FakeTimers()).without_days == (("Calendar of ana", 2024),)


def test_whoever_may_not_close_sees_nothing(july: Scene) -> None:
    with pytest.raises(NotAllowed):
        preview(july, FakeTimers(), "somebody")


@pytest.mark.parametrize(("more", "short"), [(71, True), (72, False)])
def test_a_closing_says_who_logged_less_than_half_of_what_is_expected(
    july: Scene, more: int, short: bool
) -> None:
    july.put(PAY, date(2024, 6, 4), more * HOUR, author="ana")
    july.site.add(july.site.teams.get("alpha"), "ben")
    july.site.add(july.site.teams.get("alpha"), "cy", joined=date(2024, 6, 29))
    names = [line.account_id for line in short_of_expected(overview(july))]
    assert names == (["ben", "ana"] if short else ["ben"])


@pytest.mark.parametrize(
    ("started", "paused", "found"),
    [
        ("2024-06-30T21:59:59", None, True),
        ("2024-06-30T22:00:00", None, False),
        ("2024-05-31T21:59:59", "2024-05-31T21:59:59", False),
        ("2024-05-31T21:59:59", "2024-05-31T22:00:00", True),
        ("2024-05-31T12:00:00", None, True),
        ("2024-06-15T12:00:00", "2024-06-15T13:00:00", True),
    ],
)
def test_t43_a_closing_says_whose_timer_has_time_on_its_days(
    july: Scene, started: str, paused: str | None, found: bool
) -> None:
    july.jira.zones_of["ana"] = BERLIN
    timer = start_timer("ana", PAY, datetime.fromisoformat(started).replace(tzinfo=UTC))
    timers = FakeTimers()
    timers.add(timer.pause(datetime.fromisoformat(paused).replace(tzinfo=UTC)) if paused else timer)
    timers.add(replace(timer, account_id="somebody else"))
    names = [line.account_id for line in with_unlogged_timer(july.viewer_context, timers, overview(july))]
    assert names == (["ana"] if found else [])


def test_t43_a_timer_of_days_after_a_member_left_concerns_no_closing(july: Scene) -> None:
    july.site.add(july.site.teams.get("alpha"), "ben", left=date(2024, 6, 14))
    timers = FakeTimers()
    timers.add(start_timer("ben", PAY, datetime(2024, 6, 15, 10, tzinfo=UTC)))
    assert with_unlogged_timer(july.viewer_context, timers, overview(july)) == ()
    timers.kept.clear()
    timers.add(start_timer("ben", PAY, datetime(2024, 6, 14, 10, tzinfo=UTC)))
    assert [line.account_id for line in with_unlogged_timer(july.viewer_context, timers, overview(july))] == [
        "ben"
    ]


def test_a_closing_again_says_how_members_differ_from_the_last_closing(july: Scene) -> None:
    context = july.team_context("viewer-1")
    assert preview(july, FakeTimers()).changed is None
    first = close_period(
        context, july.viewer_context_of("viewer-1"), july.jira, b"key", ClosePeriod("alpha", JUNE.first)
    )
    reopen_period(context, ReopenPeriod("alpha", first.id))
    assert preview(july, FakeTimers()).changed == ()
    day = date(2024, 6, 14)
    july.site.planning.leaves.append(Leave("ana", day, "vacation"))
    assert preview(july, FakeTimers()).changed == (
        Difference("ana", 160 * HOUR, 152 * HOUR, 8 * HOUR, 8 * HOUR),
    )
