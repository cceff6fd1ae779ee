"""Audit events in a real database: the chain, what it finds, and what the database itself refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.adapters.roles import address
from tests.adapters.site_data import at_once, in_site, stores_of
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit import DbAuditStore
from timesheet.adapters.db.audit_guard import DELETE_WHEN, REFUSED
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.models import SiteRow
from timesheet.adapters.db.stores import open_audit
from timesheet.domain.audit import FORMER, AuditDraft, AuditFilter, Origin, Outcome, PersonId
from timesheet.domain.audit_action import Action, ObjectKind
from timesheet.domain.audit_chain import chained, genesis
from timesheet.domain.errors import Conflict, NotFound
from timesheet.services.audit_ports import DayCounts, Head
from timesheet.services.audit_proof import (
    CHANGED,
    DIFFERENT,
    MISSING,
    PEOPLE,
    TRIMMED,
    UNSIGNED,
    verify_chain,
)

NOW = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
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
    """The events of a site that installed the app."""
    stores_of(database, "acme")
    return open_audit(in_site(database, "acme"), "acme", KEY)


@pytest.fixture
def chain(database: Database, audit: DbAuditStore) -> DbAuditStore:
    """Ten of them, the fifth with a checkpoint."""
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
    engine = database.extension.engine
    sqlite = engine.dialect.name == "sqlite"
    if not sqlite:
        engine = create_engine(
            address(request.getfixturevalue("postgresql_server"), str(engine.url.database)),
            poolclass=NullPool,
        )

    def run(*statements: str, **values: object) -> None:
        with engine.begin() as connection:
            for table, deed in product(DELETE_WHEN, ("update", "delete")):
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
    if table == "audit_trim":
        chain.trim(5)
        database.commit()
    with pytest.raises((DBAPIError, IntegrityError), match=f"{REFUSED}|permission denied"):
        database.session.execute(text(deed.format(table)))
    database.roll_back()


def test_postgresql_refuses_to_empty_the_table_at_a_stroke(chain: DbAuditStore, database: Database) -> None:
    del chain
    if database.session.get_bind().dialect.name != "postgresql":
        pytest.skip("only PostgreSQL has TRUNCATE")
    with pytest.raises(DBAPIError, match=f"{REFUSED}|permission denied"):
        database.session.execute(text("TRUNCATE audit_event CASCADE"))
    database.roll_back()


def test_erasing_a_site_takes_its_events_along(chain: DbAuditStore, database: Database) -> None:
    chain.trim(5)
    database.session.delete(database.session.get(SiteRow, "acme"))
    database.commit()
    for table in DELETE_WHEN:
        assert database.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


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
    ("signature", ["UPDATE audit_checkpoint SET signature = replace(signature, 'a', 'b')"], 5, UNSIGNED),
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
    chain: DbAuditStore, tamper: Tamper
) -> None:
    """He can sign it as well, with a key of his own, and put that beside what he signed."""
    kept, own = KEY.sign("acme", chain.head(), NOW), AuditKey("a key of whoever owns the database")
    write_anew(chain, tamper)
    tamper("DELETE FROM audit_checkpoint")
    ((_, _, _, digest),) = chain.stored(4, 5)
    chain.add_checkpoint(own.sign("acme", Head(5, digest), NOW))
    verdict = chain.verify()
    assert (verdict.intact, verdict.broken, verdict.stranger) == (False, None, own.id)
    assert verdict.signed == 0
    assert verify_chain(chain, own).intact
    verdict = chain.verify(signed=[kept])
    assert (verdict.broken, verdict.problem) == (10, DIFFERENT)


def test_a_tail_that_was_cut_off_is_found_by_a_signed_head_kept_elsewhere(
    chain: DbAuditStore, tamper: Tamper
) -> None:
    signed = KEY.sign("acme", chain.head(), NOW)
    tamper("DELETE FROM audit_event_person WHERE seq > 8", "DELETE FROM audit_event WHERE seq > 8")
    assert chain.verify().intact
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
    (held,) = chain.checkpoints()
    chain.add_checkpoint(KEY.sign("acme", Head(5, "0" * 64), NOW))
    assert chain.checkpoints() == [held]


def test_retention_leaves_the_proof(chain: DbAuditStore) -> None:
    trim = chain.trim(5)
    assert trim is not None
    assert (trim.through, trim.events, trim.told) == (5, 5, False)
    assert chain.verify().problem == TRIMMED
    chain.append(draft(12, Action.AUDIT_TRIMMED, object_id="5", after={"events": 5}))
    verdict = chain.verify()
    assert (verdict.first, verdict.last, verdict.intact) == (6, 11, True)
    assert chain.trim(5) is None
    with pytest.raises(NotFound):
        chain.get(5)


def test_only_what_a_checkpoint_vouches_for_can_be_dropped(chain: DbAuditStore, database: Database) -> None:
    with pytest.raises(Conflict):
        chain.trim(7)
    database.roll_back()
    assert chain.head().seq == 10


def test_somebody_forgotten_cannot_be_told_and_the_chain_stays(
    chain: DbAuditStore, database: Database
) -> None:
    before = list(chain.stored(0, 10))
    stand_in = chain.forget("ben")
    database.commit()
    assert stand_in.startswith(FORMER)
    assert chain.get(3).people == {stand_in}
    assert chain.get(3).after["lead"] == PersonId(stand_in)
    assert list(chain.stored(0, 10)) == before
    assert chain.verify().intact
    assert "ben" not in str(database.session.execute(text("SELECT * FROM audit_person")).all())


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
    """The ten, and two by somebody else."""
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
    lines = [json.loads(line) for line in chain.proof()]
    assert lines[0]["after"] == 0
    assert [line["event"]["seq"] for line in lines if "event" in line] == list(range(1, 11))
    assert sorted(line["account"] for line in lines if "person" in line) == ["ana", "ben"]
    assert [line["checkpoint"]["seq"] for line in lines if "checkpoint" in line] == [5]


def test_a_filtered_export_hides_the_others_and_begins_at_a_checkpoint(chain: DbAuditStore) -> None:
    lines = [json.loads(line) for line in chain.proof(AuditFilter(team_id="team-8"))]
    assert lines[0]["after"] == 5
    assert [line["event"]["seq"] for line in lines if "event" in line] == [8]
    assert sum(len(line["hidden"]) for line in lines if "hidden" in line) == 4
    assert "team-7" not in json.dumps(lines)


def test_an_export_of_nothing_is_a_chain_without_an_event(audit: DbAuditStore) -> None:
    assert len(list(audit.proof())) == 1
    assert len(list(audit.proof(AuditFilter(team_id="none")))) == 1
