"""Jira's last response as a fallback while it cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.support.alone import Alone
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import AppBusy, JiraUnavailable, NotAllowed, TimesheetError
from timesheet.services.viewer.stale_read import fresh_for, keep_newest, last_key, read_with_fallback

KEPT = 600
PAUSE_SECONDS = 15
HALF_A_DAY = 12 * 3600


class Place:
    """A cache and a Jira that fails on request."""

    def __init__(self) -> None:
        self.now, self.calls, self.answer = 0.0, 0, "first"
        self.failure: TimesheetError | None = None
        self.cache = MemoryCache(now=lambda: self.now)

    def read(self) -> str:
        self.calls += 1
        if self.failure:
            raise self.failure
        return self.answer

    def read_with_fallback(self) -> str:
        return read_with_fallback(self.cache, "site:thing", self.read, KEPT)


def test_the_last_value_is_used_and_jira_is_called_from_time_to_time() -> None:
    place = Place()
    assert place.read_with_fallback() == "first"
    place.now, place.failure = KEPT, JiraUnavailable("Jira is down.")
    assert [place.read_with_fallback(), place.read_with_fallback()] == ["first", "first"]
    assert place.calls == 2
    place.now += PAUSE_SECONDS - 1
    assert place.read_with_fallback() == "first"
    assert place.calls == 2
    place.now += 1
    assert place.read_with_fallback() == "first"
    assert place.calls == 3
    place.now, place.failure, place.answer = place.now + PAUSE_SECONDS, None, "second"
    assert place.read_with_fallback() == "second"


def test_nothing_replaces_a_value_that_was_never_read_or_a_refusal() -> None:
    place = Place()
    place.failure = JiraUnavailable("Jira is down.")
    with pytest.raises(JiraUnavailable):
        place.read_with_fallback()
    place.failure = None
    place.read_with_fallback()
    place.now, place.failure = KEPT, NotAllowed("No longer.")
    with pytest.raises(NotAllowed):
        place.read_with_fallback()


@pytest.mark.parametrize(("seconds", "known"), [(HALF_A_DAY - 1, True), (HALF_A_DAY, False)])
def test_it_is_used_for_half_a_day(seconds: int, known: bool) -> None:
    place = Place()
    place.read_with_fallback()
    place.now, place.failure = seconds, JiraUnavailable("Jira is down.")
    if known:
        assert place.read_with_fallback() == "first"
    else:
        with pytest.raises(JiraUnavailable):
            place.read_with_fallback()


def test_while_the_app_is_busy_jira_is_called_again_immediately() -> None:
    place = Place()
    place.read_with_fallback()
    place.now, place.failure = KEPT, AppBusy("Too many at once.")
    assert [place.read_with_fallback(), place.read_with_fallback()] == ["first", "first"]
    assert place.calls == 3


def test_each_thing_has_its_own_fallback() -> None:
    place = Place()
    place.read_with_fallback()
    assert place.cache.get(last_key("site:thing")) == "first"
    place.failure = JiraUnavailable("Jira is down.")
    with pytest.raises(JiraUnavailable):
        read_with_fallback(place.cache, "site:other", place.read, KEPT)


def test_a_value_is_fresh_for_two_seconds_while_writes_of_others_are_unknown() -> None:
    cache, minute, second = MemoryCache(), timedelta(minutes=1), timedelta(seconds=1)
    assert fresh_for(cache, minute) == minute
    assert fresh_for(Alone(cache), minute) == 2 * second
    assert fresh_for(Alone(cache), second) == second


@dataclass(frozen=True)
class Reading:
    name: str
    read_at: datetime


NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cached_after", "kept"),
    [
        (-1, "read"),
        (0, "read"),
        (1, "cached"),
        # The read itself began three seconds ago, and the clocks of two processes differ by five at most.
        (8, "cached"),
        (9, "read"),
    ],
)
def test_a_read_replaces_all_but_one_that_began_later(cached_after: int, kept: str) -> None:
    cache = MemoryCache()
    began = NOW - timedelta(seconds=3)
    readings = Reading("cached", began + timedelta(seconds=cached_after)), Reading("read", began)
    cache.put("key", readings[0], KEPT)
    assert keep_newest(cache, "key", readings[1], NOW, KEPT).name == kept
    found = cache.get("key")
    assert isinstance(found, Reading)
    assert found.name == kept


def test_the_first_read_is_cached() -> None:
    cache = MemoryCache()
    reading = Reading("read", NOW)
    assert keep_newest(cache, "key", reading, NOW, KEPT) == cache.get("key") == reading
