"""Jira's points are for people before background work, and for each site its share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.services.resilience.budget import (
    APP_SPENT,
    HOUR,
    POINTS_AN_HOUR,
    RESERVED,
    SITE_SPENT,
    Budget,
    MemoryPoints,
    Spent,
    most_of_a_site,
    reserve,
    why_not,
)
from timesheet.services.resilience.priority import Priority

Q = POINTS_AN_HOUR
SAVE, LOOK, REFRESH, BACKGROUND = Priority


class Time:
    def __init__(self) -> None:
        self.now = 1000 * HOUR + 600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def budget(time: Time) -> Budget:
    return Budget(MemoryPoints(), time)


def reason(budget: Budget, site: str = "a", priority: Priority = LOOK) -> str:
    refusal = budget.refusal(site, priority)
    return refusal.reason if refusal else ""


@pytest.mark.parametrize(
    ("spent", "left_seconds", "priority", "expected"),
    [
        (Spent(), 3600, LOOK, ""),
        (Spent(), 3600, BACKGROUND, ""),
        (Spent(app=Q, sites=9), 60, LOOK, APP_SPENT),
        (Spent(app=Q - 650, site=1, sites=9), 1800, LOOK, APP_SPENT),
        (Spent(app=Q - 651, site=1, sites=9), 1800, LOOK, ""),
        (Spent(app=2 * Q, site=Q, sites=9), 60, SAVE, ""),
        # People saved for 10,000 points in half an hour, and will again.
        (Spent(app=52_500, people=30_000, saves=10_000, site=1, sites=1000), 1800, LOOK, APP_SPENT),
        (Spent(app=52_499, people=30_000, saves=10_000, site=1, sites=1000), 1800, LOOK, ""),
        # A few people who saved in the first minute do not save like that for an hour.
        (Spent(app=4800, people=4800, saves=4800, site=4800, sites=1), 3590, LOOK, ""),
        (Spent(app=32_591, people=4800, saves=4800, site=1, sites=1000), 3590, LOOK, APP_SPENT),
        (Spent(app=32_590, people=4800, saves=4800, site=1, sites=1000), 3590, LOOK, ""),
        (Spent(app=10, saves_before=Q, site=1, sites=1000), 3590, LOOK, ""),
        # One site alone may use most, but not all: somebody may come.
        (Spent(app=51_999, site=51_999, sites=1), 600, LOOK, ""),
        (Spent(app=52_000, site=52_000, sites=1), 600, LOOK, SITE_SPENT),
        # Those of the hour before may come again.
        (Spent(app=52_000, site=16_250, sites=1, sites_before=1000), 600, LOOK, SITE_SPENT),
        # Of a thousand sites, one may use a quarter, and only its share when points are short.
        (Spent(app=20_000, site=16_249, sites=1000), 600, LOOK, ""),
        (Spent(app=20_000, site=16_250, sites=1000), 600, LOOK, SITE_SPENT),
        (Spent(app=50_000, site=64, sites=1000), 600, LOOK, ""),
        (Spent(app=50_000, site=65, sites=1000), 600, LOOK, SITE_SPENT),
        # Background work leaves a fifth of what the rest of the hour has, or what people used and a quarter more.
        (Spent(app=51_000, site=10, sites=1000), 1800, BACKGROUND, ""),
        (Spent(app=58_501, site=10, sites=1000), 1800, BACKGROUND, RESERVED),
        (Spent(app=58_501, site=10, sites=1000), 1800, LOOK, ""),
        (Spent(app=40_000, people=20_000, site=10, sites=1000), 1800, BACKGROUND, RESERVED),
        (Spent(app=30_000, people=20_000, site=10, sites=1000), 1800, BACKGROUND, ""),
        # What is cached is read again from the first tenth.
        (Spent(app=35_684, site=10, sites=1000), 1800, REFRESH, ""),
        (Spent(app=35_685, site=10, sites=1000), 1800, REFRESH, RESERVED),
        (Spent(app=35_685, site=10, sites=1000), 1800, LOOK, ""),
        # At the beginning of an hour, the hour before decides.
        (Spent(app=0, people_before=52_100), 3599, BACKGROUND, RESERVED),
        (Spent(app=0, people_before=40_000), 3599, BACKGROUND, ""),
    ],
)
def test_reads_are_refused_by_priority_as_points_run_short(
    spent: Spent, left_seconds: float, priority: Priority, expected: str
) -> None:
    assert why_not(Q, spent, left_seconds, priority) == expected


POINTS = st.integers(0, 500_000)


@given(st.floats(1, 3600), st.floats(0, 0.49), POINTS)
def test_with_half_of_the_points_left_people_may_read(
    left_seconds: float, used: float, saves_before: int
) -> None:
    app = int(used * Q)
    spent = Spent(app=app, people=app, saves=app, sites=1000, saves_before=saves_before)
    assert why_not(Q, spent, left_seconds, LOOK) == ""


@given(st.integers(1000, 500_000), POINTS, st.integers(1, 10_000), st.floats(1, 3600), POINTS)
def test_the_rules_hold_for_every_state(
    quota: int, used: int, sites: int, left_seconds: float, people: int
) -> None:
    left = quota - used
    most = most_of_a_site(quota, left, sites)
    assert quota / sites <= most or sites == 1
    assert most <= max(0.8 * quota, quota / sites) or sites == 1
    kept = reserve(quota, Spent(app=used, people=people), left_seconds)
    assert kept >= 0.199 * quota * left_seconds / HOUR
    spent = Spent(app=used, people=people, sites=sites)
    if not why_not(quota, spent, left_seconds, BACKGROUND):
        assert not why_not(quota, spent, left_seconds, LOOK), "people come first"


def test_each_call_counts_and_a_new_hour_begins_with_all(budget: Budget, time: Time) -> None:
    assert reason(budget) == ""
    budget.spend("a", 100, LOOK)
    assert budget.left() == Q - 101
    budget.spend("a", Q, LOOK)
    refusal = budget.refusal("b", LOOK)
    assert refusal is not None
    assert (refusal.reason, refusal.seconds) == (APP_SPENT, 3000)
    time.now += 3000
    assert reason(budget, "b") == ""
    assert budget.left() == Q - 1


def test_a_refused_call_costs_nothing(budget: Budget) -> None:
    budget.spend("a", Q, LOOK)
    for _ in range(3):
        assert reason(budget) == APP_SPENT
    assert budget.left() == 0
    assert reason(budget, priority=SAVE) == "", "a save is never held back"
    budget.note_app_quota(Q + 1000, None)
    assert budget.left() == 999
    assert budget.allowed() == Q + 1000


def test_one_site_does_not_use_up_what_others_need(budget: Budget) -> None:
    for number in range(100):
        assert reason(budget, f"site {number}") == ""
    calls = 0
    while reason(budget, "greedy") == "":
        budget.spend("greedy", 100, LOOK)
        calls += 1
    assert 160 <= calls <= 161, "a quarter of all"
    assert {reason(budget, f"site {number}") for number in range(100)} == {""}


def test_background_work_asks_again_within_a_minute(budget: Budget) -> None:
    budget.spend("a", Q - 9000, BACKGROUND)
    refusal = budget.refusal("b", BACKGROUND)
    assert refusal is not None
    assert (refusal.reason, refusal.seconds) == (RESERVED, 60)
    assert reason(budget, "b") == ""


def test_what_jira_says_counts_more_than_what_was_counted(budget: Budget) -> None:
    budget.note_app_quota(100_000, 50)
    assert budget.left() == 50
    budget.note_app_quota(None, 90_000)
    assert budget.left() == 50, "another process may have learned it earlier"
    budget.note_app_quota(100_000, 0)
    assert reason(budget, "b") == APP_SPENT


def test_what_jira_says_of_another_period_is_not_about_this_hour(budget: Budget) -> None:
    budget.note_app_quota(None, 1, 12)
    assert budget.left() == Q, "it ends in 12 seconds, and this hour in 50 minutes"
    budget.note_app_quota(None, 5, 2950)
    assert budget.left() == 5


def test_a_site_with_an_allowance_of_its_own_shares_nothing(budget: Budget, time: Time) -> None:
    budget.spend("other", Q, LOOK)
    assert reason(budget) == APP_SPENT
    budget.note_site_quota("a", 100_000, 20_001)
    assert reason(budget, priority=BACKGROUND) == ""
    assert reason(budget, priority=BACKGROUND) == RESERVED
    assert reason(budget) == ""
    budget.spend("a", 18_000, LOOK)
    assert reason(budget) == SITE_SPENT
    assert reason(budget, priority=SAVE) == ""
    time.now += HOUR
    assert reason(budget) == ""


def test_memory_keeps_two_hours() -> None:
    points = MemoryPoints()
    points.add(1, "a", 5, LOOK)
    points.add(1, "b", 5, BACKGROUND)
    assert points.add(2, "a", 7, LOOK) == Spent(7, 7, 0, 7, 1, 5, 0, 2)
    assert points.add(2, "", 0, BACKGROUND) == Spent(7, 7, 0, 0, 1, 5, 0, 2)
    assert points.add(3, "a", 1, BACKGROUND) == Spent(1, 0, 0, 1, 1, 7, 0, 1)
    assert points.add(5, "a", 1, BACKGROUND) == Spent(1, 0, 0, 1, 1)
    points.at_least(5, 40)
    points.at_least(5, 30)
    assert points.add(5, "a", 0, BACKGROUND).app == 40
