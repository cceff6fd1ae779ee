"""Signed heads and checkpoints: what is signed, and what is not signed until an operator says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.adapters.support.audit_chain import KEY, NOW, Tamper, draft, drop
from timesheet.adapters.db.audit.guard import REGISTER
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.domain.audit.chain import chained, stamp
from timesheet.services.audit.proof import (
    CHANGED,
    DIFFERENT,
    HEADLESS,
)
from timesheet.services.ports.audit import Head, Verdict


def test_a_second_checkpoint_for_the_same_event_changes_nothing(chain: DbAuditStore) -> None:
    (checkpoint,) = chain.checkpoints()
    chain.add_checkpoint(KEY.sign("acme", Head(5, "0" * 64), NOW))
    assert chain.checkpoints() == [checkpoint]


def test_what_follows_a_change_is_not_signed_so_that_nothing_covers_it_up(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    """Whoever owns the database changes the last event, and waits for the app to sign what follows."""
    tamper("UPDATE audit_event SET details = replace(details, 'New 10', 'New X') WHERE seq = 10")
    before = bytes.fromhex(next(iter(chain.stored(8, 9)))[-1])
    ((_, written, *_),) = chain.stored(9, 10)
    tamper("UPDATE audit_event SET hash = :hash WHERE seq = 10", hash=chained(before, written).hex())
    chain.append(draft(11))
    database.commit()
    verdict = chain.verify()
    assert (verdict.broken, verdict.problem) == (10, DIFFERENT)


@pytest.mark.parametrize("column", ["hash", "at"])
@pytest.mark.parametrize("value", ["none", "é", b"\xff"])
def test_events_are_recorded_after_one_that_cannot_be_read(
    chain: DbAuditStore, database: Database, tamper: Tamper, column: str, value: object
) -> None:
    """On PostgreSQL, bytes become another text."""
    tamper(f"UPDATE audit_event SET {column} = :value WHERE seq = 10", value=value)
    recorded = chain.append(draft(11))
    database.commit()
    assert recorded.at == draft(11).at.replace(microsecond=recorded.at.microsecond)
    assert chain.get(11) == recorded
    verdict = chain.verify()
    assert (verdict.broken, verdict.problem) == (10, CHANGED)
    assert chain.end().signed == (column == "at"), "a changed hash is not covered up by a signature"


def test_a_head_is_no_older_than_its_event(chain: DbAuditStore) -> None:
    """The clock of another machine may be ahead; the register of sites has the time of the first event."""
    last = chain.get(10).at
    assert chain.sign_end(last - timedelta(hours=2))
    assert chain.end().head.at == last  # type: ignore[union-attr]
    chain.force_sign_end(last - timedelta(hours=2))
    assert chain.end().head.at == last  # type: ignore[union-attr]
    chain.force_sign_end(last + timedelta(hours=2))
    assert chain.end().head.at == last + timedelta(hours=2)  # type: ignore[union-attr]


def test_no_head_is_made_where_the_register_says_that_there_was_one(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    tamper("DELETE FROM audit_head")
    chain.append(draft(11))
    database.commit()
    assert chain.end().head is None
    assert chain.verify().problem == HEADLESS
    assert not chain.sign_end(NOW)


def test_an_event_that_somebody_else_added_is_not_signed_until_an_operator_says_so(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    """A process of an older version does so, while a newer one already runs."""
    head = chain.end().head
    assert head is not None
    chain.append(draft(11))
    database.commit()
    tamper(
        "UPDATE audit_head SET seq = 10, hash = :hash, at = :at, signature = :signature",
        hash=head.hash,
        at=stamp(head.at),
        signature=head.signature,
    )
    chain.append(draft(12))
    database.commit()
    verdict = chain.verify()
    assert (verdict.whole, verdict.intact, verdict.signed, verdict.last) == (True, False, 10, 12)
    chain.force_sign_end(NOW)
    assert chain.verify().intact


def test_what_was_recorded_before_there_were_heads_is_signed_by_the_next_event(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    """The database is as the version before left it, with a trim that nobody signed."""
    drop(chain, 5)
    database.commit()
    tamper(*(f"DELETE FROM {table}" for table in ("audit_head", "audit_trim_proof", *REGISTER)))
    verdict = chain.verify()
    assert (verdict.whole, verdict.intact, verdict.signed) == (True, False, 5)
    chain.append(draft(13))
    database.commit()
    assert chain.verify().intact
    entry = chain.registered()
    assert entry is not None
    assert (entry.number, entry.kind, entry.seq) == (1, "signed", 11)
    assert [trim.proof.event for trim in chain.trims() if trim.proof] == [11]


def test_a_chain_of_which_nothing_is_signed_is_not_intact(audit: DbAuditStore) -> None:
    assert audit.verify() == Verdict(1, 0)
    assert audit.verify().whole
    assert not audit.verify().intact
    audit.append(draft(1))
    verdict = audit.verify()
    assert (verdict.signed, verdict.signed_at) == (1, audit.get(1).at)
