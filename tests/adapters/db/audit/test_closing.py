"""Closings are verified against the events that recorded them; honest histories are never accused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Column, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.adapters.support.audit_chain import KEY, NOW, drop
from tests.adapters.support.site_data import in_site, make_team, stores_of
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.privacy.privacy import DbPrivacyStore
from timesheet.adapters.db.tables.period import LateChangeRow
from timesheet.adapters.db.tables.site import Instant
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import FORMER, Origin
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, MemberRecord
from timesheet.domain.span import DateSpan
from timesheet.services.audit.closing import CHANGED, GONE, REOPENED, UNRECORDED
from timesheet.services.audit.late_change import LATE_CHANGED, LATE_GONE, LATE_UNRECORDED
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.store.stores import AuditedStores
from timesheet.services.ports.stores import Stores
from timesheet.services.privacy.privacy import ErasureReason, SiteData, erase_account

NAMES = ("closing_record", "closing_member", "closing_worklog", LateChangeRow.__tablename__)
TABLES = [Base.metadata.tables[name] for name in NAMES]
MAY = DateSpan(date(2026, 5, 1), date(2026, 5, 31))


@dataclass
class Site:
    """A site whose teams have closed May: one once, one again after reopening it."""

    database: Database
    stores: Stores
    audit: DbAuditStore
    recorder: AuditRecorder

    def close(self, record_id: str, team_id: str, spent: int = 3600) -> None:
        members = tuple(
            MemberRecord(who, 7200, spent * n, {"scheme": "s"}, "Asia/Tokyo" if n > 1 else None)
            for n, who in enumerate(("ana", "ben", "eva"), 1)
        )
        worklogs = {7: "ab" * 16, 8: "cd" * 16}
        record = ClosingRecord(record_id, team_id, MAY, "ana", self.recorder.clock(), members, worklogs)
        self.stores.periods.add_record(record)

    def find_late(self, author: str, state: str) -> None:
        changes = [
            LateChange("blue", "b1", worklog_id, "changed", self.recorder.clock(), "eva", author, state)
            for worklog_id in (7, 8)
        ]
        self.stores.periods.add_late_changes(changes)

    def accept_late(self) -> None:
        late = self.stores.periods.late_changes("blue")[0]
        self.stores.periods.accept_late_change(late, "eva", self.recorder.clock(), "agreed")

    def erase(self, account_id: str) -> None:
        privacy = DbPrivacyStore(in_site(self.database, "acme"), "acme")
        erase_account(
            SiteData(privacy, self.recorder, MemoryCache(), "acme"), account_id, ErasureReason.ADMIN
        )

    @property
    def problem(self) -> str:
        """Return what verification finds, an empty text if nothing."""
        verdict = self.audit.verify()
        assert verdict.whole or verdict.broken is not None
        return verdict.problem


@pytest.fixture
def site(database: Database) -> Site:
    stores = stores_of(database, "acme")
    audit = DbAuditStore(in_site(database, "acme"), "acme", KEY)
    minutes = count(1)
    recorder = AuditRecorder(audit, lambda: NOW + timedelta(minutes=next(minutes)), "ana", Origin.PAGE)
    found = Site(database, AuditedStores(stores, lambda: recorder), audit, recorder)
    for team in ("red", "blue"):
        make_team(found.stores, team)
    found.close("r1", "red")
    found.stores.periods.reopen("r1", "ana", recorder.clock())
    found.close("r2", "red", 60)
    found.close("b1", "blue")
    found.find_late("ben", "ab" * 16)
    database.commit()
    return found


def test_honest_histories_are_intact(site: Site) -> None:
    assert site.problem == ""
    site.accept_late()
    site.erase("ben")
    assert site.problem == ""
    site.find_late("dan", "cd" * 16)
    assert site.problem == ""
    site.stores.periods.reopen("b1", "eva", site.recorder.clock())
    site.erase("eva")
    site.erase("ana")
    assert site.problem == ""
    site.database.commit()
    assert site.audit.verify().intact


def test_a_deleted_team_takes_its_closings_with_it(site: Site) -> None:
    site.stores.teams.delete("blue")
    assert site.problem == ""


def test_closings_whose_event_retention_deleted_stay(site: Site) -> None:
    site.audit.add_checkpoint(KEY.sign("acme", site.audit.head(), NOW))
    drop(site.audit, site.audit.head().seq)
    assert site.problem == ""


def _other(column: Column[Any], value: Any) -> Any:
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, int):
        return value + 1
    if isinstance(value, dict):
        return {**value, "left": "2026-05-02"}
    if value is None:
        return NOW if isinstance(column.type, Instant) else "ana"
    return {"ana": "eva", "red": "blue", "blue": "red", "r1": "r2"}.get(value, "ff" * 16)


def test_a_change_of_any_column_is_found(site: Site) -> None:
    """Whatever the database itself does not refuse."""
    site.accept_late()
    missed, found = list[str](), set[str]()
    connection = site.database.session.connection()
    for table in TABLES:
        rows = connection.execute(select(table)).mappings().all()
        for row in rows:
            same = [table.c[column.name] == row[column.name] for column in table.primary_key.columns]
            for column in table.columns:
                changed = update(table).where(*same).values({column.name: _other(column, row[column.name])})
                if problem := _problem_after(site, changed):
                    found.add(f"{table.name}.{column.name}")
                elif problem is not None:
                    missed.append(f"{table.name}.{column.name} of {dict(row)}")
            if _problem_after(site, delete(table).where(*same)) == "":
                missed.append(f"{table.name}: {dict(row)} deleted")
    assert not missed, "\n".join(missed)
    assert {"closing_record.closed_at", "closing_member.spent", "closing_member.zone"} < found
    assert {"closing_member.account_id", "closing_record.reopened_by", "closing_worklog.fingerprint"} < found
    assert {"late_change.who", "late_change.author", "late_change.state", "late_change.note"} < found


def _problem_after(site: Site, *changes: Any) -> str | None:
    """Return what verification finds after a change that is undone again; None if the database refuses it."""
    connection = site.database.session.connection()
    nested = connection.begin_nested()
    try:
        for change in changes:
            connection.execute(change)
        return site.problem
    except DBAPIError:
        return None
    finally:
        if nested.is_active:
            nested.rollback()


def test_tampering_with_a_closing_is_named(site: Site) -> None:
    record, member, worklog, late = TABLES
    connection = site.database.session.connection()
    [first] = connection.execute(select(record).where(record.c.id == "b1")).mappings().all()
    copied = {**first, "id": "b2", "first_day": date(2026, 6, 1), "last_day": date(2026, 6, 30)}
    b1 = record.c.id == "b1"
    swapped = [
        update(member).where(member.c.record_id == "b1", member.c.account_id == who).values(account_id=to)
        for who, to in (("ana", "x"), ("ben", "ana"), ("x", "ben"))
    ]
    more = insert(worklog).values(client_key="acme", record_id="b1", worklog_id=9, fingerprint="ef" * 16)
    assert _problem_after(site, *swapped) == CHANGED
    assert _problem_after(site, more) == CHANGED
    assert _problem_after(site, delete(record).where(b1)) == GONE
    assert (
        _problem_after(site, update(record).where(b1).values(reopened_by="ana", reopened_at=NOW)) == REOPENED
    )
    assert _problem_after(site, insert(record).values(**copied)) == UNRECORDED
    assert _problem_after(site, update(late).values(author="eva")) == LATE_CHANGED
    assert _problem_after(site, delete(late).where(late.c.worklog_id == 7)) == LATE_GONE
    [known] = connection.execute(select(late).where(late.c.worklog_id == 7)).mappings().all()
    assert _problem_after(site, insert(late).values(**{**known, "worklog_id": 9})) == LATE_UNRECORDED
    assert site.problem == ""


def test_another_person_is_found_whoever_it_is(site: Site) -> None:
    """Also somebody whom no event names, in place of nobody, and a former user in place of a person with an account."""
    record, member, _, late = TABLES
    connection = site.database.session.connection()
    references = {account: ref for ref, account, _ in site.audit.references()}
    for who in ("stranger", f"{FORMER}{references['ana']}", references["ana"]):
        closed_by = update(record).where(record.c.id == "b1").values(closed_by=who)
        reopened_by = update(record).where(record.c.id == "r1").values(reopened_by=who)
        same = member.c.record_id == "b1", member.c.account_id == "ana"
        assert _problem_after(site, closed_by) == CHANGED
        assert _problem_after(site, reopened_by) == REOPENED
        assert _problem_after(site, update(member).where(*same).values(account_id=who)) == CHANGED
    [row] = connection.execute(select(late).where(late.c.worklog_id == 7)).mappings().all()
    assert row["accepted_by"] is None
    for who in ("stranger", ""):
        accepted = update(late).where(late.c.worklog_id == 7).values(accepted_by=who)
        assert _problem_after(site, accepted) == (LATE_CHANGED if who else "")
    assert site.problem == ""


def test_a_basis_that_nobody_can_read_is_found(site: Site) -> None:
    deep = "[" * 2000 + "]" * 2000
    nested = text(f"UPDATE closing_member SET basis = '{deep}' WHERE record_id = 'b1'")
    assert (_problem_after(site, nested) or "").startswith("A row cannot be read")


@pytest.mark.parametrize("basis", ['[["scheme", "s"]]', '"scheme"', "1", "null"])
def test_a_basis_of_another_type_is_found_in_its_event(site: Site, basis: str) -> None:
    """A list of pairs looks like a map to ``dict``, but the screens could not read it."""
    site.database.session.connection().execute(
        text("UPDATE closing_member SET basis = :basis WHERE record_id = 'b1' AND account_id = 'ben'"),
        {"basis": basis},
    )
    verdict = site.audit.verify()
    assert verdict.problem.startswith("A row cannot be read")
    assert verdict.broken == _closed(site, "b1")


FAR = {
    "postgresql": ["10000-01-01", "infinity"],
    "sqlite": ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"],
}


@pytest.mark.parametrize("columns", [["closed_at"], ["reopened_at"], ["first_day", "last_day"]])
def test_a_day_or_an_instant_that_python_does_not_have_is_found_in_its_event(
    site: Site, columns: list[str]
) -> None:
    """One such row must not keep an operator from the results of all sites."""
    connection = site.database.session.connection()
    change = text(
        f"UPDATE closing_record SET {', '.join(f'{name} = :far' for name in columns)} WHERE id = 'r2'"
    )
    for far in FAR[connection.dialect.name]:
        nested = connection.begin_nested()
        connection.execute(change, {"far": far})
        verdict = site.audit.verify()
        assert verdict.problem.startswith("A row cannot be read")
        assert verdict.broken == _closed(site, "r2")
        nested.rollback()
    assert site.problem == ""


@pytest.mark.parametrize("form", ["%Y%m%d", "%G-W%V-%u", "%GW%V%u"])
def test_a_day_in_another_form_is_found_because_no_query_would_find_it(site: Site, form: str) -> None:
    """PostgreSQL has one form for a day, and does not know those of weeks."""
    connection = site.database.session.connection()
    find = "SELECT first_day, last_day FROM closing_record WHERE id = 'r2'"
    days = [date.fromisoformat(str(day)).strftime(form) for day in connection.execute(text(find)).one()]
    change = text("UPDATE closing_record SET first_day = :first, last_day = :last WHERE id = 'r2'")
    if connection.dialect.name == "sqlite":
        connection.execute(change, {"first": days[0], "last": days[1]})
        verdict = site.audit.verify()
        assert verdict.problem.startswith("A row cannot be read")
        assert verdict.broken == _closed(site, "r2")
    elif "W" not in days[0]:
        connection.execute(change, {"first": days[0], "last": days[1]})
        assert site.problem == ""


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M", "%G-W%V-%u %H:%M:%S.%f"])
@pytest.mark.parametrize("column", ["closed_at", "reopened_at"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL has one form for an instant.
def test_an_instant_in_another_form_is_found_because_texts_sort_it_wrongly(
    site: Site, column: str, form: str
) -> None:
    connection = site.database.session.connection()
    written = connection.scalar(text(f"SELECT {column} FROM closing_record WHERE id = 'r1'"))
    other = datetime.fromisoformat(str(written)).strftime(form)
    connection.execute(text(f"UPDATE closing_record SET {column} = :other WHERE id = 'r1'"), {"other": other})
    verdict = site.audit.verify()
    assert verdict.problem.startswith("A row cannot be read")
    assert verdict.broken == _closed(site, "r1")


@pytest.mark.parametrize("column", ["found_at", "accepted_at"])
@pytest.mark.parametrize("worklog_id", [7, 8])
def test_a_late_change_that_cannot_be_read_is_found_in_its_own_event(
    site: Site, worklog_id: int, column: str
) -> None:
    site.database.session.connection().execute(
        text(f"UPDATE late_change SET {column} = 'infinity' WHERE worklog_id = {worklog_id}")
    )
    verdict = site.audit.verify()
    assert verdict.problem.startswith("A row cannot be read")
    [found] = [
        event.seq
        for event in site.audit.recorded(Action.PERIOD_LATE_CHANGE_FOUND)
        if event.after["worklog"] == worklog_id
    ]
    assert verdict.broken == found


@pytest.mark.parametrize(
    "database", ["sqlite"], indirect=True
)  # PostgreSQL stores no text that is not UTF-8.
def test_bytes_that_are_no_text_are_not_the_character_that_replaces_them(site: Site) -> None:
    late = site.stores.periods.late_changes("blue")[0]
    note = "\N{REPLACEMENT CHARACTER} agreed"
    site.stores.periods.accept_late_change(late, "eva", site.recorder.clock(), note)
    assert site.problem == ""
    changed = text("UPDATE late_change SET note = CAST(X'ff' || ' agreed' AS TEXT) WHERE note IS NOT NULL")
    assert site.database.session.connection().execute(changed).rowcount == 1
    assert site.problem == LATE_CHANGED


def _closed(site: Site, record_id: str) -> int:
    """Return the number of the event that recorded a closing."""
    closed = {event.object_id: event.seq for event in site.audit.recorded(Action.PERIOD_CLOSED)}
    return closed[record_id]
