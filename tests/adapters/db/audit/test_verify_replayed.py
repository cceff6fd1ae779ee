"""Verification of the audit log: the same values in another form, and genuine parts of it in another place or time."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from tests.adapters.support.audit_chain import KEY, NOW, Tamper, draft
from tests.adapters.support.site_data import in_site, stores_of
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.register import DbSiteRegister
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.guard import delete_due_site
from timesheet.domain.audit.chain import stamp
from timesheet.services.audit.proof import (
    CHANGED,
    DIFFERENT,
    UNLISTED,
    UNSIGNED,
    UNSIGNED_HEAD,
    cut_off,
    other_number,
)
from timesheet.services.ports.audit import Head

HEAD = "client_key, seq, hash, at, key_id, public_key, signature"

SETTINGS = {"name": "Zo\u00eb", "days": 1, "lead": None}
"""The details of the last event of ``written``: a letter that can be written in two ways, a number, and nothing."""


@pytest.mark.parametrize(
    ("was", "other"),
    [
        ('"days":1', '"days":1.0'),
        ('"days":1', '"days":true'),
        ('"days":1', '"days":"1"'),
        ('"days":1', '"days":1,"days":1'),
        ('"days":1', '"days": 1'),
        ('"days":1,"lead":null', '"lead":null,"days":1'),
        (',"lead":null', ""),
        ("Zo\\u00eb", "Zoe\\u0308"),
        ("Zo\\u00eb", "Zo\\u00EB"),
        ("Zo\\u00eb", "Zo\u00eb"),
    ],
)
def test_the_same_settings_in_another_form_are_found(
    chain: DbAuditStore, database: Database, tamper: Tamper, was: str, other: str
) -> None:
    """An auditor compares what is written, so a form that some programs read in another way is a change."""
    last = chain.append(draft(11, before={}, after=SETTINGS)).seq
    database.commit()
    assert chain.verify().intact
    change = "UPDATE audit_event SET details = replace(details, :was, :other) WHERE seq = :seq"
    tamper(change, was=was, other=other, seq=last)
    verdict = chain.verify()
    assert (verdict.broken, verdict.problem) == (last, CHANGED)


@pytest.mark.parametrize(
    ("table", "problem"),
    [("audit_event", CHANGED), ("audit_checkpoint", UNSIGNED), ("audit_head", UNSIGNED_HEAD)],
)
def test_the_same_instant_in_another_form_is_found(
    chain: DbAuditStore, database: Database, tamper: Tamper, table: str, problem: str
) -> None:
    tamper(f"UPDATE {table} SET at = replace(at, 'T', ' ') WHERE seq IN (5, 10)")
    assert chain.verify().problem == problem
    tamper(f"UPDATE {table} SET at = replace(at, ' ', 'T')")
    assert chain.verify().intact
    zone = f"UPDATE {table} SET at = replace(replace(at, 'T01:', 'T03:'), 'Z', '+02:00') WHERE seq IN (5, 10)"
    if database.extension.engine.dialect.name == "postgresql":
        with pytest.raises(DataError, match="too long"):
            tamper(zone)
    else:
        tamper(zone)
        assert chain.verify().problem == problem


def test_events_that_two_sites_exchange_are_found_in_both(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    stores_of(database, "other")
    other = DbAuditStore(in_site(database, "other"), "other", KEY)
    for number in range(1, 11):
        other.append(draft(number))
    database.commit()
    for table in ("audit_event", "audit_event_person"):
        exchange = f"UPDATE {table} SET client_key = :to WHERE client_key = :site AND seq = 4"
        for site, to in (("acme", "between"), ("other", "acme"), ("between", "other")):
            tamper(exchange, site=site, to=to)
    assert (chain.verify().broken, chain.verify().problem) == (4, CHANGED)
    in_site(database, "other")
    assert (other.verify().broken, other.verify().problem) == (4, CHANGED)


def test_a_whole_log_under_the_name_of_another_site_is_found(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    stores_of(database, "other")
    database.commit()
    for table in ("audit_event", "audit_event_person", "audit_person", "audit_checkpoint", "audit_head"):
        tamper(f"UPDATE {table} SET client_key = 'other'")
    tamper("UPDATE audit_register SET client_key = 'other'")
    other = DbAuditStore(in_site(database, "other"), "other", KEY)
    assert (other.verify().broken, other.verify().problem) == (5, UNSIGNED)


def test_a_genuine_checkpoint_that_the_log_did_not_have_there_is_found(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    """Heads are printed for other systems, so everybody may have some of them."""
    ((*_, digest),) = chain.stored(2, 3)
    printed = KEY.sign("acme", Head(3, digest), NOW)
    assert chain.verify(signed=[printed]).intact
    values = {name: getattr(printed, name) for name in ("seq", "hash", "key_id", "public_key", "signature")}
    tamper(
        f"INSERT INTO audit_checkpoint ({HEAD}) VALUES ('acme', :seq, :hash, :at, :key_id, :public_key, :signature)",
        **values,
        at=stamp(NOW),
    )
    assert (chain.verify().broken, chain.verify().problem) == (10, other_number(1))


def test_an_older_end_from_a_backup_is_found_by_a_head_kept_elsewhere_alone(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    """As docs/audit-events.md says; it stays found after the app has signed other events over it."""
    older = KEY.sign_head("acme", chain.head(), NOW, 1)
    for number in (11, 12):
        chain.append(draft(number))
    kept = KEY.sign("acme", chain.head(), NOW)
    database.commit()
    tamper("DELETE FROM audit_event_person WHERE seq > 10", "DELETE FROM audit_event WHERE seq > 10")
    tamper(
        "UPDATE audit_head SET seq = :seq, hash = :hash, at = :at, signature = :signature",
        seq=older.seq,
        hash=older.hash,
        at=stamp(older.at),
        signature=older.signature,
    )
    assert chain.verify().intact
    assert (chain.verify(signed=[kept]).broken, chain.verify(signed=[kept]).problem) == (11, cut_off(12))
    for number in (21, 22, 23):
        chain.append(draft(number))
    database.commit()
    assert chain.verify().intact
    assert (chain.verify(signed=[kept]).broken, chain.verify(signed=[kept]).problem) == (12, DIFFERENT)


def test_events_of_an_erased_site_that_come_back_from_a_backup_are_found(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    tables = ("site", "audit_person", "audit_event", "audit_event_person", "audit_checkpoint", "audit_head")
    tamper(*(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}" for table in tables))
    database.session.execute(text("UPDATE site SET status = 'uninstalled', erase_after = installed_at"))
    DbSiteRegister(database, KEY).note_erased("acme", NOW)
    delete_due_site(database.session.connection(), "acme")
    database.commit()
    tamper(*(f"INSERT INTO {table} SELECT * FROM kept_{table}" for table in tables))
    assert (chain.verify().broken, chain.verify().problem) == (10, UNLISTED)
    tamper("DELETE FROM audit_head")
    verdict = chain.verify()
    assert (verdict.broken, verdict.intact) == (None, False), "its head is what says that they are signed"


def test_a_new_key_verifies_what_the_earlier_one_signed_only_if_it_is_named(
    chain: DbAuditStore, database: Database
) -> None:
    new, public = AuditKey("the next signing key"), chain.checkpoints()[0].public_key
    unnamed = DbAuditStore(in_site(database, "acme"), "acme", new)
    unnamed.append(draft(11))
    assert unnamed.verify().unknown_key == KEY.id
    database.roll_back()
    named = DbAuditStore(in_site(database, "acme"), "acme", AuditKey("the next signing key", [public]))
    named.append(draft(11))
    assert named.verify().intact
    assert chain.verify().unknown_key == new.id, "the earlier key does not vouch for the next one"
