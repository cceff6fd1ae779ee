"""The estimated weight of cached values, compared with what Python allocates for them."""

from __future__ import annotations

import tracemalloc
from array import array
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from timesheet.adapters.cache.choice import connect_server, open_cache
from timesheet.adapters.cache.memory import MOST_BYTES
from timesheet.adapters.cache.weight import LIGHT, weight_of
from timesheet.adapters.crypto.cache_box import CacheBox
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.packed_json import packed
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.ports.packed_values import PackedValues
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot
from timesheet.services.snapshot.change import ChangeLog, WorklogEvent, WorklogState
from timesheet.services.snapshot.worklog_event import SiteWorklogEvent

NOW = datetime(2026, 11, 16, 11, tzinfo=UTC)
DAY = date(2026, 11, 16)
SPAN = DateSpan(DAY, DAY)
KEY = "gAAAAABm0000000000000000000000000000000000A="


def worklog(number: int, words: int = 8) -> Worklog:
    at = NOW + timedelta(milliseconds=number)
    text = packed(text_to_adf(f"{number}" + " words" * words))
    own = packed({"timesheet.key": {"key": f"{number:032}"}})
    return Worklog(
        10**7 + number, 10**4 + number % 40, "a-1", DAY, at, 60 * (number + 300), at, text, False, own, at
    )


def issue(number: int) -> Issue:
    return Issue(
        number, f"PAY-{number}", f"What is to be done about {number}", 1, "PAY", "Pay", "Task", "Open", False
    )


def snapshot(words: int = 8) -> Snapshot:
    return Snapshot(
        tuple(worklog(number, words) for number in range(240)),
        {number: issue(number) for number in range(10_000, 10_040)},
        NOW,
    )


def change_log() -> ChangeLog:
    changes = tuple(
        WorklogState(number, worklog(number), NOW + timedelta(number), issue(number)) for number in range(300)
    )
    events = tuple(
        WorklogEvent(
            number + 1000, number + 1000, number + 1000, NOW + timedelta(number), NOW, worklog(number)
        )
        for number in range(300)
    )
    return ChangeLog((), changes, events)


def packed_worklogs() -> PackedWorklogs:
    issues = {number: issue(number) for number in range(10_000, 10_040)}
    return PackedWorklogs(("a",), SPAN, array("q", range(70_000)), issues, NOW, NOW, NOW)


def site_events() -> tuple[SiteWorklogEvent, ...]:
    return tuple(
        SiteWorklogEvent(
            number + 1000, number + 1000, f"{number:030}", number + 1000, NOW + timedelta(number)
        )
        for number in range(1000)
    )


MADE: dict[str, Callable[[], Any]] = {
    "a month": snapshot,
    "a month with long comments": lambda: snapshot(400),
    "a held month": lambda: CachedSnapshot(snapshot()),
    "recent changes": change_log,
    "the packed worklogs of a team": packed_worklogs,
    "attributes": lambda: PackedValues(
        array("q", range(9000)), tuple({f"{number:030}": f"text {number}"} for number in range(300))
    ),
    "the events of a site": site_events,
    "found issues": lambda: tuple(issue(number) for number in range(10_000, 10_300)),
    "text": lambda: "ä" * 100_000,
    "other letters": lambda: "字" * 100_000,
    "bytes": lambda: bytes(100_000),
    "groups": lambda: {f"{number:030}": (f"{number:040}", f"{number:041}") for number in range(500)},
    "words": lambda: [f"{number:050}" for number in range(2000)],
}


def taken_by(make: Callable[[], object]) -> int:
    """Return the bytes that Python allocates for a new value."""
    tracemalloc.start()
    value = make()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del value
    return taken


@pytest.mark.parametrize("name", MADE)
def test_the_weight_is_what_the_value_takes(name: str) -> None:
    make = MADE[name]
    weight = weight_of(make())
    # Other threads of this process can only add to what is traced.
    assert 0.7 < weight / min(taken_by(make) for _ in range(3)) < 1.5


def test_small_values_weigh_something() -> None:
    assert weight_of(None) == weight_of(True) == LIGHT < weight_of(1) < 2 * LIGHT
    assert weight_of("text") > LIGHT


def test_a_comment_that_is_not_packed_weighs_more() -> None:
    plain = replace(worklog(1), comment=text_to_adf("words"))
    assert weight_of(plain) > weight_of(replace(plain, comment=packed(text_to_adf("words"))))


def test_long_comments_fill_the_cache_of_a_process() -> None:
    cache = open_cache(connect_server(None), CacheBox([KEY]))
    large = replace(worklog(1), comment=packed(text_to_adf("x" * 30_000)))
    month = CachedSnapshot(Snapshot((large,) * 240, {}, NOW))
    count = MOST_BYTES // (240 * 30_000) + 2
    for number in range(count):
        cache.put(str(number), month, 60)
    assert cache.get("0") is None
    assert cache.get(str(count - 1)) is month
