"""Verification of the audit log in a real database: tampering that it finds and names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.adapters.support.audit_chain import KEY, NOW, Tamper, draft
from tests.adapters.support.site_data import in_site
from tests.adapters.support.tampering import turned
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import FIELDS, chained, genesis
from timesheet.domain.audit.event import AuditFilter
from timesheet.services.audit.proof import (
    CHANGED,
    DIFFERENT,
    HEADLESS,
    MISSING,
    PEOPLE,
    STRAY,
    TRIMMED,
    UNLISTED,
    UNREADABLE,
    UNSIGNED,
    UNSIGNED_HEAD,
    cut_off,
    other_number,
    verify_chain,
)
from timesheet.services.ports.audit import Head, MalformedEventError
from tools.verify_audit import BrokenError, verify

HEAD = "client_key, seq, hash, at, key_id, public_key, signature"
COPY = "seq + 1, at, action, actor, object_kind, object_id, team_id, outcome, origin, request_id, people, details, hash"
Tampering = tuple[str, list[str], int, str]
TAMPERINGS: list[Tampering] = [
    (
        "details",
        ["UPDATE audit_event SET details = replace(details, 'New 3', 'New X') WHERE seq = 3"],
        3,
        CHANGED,
    ),
    ("time", ["UPDATE audit_event SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 7"], 7, CHANGED),
    ("actor", ["UPDATE audit_event SET actor = people WHERE seq = 2"], 2, CHANGED),
    ("outcome", ["UPDATE audit_event SET outcome = 'refused' WHERE seq = 10"], 10, CHANGED),
    ("hash", [f"UPDATE audit_event SET hash = '{'0' * 64}' WHERE seq = 4"], 4, CHANGED),
    (
        "removed",
        ["DELETE FROM audit_event_person WHERE seq = 6", "DELETE FROM audit_event WHERE seq = 6"],
        6,
        MISSING,
    ),
    (
        "first removed",
        ["DELETE FROM audit_event_person WHERE seq = 1", "DELETE FROM audit_event WHERE seq = 1"],
        1,
        MISSING,
    ),
    (
        "reordered",
        [
            "DELETE FROM audit_event_person WHERE seq IN (8, 9)",
            "UPDATE audit_event SET seq = 99 WHERE seq = 8",
            "UPDATE audit_event SET seq = 8 WHERE seq = 9",
            "UPDATE audit_event SET seq = 9 WHERE seq = 99",
        ],
        8,
        CHANGED,
    ),
    (
        "inserted",
        [
            "DELETE FROM audit_event_person WHERE seq > 3",
            "UPDATE audit_event SET seq = seq + 100 WHERE seq > 3",
            f"INSERT INTO audit_event SELECT client_key, {COPY} FROM audit_event WHERE seq = 3",
            "UPDATE audit_event SET seq = seq - 99 WHERE seq > 100",
        ],
        4,
        CHANGED,
    ),
    ("unlinked", ["DELETE FROM audit_event_person WHERE seq = 4"], 4, PEOPLE),
    (
        "linked",
        ["INSERT INTO audit_event_person SELECT client_key, actor, seq FROM audit_event WHERE seq = 4"],
        4,
        PEOPLE,
    ),
    ("signature", [f"UPDATE audit_checkpoint SET {turned('signature')}"], 5, UNSIGNED),
    ("checkpoint moved", ["UPDATE audit_checkpoint SET seq = 6"], 6, UNSIGNED),
    (
        "trimmed without a word",
        [
            "INSERT INTO audit_trim VALUES ('acme', 5, 5, '', '')",
            "DELETE FROM audit_event_person WHERE seq <= 5",
            "DELETE FROM audit_event WHERE seq <= 5",
        ],
        6,
        TRIMMED,
    ),
    ("head", [f"UPDATE audit_head SET {turned('hash')}"], 10, UNSIGNED_HEAD),
    ("head moved back", ["UPDATE audit_head SET seq = 5"], 5, UNSIGNED_HEAD),
    (
        "checkpoint as head",
        [
            "DELETE FROM audit_event_person WHERE seq > 5",
            "DELETE FROM audit_event WHERE seq > 5",
            "DELETE FROM audit_head",
            f"INSERT INTO audit_head ({HEAD}, checkpoints) SELECT {HEAD}, 1 FROM audit_checkpoint",
        ],
        5,
        UNSIGNED_HEAD,
    ),
    (
        "tail cut off",
        ["DELETE FROM audit_event_person WHERE seq > 8", "DELETE FROM audit_event WHERE seq > 8"],
        9,
        cut_off(10),
    ),
    (
        "checkpoint removed",
        ["DELETE FROM audit_checkpoint"],
        10,
        other_number(1),
    ),
    ("head removed", ["DELETE FROM audit_head"], 10, HEADLESS),
    ("register emptied", ["DELETE FROM audit_register"], 10, UNLISTED),
    (
        "event before the first",
        [
            f"INSERT INTO audit_event SELECT client_key, {COPY.replace('seq + 1', '0')} FROM audit_event WHERE seq = 1"
        ],
        1,
        STRAY,
    ),
    (
        "link to no event",
        ["INSERT INTO audit_event_person SELECT client_key, actor, 11 FROM audit_event WHERE seq = 4"],
        1,
        STRAY,
    ),
    ("number far beyond the end", ["UPDATE audit_event SET seq = 2147483647 WHERE seq = 10"], 10, MISSING),
]


@pytest.mark.parametrize(
    ("statements", "broken", "problem"), [t[1:] for t in TAMPERINGS], ids=[t[0] for t in TAMPERINGS]
)
def test_tampering_is_found_and_the_first_broken_event_named(
    chain: DbAuditStore, tamper: Tamper, statements: list[str], broken: int, problem: str
) -> None:
    assert chain.verify().intact
    tamper(*statements)
    verdict = chain.verify()
    assert (verdict.broken, verdict.problem) == (broken, problem)


@pytest.mark.parametrize("details", ["{", "null", "[" * 100_000], ids=["cut", "null", "nested"])
def test_an_event_whose_content_cannot_be_read_is_named(
    chain: DbAuditStore, tamper: Tamper, details: str
) -> None:
    action = str(Action.PERSON_ERASED)
    tamper("UPDATE audit_event SET action = :action WHERE seq = 7", action=action)
    tamper("UPDATE audit_event SET details = :details WHERE seq = 7", details=details)
    with pytest.raises(MalformedEventError):
        chain.recorded(Action.PERSON_ERASED)
    assert chain.verify().broken == 7
    tamper("UPDATE audit_event SET action = 'audit.trimmed' WHERE seq = 7")
    assert chain.verify().broken == 7


@pytest.mark.parametrize(
    "database", ["sqlite"], indirect=True
)  # PostgreSQL stores no text that is not UTF-8.
def test_bytes_that_are_no_text_are_found_in_their_event(chain: DbAuditStore, tamper: Tamper) -> None:
    tamper("UPDATE audit_event SET outcome = CAST(X'646fff' AS TEXT) WHERE seq = 7")
    verdict = chain.verify()
    assert (verdict.broken, verdict.problem) == (7, CHANGED)
    assert chain.scan(AuditFilter(), None, 50).unreadable == [7]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL keeps the type of a column.
@pytest.mark.parametrize("column", FIELDS[1:])
def test_a_value_of_another_type_which_no_filter_finds_is_named(
    chain: DbAuditStore, tamper: Tamper, column: str
) -> None:
    """The text of the event would be the same, but the event would be in no filtered list."""
    tamper(f"UPDATE audit_event SET {column} = CAST({column} AS BLOB) WHERE seq = 7")
    verdict = chain.verify()
    assert (verdict.broken, verdict.problem) == (7, CHANGED)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL keeps the type of a column.
@pytest.mark.parametrize("value", ["'four'", "''", "4.5", "CAST('4' AS BLOB)", "9.5"])
def test_a_number_that_is_none_is_found_in_its_event(
    chain: DbAuditStore, tamper: Tamper, database: Database, value: str
) -> None:
    """SQLite sorts texts and bytes behind all numbers, where they would be the end of the chain."""
    tamper(f"UPDATE audit_event SET seq = {value} WHERE seq = 4")
    assert (chain.verify().broken, chain.verify().problem) == (4, MISSING)
    with pytest.raises(BrokenError, match="broken at event 4: "):
        verify([f"{line}\n" for line in chain.proof(NOW)], [])
    assert chain.append(draft(11)).seq == 11
    database.commit()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", ["audit_checkpoint", "audit_head"])
def test_a_signed_number_that_is_none_is_said_in_a_sentence(
    chain: DbAuditStore, tamper: Tamper, table: str
) -> None:
    tamper(f"UPDATE {table} SET seq = 'four'")
    assert not chain.verify().whole
    assert chain.verify().problem == UNREADABLE


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("audit_event", "hash"),
        ("audit_event", "people"),
        ("audit_person", "salt"),
        ("audit_person", "account_id"),
        ("audit_checkpoint", "hash"),
        ("audit_checkpoint", "signature"),
        ("audit_checkpoint", "public_key"),
        ("audit_head", "hash"),
        ("audit_head", "signature"),
    ],
)
def test_values_of_another_type_are_exported_as_what_they_are(
    chain: DbAuditStore, tamper: Tamper, database: Database, table: str, column: str
) -> None:
    chain.add_checkpoint(KEY.sign("acme", chain.head(), NOW))
    database.commit()
    tamper(f"UPDATE {table} SET {column} = CAST({column} AS BLOB)")
    exported = list(chain.proof(NOW))
    assert any("b'" in line for line in exported) == (column != "people"), (
        "people are exported as their references"
    )


def write_anew(chain: DbAuditStore, tamper: Tamper) -> None:
    """Change the third event, and compute every hash again."""
    tamper("UPDATE audit_event SET details = replace(details, 'New 3', 'New X') WHERE seq = 3")
    before = genesis("acme")
    for seq, event_text, *_ in list(chain.stored(0, 10)):
        before = chained(before, event_text)
        tamper("UPDATE audit_event SET hash = :hash WHERE seq = :seq", hash=before.hex(), seq=seq)


def test_a_chain_written_anew_does_not_fit_its_signed_head(chain: DbAuditStore, tamper: Tamper) -> None:
    """Somebody who owns the database, but not the key, can compute every hash again."""
    write_anew(chain, tamper)
    verdict = chain.verify()
    assert (verdict.broken, verdict.problem) == (5, DIFFERENT)


def test_a_chain_written_anew_and_signed_with_another_key_is_not_intact(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    """They can also sign it with a key of their own, and store that key next to the signature."""
    kept, own = KEY.sign("acme", chain.head(), NOW), AuditKey("a key of whoever owns the database")
    write_anew(chain, tamper)
    tamper("DELETE FROM audit_checkpoint", "DELETE FROM audit_head", "DELETE FROM audit_register")
    tamper("DELETE FROM audit_register_head")
    ((*_, digest),) = chain.stored(4, 5)
    chain.add_checkpoint(own.sign("acme", Head(5, digest), NOW))
    assert DbAuditStore(in_site(database, "acme"), "acme", own).sign_end(NOW)
    verdict = chain.verify()
    assert (verdict.intact, verdict.broken, verdict.unknown_key) == (False, None, own.id)
    assert verdict.signed == 0
    assert verify_chain(chain, own).intact
    verdict = chain.verify(signed=[kept])
    assert (verdict.broken, verdict.problem) == (10, DIFFERENT)


def test_a_tail_that_was_cut_off_is_found_by_a_signed_head_kept_elsewhere(
    chain: DbAuditStore, tamper: Tamper
) -> None:
    signed = KEY.sign("acme", chain.head(), NOW)
    tamper("DELETE FROM audit_event_person WHERE seq > 8", "DELETE FROM audit_event WHERE seq > 8")
    tamper("DELETE FROM audit_head", "DELETE FROM audit_register", "DELETE FROM audit_register_head")
    verdict = chain.verify()
    assert (verdict.whole, verdict.intact, verdict.signed) == (True, False, 5)
    verdict = verify_chain(chain, KEY, signed=[signed])
    assert verdict.broken == 9
    assert "10 events" in verdict.problem


def test_a_cut_below_a_checkpoint_is_found_without_help(chain: DbAuditStore, tamper: Tamper) -> None:
    tamper("DELETE FROM audit_event_person WHERE seq > 4", "DELETE FROM audit_event WHERE seq > 4")
    assert chain.verify().broken == 5


def test_a_reference_cannot_be_given_to_somebody_else(chain: DbAuditStore, tamper: Tamper) -> None:
    tamper("UPDATE audit_person SET account_id = 'eve' WHERE account_id = 'ben'")
    verdict = chain.verify()
    assert not verdict.intact
    assert "another person" in verdict.problem


def test_the_part_after_a_checkpoint_can_be_looked_through_alone(chain: DbAuditStore, tamper: Tamper) -> None:
    (head,) = chain.checkpoints()
    assert chain.verify(head) == replace(chain.verify(), first=6)
    assert chain.verify(head, 2).last == 7
    tamper("UPDATE audit_event SET request_id = 'x' WHERE seq = 3")
    assert chain.verify(head).intact
    assert chain.verify().broken == 3


@pytest.mark.parametrize("details", ["{", b"{}"])
def test_rows_that_cannot_be_read_are_no_crash(
    chain: DbAuditStore, tamper: Tamper, details: str | bytes
) -> None:
    tamper(
        "UPDATE audit_event SET action = 'audit.trimmed', details = :details WHERE seq = 3", details=details
    )
    verdict = chain.verify()
    assert "cannot be read" in verdict.problem
    assert verdict.broken == 3
    tamper("UPDATE audit_checkpoint SET at = 'yesterday', hash = 'none'")
    assert not chain.verify().whole


@pytest.mark.parametrize("at", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
@pytest.mark.parametrize(
    ("table", "seq", "problem"),
    [("audit_checkpoint", 5, UNSIGNED), ("audit_head", 10, UNSIGNED_HEAD)],
)
def test_an_instant_that_has_no_utc_is_no_crash(
    chain: DbAuditStore, tamper: Tamper, table: str, seq: int, problem: str, at: str
) -> None:
    tamper(f"UPDATE {table} SET at = :at", at=at)
    verdict = chain.verify()
    assert (verdict.broken, verdict.problem) == (seq, problem)


@pytest.mark.parametrize("column", ["hash", "public_key", "signature"])
@pytest.mark.parametrize(("table", "seq"), [("audit_checkpoint", 5), ("audit_head", 10)])
def test_bytes_in_a_signed_head_are_found_in_their_event(
    chain: DbAuditStore, tamper: Tamper, table: str, seq: int, column: str
) -> None:
    """PostgreSQL makes another text of them."""
    tamper(f"UPDATE {table} SET {column} = :value", value=b"\xff")
    verdict = chain.verify()
    assert verdict.broken == seq


def test_a_person_of_another_type_is_found_in_its_event(chain: DbAuditStore, tamper: Tamper) -> None:
    tamper("UPDATE audit_event_person SET ref = :value WHERE seq = 7", value=b"ab")
    assert chain.verify().broken == 7
