"""Deletion of old audit events: what may be deleted, and how a forged trim is found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.adapters.support.audit_chain import KEY, LATER, NOW, Tamper, draft, drop, erase
from tests.adapters.support.tampering import turned
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import LOCKED
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.audit.event import FORMER, Origin
from timesheet.domain.errors import Conflict, NotFound
from timesheet.services.audit import upkeep
from timesheet.services.audit.proof import (
    TRIMMED,
)
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.retention import SIGNED_LATER, UNSIGNED_TRIM
from timesheet.services.audit.upkeep import drop_old
from timesheet.services.ports.audit import Head


def test_retention_leaves_the_proof(chain: DbAuditStore) -> None:
    trim = chain.trim(5, 90, LATER)
    assert trim is not None
    assert (trim.through, trim.events) == (5, 5)
    assert chain.trims() == [trim]
    assert chain.verify().problem == TRIMMED
    after = {"events": 5, "first": trim.first_at, "last": trim.last_at}
    chain.append(draft(12, Action.AUDIT_TRIMMED, object_id="5", before={}, after=after))
    verdict = chain.verify()
    assert (verdict.first, verdict.last, verdict.intact) == (6, 11, True)
    assert chain.trim(5, 90, LATER) is None
    with pytest.raises(NotFound):
        chain.get(5)


@pytest.mark.parametrize(
    ("days", "age", "goes"), [(90, 90, True), (7, 90, True), (7, 89, False), (365, 364, False)]
)
def test_nothing_goes_that_is_younger_than_the_rule_or_ninety_days(
    chain: DbAuditStore, days: int, age: int, *, goes: bool
) -> None:
    youngest = chain.get(5).at
    assert bool(chain.trim(5, days, youngest + timedelta(days=age))) == goes
    assert chain.trim(5, days, youngest + timedelta(days=age)) is None


def test_what_is_dropped_is_counted_within_the_lock_of_the_site(
    chain: DbAuditStore, database: Database
) -> None:
    database.commit()
    assert chain.trim(5, 90, NOW) is None
    assert database.transaction.notes[LOCKED] == "acme"


def test_a_chain_that_is_trimmed_in_parts_stays_intact(
    chain: DbAuditStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "DROPPED_AT_ONCE", 1)
    set_rule = draft(11, Action.SETTING_CHANGED, before={"audit_days": None}, after={"audit_days": 90})
    chain.append(set_rule)
    chain.add_checkpoint(KEY.sign("acme", chain.head(), NOW))
    recorder = AuditRecorder(chain, lambda: LATER, "", Origin.COMMAND)
    for through in (5, 11):
        trim = drop_old(chain, recorder, 90, LATER)
        database.commit()
        assert (trim and trim.through) == through
        verdict = chain.verify()
        assert (verdict.first, verdict.intact) == (through + 1, True)
    assert drop_old(chain, recorder, 90, LATER) is None


def test_references_that_no_event_needs_any_more_go_with_the_events(
    chain: DbAuditStore, database: Database
) -> None:
    chain.append(draft(11, actor="cleo", before={}, after={}))
    database.commit()
    chain.add_checkpoint(KEY.sign("acme", chain.head(), NOW))
    drop(chain, 11)
    database.commit()
    assert {account for _, account, _ in chain.references()} == {"ana"}
    assert chain.verify().intact


def test_an_erasure_of_which_the_event_is_dropped_stays_explained(
    chain: DbAuditStore, database: Database
) -> None:
    pseudonym = erase(chain, "ben")
    chain.add_checkpoint(KEY.sign("acme", chain.head(), NOW))
    chain.append(draft(12, people=frozenset({pseudonym}), before={}, after={}))
    trim = drop(chain, 11)
    database.commit()
    assert trim.proof is not None
    assert FORMER + trim.proof.erased == pseudonym
    assert chain.verify().intact


@pytest.mark.parametrize("restored", [False, True])
def test_events_that_were_made_older_are_not_deleted_as_old_ones(
    chain: DbAuditStore, database: Database, tamper: Tamper, *, restored: bool
) -> None:
    """The app would sign the deletion of events of the last weeks, and nobody could see that they were recent."""
    set_rule = draft(11, Action.SETTING_CHANGED, before={"audit_days": None}, after={"audit_days": 90})
    chain.append(set_rule)
    today = NOW + timedelta(days=30)
    recorder = AuditRecorder(chain, lambda: today, "", Origin.COMMAND)
    database.commit()
    assert drop_old(chain, recorder, 90, today) is None
    tamper(
        "UPDATE audit_event SET at = '2025-01-01T00:00:00.000Z' WHERE seq <= 5",
        "UPDATE audit_checkpoint SET at = '2025-01-01T00:00:00.000Z'",
    )
    database.roll_back()
    if not restored:
        with pytest.raises(Conflict, match="not intact"):
            drop_old(chain, recorder, 90, today)
        return
    # Even if somebody hides the change from the verification before.
    trim = chain.trim(5, 90, today)
    assert trim is not None
    after = {"events": 5, "first": trim.first_at, "last": trim.last_at}
    chain.append(draft(0, Action.AUDIT_TRIMMED, object_id="5", at=today, before={}, after=after))
    database.commit()
    tamper(f"UPDATE audit_checkpoint SET at = '{stamp(NOW)}'")
    assert (chain.verify().broken, chain.verify().problem) == (6, SIGNED_LATER.format(at=stamp(NOW)))


FORGED = {
    "signature": f"UPDATE audit_trim_proof SET {turned('signature')}",
    "proof removed": "DELETE FROM audit_trim_proof",
    "count": "UPDATE audit_trim SET events = 4",
    "first": "UPDATE audit_trim SET first_at = last_at",
    "last": "UPDATE audit_trim SET last_at = first_at",
    "days": "UPDATE audit_trim_proof SET days = 91",
    "at": "UPDATE audit_trim_proof SET at = '2027-03-29T01:40:00.123Z'",
    "event": "UPDATE audit_trim_proof SET event = 10",
    "erased": "UPDATE audit_trim_proof SET erased = 'x'",
    "trim removed": "DELETE FROM audit_trim",
    "checkpoint removed": "DELETE FROM audit_checkpoint",
    "row of the index taken away": "DELETE FROM audit_person",
}


@pytest.mark.parametrize("statement", FORGED.values(), ids=FORGED)
def test_a_forged_trim_is_found(
    chain: DbAuditStore, database: Database, tamper: Tamper, statement: str
) -> None:
    drop(chain, 5)
    database.commit()
    assert chain.verify().intact
    tamper(statement)
    assert chain.verify().broken is not None


def test_a_trim_that_drops_more_than_its_event_says_is_found(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    """Somebody who can write to the tables may announce a trim, and the triggers allow the deletion; nobody
    else can sign it.
    """
    drop(chain, 5)
    chain.add_checkpoint(KEY.sign("acme", Head(8, next(iter(chain.stored(7, 8)))[-1]), NOW))
    database.commit()
    tamper(
        "INSERT INTO audit_trim SELECT client_key, 8, 3, first_at, last_at FROM audit_trim",
        "INSERT INTO audit_trim_proof SELECT client_key, 8, at, days, event, erased, key_id, public_key, signature "
        "FROM audit_trim_proof",
        "DELETE FROM audit_event_person WHERE seq <= 8",
        "DELETE FROM audit_event WHERE seq <= 8",
    )
    assert (chain.verify().broken, chain.verify().problem) == (9, UNSIGNED_TRIM)


def test_only_what_a_checkpoint_vouches_for_can_be_dropped(chain: DbAuditStore, database: Database) -> None:
    with pytest.raises(Conflict):
        chain.trim(7, 90, LATER)
    database.roll_back()
    assert chain.head().seq == 10
