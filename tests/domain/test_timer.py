"""The time that a timer counts, whatever clocks do, and its rounding."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.support.instants import INSTANTS, LENGTHS, ZONES
from timesheet.domain.timer import (
    TIMER_ROUNDING_NAMES,
    TIMER_STEPS,
    Timer,
    TimerRounding,
    TimerRules,
    rounded,
    start_timer,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 16, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)


@given(INSTANTS, ZONES, st.lists(st.tuples(LENGTHS, LENGTHS), max_size=6), LENGTHS)
def test_it_counts_what_ran_and_no_pause(
    began: datetime, zone: ZoneInfo, turns: list[tuple[int, int]], last: int
) -> None:
    """The clock of the request may be in any zone: across a change its times do not differ as instants do."""
    now = began
    timer = start_timer("ana", 12, now.astimezone(zone))
    for run, pause in turns:
        now += timedelta(seconds=run)
        timer = timer.pause(now.astimezone(zone))
        assert timer.pause(now + HOUR) == timer
        now += timedelta(seconds=pause)
        assert timer.seconds(now.astimezone(zone)) == timer.seconds(now + HOUR)
        timer = timer.resume(now.astimezone(zone))
        assert timer.resume(now + HOUR) == timer
    now += timedelta(seconds=last)
    assert timer.seconds(now.astimezone(zone)) == sum(run for run, _ in turns) + last
    assert timer.started == began


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_night_in_which_the_clocks_change_has_as_many_hours_as_passed(day: date, hours: int) -> None:
    begin = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
    timer = Timer("ana", 12, begin, begin)
    assert timer.seconds(begin + timedelta(days=1)) == hours * 3600


def test_a_clock_that_is_behind_counts_nothing() -> None:
    timer = start_timer("ana", 12, NOON)
    assert timer.seconds(NOON - HOUR) == 0
    assert timer.pause(NOON - HOUR).seconds(NOON) == 0
    paused = timer.pause(NOON + HOUR)
    assert paused.resume(NOON).seconds(NOON + HOUR) == 3600


def test_its_key_is_its_own() -> None:
    timer = start_timer("ana", 12, NOON)
    others = (
        start_timer("bo", 12, NOON),
        start_timer("ana", 13, NOON),
        start_timer("ana", 12, NOON + timedelta(microseconds=1)),
    )
    assert len({timer.key, *(other.key for other in others)}) == 4
    assert start_timer("ana", 12, NOON.astimezone(BERLIN)).key == timer.key
    assert timer.pause(NOON + HOUR).resume(NOON + 2 * HOUR).key == timer.key


@given(st.integers(0, 400_000), st.sampled_from((0, *TIMER_STEPS)), st.sampled_from(TimerRounding))
def test_rounding_again_changes_nothing(seconds: int, step: int, way: TimerRounding) -> None:
    once = rounded(seconds, step, way)
    assert rounded(once, step, way) == once
    assert once >= 60
    assert once % ((step or 1) * 60) == 0


@given(st.integers(0, 6000), st.sampled_from(TIMER_STEPS))
def test_it_is_off_by_less_than_a_step(minutes: int, step: int) -> None:
    up, nearest = (rounded(minutes * 60, step, way) for way in (TimerRounding.UP, TimerRounding.NEAREST))
    assert up - minutes * 60 < step * 60 or minutes == 0
    assert up >= minutes * 60
    assert abs(nearest - minutes * 60) <= step * 30 or nearest == step * 60


@pytest.mark.parametrize(
    ("seconds", "step", "way", "minutes"),
    [
        (5400, 15, TimerRounding.UP, 90),
        (5400, 15, TimerRounding.NEAREST, 90),
        (5422, 15, TimerRounding.UP, 90),
        (5430, 15, TimerRounding.UP, 105),
        (5400 + 7 * 60, 15, TimerRounding.NEAREST, 90),
        (5400 + 8 * 60, 15, TimerRounding.NEAREST, 105),
        (5, 15, TimerRounding.NEAREST, 15),
        (5, 0, TimerRounding.UP, 1),
        (89, 0, TimerRounding.NEAREST, 1),
        (90, 0, TimerRounding.NEAREST, 2),
    ],
)
def test_time_is_rounded(seconds: int, step: int, way: TimerRounding, minutes: int) -> None:
    assert TimerRules(step, way).rounded(seconds) == minutes * 60


@pytest.mark.parametrize("name", ["down-15", "up-7", "up-", "sometimes"])
def test_a_way_of_a_newer_release_counts_as_none(name: str) -> None:
    assert TimerRules.of(name, "7") == TimerRules(projects=frozenset({7}))


@pytest.mark.parametrize("name", TIMER_ROUNDING_NAMES)
def test_a_site_chooses_one_of_the_ways(name: str) -> None:
    rules = TimerRules.of(name, "")
    assert (f"{rules.rounding}-{rules.step}" if rules.step else "") == name
    assert TimerRules.of(name, "7,8").projects == {7, 8}


def test_projects_can_be_limited() -> None:
    assert TimerRules().allows(7)
    limited = TimerRules(projects=frozenset({7}))
    assert (limited.allows(7), limited.allows(8)) == (True, False)


def test_a_running_one_is_asked_about_when_it_has_counted_a_whole_day() -> None:
    timer = start_timer("ana", 12, NOON)
    assert timer.ask_at(8 * 3600, BERLIN) == NOON + 8 * HOUR
    away = timer.pause(NOON + HOUR).resume(NOON + 3 * HOUR)
    assert away.ask_at(8 * 3600, BERLIN) == NOON + 10 * HOUR, "a pause does not count"


@pytest.mark.parametrize(
    ("started", "asked"),
    [("17:30", "23:00"), ("21:59", "23:00"), ("22:30", "23:30"), ("22:59", "23:59"), ("14:00", "22:00")],
)
def test_a_running_one_is_asked_about_at_midnight_but_not_within_an_hour(started: str, asked: str) -> None:
    begin, end = (datetime.fromisoformat(f"2026-11-16T{clock}+00:00") for clock in (started, asked))
    assert start_timer("ana", 12, begin).ask_at(8 * 3600, BERLIN) == end, "midnight in Berlin is 23:00 UTC"
    assert start_timer("ana", 12, begin).ask_at(600, BERLIN) == begin + timedelta(minutes=10)


def test_a_paused_one_is_asked_about_when_its_day_is_over() -> None:
    paused = start_timer("ana", 12, NOON).pause(NOON + HOUR)
    assert paused.ask_at(60, BERLIN) == datetime(2026, 11, 16, 23, tzinfo=UTC)
    later = replace(paused, confirmed=NOON + 14 * HOUR)
    assert later.ask_at(60, BERLIN) == datetime(2026, 11, 17, 23, tzinfo=UTC)


def test_whoever_says_that_it_is_right_is_asked_again_later() -> None:
    night = NOON + 11 * HOUR
    timer = Timer("ana", 12, NOON, NOON, confirmed=night)
    assert timer.ask_at(8 * 3600, BERLIN) == night + HOUR, "at midnight"
    after_midnight = replace(timer, confirmed=night + HOUR)
    assert after_midnight.ask_at(8 * 3600, BERLIN) == night + 9 * HOUR
    resumed = timer.pause(night).resume(night + 9 * HOUR)
    assert resumed.ask_at(8 * 3600, BERLIN) == night + 17 * HOUR, "nor does a pause count then"
