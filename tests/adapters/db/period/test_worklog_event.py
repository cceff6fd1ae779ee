"""Events that wait: the same rules in the fake, on SQLite, and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.event import listen, remove

from tests.adapters.support.site_data import at_once, in_site, make_team, stores_of
from tests.services.support.fake_worklog_events import FakeWorklogEvents
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.period.worklog_event import DbWorklogEventStore
from timesheet.adapters.db.row_security import UNSYNCED
from timesheet.adapters.db.stores import DbStores
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from timesheet.services.ports.change_feed import FeedPosition
from timesheet.services.ports.worklog_event import DELETED_VERSION, Put, ReceivedEvent, WorklogEventStore

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EVENT = ReceivedEvent(17, 1717484400000, 10012, "ana", "eve", NOW)
DELETION = ReceivedEvent(17, DELETED_VERSION, 10012, "ana", None, None)
NOVEMBER = DateSpan(date(2026, 11, 1), date(2026, 11, 30))
CLOSING = ClosingRecord("r1", "team", NOVEMBER, "ana", NOW, (), {17: "a" * 32})
VERSION_ONLY = {"client_key", "worklog_id", "worklog_version", "done_at"}
Rules = Callable[[WorklogEventStore], None]


def at(started: datetime) -> ReceivedEvent:
    """Return an event about a worklog that no closing has."""
    return replace(EVENT, worklog_id=18, started=started)


def each_is_known_once(store: WorklogEventStore) -> None:
    assert store.put(EVENT, NOW) is Put.WAITING
    assert store.put(replace(EVENT, who=None), NOW) is Put.KNOWN
    assert store.put(replace(EVENT, worklog_id=18), NOW) is Put.WAITING
    assert store.waiting(17) == [EVENT]
    assert store.waiting(99) == []


def a_deletion_comes_last(store: WorklogEventStore) -> None:
    newer = replace(EVENT, version=EVENT.version + 1)
    for event in (DELETION, newer, EVENT):
        store.put(event, NOW)
    assert store.waiting(17) == [EVENT, newer, DELETION]


def of_a_processed_event_only_its_version_is_known(store: WorklogEventStore) -> None:
    store.put(EVENT, NOW)
    store.put(DELETION, NOW)
    store.mark_processed([EVENT], NOW)
    assert store.waiting(17) == [DELETION]
    assert store.put(EVENT, NOW) is Put.KNOWN
    versions = [(17, EVENT.version), (17, DELETED_VERSION), (17, 5), (18, EVENT.version)]
    assert store.recorded(versions) == {(17, EVENT.version), (17, DELETED_VERSION)}
    assert store.recorded([]) == frozenset()
    assert store.forget(NOW) == 0
    assert store.forget(NOW + timedelta(seconds=1)) == 1
    assert store.waiting(17) == [DELETION], "what waits is not forgotten"
    assert store.put(EVENT, NOW) is Put.WAITING


def a_withdrawn_event_may_come_again(store: WorklogEventStore) -> None:
    store.put(EVENT, NOW)
    store.put(DELETION, NOW)
    store.withdraw(DELETION)
    assert store.waiting(17) == [EVENT]
    assert store.recorded([(17, EVENT.version), (17, DELETED_VERSION)]) == {(17, EVENT.version)}
    assert store.put(DELETION, NOW) is Put.WAITING


def how_far_the_lists_were_read(store: WorklogEventStore) -> None:
    assert store.position() is None
    for position in (FeedPosition(5, 7), FeedPosition(8, 7)):
        store.save_position(position)
        assert store.position() == position


RULES = (
    how_far_the_lists_were_read,
    each_is_known_once,
    a_deletion_comes_last,
    of_a_processed_event_only_its_version_is_known,
    a_withdrawn_event_may_come_again,
)


@pytest.mark.parametrize("rules", RULES)
def test_the_fake_keeps_the_rules(rules: Rules) -> None:
    rules(FakeWorklogEvents())


@pytest.fixture
def store(database: Database) -> DbWorklogEventStore:
    """Return the events of a site that closed November 2026 with the worklog of the events in it."""
    stores = stores_of(database, "acme")
    make_team(stores)
    stores.periods.add_record(CLOSING)
    database.commit()
    return DbWorklogEventStore(in_site(database, "acme"), "acme")


def test_a_closing_forgets_that_its_worklogs_were_deleted(database: Database) -> None:
    stores = stores_of(database, "acme")
    make_team(stores)
    store = DbWorklogEventStore(in_site(database, "acme"), "acme")
    of_another = replace(DELETION, worklog_id=18)
    for event in (DELETION, of_another):
        assert store.put(event, NOW) is Put.DONE
    database.commit()
    stores.periods.add_record(CLOSING)
    database.commit()
    assert store.recorded([(17, DELETED_VERSION), (18, DELETED_VERSION)]) == {(18, DELETED_VERSION)}
    assert store.put(DELETION, NOW) is Put.WAITING
    assert store.put(of_another, NOW) is Put.KNOWN


@pytest.mark.parametrize("rules", RULES)
def test_the_database_keeps_the_rules(rules: Rules, store: DbWorklogEventStore) -> None:
    rules(store)


def kept(database: Database) -> set[str]:
    """Return the columns of the only event that have a value."""
    connection = in_site(database, "acme").session.connection()
    [row] = connection.exec_driver_sql("SELECT * FROM worklog_event").mappings()
    return {name for name, value in row.items() if value is not None}


def test_nothing_about_a_person_is_left_after_an_event_is_processed(
    database: Database, store: DbWorklogEventStore
) -> None:
    store.put(EVENT, NOW)
    assert {"issue_id", "author", "who", "started"} <= kept(database)
    store.mark_processed([EVENT], NOW)
    assert kept(database) == VERSION_ONLY


@pytest.mark.parametrize(
    ("event", "concerns"),
    [
        (at(datetime(2026, 10, 30, 23, 59, tzinfo=UTC)), False),
        (at(datetime(2026, 10, 31, 0, 0, tzinfo=UTC)), True),
        (at(datetime(2026, 12, 1, 23, 59, tzinfo=UTC)), True),
        (at(datetime(2026, 12, 2, 0, 0, tzinfo=UTC)), False),
        (replace(at(datetime(2027, 1, 20, tzinfo=UTC)), worklog_id=17), True),
        (DELETION, True),
        (replace(DELETION, worklog_id=18), False),
    ],
)
def test_an_event_that_no_closing_can_contain_is_not_processed(
    event: ReceivedEvent, concerns: bool, database: Database, store: DbWorklogEventStore
) -> None:
    assert store.put(event, NOW) is (Put.WAITING if concerns else Put.DONE)
    assert bool(store.waiting(event.worklog_id)) is concerns
    if not concerns:
        assert kept(database) == VERSION_ONLY
    assert store.put(event, NOW) is Put.KNOWN
    assert store.recorded([(event.worklog_id, event.version)])


def test_only_an_event_that_is_not_processed_need_not_wait_for_the_disk(
    database: Database, store: DbWorklogEventStore
) -> None:
    sent: list[tuple[str, bool]] = []

    def note(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append((statement.partition(" ")[0], UNSYNCED in connection.get_execution_options()))

    listen(Engine, "before_cursor_execute", note)
    try:
        store.put(at(datetime(2027, 1, 20, tzinfo=UTC)), NOW)
        store.put(EVENT, NOW)
    finally:
        remove(Engine, "before_cursor_execute", note)
    inserts = [unsynced for word, unsynced in sent if word == "INSERT"]
    assert inserts == [True, True, False], (
        "the second one finds the closing, and the third one stores the event"
    )


def test_a_reopened_closing_and_that_of_another_site_do_not_count(
    database: Database, store: DbWorklogEventStore
) -> None:
    in_force = replace(CLOSING, span=DateSpan(date(2025, 11, 1), date(2025, 11, 30)), worklogs={})
    umbra = stores_of(database, "umbra")
    make_team(umbra)
    umbra.periods.add_record(in_force)
    assert DbWorklogEventStore(in_site(database, "umbra"), "umbra").put(EVENT, NOW) is Put.DONE
    acme = DbStores(in_site(database, "acme"), "acme")
    acme.periods.reopen(CLOSING.id, "ana", NOW)
    acme.periods.add_record(replace(in_force, id="r2"))
    assert store.put(EVENT, NOW) is Put.DONE


def test_a_site_has_only_its_own_events(database: Database, store: DbWorklogEventStore) -> None:
    newer = replace(EVENT, version=EVENT.version + 1)
    store.put(EVENT, NOW)
    store.put(newer, NOW)
    store.mark_processed([EVENT], NOW)
    store.save_position(FeedPosition(5, 7))
    stores_of(database, "umbra")
    other = DbWorklogEventStore(in_site(database, "umbra"), "umbra")
    assert other.waiting(17) == []
    assert other.recorded([(17, EVENT.version), (17, newer.version)]) == frozenset()
    assert other.position() is None
    assert other.forget(NOW + timedelta(seconds=1)) == 0


def test_two_deliveries_at_once_are_one(database: Database, store: DbWorklogEventStore) -> None:
    def put(number: int) -> str:
        return DbWorklogEventStore(in_site(database, "acme"), "acme").put(EVENT, NOW).name

    assert sorted(map(str, at_once(database, 4, put))) == ["KNOWN", "KNOWN", "KNOWN", "WAITING"]
