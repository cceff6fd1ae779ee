"""Audit events in a real database: how they are recorded, and what the database itself refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import QueuePool, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.adapters.support.audit_chain import KEY, LATER, NOW, Tamper, draft
from tests.adapters.support.recorded_statements import record_statements
from tests.adapters.support.site_data import at_once, in_site, stores_of
from timesheet.adapters.db.audit.guard import DELETE_WHEN, REFUSED, REGISTER
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.guard import REFUSED as NOT_DUE
from timesheet.adapters.db.site.guard import delete_due_site
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditFilter, PersonId
from timesheet.domain.errors import NotFound


def test_an_event_comes_back_as_it_was_recorded(audit: DbAuditStore) -> None:
    recorded = audit.append(draft(1, people=frozenset({"cleo"})))
    assert recorded.seq == 1
    assert recorded.at == NOW.replace(microsecond=123000) + timedelta(minutes=1)
    assert recorded.people == {"ben", "cleo"}
    assert recorded.after == {"name": "New 1", "lead": PersonId("ben")}
    assert audit.get(1) == recorded
    assert isinstance(audit.get(1).before["lead"], PersonId)


def test_what_a_request_records_again_is_the_same_event_unless_anything_differs(audit: DbAuditStore) -> None:
    first = draft(1, people=frozenset({"cleo"}))
    assert audit.append_once(first, first.at)
    assert audit.append_once(replace(first, at=LATER), first.at - timedelta(seconds=1)) is None
    others = [
        replace(first, request_id="another"),
        replace(first, actor="cleo"),
        replace(first, object_id="t9"),
        replace(first, people=frozenset()),
        replace(first, after={"name": "Other"}),
    ]
    assert all(audit.append_once(other, first.at - timedelta(seconds=1)) for other in others)
    assert audit.append_once(replace(first, at=LATER), LATER), "the first one was too long ago"
    assert audit.head().seq == 2 + len(others)
    assert audit.verify().intact


def test_one_that_is_not_there_is_not_found(audit: DbAuditStore) -> None:
    with pytest.raises(NotFound):
        audit.get(1)


def test_no_account_id_is_in_the_events_themselves(chain: DbAuditStore, database: Database) -> None:
    chain.append(draft(11, Action.MEMBER_ADDED, object_id="ben", after={"note": "ben", "list": ["ana"]}))
    rows = database.session.execute(text("SELECT * FROM audit_event")).all()
    links = database.session.execute(text("SELECT * FROM audit_event_person")).all()
    assert not {"ana", "ben"} & {
        part for row in (*rows, *links) for value in row for part in str(value).split('"')
    }
    assert chain.get(11).object_id == "ben"


def test_a_range_is_read_in_a_transaction_and_outside_of_it(audit: DbAuditStore, database: Database) -> None:
    audit.append(draft(1))
    assert [event[0] for event in audit.stored(0, 9)] == [1], "not yet committed"
    database.commit()
    pool = database.extension.engine.pool
    reading = audit.stored(0, 9)
    assert next(reading)[0] == 1
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0, "no other request waits for the connection"


def test_numbers_have_no_gap_when_twenty_requests_record_at_once(
    audit: DbAuditStore, database: Database
) -> None:
    def request(number: int) -> object:
        DbAuditStore(in_site(database, "acme"), "acme", KEY).append(draft(number))
        return number

    assert sorted(map(str, at_once(database, 20, request))) == sorted(map(str, range(20)))
    assert audit.head().seq == 20
    assert audit.verify().intact


def test_events_that_are_recorded_together_continue_the_chain_and_need_no_statement_each(
    chain: DbAuditStore, database: Database
) -> None:
    before = chain.head().seq
    drafts = [draft(11 + number, Action.MEMBER_ADDED, object_id=f"person-{number}") for number in range(2000)]
    drafts[1] = replace(drafts[1], at=NOW - timedelta(days=1), actor="dora")
    with record_statements() as words:
        events = chain.append_all(drafts)
    assert len(words) < 30
    assert [event.seq for event in events] == list(range(before + 1, before + 2001))
    assert [event.object_id for event in events[:2]] == ["person-0", "person-1"]
    assert events[1].at == events[0].at, "time does not go back in a chain"
    assert (chain.get(before + 2), chain.get(before + 2000)) == (events[1], events[-1])
    assert [one.seq for one in chain.checkpoints()][-2:] == [1000, 2000]
    assert chain.verify().intact
    assert chain.append(draft(9999)).seq == before + 2001
    assert chain.verify().intact


def test_what_a_request_undoes_was_never_recorded(chain: DbAuditStore, database: Database) -> None:
    chain.append(draft(11))
    database.roll_back()
    assert chain.head().seq == 10
    assert chain.verify().intact


def test_time_never_runs_back_in_a_chain(chain: DbAuditStore) -> None:
    last = chain.get(10).at
    assert chain.append(draft(3)).at == last


def test_sites_have_chains_of_their_own(chain: DbAuditStore, database: Database, tamper: Tamper) -> None:
    stores_of(database, "other")
    other = DbAuditStore(in_site(database, "other"), "other", KEY)
    assert other.append(draft(1)).seq == 1
    assert other.head().hash != next(iter(chain.stored(0, 1)))[-1]
    assert [event.seq for event in other.page(AuditFilter(), None, 50)] == [1]
    database.commit()
    tamper("UPDATE audit_event SET client_key = 'none' WHERE client_key = 'none'")
    assert (chain.verify().intact, other.verify().intact) == (True, True)


@pytest.mark.parametrize("table", DELETE_WHEN)
@pytest.mark.parametrize("deed", ["UPDATE {} SET client_key = client_key || 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete(
    chain: DbAuditStore, database: Database, table: str, deed: str
) -> None:
    if table.startswith("audit_trim"):
        assert chain.trim(5, 90, LATER)
        database.commit()
    with pytest.raises((DBAPIError, IntegrityError), match=f"{REFUSED}|permission denied"):
        database.session.execute(text(deed.format(table)))
    database.roll_back()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_empty_the_table_at_a_stroke(chain: DbAuditStore, database: Database) -> None:
    del chain
    with pytest.raises(DBAPIError, match=f"{REFUSED}|permission denied"):
        database.session.execute(text("TRUNCATE audit_event CASCADE"))
    database.roll_back()


@pytest.mark.parametrize("table", REGISTER)
@pytest.mark.parametrize("deed", ["UPDATE {} SET number = number - 1", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_delete_in_the_register(
    chain: DbAuditStore, database: Database, table: str, deed: str
) -> None:
    del chain
    with pytest.raises((DBAPIError, IntegrityError), match=f"{REFUSED}|permission denied"):
        database.session.execute(text(deed.format(table)))
    database.roll_back()


def test_a_site_that_is_in_use_cannot_be_erased(chain: DbAuditStore, database: Database) -> None:
    del chain
    with pytest.raises((DBAPIError, IntegrityError), match=f"{NOT_DUE}|permission denied"):
        database.session.execute(text("DELETE FROM site"))
    database.roll_back()
    with pytest.raises((DBAPIError, IntegrityError), match=NOT_DUE):
        delete_due_site(database.session.connection(), "acme")
    database.roll_back()


def test_erasing_a_site_takes_its_events_along(chain: DbAuditStore, database: Database) -> None:
    assert chain.trim(5, 90, LATER)
    database.session.execute(text("UPDATE site SET status = 'uninstalled', erase_after = installed_at"))
    delete_due_site(database.session.connection(), "acme")
    database.commit()
    for table in DELETE_WHEN:
        assert database.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
