"""Events about anybody's worklogs are stored, the last one per worklog, up to a number and for a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.adapters.cache.memory import MemoryCache
from timesheet.services.snapshot.worklog_event import (
    CACHE_SECONDS,
    KEPT,
    MOST_EVENTS,
    SiteWorklogEvent,
    events_key,
    site_event_change,
    site_events_since,
)

START = datetime(2026, 11, 16, 9, tzinfo=UTC)
SITE = "site-1"
NUMBERS = st.lists(st.integers(1, 5))


def event(worklog_id: int, minute: int = 0, updated: int | None = 1) -> SiteWorklogEvent:
    return SiteWorklogEvent(worklog_id, 12, "ana", updated, START + timedelta(minutes=minute))


def noted(*events: SiteWorklogEvent) -> MemoryCache:
    cache = MemoryCache()
    for one in events:
        cache.change(events_key(SITE), *site_event_change(one))
    return cache


def test_nothing_was_received_at_first() -> None:
    assert site_events_since(MemoryCache(), SITE, START) == ()


def test_events_since_a_moment_in_the_order_they_came() -> None:
    cache = noted(event(1), event(2, 5), event(3, 1))
    assert site_events_since(cache, SITE, START) == (event(1), event(2, 5), event(3, 1))
    assert site_events_since(cache, SITE, START + timedelta(minutes=1)) == (event(2, 5), event(3, 1))
    assert site_events_since(cache, "site-2", START) == ()


@given(NUMBERS, NUMBERS)
def test_only_the_last_event_of_a_worklog_counts_and_only_once(before: list[int], after: list[int]) -> None:
    early = [event(number, minute) for minute, number in enumerate(before)]
    cache = noted(*early)
    seen = site_events_since(cache, SITE, START)
    late = [event(number, len(before) + minute) for minute, number in enumerate(after)]
    for one in late:
        cache.change(events_key(SITE), *site_event_change(one))
    events = site_events_since(cache, SITE, START, seen[-1] if seen else None)
    everything = site_events_since(cache, SITE, START)
    assert {one.worklog_id: one for one in [*early, *late]} == {one.worklog_id: one for one in everything}
    assert len(everything) == len(set(before) | set(after))
    # Events after the mark are always returned; all of them again if the mark itself was forgotten.
    overtaken = bool(seen) and seen[-1].worklog_id in after
    assert set(events) == (set(everything) if overtaken else set(everything) - set(early))


@pytest.mark.parametrize(
    ("known", "late", "kept"),
    [(7, 6, 7), (None, 7, None), (None, None, None), (7, 8, 8), (7, None, None)],
    ids=[
        "an older version",
        "a version after its deletion",
        "a deletion twice",
        "a newer version",
        "a deletion",
    ],
)
def test_an_event_that_comes_after_a_later_one_changes_nothing(
    known: int | None, late: int | None, kept: int | None
) -> None:
    [found] = site_events_since(noted(event(1, 0, known), event(1, 1, late)), SITE, START)
    assert (found.updated, found.at == START) == (kept, known == kept)


def test_the_oldest_of_too_many_is_forgotten_and_all_after_a_while() -> None:
    clock = [0.0]
    cache = MemoryCache(now=lambda: clock[0])
    for number in range(MOST_EVENTS + 1):
        cache.change(events_key(SITE), *site_event_change(event(number)))
    events = site_events_since(cache, SITE, START)
    assert (len(events), events[0].worklog_id, events[-1].worklog_id) == (MOST_EVENTS, 1, MOST_EVENTS)
    clock[0] = CACHE_SECONDS + 1
    assert site_events_since(cache, SITE, START) == ()


def test_what_is_old_is_forgotten_as_soon_as_another_event_arrives() -> None:
    kept = int(KEPT.total_seconds()) // 60
    cache = noted(event(1), event(2), event(3, 1), event(4, kept))
    assert [one.worklog_id for one in site_events_since(cache, SITE, START)] == [1, 2, 3, 4]
    cache.change(events_key(SITE), *site_event_change(event(5, kept + 1)))
    assert [one.worklog_id for one in site_events_since(cache, SITE, START)] == [3, 4, 5]


@given(
    st.text(),
    st.integers(min_value=1),
    st.none() | st.integers(),
    st.none() | st.timedeltas(timedelta(-9), timedelta(9)),
)
def test_an_event_comes_back_as_it_was_whatever_it_says(
    author: str, worklog_id: int, updated: int | None, begun: timedelta | None
) -> None:
    """Ends of lines in an account id included: who sends events is verified, but not what they say."""
    sent_event = SiteWorklogEvent(
        worklog_id, 12, author, updated, START, None if begun is None else START + begun
    )
    other = event(worklog_id + 1)
    assert site_events_since(noted(other, sent_event, other), SITE, START) == (sent_event, other)


def test_what_a_later_release_appends_to_an_event_does_not_matter() -> None:
    cache = noted(event(1), event(2))
    lines: str = cache.get(f"{SITE}:worklog-events")
    cache.put(f"{SITE}:worklog-events", lines.replace("]", ',"more"]'), CACHE_SECONDS)
    assert site_events_since(cache, SITE, START) == (event(1), event(2))


def test_a_worklog_is_not_taken_for_another_whose_number_begins_like_it() -> None:
    cache = noted(event(171), event(17), event(1), event(17, 3))
    assert site_events_since(cache, SITE, START) == (event(171), event(1), event(17, 3))
