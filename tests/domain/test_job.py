"""The times at which jobs are due, and at which they are tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.job import (
    KINDS,
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    Job,
    first_due,
    next_due,
    pause_before,
    scheduled_jobs,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe")]
moments = st.integers(0, 15 * 366 * 86400).map(lambda seconds: NOW + timedelta(seconds=seconds))
sites = st.text(min_size=1, max_size=20)


def test_every_job_is_described() -> None:
    assert set(KINDS) == set(Job)
    assert all(kind.title and kind.about.endswith(".") for kind in KINDS.values())


def test_a_site_that_removed_the_app_is_only_erased() -> None:
    assert scheduled_jobs(uninstalled=True) == {Job.ERASE}
    installed = scheduled_jobs(uninstalled=False)
    assert Job.SETTLE in installed
    assert not {Job.ERASE, Job.EVENTS} & installed


@given(sites, st.sampled_from(ZONES), moments)
def test_a_nightly_job_runs_once_in_each_night_of_the_site(site: str, zone: ZoneInfo, now: datetime) -> None:
    due = next_due(Job.TRIM, site, zone, now)
    assert due is not None
    assert first_due(Job.TRIM, site, zone, now) == due
    assert now < due <= now + timedelta(hours=26)
    assert 0 <= due.astimezone(zone).hour <= 6, "clock changes move it by an hour at most"
    following = next_due(Job.TRIM, site, zone, due)
    assert following is not None
    assert timedelta(hours=22) < following - due < timedelta(hours=26)


@given(sites)
def test_the_first_runs_are_spread(site: str) -> None:
    due = first_due(Job.CHECKPOINT, site, ZONES[0], NOW)
    assert NOW <= due < NOW + timedelta(hours=1)
    assert due == first_due(Job.CHECKPOINT, site, ZONES[0], NOW)


def test_sites_do_not_run_all_at_once() -> None:
    due = {first_due(Job.TRIM, f"site {number}", ZONES[0], NOW) for number in range(100)}
    assert len(due) > 60


def test_the_next_run_is_counted_from_the_end_of_the_last() -> None:
    assert next_due(Job.SETTLE, "acme", ZONES[0], NOW) == NOW + timedelta(minutes=5)
    assert next_due(Job.EVENTS, "acme", ZONES[0], NOW) is None


@pytest.mark.parametrize(
    ("attempts", "retry_after", "seconds"),
    [
        (1, 0, 30),
        (2, 0, 60),
        (3, 0, 120),
        (8, 0, 3600),
        (500, 0, 3600),
        (1, 90, 90),
        (1, 7200, 7200),
        (0, 0, 30),
    ],
)
def test_attempts_are_further_and_further_apart(attempts: int, retry_after: int, seconds: int) -> None:
    assert pause_before(attempts, retry_after) == timedelta(seconds=seconds)


def test_jira_may_be_away_for_hours() -> None:
    whole = sum((pause_before(attempt) for attempt in range(1, MOST_ATTEMPTS)), timedelta())
    assert timedelta(hours=4) < whole < timedelta(hours=12)
    assert timedelta(hours=1) == LONGEST_PAUSE
