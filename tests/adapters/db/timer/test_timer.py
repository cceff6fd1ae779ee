"""Stored timers: one for each person of a site, in instants that both databases keep to the microsecond."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.adapters.support.site_data import at_once, in_site, stores_of
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.timer.timer import DbTimerStore
from timesheet.domain.timer import Timer, start_timer
from timesheet.services.ports.timer import TimerStore

NOW = datetime(2026, 11, 16, 11, 0, 0, 123_456, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def timers(database: Database) -> TimerStore:
    for site in ("acme", "other"):
        stores_of(database, site)
        database.commit()
    return DbTimerStore(in_site(database, "acme"), "acme")


def test_a_timer_is_kept_changed_and_removed(timers: TimerStore) -> None:
    timer = start_timer("ana", 12, NOW.astimezone(ZoneInfo("Asia/Kathmandu")))
    assert timers.read("ana") is None
    assert timers.add(timer)
    assert timers.read("ana") == timer
    paused = replace(timer.pause(NOW + HOUR), confirmed=NOW + HOUR)
    assert timers.change(paused)
    assert timers.read("ana") == paused
    assert timers.read("ana").key == timer.key  # type: ignore[union-attr]
    assert timers.remove(timer)
    assert timers.read("ana") is None
    assert not timers.remove(timer)
    assert not timers.change(timer)


def test_a_person_has_one_and_the_first_stays(timers: TimerStore) -> None:
    first = start_timer("ana", 12, NOW)
    later = start_timer("ana", 31, NOW + HOUR)
    assert timers.add(first)
    assert not timers.add(later)
    assert timers.read("ana") == first
    assert not timers.change(later)
    assert not timers.remove(later)
    assert timers.add(start_timer("bo", 12, NOW))


def test_timers_of_several_people_are_read_together(timers: TimerStore) -> None:
    ana, bo = start_timer("ana", 12, NOW), start_timer("bo", 31, NOW + HOUR).pause(NOW + 2 * HOUR)
    assert all(map(timers.add, (ana, bo, start_timer("cy", 12, NOW))))
    assert sorted(timers.of(["bo", "ana", "nobody"]), key=lambda timer: timer.account_id) == [ana, bo]
    assert list(timers.of([])) == []


def test_no_site_sees_anothers(timers: TimerStore, database: Database) -> None:
    timers.add(start_timer("ana", 12, NOW))
    others = DbTimerStore(in_site(database, "other"), "other")
    assert others.read("ana") is None
    assert list(others.of(["ana"])) == []
    assert others.add(start_timer("ana", 5, NOW))
    in_site(database, "acme")
    assert timers.read("ana") == Timer("ana", 12, NOW, NOW)


def test_of_many_starts_at_once_one_counts(timers: TimerStore, database: Database) -> None:
    def start(number: int) -> bool:
        here = DbTimerStore(in_site(database, "acme"), "acme")
        return here.add(start_timer("ana", number, NOW + timedelta(seconds=number)))

    assert sorted(at_once(database, 4, start)) == [False, False, False, True]  # type: ignore[type-var]
