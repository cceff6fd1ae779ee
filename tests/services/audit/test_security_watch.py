"""Too many actions of one kind from one source are reported once per window, and nothing below the limit is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import cast

import pytest

from tests.services.support.fake_recorder import RecordedDrafts
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditEvent, Origin
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.audit.security_watch import (
    CROSS_SITE,
    DELETES,
    EXPORTS,
    FOREIGN_IDS,
    REFUSED_TOKENS,
    BurstLimit,
    exceeds_limit,
    raise_alarm,
    watch_event,
)
from timesheet.services.ports.audit import AuditStore


class Now:
    seconds = 0.0


def noticed(cache: MemoryCache, burst: BurstLimit, times: int, *source: str) -> list[int]:
    """Return which of this many were reported, counted from 1."""
    return [number for number in range(1, times + 1) if exceeds_limit(cache, burst, *source)]


@pytest.mark.parametrize(
    ("burst", "most"),
    [(REFUSED_TOKENS, 20), (CROSS_SITE, 0), (FOREIGN_IDS, 10), (EXPORTS, 10), (DELETES, 50)],
)
def test_the_one_that_is_too_many_is_noticed_and_no_other(burst: BurstLimit, most: int) -> None:
    assert noticed(MemoryCache(), burst, most, "a") == []
    assert noticed(MemoryCache(), burst, most * 2 + 5, "a") == [most + 1]


def test_sources_and_kinds_are_counted_apart() -> None:
    cache = MemoryCache()
    assert noticed(cache, EXPORTS, EXPORTS.most, "site", "a") == []
    assert noticed(cache, EXPORTS, EXPORTS.most, "site", "b") == []
    assert noticed(cache, DELETES, EXPORTS.most, "site", "a") == []
    assert noticed(cache, FOREIGN_IDS, 1, "a") == []
    assert noticed(cache, CROSS_SITE, 1, "a") == [1]


def test_a_new_window_begins_when_the_old_one_is_over() -> None:
    now = Now()
    cache = MemoryCache(now=lambda: now.seconds)
    assert noticed(cache, EXPORTS, EXPORTS.most + 1, "a") == [EXPORTS.most + 1]
    now.seconds = EXPORTS.seconds - 1
    assert noticed(cache, EXPORTS, EXPORTS.most + 1, "a") == []
    now.seconds = EXPORTS.seconds + 1
    assert noticed(cache, EXPORTS, EXPORTS.most + 1, "a") == [EXPORTS.most + 1]


def test_threads_at_once_report_once() -> None:
    cache = MemoryCache()
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda _: exceeds_limit(cache, DELETES, "a"), range(200))
    assert sum(results) == 1


def watched(audit_log: RecordedDrafts, actor: str) -> AuditRecorder:
    cache = MemoryCache()

    def on_record(recorder: AuditRecorder, event: AuditEvent) -> None:
        watch_event(recorder, cache, "acme", event)

    store, noon = cast(AuditStore, audit_log), datetime(2026, 11, 24, 12, tzinfo=UTC)
    return AuditRecorder(store, lambda: noon, actor, Origin.PAGE, "r-1", on_record)


@pytest.mark.parametrize(
    ("action", "burst"),
    [
        (Action.AUDIT_EXPORTED, EXPORTS),
        (Action.PERSON_EXPORTED, EXPORTS),
        (Action.WORKLOG_DELETED, DELETES),
        (Action.TEAM_DELETED, DELETES),
    ],
)
def test_a_burst_of_one_person_becomes_one_event(action: Action, burst: BurstLimit) -> None:
    audit_log = RecordedDrafts()
    recorder = watched(audit_log, "ana")
    for number in range(burst.most + 10):
        record(recorder, action, str(number))
    [alarm] = [draft for draft in audit_log.drafts if draft.action != action]
    assert (alarm.action, alarm.object_id, alarm.actor, alarm.request_id) == (
        burst.action,
        "ana",
        "ana",
        "r-1",
    )
    assert alarm.after == {"more_than": burst.most, "within_seconds": 600}
    assert audit_log.drafts.index(alarm) == burst.most + 1


@pytest.mark.parametrize(("action", "actor"), [(Action.TEAM_CHANGED, "ana"), (Action.TEAM_DELETED, "")])
def test_other_changes_and_the_app_itself_raise_no_alarm(action: Action, actor: str) -> None:
    audit_log = RecordedDrafts()
    for number in range(DELETES.most * 3):
        record(watched(audit_log, actor), action, str(number))
    assert {draft.action for draft in audit_log.drafts} == {action}


def test_an_alarm_says_why_tokens_were_refused() -> None:
    audit_log = RecordedDrafts()
    raise_alarm(watched(audit_log, ""), REFUSED_TOKENS, "acme", "qsh")
    assert audit_log.drafts[0].after == {"more_than": 20, "within_seconds": 600, "reason": "qsh"}
