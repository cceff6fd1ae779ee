"""Audit events: appending one, a filtered page, and the whole chain verified, with a million of them."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert

from bench.measure import Figure, figure
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit_models import AuditEventPersonRow, AuditEventRow
from timesheet.adapters.db.audit_person import AuditPeople
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.models import SiteRow
from timesheet.adapters.db.site_rows import SiteRows
from timesheet.adapters.db.stores import open_audit
from timesheet.domain.audit import AuditDraft, AuditFilter, Origin, Outcome, people_of
from timesheet.domain.audit_action import Action, ObjectKind
from timesheet.domain.audit_chain import chained, fields_of, genesis, stamp, text_of

SITE, COUNT, BATCH = "bench", 1_000_000, 20_000
START = datetime(2020, 1, 1, tzinfo=UTC)
ACTIONS = (
    *[Action.WORKLOG_CREATED] * 6,
    Action.WORKLOG_CHANGED,
    Action.WORKLOG_DELETED,
    Action.MEMBER_CHANGED,
)


def draft(number: int) -> AuditDraft:
    """An event like those of a site of 500 people."""
    action = ACTIONS[number % len(ACTIONS)]
    person = f"person-{number * 7919 % 500}"
    return AuditDraft(
        action,
        START + timedelta(seconds=90 * number),
        person,
        Origin.PAGE,
        f"{number:016x}",
        f"person-{number % 500}" if action is Action.MEMBER_CHANGED else str(10_000 + number),
        f"team-{number % 40}" if action is Action.MEMBER_CHANGED else "",
        Outcome.REFUSED if number % 997 == 0 else Outcome.DONE,
        after={"issue": number % 5000, "day": "2026-06-01", "seconds": 3600},
    )


def fill(database: Database, count: int) -> None:
    """A chain of so many events, written in bulk; ``append`` itself is measured after it."""
    references = AuditPeople(SiteRows(database, SITE)).references_or_new([f"person-{n}" for n in range(500)])
    before = genesis(SITE)
    for first in range(1, count + 1, BATCH):
        rows, links = list[dict[str, Any]](), list[dict[str, Any]]()
        for seq in range(first, min(first + BATCH, count + 1)):
            event = draft(seq)
            people = people_of(event)
            fields = fields_of(seq, stamp(event.at), event, people, references)
            before = chained(before, text_of(fields))
            rows.append({**fields, "client_key": SITE, "seq": seq, "hash": before.hex()})
            links += [{"client_key": SITE, "seq": seq, "ref": references[person]} for person in people]
        connection = database.session.connection()
        connection.execute(insert(AuditEventRow), rows)
        connection.execute(insert(AuditEventPersonRow), links)
        database.commit()


def filters(count: int) -> dict[str, AuditFilter]:
    """What an auditor looks for."""
    late = START + timedelta(seconds=90 * count * 3 // 4)
    return {
        "everything": AuditFilter(),
        "a person": AuditFilter(person="person-7"),
        "a month": AuditFilter(since=late, until=late + timedelta(days=30)),
        "a person in a month": AuditFilter(person="person-7", since=late, until=late + timedelta(days=30)),
        "two actions": AuditFilter(actions=frozenset({Action.WORKLOG_DELETED, Action.MEMBER_CHANGED})),
        "an action that never was": AuditFilter(actions=frozenset({Action.TEAM_DELETED})),
        "a team": AuditFilter(team_id="team-7"),
        "an object": AuditFilter(object_kind=ObjectKind.WORKLOG, object_id=str(10_000 + count // 2)),
        "what was refused": AuditFilter(outcome=Outcome.REFUSED),
        "an id": AuditFilter(text=f"{count // 2:016x}"),
    }


def audit() -> Iterator[Figure]:
    """A chain of a million events: looked through, searched, added to."""
    with tempfile.TemporaryDirectory() as folder:
        app = Flask("bench")
        database = Database(app, f"sqlite:///{Path(folder) / 'audit.db'}")
        with app.app_context():
            Base.metadata.create_all(database.extension.engine)
            database.enter(SITE)
            database.session.add(_site())
            database.commit()
            fill(database, COUNT)
            yield from _figures(database)
            database.extension.engine.dispose()


def _figures(database: Database) -> Iterator[Figure]:
    audit = open_audit(database, SITE, AuditKey("bench"))
    added = itertools.count(COUNT + 1)

    def verify() -> None:
        verdict = audit.verify()
        if not verdict.intact:
            raise RuntimeError(f"{verdict.broken}: {verdict.problem}")

    def append() -> None:
        audit.append(draft(next(added)))

    def append_and_commit() -> None:
        append()
        database.commit()

    yield figure(f"audit: {COUNT:,} events verified", verify, rounds=3, target="<= 5,000 ms")
    for name, wanted in filters(COUNT).items():
        page = partial(audit.page, wanted, None, 50)
        yield figure(f"audit page: {name}", page, rounds=15, target="<= 100 ms")
    yield figure("audit: append", append, rounds=300, target="<= 1 ms")
    database.commit()
    yield figure("audit: append and commit", append_and_commit, rounds=300)


def _site() -> SiteRow:
    address = "https://bench.atlassian.net"
    return SiteRow(
        client_key=SITE,
        base_url=address,
        display_url=address,
        secret_version=1,
        status="installed",
        installed_at=START,
    )
