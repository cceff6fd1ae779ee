"""Finding events with any combination of filters: the same result as a full scan, with bounded work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from bench.audit import SITE, _site, fill, filters, hard_filters, queries_of
from tests.adapters.support.audit_chain import KEY, NOW, draft
from tests.adapters.support.site_data import in_site, stores_of
from tests.adapters.support.tables import create_tables
from timesheet.adapters.db.audit import find as audit_find
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.domain.audit.action import Action, ObjectKind
from timesheet.domain.audit.event import AuditEvent, AuditFilter, Outcome

ACTIONS = (
    Action.TEAM_CHANGED,
    Action.TEAM_CREATED,
    Action.MEMBER_ADDED,
    Action.ACCESS_REFUSED,
    Action.WORKLOG_CHANGED,
)
MAY = [date(2026, 5, day) for day in range(1, 11)]
EVENTS, START = 100, NOW.replace(microsecond=0)


@pytest.fixture
def many_events(database: Database, monkeypatch: pytest.MonkeyPatch) -> DbAuditStore:
    """Return a site with many events of every kind, of which one search step reads few."""
    stores_of(database, "acme")
    audit = DbAuditStore(in_site(database, "acme"), "acme", KEY)
    chance = Random(5)
    for number in range(EVENTS):
        action = chance.choice(ACTIONS)
        people = chance.sample(["ana", "ben", "cleo"], 2)
        of_worklog = action is Action.WORKLOG_CHANGED
        days = [{"day": chance.choice(MAY).isoformat()} if of_worklog else {} for _ in range(2)]
        audit.append(
            draft(
                number,
                action,
                actor=people[0],
                people=frozenset(people[1:] if not of_worklog or number % 2 else ()),
                object_id=people[1] if action is Action.MEMBER_ADDED else f"team-{number % 4}",
                team_id=f"team-{number % 3}",
                outcome=chance.choice(list(Outcome)),
                before=days[0],
                after=days[1],
            )
        )
    database.commit()
    for name, bound in {"TESTED": 10, "GLANCED": 3, "PASSED": 15, "COUNTED": 9}.items():
        monkeypatch.setattr(audit_find, name, bound)
    return audit


def anything(chance: Random) -> AuditFilter:
    """Return a random combination of filters."""

    def maybe(*values: Any) -> Any:
        return chance.choice([*values, *[values[0]] * len(values)])

    return AuditFilter(
        since=maybe(None, START + timedelta(minutes=40)),
        until=maybe(None, START + timedelta(minutes=120)),
        actor=maybe("", "ana", "zoe"),
        person=maybe("", "ben", "cleo"),
        actions=maybe(frozenset(), frozenset(ACTIONS[:2]), frozenset(ACTIONS[2:3])),
        object_kind=maybe(None, ObjectKind.TEAM, ObjectKind.MEMBER),
        object_id=maybe("", "team-1", "cleo"),
        team_id=maybe("", "team-2"),
        outcome=maybe(None, *Outcome),
        text=maybe("", "team", "team-1", "request-1", "ana"),
        **maybe({}, {}, {"whose": "ana"}, {"worked_from": MAY[3]}, {"whose": "ben", "worked_to": MAY[5]}),
    )


def fits_time(one: AuditEvent, wanted: AuditFilter) -> bool:
    """Return whether one event matches the filter's author and work dates."""
    if not (wanted.whose or wanted.worked_from or wanted.worked_to):
        return True
    days = [date.fromisoformat(str(side["day"])) for side in (one.before, one.after) if "day" in side]
    first, last = wanted.worked_from or date.min, wanted.worked_to or date.max
    return (
        one.object_kind is ObjectKind.WORKLOG
        and wanted.whose in ("", *(one.people or {one.actor}))
        and (any(first <= day <= last for day in days))
    )


def fits(one: AuditEvent, wanted: AuditFilter) -> bool:
    """Return whether one event matches a filter."""
    ids = (one.object_id if one.object_kind is not ObjectKind.MEMBER else "", one.team_id, one.request_id)
    return all(
        (
            fits_time(one, wanted),
            wanted.since is None or one.at >= wanted.since,
            wanted.until is None or one.at < wanted.until,
            wanted.actor in ("", one.actor),
            not wanted.person or wanted.person in {one.actor, *one.people},
            not wanted.actions or one.action in wanted.actions,
            wanted.object_kind in (None, one.object_kind),
            wanted.object_id in ("", one.object_id if wanted.object_kind is one.object_kind else ids[0]),
            wanted.team_id in ("", one.team_id),
            wanted.outcome in (None, one.outcome),
            not wanted.text
            or any(text.startswith(wanted.text) for text in ids)
            or wanted.text in {one.actor, *one.people},
        )
    )


def test_look_by_look_the_same_is_found_as_by_going_through_all(many_events: DbAuditStore) -> None:
    chance = Random(11)
    everything = many_events.page(AuditFilter(), None, EVENTS)
    assert len(everything) == EVENTS
    several = 0
    for _ in range(30):
        wanted = anything(chance)
        expected = [one.seq for one in everything if fits(one, wanted)]
        found, before, looks = list[int](), None, 0
        while looks == 0 or before is not None:
            stretch = many_events.scan(wanted, before, 4)
            assert len(stretch.events) <= 4
            assert before is None or stretch.before is None or stretch.before < before
            found += [one.seq for one in stretch.events]
            before, looks = stretch.before, looks + 1
        assert found == expected, wanted
        assert [one.seq for one in many_events.page(wanted, None, 4)] == expected[:4], wanted
        several += looks > 1 + len(expected) // 4
    assert several > 5


def test_days_are_counted_look_by_look_the_same(many_events: DbAuditStore) -> None:
    chance = Random(13)
    everything = many_events.page(AuditFilter(), None, EVENTS)
    edges = [START + timedelta(minutes=30 * step) for step in range(7)]
    for _ in range(20):
        wanted = anything(chance)
        times = [one.at for one in everything if fits(one, wanted)]
        counts, left, before = [0] * 6, list(edges), None
        while len(left) > 1:
            some = many_events.activity(wanted, left, before)
            for place, count in enumerate(some.counts):
                counts[len(left) - 1 - len(some.counts) + place] += count
            left, before = left[: len(left) - some.whole], some.before
        assert counts == [sum(first <= at < last for at in times) for first, last in pairwise(edges)], wanted


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({"whose": "ana"}, [0, 1]),
        ({"whose": "ben"}, [2]),
        ({"whose": "lea"}, []),
        ({"whose": "zoe"}, []),
        ({"whose": "ana", "object_kind": ObjectKind.TEAM}, []),
        ({"whose": "ana", "actions": frozenset({Action.WORKLOG_DELETED})}, [1]),
        ({"worked_from": MAY[4], "worked_to": MAY[4]}, [0]),
        ({"worked_from": MAY[1], "worked_to": MAY[3]}, [0]),
        ({"worked_from": MAY[2], "worked_to": MAY[3]}, []),
        ({"worked_from": MAY[6]}, [1]),
        ({"worked_from": MAY[7]}, []),
        ({"worked_to": MAY[0]}, [2]),
        ({"worked_to": MAY[0] - timedelta(days=1)}, []),
        ({"whose": "ana", "worked_to": MAY[1]}, [0]),
        ({"actor": "lea", "worked_to": MAY[1]}, [2]),
        ({"text": "somewhere", "worked_to": MAY[1]}, []),
    ],
)
def test_worklogs_are_found_by_whose_time_they_are_and_by_work_dates_before_and_after(
    database: Database, wanted: dict[str, Any], places: list[int]
) -> None:
    stores_of(database, "acme")
    stores_of(database, "other")
    audit = DbAuditStore(in_site(database, "acme"), "acme", KEY)

    def add(number: int, action: Action, actor: str, people: frozenset[str], *days: int | None) -> int:
        before, after = ({} if day is None else {"day": MAY[day].isoformat(), "seconds": 60} for day in days)
        one = draft(number, action, actor=actor, people=people, before=before, after=after)
        return audit.append(one).seq

    numbers = [
        add(1, Action.WORKLOG_CHANGED, "ana", frozenset(), 1, 4),
        add(2, Action.WORKLOG_DELETED, "lea", frozenset({"ana"}), 6, None),
        add(3, Action.WORKLOG_CREATED, "lea", frozenset({"ben"}), None, 0),
    ]
    add(4, Action.TEAM_CHANGED, "ana", frozenset(), 1, 4)
    database.commit()
    filter_ = AuditFilter(**wanted)
    found = [one.seq for one in audit.page(filter_, None, 10)]
    assert found == [numbers[place] for place in reversed(places)]
    assert sum(audit.activity(filter_, [START, START + timedelta(days=1)]).counts) == len(found)
    shown = {json.loads(line).get("event", {}).get("seq") for line in audit.proof(NOW, filter_)} - {None}
    assert shown == set(found)
    other = DbAuditStore(in_site(database, "other"), "other", KEY)
    assert list(other.page(filter_, None, 10)) == []


@pytest.fixture
def small(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Return a separate database on which one search step reads a few hundred events."""
    for name, bound in {"TESTED": 200, "GLANCED": 50, "PASSED": 400, "COUNTED": 400}.items():
        monkeypatch.setattr(audit_find, name, bound)
    app = Flask("test")
    database = Database(app, sqlite_url)
    with app.app_context():
        create_tables(database.extension.engine)
        database.enter(SITE)
        database.session.add(_site())
        database.commit()
        yield database
        database.extension.engine.dispose()


class Steps:
    """Counts the steps that SQLite takes, in tens, which a busy machine does not change."""

    def __init__(self, database: Database) -> None:
        self.taken = 0
        event.listen(database.extension.engine, "before_cursor_execute", self._watch)

    def _watch(self, connection: Any, *_rest: object) -> None:
        connection.connection.dbapi_connection.set_progress_handler(self._one, 10)

    def _one(self) -> int:
        self.taken += 1
        return 0


def test_a_look_takes_as_many_steps_among_eight_thousand_events_as_among_two(small: Database) -> None:
    fill(small, 8000)
    audit, steps = DbAuditStore(small, SITE, KEY), Steps(small)
    cutoffs = (2000, 8000)
    for name, wanted in (filters(8000) | hard_filters()).items():
        taken = []
        for before in cutoffs:
            steps.taken = 0
            audit.scan(wanted, before, 20)
            taken.append(steps.taken)
        assert max(taken) <= 4000, (name, taken)
        assert taken[1] <= 1.5 * taken[0] + 200, (name, taken)
    assert sum(1 for _ in queries_of(audit, hard_filters()["an action and a busy person"])) > 2
