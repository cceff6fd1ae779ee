"""Pages, activity, and exports of the audit log, filtered or not."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.adapters.support.audit_chain import LATER, NOW, Tamper, draft
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.domain.audit.action import Action, ObjectKind
from timesheet.domain.audit.event import AuditFilter, Outcome
from timesheet.services.ports.audit import DayCounts

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


def test_the_id_of_a_worklog_finds_its_late_changes_too(chain: DbAuditStore) -> None:
    def add(action: Action, object_id: str, **after: object) -> int:
        return chain.append(draft(20, action, object_id=object_id, before={}, after=after)).seq

    logged = add(Action.WORKLOG_CREATED, "10240", seconds=60)
    found = add(Action.PERIOD_LATE_CHANGE_FOUND, "closing-1", worklog=10240, what="changed")
    accepted = add(Action.PERIOD_LATE_CHANGE_ACCEPTED, "closing-1", worklog=10240, what="changed")
    add(Action.PERIOD_LATE_CHANGE_FOUND, "closing-1", worklog=20240, what="changed")
    add(Action.TEAM_CHANGED, "team-1", worklog=10240)
    whole = AuditFilter(text="10240")
    assert [event.seq for event in chain.page(whole, None, 50)] == [accepted, found, logged]
    assert [event.seq for event in chain.page(whole, None, 1)] == [accepted]
    assert [event.seq for event in chain.page(whole, accepted, 50)] == [found, logged]
    assert [event.seq for event in chain.page(AuditFilter(text="1024"), None, 50)] == [
        accepted,
        found,
        logged,
    ]
    first = AuditFilter(text="10240", actions=frozenset({Action.PERIOD_LATE_CHANGE_FOUND}))
    assert [event.seq for event in chain.page(first, None, 50)] == [found]
    for other in ("240", "10_40", "1024%"):
        assert not chain.page(AuditFilter(text=other), None, 50)


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


DAMAGED = (
    "",
    "{",
    "[]",
    "null",
    "[" * 3000,
    '{"after":{"day":"2026-03-29","at":"\\u0000"},"before":{}}',
    '{"after":{"day":"yesterday "},"before":{}}',
    '{"after":{"day":"2026-03-29"},"before":[]}',
    '{"after":{"day":"2026-03-',
)


def test_damaged_events_are_found_by_every_filter_and_named(
    audit: DbAuditStore, database: Database, tamper: Tamper
) -> None:
    def add(number: int, day: str) -> int:
        values = {"day": day, "seconds": 60}
        one = draft(number, Action.WORKLOG_CHANGED, object_id="7", before=values, after=values)
        return audit.append(one).seq

    whole, other = add(0, "2026-03-29"), add(1, "2026-03-01")
    broken = {add(number, "2026-03-29"): details for number, details in enumerate(DAMAGED, 2)}
    database.commit()
    for seq, details in broken.items():
        tamper("UPDATE audit_event SET details = :details WHERE seq = :seq", details=details, seq=seq)
    of_the_day = {"worked_from": NOW.date(), "worked_to": NOW.date()}
    for wanted in (
        of_the_day,
        of_the_day | {"whose": "ana"},
        of_the_day | {"person": "ana", "object_id": "7", "outcome": Outcome.DONE},
        {"worked_from": NOW.date()},
        {"object_kind": ObjectKind.WORKLOG},
        {"text": "request-"},
    ):
        found = audit.scan(AuditFilter(**wanted), None, 50)
        with_all = wanted.keys() <= {"object_kind", "text"}
        readable = [whole, other] if with_all else [whole]
        shown = {one.seq for one in found.events}
        assert shown | set(found.unreadable) == {*readable, *broken}, wanted
        assert set(readable) <= shown
        assert shown.isdisjoint(found.unreadable)
        assert sum(audit.activity(AuditFilter(**wanted), [NOW, LATER]).counts) == len(broken) + len(readable)
        events = [json.loads(line).get("event", {}) for line in audit.proof(NOW, AuditFilter(**wanted))]
        assert {event["seq"] for event in events if event} == {*readable, *broken}
