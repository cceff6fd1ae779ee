"""Benchmark growth: ten and a hundred times as much of everything, an hour of many sites, and many people at once."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from cryptography.fernet import Fernet

from bench.floor import static_answer
from bench.hanging_jira import ANSWER_SECONDS, NINE_OCLOCK, calm, scene
from bench.hour import PEOPLE_OF_A_SITE, hour, measured_costs
from bench.jira import calls_since
from bench.measure import Figure, figure, milliseconds
from bench.team import Lead, Size, cold, team_of
from timesheet.adapters.cache.choice import CACHED
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.envelope import Envelopes
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.crypto.cache_box import CacheBox
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.ports.packed_worklogs import PackedWorklogs, pack, packed_entry, places_of
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot
from timesheet.services.snapshot.window import CACHE_SECONDS
from timesheet.services.snapshot.worklog_event import (
    SiteWorklogEvent,
    events_key,
    site_event_change,
    site_events_since,
)

GROWTH = (1, 10, 100)
WORKLOGS, EVENTS, SITES, WORKLOGS_OF_A_PERSON = 1000, 100, 1, 66
MIB = 1024 * 1024
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
SPAN = DateSpan(date(2026, 11, 1), date(2026, 11, 30))
MEMBERS = (Size(5, 12, 0), Size(50, 12, 0), Size(500, 6, 20))

SHARING = (2_000, 5_000, 10_000, 20_000, 50_000)
"""The numbers of people, on sites of twenty, who share one allowance, for finding out how many it carries."""


def scale() -> Iterator[Figure]:
    """Yield all figures."""
    yield from of_members()
    yield from of_worklogs()
    yield from of_events()
    yield from of_sites()
    costs = measured_costs()
    for people in SHARING:
        yield hour(f"an hour, one allowance for {people} people", costs, people=people)
    yield hour("an hour, one allowance for all sites", costs)
    yield hour("an hour, an allowance for each site", costs, own=100_000)
    yield nine_oclock()


def of_members() -> Iterator[Figure]:
    """Measure a team's month with 5, 50, and 500 members: cold with its points, and warm."""
    for size in MEMBERS:
        with team_of(size) as (_, lead):
            yield cold(f"growth: a team of {size.people}, cold", lead, "")
            yield _warm(f"growth: a team of {size.people}, warm", lead)


def _warm(name: str, lead: Lead) -> Figure:
    body = lead.tab("timesheet")
    calls_since(lead.stage)
    row = figure(name, lambda: lead.tab("timesheet"), static_answer(body), rounds=20, size=len(body))
    calls, points = calls_since(lead.stage)
    if calls:
        raise RuntimeError(f"a warm view called Jira {calls} times for {points} points")
    return row


def of_worklogs() -> Iterator[Figure]:
    """Measure sealing a snapshot of 1,000, 10,000, and 100,000 worklogs for the cache server, and opening it."""
    envelopes = Envelopes(CacheBox([Fernet.generate_key().decode()]), Codec(CACHED))
    for times in GROWTH:
        packed = _packed(WORKLOGS * times)
        sealed = envelopes.pack("name", packed)
        seals = [milliseconds(partial(envelopes.pack, "name", packed)) for _ in range(5)]
        opens = [milliseconds(partial(envelopes.unpack, "name", sealed)) for _ in range(5)]
        yield Figure(
            f"growth: {WORKLOGS * times} worklogs opened from the cache server",
            median(opens),
            max(opens),
            size=len(sealed),
            notes={"seal_ms": round(median(seals), 2)},
        )


def of_events() -> Iterator[Figure]:
    """Measure noting 100, 1,000, and 10,000 events of one site, and finding those that a view must consider."""
    for times in GROWTH:
        cache, count = MemoryCache(), EVENTS * times

        def note(cache: MemoryCache = cache, count: int = count) -> None:
            for number in range(count):
                event = SiteWorklogEvent(number, number % 50, f"person-{number % 20}", number, NOW)
                cache.change(events_key("site"), *site_event_change(event))

        took = milliseconds(note)
        found = [milliseconds(partial(site_events_since, cache, "site", NOW)) for _ in range(20)]
        yield Figure(
            f"growth: {count} events, found for a view",
            median(found),
            max(found),
            notes={"note_one_ms": round(took / count, 4)},
        )


def of_sites() -> Iterator[Figure]:
    """Measure the memory of the warm months of 1, 10, and 100 sites with twenty people each."""
    for times in GROWTH:
        cache = MemoryCache()
        tracemalloc.start()
        for site in range(SITES * times):
            for person in range(PEOPLE_OF_A_SITE):
                cache.put(f"{site}:{person}", _cached_snapshot(site, person), CACHE_SECONDS)
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        key = f"{SITES * times - 1}:0"
        searched = [milliseconds(partial(cache.get, key)) for _ in range(200)]
        yield Figure(
            f"growth: {SITES * times} sites, their people's months in memory",
            median(searched),
            quantiles(searched, n=20)[-1],
            size=size,
            target="100 sites: ≤ 100 MiB",
            notes={"mib": round(size / MIB, 1)},
        )


def _packed(count: int) -> PackedWorklogs:
    people = tuple(f"712020:{number:08}-0000-0000-0000-000000000000" for number in range(500))
    places = places_of(people)
    entries = (packed_entry(places, _worklog(number, people[number % 500])) for number in range(count))
    return pack(entries, people, SPAN, {number: _issue(number) for number in range(count // 50)}, NOW)


def _cached_snapshot(site: int, person: int) -> CachedSnapshot:
    first = (site * PEOPLE_OF_A_SITE + person) * WORKLOGS_OF_A_PERSON
    worklogs = tuple(_worklog(first + n, f"{site}-{person}") for n in range(WORKLOGS_OF_A_PERSON))
    issues = {number: _issue(number) for number in {worklog.issue_id for worklog in worklogs}}
    return CachedSnapshot(Snapshot(worklogs, issues, NOW), "Europe/Berlin")


def _worklog(number: int, author: str) -> Worklog:
    day = SPAN.first + timedelta(days=number % 30)
    updated = NOW + timedelta(milliseconds=number)
    return Worklog(
        id=10_000_000 + number,
        issue_id=number % 12,
        author=author,
        day=day,
        started=NOW,
        seconds=600 * (1 + number % 48),
        updated=updated,
    )


def _issue(number: int) -> Issue:
    return Issue(number, f"PAY-{number}", "An issue", 1, "PAY", "Pay", "Task", "Open", False, None, None, 0)


def nine_oclock() -> Figure:
    """Measure a hundred people of one site who open their timesheets at once, with 200 ms for each answer of Jira."""
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder), NINE_OCLOCK) as stage:
        seen = calm(stage, NINE_OCLOCK, ANSWER_SECONDS)
    answered = seen.statuses[200]
    notes = {"sheets": float(seen.sheets), "health_ms": round(max(seen.health), 1)}
    if answered != NINE_OCLOCK or seen.sheets != NINE_OCLOCK:
        raise RuntimeError(f"not everybody got a timesheet: {dict(seen.statuses)}")
    return Figure(
        "nine o'clock: 100 people at once",
        median(seen.other_cold),
        quantiles(seen.other_cold, n=20)[-1],
        target="last ≤ 10 s",
        notes={**notes, "last_ms": round(max(seen.other_cold), 1)},
    )
