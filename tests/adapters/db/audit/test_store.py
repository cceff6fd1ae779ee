"""Audit events in a real database: the chain, what verification finds, and what the database itself refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.adapters.support.roles import address
from tests.adapters.support.site_data import at_once, in_site, stores_of
from tests.adapters.support.tampering import turned
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.guard import DELETE_WHEN, REFUSED, REGISTER
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.guard import REFUSED as NOT_DUE
from timesheet.adapters.db.site.guard import erase_site
from timesheet.adapters.db.site_rows import LOCKED
from timesheet.adapters.db.stores import open_audit
from timesheet.domain.audit.action import Action, ObjectKind
from timesheet.domain.audit.chain import chained, genesis, reference_of, stamp
from timesheet.domain.audit.event import FORMER, AuditDraft, AuditFilter, Origin, Outcome, PersonId
from timesheet.domain.errors import Conflict, NotFound
from timesheet.services.audit.people import EMPTIED, NO_ROW, RESTORED, UNUSED
from timesheet.services.audit.proof import (
    CHANGED,
    DIFFERENT,
    HEADLESS,
    MISSING,
    PEOPLE,
    STRAY,
    TRIMMED,
    UNLISTED,
    UNSIGNED,
    UNSIGNED_HEAD,
    cut_off,
    other_number,
    verify_chain,
)
from timesheet.services.audit.retention import UNSIGNED_TRIM
from timesheet.services.ports.audit import DayCounts, Head, MalformedEventError, Trim, Verdict

NOW = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=100)
KEY = AuditKey("a signing key of a test")


def draft(number: int = 0, action: Action = Action.TEAM_CHANGED, **more: object) -> AuditDraft:
    event = AuditDraft(
        action,
        NOW + timedelta(minutes=number),
        "ana",
        Origin.PAGE,
        f"request-{number}",
        f"team-{number}",
        f"team-{number}",
        before={"name": "Old", "lead": PersonId("ana")},
        after={"name": f"New {number}", "lead": PersonId("ben")},
    )
    return replace(event, **more)  # type: ignore[arg-type]


@pytest.fixture
def audit(database: Database) -> DbAuditStore:
    """Return the events of a site that installed the app."""
    stores_of(database, "acme")
    return open_audit(in_site(database, "acme"), "acme", KEY)


@pytest.fixture
def chain(database: Database, audit: DbAuditStore) -> DbAuditStore:
    """Record ten events, the fifth followed by a checkpoint."""
    for number in range(1, 11):
        audit.append(draft(number))
        if number == 5:
            audit.add_checkpoint(KEY.sign("acme", audit.head(), NOW))
    database.commit()
    return audit


Tamper = Callable[..., None]


@pytest.fixture
def tamper(database: Database, request: pytest.FixtureRequest) -> Tamper:
    """Do what only somebody can do who owns the database: go around its triggers, its rights and the wall."""
    url = database.extension.engine.url
    sqlite = url.get_backend_name() == "sqlite"
    if not sqlite:
        url = make_url(address(request.getfixturevalue("postgresql_server"), str(url.database)))
    engine = create_engine(url, poolclass=NullPool)

    def run(*statements: str, **values: object) -> None:
        with engine.begin() as connection:
            off = "PRAGMA foreign_keys=OFF" if sqlite else "SET session_replication_role = replica"
            connection.execute(text(off))
            for table, deed in product((*DELETE_WHEN, *REGISTER), ("update", "delete")):
                where = "" if sqlite else f" ON {table}"
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{deed}{where}"))
            for statement in statements:
                connection.execute(text(statement), values)

    return run


def test_an_event_comes_back_as_it_was_recorded(audit: DbAuditStore) -> None:
    recorded = audit.append(draft(1, people=frozenset({"cleo"})))
    assert recorded.seq == 1
    assert recorded.at == NOW.replace(microsecond=123000) + timedelta(minutes=1)
    assert recorded.people == {"ben", "cleo"}
    assert recorded.after == {"name": "New 1", "lead": PersonId("ben")}
    assert audit.get(1) == recorded
    assert isinstance(audit.get(1).before["lead"], PersonId)


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


def test_numbers_have_no_gap_when_twenty_requests_record_at_once(
    audit: DbAuditStore, database: Database
) -> None:
    def request(number: int) -> object:
        open_audit(in_site(database, "acme"), "acme", KEY).append(draft(number))
        return number

    assert sorted(map(str, at_once(database, 20, request))) == sorted(map(str, range(20)))
    assert audit.head().seq == 20
    assert audit.verify().intact


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
    other = open_audit(in_site(database, "other"), "other", KEY)
    assert other.append(draft(1)).seq == 1
    assert other.head().hash != next(iter(chain.stored(0, 1)))[3]
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
        erase_site(database.session.connection(), "acme")
    database.roll_back()


def test_erasing_a_site_takes_its_events_along(chain: DbAuditStore, database: Database) -> None:
    assert chain.trim(5, 90, LATER)
    database.session.execute(text("UPDATE site SET status = 'uninstalled', erase_after = installed_at"))
    erase_site(database.session.connection(), "acme")
    database.commit()
    for table in DELETE_WHEN:
        assert database.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


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


def write_anew(chain: DbAuditStore, tamper: Tamper) -> None:
    """Change the third event, and compute every hash again."""
    tamper("UPDATE audit_event SET details = replace(details, 'New 3', 'New X') WHERE seq = 3")
    before = genesis("acme")
    for seq, event_text, _, _ in list(chain.stored(0, 10)):
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
    ((_, _, _, digest),) = chain.stored(4, 5)
    chain.add_checkpoint(own.sign("acme", Head(5, digest), NOW))
    assert open_audit(in_site(database, "acme"), "acme", own).sign_end(NOW)
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


def test_a_second_checkpoint_for_the_same_event_changes_nothing(chain: DbAuditStore) -> None:
    (checkpoint,) = chain.checkpoints()
    chain.add_checkpoint(KEY.sign("acme", Head(5, "0" * 64), NOW))
    assert chain.checkpoints() == [checkpoint]


def drop(chain: DbAuditStore, through: int, days: int = 90) -> Trim:
    """Drop these events as the nightly command does."""
    trim = chain.trim(through, days, LATER)
    assert trim is not None
    after = {"events": trim.events, "first": trim.first_at, "last": trim.last_at}
    chain.append(draft(0, Action.AUDIT_TRIMMED, object_id=str(through), at=LATER, before={}, after=after))
    return trim


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
    session = in_site(database, "acme").session
    assert session.info[LOCKED] == ("acme", session.get_transaction())


def test_references_that_no_event_needs_any_more_go_with_the_events(
    chain: DbAuditStore, database: Database
) -> None:
    chain.append(draft(11, actor="cleo", before={}, after={}))
    database.commit()
    chain.add_checkpoint(KEY.sign("acme", chain.head(), NOW))
    drop(chain, 11)
    database.commit()
    assert {account for _, account, _ in chain.known()} == {"ana"}
    assert chain.verify().intact


def test_an_erasure_of_which_the_event_is_dropped_stays_explained(
    chain: DbAuditStore, database: Database
) -> None:
    stand_in = erase(chain, "ben")
    chain.add_checkpoint(KEY.sign("acme", chain.head(), NOW))
    chain.append(draft(12, people=frozenset({stand_in}), before={}, after={}))
    trim = drop(chain, 11)
    database.commit()
    assert trim.proof is not None
    assert FORMER + trim.proof.erased == stand_in
    assert chain.verify().intact


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
    chain.add_checkpoint(KEY.sign("acme", Head(8, next(iter(chain.stored(7, 8)))[3]), NOW))
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


def erase(chain: DbAuditStore, account_id: str) -> str:
    """Erase somebody as an admin does; the stand-in."""
    chain.append(draft(11, Action.PERSON_ERASED, object_id=account_id, before={}, after={}))
    return chain.forget(account_id)


def test_somebody_forgotten_cannot_be_told_and_the_chain_stays(
    chain: DbAuditStore, database: Database
) -> None:
    before = list(chain.stored(0, 10))
    stand_in = erase(chain, "ben")
    database.commit()
    assert stand_in.startswith(FORMER)
    assert chain.get(3).people == {stand_in}
    assert chain.get(3).after["lead"] == PersonId(stand_in)
    assert list(chain.stored(0, 10)) == before
    assert chain.verify().intact
    assert "ben" not in str(database.session.execute(text("SELECT * FROM audit_person")).all())


def test_a_reference_without_its_row_is_found(chain: DbAuditStore, tamper: Tamper) -> None:
    tamper("DELETE FROM audit_person WHERE account_id = 'ben'")
    ((_, text_of_first, people, _),) = chain.stored(0, 1)
    assert text_of_first
    assert chain.verify().problem == NO_ROW.format(ref=people)


@pytest.mark.parametrize("values", ["account_id = NULL, salt = NULL", "account_id = NULL", "salt = NULL"])
def test_who_is_forgotten_without_an_event_is_found(chain: DbAuditStore, tamper: Tamper, values: str) -> None:
    ((_, _, people, _),) = chain.stored(0, 1)
    tamper(f"UPDATE audit_person SET {values} WHERE account_id = 'ben'")
    assert chain.verify().problem == EMPTIED.format(ref=people)


def test_who_is_named_again_after_an_erasure_is_found(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    by_reference = {ref: (account, salt) for ref, account, salt in chain.known()}
    reference = erase(chain, "ben").removeprefix(FORMER)
    database.commit()
    account, salt = by_reference[reference]
    tamper(f"UPDATE audit_person SET account_id = '{account}', salt = '{salt}' WHERE account_id IS NULL")
    assert chain.verify().problem == RESTORED.format(ref=reference)


def test_a_row_of_the_index_that_no_event_needs_is_found(chain: DbAuditStore, tamper: Tamper) -> None:
    reference = reference_of("eve", "x")
    tamper(f"INSERT INTO audit_person VALUES ('acme', '{reference}', 'eve', 'x')")
    assert chain.verify().problem == UNUSED.format(ref=reference)


def test_what_follows_a_change_is_not_signed_so_that_nothing_covers_it_up(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    """Whoever owns the database changes the last event, and waits for the app to sign what follows."""
    tamper("UPDATE audit_event SET details = replace(details, 'New 10', 'New X') WHERE seq = 10")
    before = bytes.fromhex(next(iter(chain.stored(8, 9)))[3])
    ((_, written, _, _),) = chain.stored(9, 10)
    tamper("UPDATE audit_event SET hash = :hash WHERE seq = 10", hash=chained(before, written).hex())
    chain.append(draft(11))
    database.commit()
    verdict = chain.verify()
    assert (verdict.broken, verdict.problem) == (10, DIFFERENT)


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
    """As by a process of an older version, while a newer one works already."""
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
    chain.sign_anew(NOW)
    assert chain.verify().intact


def test_what_was_recorded_before_there_were_heads_is_signed_by_the_next_event(
    chain: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    """A database as the version before left it, with a trim that nobody signed."""
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


def test_rows_that_cannot_be_read_are_no_crash(chain: DbAuditStore, tamper: Tamper) -> None:
    tamper("UPDATE audit_event SET action = 'audit.trimmed', details = '{' WHERE seq = 3")
    assert "cannot be read" in chain.verify().problem
    tamper("UPDATE audit_checkpoint SET at = 'yesterday', hash = 'none'")
    assert not chain.verify().whole


def test_what_concerns_a_former_user_later_is_found_with_the_rest(chain: DbAuditStore) -> None:
    stand_in = chain.forget("ben")
    chain.append(draft(11, Action.MEMBER_REMOVED, object_id=stand_in, after={}))
    found = chain.page(AuditFilter(person=stand_in), None, 50)
    assert [event.seq for event in found] == list(range(11, 0, -1))
    assert found[0].object_id == stand_in


def test_somebody_who_is_forgotten_without_events_gets_a_stand_in(audit: DbAuditStore) -> None:
    assert audit.forget("zoe") != audit.forget("yan")


FILTERS: list[tuple[str, AuditFilter, list[int]]] = [
    ("all", AuditFilter(), list(range(12, 0, -1))),
    ("since", AuditFilter(since=NOW + timedelta(minutes=9, seconds=-1)), [12, 11, 10, 9]),
    ("until", AuditFilter(until=NOW + timedelta(minutes=3)), [2, 1]),
    ("after all", AuditFilter(since=NOW + timedelta(days=1)), []),
    ("actor", AuditFilter(actor="cleo"), [12, 11]),
    ("nobody", AuditFilter(actor="zoe"), []),
    ("by or about", AuditFilter(person="ben"), list(range(10, 0, -1))),
    ("about", AuditFilter(person="dan"), [12]),
    ("actions", AuditFilter(actions=frozenset({Action.MEMBER_ADDED, Action.ACCESS_REFUSED})), [12, 11]),
    ("kind", AuditFilter(object_kind=ObjectKind.MEMBER), [12]),
    ("object", AuditFilter(object_kind=ObjectKind.TEAM, object_id="team-4"), [4]),
    ("person as object", AuditFilter(object_kind=ObjectKind.MEMBER, object_id="dan"), [12]),
    ("team", AuditFilter(team_id="team-4"), [4]),
    ("outcome", AuditFilter(outcome=Outcome.REFUSED), [11]),
    ("text of a request", AuditFilter(text="request-7"), [7]),
    ("beginning of an id", AuditFilter(text="team-1"), [12, 11, 10, 1]),
    ("account as text", AuditFilter(text="dan"), [12]),
    (
        "together",
        AuditFilter(actor="ana", person="ben", text="team-", outcome=Outcome.DONE),
        list(range(10, 0, -1)),
    ),
]


@pytest.fixture
def many(chain: DbAuditStore) -> DbAuditStore:
    """Record the ten events, and two by another person."""
    by_cleo = {"actor": "cleo", "before": {}, "after": {}}
    chain.append(draft(11, Action.ACCESS_REFUSED, outcome=Outcome.REFUSED, object_id="/teams", **by_cleo))
    chain.append(draft(12, Action.MEMBER_ADDED, object_id="dan", **by_cleo))
    return chain


@pytest.mark.parametrize(("wanted", "found"), [f[1:] for f in FILTERS], ids=[f[0] for f in FILTERS])
def test_a_filter_finds_what_it_says(many: DbAuditStore, wanted: AuditFilter, found: list[int]) -> None:
    assert [event.seq for event in many.page(wanted, None, 50)] == found
    assert [event.seq for event in many.page(wanted, None, 2)] == found[:2]
    assert [event.seq for event in many.page(wanted, 5, 50)] == [seq for seq in found if seq < 5]
    edges = [NOW, NOW + timedelta(minutes=4), NOW + timedelta(days=2)]
    early = [seq for seq in found if seq < 4]
    counted = many.activity(wanted, edges)
    assert counted == DayCounts([len(early), len(found) - len(early)], 2, None)


def test_a_page_costs_the_same_for_one_event_and_for_many(many: DbAuditStore, statements: list[str]) -> None:
    counts = []
    for limit in (1, 12):
        statements.clear()
        many.page(AuditFilter(), None, limit)
        counts.append(len(statements))
    assert counts[0] == counts[1] == 3


def test_an_export_is_complete_and_names_its_people_once(chain: DbAuditStore) -> None:
    lines = [json.loads(line) for line in chain.proof(NOW)]
    assert lines[0]["after"] == 0
    assert [line["event"]["seq"] for line in lines if "event" in line] == list(range(1, 11))
    assert sorted(line["account"] for line in lines if "person" in line) == ["ana", "ben"]
    assert [line["checkpoint"]["seq"] for line in lines if "checkpoint" in line] == [5]


def test_a_filtered_export_hides_the_others_and_begins_at_a_checkpoint(chain: DbAuditStore) -> None:
    lines = [json.loads(line) for line in chain.proof(NOW, AuditFilter(team_id="team-8"))]
    assert lines[0]["after"] == 5
    assert [line["event"]["seq"] for line in lines if "event" in line] == [8]
    assert sum(len(line["hidden"]) for line in lines if "hidden" in line) == 4
    assert "team-7" not in json.dumps(lines)


def test_an_export_of_nothing_is_a_chain_without_an_event(audit: DbAuditStore) -> None:
    assert len(list(audit.proof(NOW))) == 2
    assert len(list(audit.proof(NOW, AuditFilter(team_id="none")))) == 2
