"""The next day with less time than expected: forward to today, then again from four weeks ago."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.services.support.scene import MONDAY, PAY, Scene
from timesheet.domain.period.closed_day import ClosedDay, ClosedDays
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope, Team
from timesheet.services.period.lock import PeriodLock
from timesheet.services.ports.jira import Missing
from timesheet.services.timesheet.gap import Gap, find_gap

HOUR = 3600
DAY = timedelta(days=1)
FIRST = MONDAY - timedelta(days=27)
"""The first of the last four weeks, a Tuesday."""


def fill(scene: Scene, *lacking: date) -> None:
    """Log eight hours on all working days of the last weeks but these, which get three."""
    for offset in range(80):
        day = MONDAY - offset * DAY
        if day.weekday() < 5:
            scene.put(PAY, day, (3 if day in lacking else 8) * HOUR)


def gaps(scene: Scene, *after: date) -> list[Gap | None]:
    return [find_gap(scene.viewer_context, scene.site.stores, day) for day in after]


def test_the_next_day_is_found_across_weeks_and_days_off(scene: Scene) -> None:
    thursday, friday = MONDAY - 11 * DAY, MONDAY - 3 * DAY
    fill(scene, thursday, friday)
    found = [Gap(thursday, 3 * HOUR, 8 * HOUR), Gap(friday, 3 * HOUR, 8 * HOUR)]
    assert gaps(scene, thursday - DAY, thursday) == found
    # After the last one, and from a day to come, it begins again.
    assert gaps(scene, friday, MONDAY + 9 * DAY) == [found[0], found[0]]


def test_today_counts_and_the_only_one_is_found_again(scene: Scene) -> None:
    fill(scene, MONDAY)
    today = Gap(MONDAY, 3 * HOUR, 8 * HOUR)
    assert gaps(scene, MONDAY - DAY, MONDAY) == [today, today]


def test_it_begins_again_with_the_last_four_weeks(scene: Scene) -> None:
    fill(scene, FIRST - DAY)
    assert gaps(scene, MONDAY - DAY) == [None]
    assert gaps(scene, FIRST - 2 * DAY) == [Gap(FIRST - DAY, 3 * HOUR, 8 * HOUR)]
    fill(scene)
    scene.jira.worklogs.clear()
    fill(scene, FIRST)
    scene.sheet(refresh=True)
    scene.wait(301)
    assert gaps(scene, MONDAY) == [Gap(FIRST, 3 * HOUR, 8 * HOUR)]


def test_a_sum_that_lacks_time_is_not_complete(scene: Scene) -> None:
    fill(scene, MONDAY)
    scene.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs.", "issue"),)
    assert gaps(scene, MONDAY - DAY) == [Gap(MONDAY, 3 * HOUR, 8 * HOUR, complete=False)]


def test_a_closed_day_is_left_out(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, scoped = MONDAY - 5 * DAY, MONDAY - 4 * DAY
    fill(scene, closed, scoped)
    everything = Team("t1", "All", "viewer-1", "s1")
    part = replace(everything, scope=Scope((1,)))
    week = DateSpan(closed, closed + 6 * DAY)
    days = {closed: (ClosedDay(everything, week),), scoped: (ClosedDay(part, week),)}
    monkeypatch.setattr(PeriodLock, "closed", lambda *_: ClosedDays(days))
    [gap] = gaps(scene, closed - DAY)
    assert gap == Gap(scoped, 3 * HOUR, 8 * HOUR), "some issues take time"


def test_days_of_more_than_a_year_ago_are_not_read(scene: Scene) -> None:
    fill(scene, FIRST)
    assert gaps(scene, date(2020, 1, 1)) == [Gap(FIRST, 3 * HOUR, 8 * HOUR)]
    assert scene.calls().count("read_worklogs") == 1
