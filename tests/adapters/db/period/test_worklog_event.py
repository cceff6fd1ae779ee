"""Events that wait: the same rules in the fake, on SQLite, and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.adapters.support.site_data import at_once, in_site, stores_of
from tests.services.support.fake_worklog_events import FakeWorklogEvents
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.period.worklog_event import DbWorklogEventStore
from timesheet.services.ports.change_feed import FeedPosition
from timesheet.services.ports.worklog_event import GONE, ReceivedEvent, WorklogEventStore

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EVENT = ReceivedEvent(17, 1717484400000, 10012, "ana", "eve", NOW)
DELETION = ReceivedEvent(17, GONE, 10012, "ana", None, None)
Rules = Callable[[WorklogEventStore], None]


def each_is_known_once(store: WorklogEventStore) -> None:
    assert store.put(EVENT)
    assert not store.put(replace(EVENT, who=None))
    assert store.put(replace(EVENT, worklog_id=18))
    assert store.waiting(17) == [EVENT]
    assert store.waiting(99) == []


def a_deletion_comes_last(store: WorklogEventStore) -> None:
    newer = replace(EVENT, version=EVENT.version + 1)
    for event in (DELETION, newer, EVENT):
        store.put(event)
    assert store.waiting(17) == [EVENT, newer, DELETION]


def what_is_worked_off_is_only_known(store: WorklogEventStore) -> None:
    store.put(EVENT)
    store.put(DELETION)
    store.work_off([EVENT], NOW)
    assert store.waiting(17) == [DELETION]
    assert not store.put(EVENT)
    asked = [(17, EVENT.version), (17, GONE), (17, 5), (18, EVENT.version)]
    assert store.heard(asked) == {(17, EVENT.version), (17, GONE)}
    assert store.heard([]) == frozenset()
    assert store.forget(NOW) == 0
    assert store.forget(NOW + timedelta(seconds=1)) == 1
    assert store.waiting(17) == [DELETION], "what waits is not forgotten"
    assert store.put(EVENT)


def how_far_the_lists_were_read(store: WorklogEventStore) -> None:
    assert store.position() is None
    for position in (FeedPosition(5, 7), FeedPosition(8, 7)):
        store.save_position(position)
        assert store.position() == position


RULES = (
    how_far_the_lists_were_read,
    each_is_known_once,
    a_deletion_comes_last,
    what_is_worked_off_is_only_known,
)


@pytest.mark.parametrize("rules", RULES)
def test_the_fake_keeps_the_rules(rules: Rules) -> None:
    rules(FakeWorklogEvents())


@pytest.mark.parametrize("rules", RULES)
def test_the_database_keeps_the_rules(rules: Rules, database: Database) -> None:
    stores_of(database, "acme")
    rules(DbWorklogEventStore(in_site(database, "acme"), "acme"))


def test_nothing_of_a_person_is_left_when_it_is_worked_off(database: Database) -> None:
    stores_of(database, "acme")
    here = in_site(database, "acme")
    store = DbWorklogEventStore(here, "acme")
    store.put(EVENT)
    store.work_off([EVENT], NOW)
    [row] = here.session.connection().exec_driver_sql("SELECT * FROM worklog_event").mappings()
    kept = {name for name, value in row.items() if value is not None}
    assert kept == {"client_key", "worklog_id", "worklog_version", "done_at"}


def test_two_deliveries_at_once_are_one(database: Database) -> None:
    stores_of(database, "acme")

    def put(number: int) -> bool:
        return DbWorklogEventStore(in_site(database, "acme"), "acme").put(EVENT)

    assert sorted(at_once(database, 4, put)) == [False, False, False, True]  # type: ignore[type-var]
