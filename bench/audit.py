"""Benchmark audit events: appending one, a filtered page, and verifying the whole chain, with a million of them."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert

from bench.measure import Figure, figure
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.person import AuditPeople
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import SiteRows
from timesheet.adapters.db.tables.audit import AuditCheckpointRow, AuditEventPersonRow, AuditEventRow
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.domain.audit.action import Action, ObjectKind
from timesheet.domain.audit.chain import SIGNED_EVERY, chained, event_fields, genesis, stamp, text_of
from timesheet.domain.audit.event import AuditDraft, AuditFilter, Origin, Outcome, people_of
from timesheet.services.audit.export import checkpoint_fields
from timesheet.services.ports.audit import FoundEvents, Head

BUSY, BIG = "person-busy", "team-big"
KEY = AuditKey("bench")
SITE, COUNT, BATCH = "bench", 1_000_000, 20_000
START = datetime(2020, 1, 1, tzinfo=UTC)
A_PAGE = 100
ACTIONS = (
    *[Action.WORKLOG_CREATED] * 6,
    Action.WORKLOG_CHANGED,
    Action.WORKLOG_DELETED,
    Action.MEMBER_CHANGED,
)


def draft(number: int) -> AuditDraft:
    """Return an event like those of a site of 500 people, one of whom causes every third event.

    Events by this person, with a team, or refused are each frequent, but never combined.
    """
    action = ACTIONS[number % len(ACTIONS)]
    at = START + timedelta(seconds=90 * number)
    of_member = action is Action.MEMBER_CHANGED
    return AuditDraft(
        action=action,
        at=at,
        actor=BUSY if number % 3 == 0 else f"person-{number * 7919 % 500}",
        origin=Origin.PAGE,
        request_id=f"{number:016x}",
        object_id=f"person-{number % 500}" if of_member else str(10_000 + number),
        team_id=f"team-{number % 40}" if of_member else BIG if action is Action.WORKLOG_DELETED else "",
        outcome=Outcome.REFUSED if of_member or number % 997 == 0 else Outcome.DONE,
        after={"issue": number % 5000, "day": at.date().isoformat(), "seconds": 3600},
    )


def fill(database: Database, count: int) -> None:
    """Write a chain of this many events in bulk; ``append`` itself is measured after it."""
    everybody = [BUSY, *(f"person-{n}" for n in range(500))]
    references = AuditPeople(SiteRows(database, SITE)).references_or_new(everybody)
    before = genesis(SITE)
    for first in range(1, count + 1, BATCH):
        rows, links, heads = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
        for seq in range(first, min(first + BATCH, count + 1)):
            event = draft(seq)
            people = people_of(event)
            fields = event_fields(seq, stamp(event.at), event, people, references)
            before = chained(before, text_of(fields))
            rows.append({**fields, "client_key": SITE, "seq": seq, "hash": before.hex()})
            if seq % SIGNED_EVERY == 0:
                signed = checkpoint_fields(KEY.sign(SITE, Head(seq, before.hex()), event.at))
                heads.append({"client_key": SITE, **signed})
            links += [{"client_key": SITE, "seq": seq, "ref": references[person]} for person in people]
        connection = database.session.connection()
        connection.execute(insert(AuditEventRow), rows)
        for row, values in ((AuditEventPersonRow, links), (AuditCheckpointRow, heads)):
            if values:
                connection.execute(insert(row), values)
        database.commit()


def filters(count: int) -> dict[str, AuditFilter]:
    """Return typical filters of an auditor."""
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
        "a person’s time": AuditFilter(whose="person-7"),
        "a busy person’s time": AuditFilter(whose=BUSY),
    }


def hard_filters() -> dict[str, AuditFilter]:
    """Return filters whose parts each match many events, and together few or none."""
    worklogs = frozenset(action for action in Action if action.startswith("worklog."))
    deleted, created = frozenset({Action.WORKLOG_DELETED}), frozenset({Action.WORKLOG_CREATED})
    long_ago = (START + timedelta(seconds=90 * COUNT // 2)).date()
    return {
        "a work date of long ago": AuditFilter(worked_from=long_ago, worked_to=long_ago),
        "a person’s time in a month of long ago": AuditFilter(
            whose="person-7", worked_from=long_ago, worked_to=long_ago + timedelta(days=30)
        ),
        "a work date that never was": AuditFilter(worked_from=date(2019, 1, 1), worked_to=date(2019, 1, 31)),
        "a busy person’s time, on a work date that never was": AuditFilter(
            whose=BUSY, worked_to=date(2019, 1, 1)
        ),
        "a topic, a person and refused": AuditFilter(
            person="person-7", actions=worklogs, outcome=Outcome.REFUSED
        ),
        "an action and a busy person": AuditFilter(person=BUSY, actions=deleted),
        "an action and a busy person, as who did it": AuditFilter(actor=BUSY, actions=deleted),
        "a busy person and refused": AuditFilter(
            person=BUSY, actions=frozenset({Action.MEMBER_CHANGED}), outcome=Outcome.REFUSED
        ),
        "an action and a big team": AuditFilter(actions=created, team_id=BIG),
        "a big team and a busy person": AuditFilter(person=BUSY, team_id=BIG),
        "a text that all share": AuditFilter(text="000"),
        "a text that all share, an action and a busy person": AuditFilter(
            text="000", person=BUSY, actions=deleted
        ),
        "a text that all share, a big team and refused": AuditFilter(
            text="000", team_id=BIG, outcome=Outcome.REFUSED, actions=worklogs
        ),
        "a text that many share and a big team, not done": AuditFilter(
            text="100", team_id=BIG, actions=created, outcome=Outcome.DONE
        ),
    }


def charts() -> dict[str, AuditFilter]:
    """Return the filters of charts by day."""
    worklogs = frozenset(action for action in Action if action.startswith("worklog."))
    return {
        "everything": AuditFilter(),
        "a topic": AuditFilter(actions=worklogs),
        "a topic, a busy person, done": AuditFilter(actions=worklogs, person=BUSY, outcome=Outcome.DONE),
        "a text that all share": AuditFilter(text="000"),
    }


def audit() -> Iterator[Figure]:
    """Verify, search, and extend a chain of a million events."""
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
    audit = DbAuditStore(database, SITE, KEY)
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

    yield figure(f"audit: {COUNT:,} events verified", verify, rounds=3, target="<= 3,500 ms")
    for name, wanted in filters(COUNT).items():
        page = partial(audit.page, wanted, None, 50)
        yield figure(f"audit page: {name}", page, rounds=15, target="<= 100 ms")
    for name, wanted in hard_filters().items():
        queries = len(list(queries_of(audit, wanted)))
        scan = partial(audit.scan, wanted, None, A_PAGE)
        label = f"audit scan: {name} ({queries} in all)"
        yield figure(label, scan, rounds=15, target="<= 100 ms")
    for days, (name, wanted) in itertools.product((30, 90, 366), charts().items()):
        edges = [START + timedelta(seconds=90 * COUNT, days=-day) for day in range(days, -1, -1)]
        chart = partial(audit.activity, wanted, edges)
        yield figure(f"audit chart: {days} days of {name}", chart, rounds=15, target="<= 100 ms")
    yield figure("audit: append", append, rounds=300, target="<= 1 ms")
    database.commit()
    yield figure("audit: append and commit", append_and_commit, rounds=300, target="<= 0.6 ms")


def queries_of(audit: DbAuditStore, wanted: AuditFilter) -> Iterator[FoundEvents]:
    """Yield one query after the other, until a page is full or everything is searched."""
    found, before = 0, None
    while found < A_PAGE:
        stretch = audit.scan(wanted, before, A_PAGE - found)
        yield stretch
        found, before = found + len(stretch.events), stretch.before
        if before is None:
            return


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
