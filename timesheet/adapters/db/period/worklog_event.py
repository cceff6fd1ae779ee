"""The events about worklogs of one site: the waiting ones, and for a while the processed ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Executable, bindparam, case, delete, exists, not_, or_, select, true, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.period import (
    ChangeFeedRow,
    ClosingRecordRow,
    ClosingWorklogRow,
    WorklogEventRow,
)
from timesheet.domain.long_list import parts_of
from timesheet.services.ports.change_feed import FeedPosition
from timesheet.services.ports.worklog_event import Put, ReceivedEvent

WAITING = (
    select(
        WorklogEventRow.worklog_id,
        WorklogEventRow.worklog_version,
        WorklogEventRow.issue_id,
        WorklogEventRow.author,
        WorklogEventRow.who,
        WorklogEventRow.started,
    )
    .where(
        of_site(WorklogEventRow),
        WorklogEventRow.worklog_id == bindparam("worklog"),
        WorklogEventRow.done_at.is_(None),
    )
    .order_by(WorklogEventRow.worklog_version)
)
RECORDED = select(WorklogEventRow.worklog_id, WorklogEventRow.worklog_version).where(
    of_site(WorklogEventRow),
    tuple_(WorklogEventRow.worklog_id, WorklogEventRow.worklog_version).in_(
        bindparam("versions", expanding=True)
    ),
)
FORGET = delete(WorklogEventRow).where(
    of_site(WorklogEventRow), WorklogEventRow.done_at < bindparam("before")
)
POSITION = select(ChangeFeedRow.updated_through, ChangeFeedRow.deleted_through).where(of_site(ChangeFeedRow))
AT_ONCE = 200
CONTENT = ("issue_id", "author", "who", "started")
KEY = {"client_key": "site", "worklog_id": "worklog", "worklog_version": "version"}
NO_CONTENT = dict.fromkeys(CONTENT)


def _putting(insert: Callable[[type[WorklogEventRow]], Any], *, only_done: bool = False) -> Executable:
    """Return the statement that stores an event with its content, or without it if no closing is concerned.

    With ``only_done`` it stores nothing if a closing is concerned. One statement decides and stores, so that an event
    costs one round trip less.
    """
    in_force = ClosingRecordRow.reopened_at.is_(None)
    has_worklog = exists().where(
        of_site(ClosingWorklogRow),
        ClosingWorklogRow.worklog_id == bindparam("worklog"),
        ClosingRecordRow.client_key == ClosingWorklogRow.client_key,
        ClosingRecordRow.id == ClosingWorklogRow.record_id,
        in_force,
    )
    has_day = exists().where(
        of_site(ClosingRecordRow),
        in_force,
        ClosingRecordRow.last_day >= bindparam("first"),
        ClosingRecordRow.first_day <= bindparam("last"),
    )
    closing = select(or_(has_worklog, has_day).label("concerned")).subquery()
    columns = WorklogEventRow.__table__.columns
    values = {
        **{name: bindparam(key, type_=columns[name].type) for name, key in KEY.items()},
        **{
            name: case((closing.c.concerned, bindparam(name, type_=columns[name].type)), else_=None)
            for name in CONTENT
        },
        "done_at": case((closing.c.concerned, None), else_=bindparam("now", type_=columns["done_at"].type)),
    }
    # Without a condition SQLite takes ON CONFLICT for that of a join.
    event = select(*values.values()).where(not_(closing.c.concerned) if only_done else true())
    putting: Executable = (
        insert(WorklogEventRow)
        .from_select(list(values), event)
        .on_conflict_do_nothing()
        .returning(WorklogEventRow.done_at)
    )
    return putting


INSERTS: Mapping[str, Callable[[type[WorklogEventRow]], Any]] = MappingProxyType(
    {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
)
PUTTING = {dialect: _putting(insert) for dialect, insert in INSERTS.items()}
PUTTING_DONE = {dialect: _putting(insert, only_done=True) for dialect, insert in INSERTS.items()}


class DbWorklogEventStore:
    """Implements WorklogEventStore."""

    def __init__(self, database: Database, site: str) -> None:
        self._database, self._site = database, site
        self._rows = SiteRows(database, site)

    def put(self, event: ReceivedEvent, now: datetime) -> Put:
        """See WorklogEventStore; without the site's lock, so that an event waits for nobody."""
        values = {
            "site": self._site,
            "worklog": event.worklog_id,
            "version": event.version,
            "issue_id": event.issue_id,
            "author": event.author,
            "who": event.who,
            "started": event.started,
            "first": event.days and event.days.first,
            "last": event.days and event.days.last,
            "now": now,
        }
        dialect = self._database.dialect
        # Nearly all events need no job, and so no transaction. If a crash loses such a row, Jira's list of changes
        # reports the event again. PostgreSQL's driver does not know the number of rows of such an insert.
        if not self._database.has_written and self._database.returned_unsynced(PUTTING_DONE[dialect], values):
            return Put.DONE
        stored = self._database.connection.execute(PUTTING[dialect], values).first()
        if stored is None:
            return Put.KNOWN
        return Put.WAITING if stored.done_at is None else Put.DONE

    def waiting(self, worklog_id: int) -> Sequence[ReceivedEvent]:
        """See WorklogEventStore."""
        events = [ReceivedEvent(*row) for row in self._rows.read(WAITING, worklog=worklog_id)]
        return sorted(events, key=lambda event: event.deleted)

    def mark_processed(self, events: Collection[ReceivedEvent], now: datetime) -> None:
        """See WorklogEventStore."""
        for event in events:
            key = {"worklog_id": event.worklog_id, "worklog_version": event.version}
            self._rows.change(WorklogEventRow, key, {**NO_CONTENT, "done_at": now})

    def withdraw(self, event: ReceivedEvent) -> None:
        """See WorklogEventStore."""
        self._rows.remove(WorklogEventRow, worklog_id=event.worklog_id, worklog_version=event.version)

    def recorded(self, versions: Collection[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        """See WorklogEventStore."""
        found: set[tuple[int, int]] = set()
        for part in parts_of(sorted(versions), AT_ONCE):
            rows = self._rows.read(RECORDED, versions=part)
            found.update((number, version) for number, version in rows)
        return frozenset(found)

    def position(self) -> FeedPosition | None:
        """See WorklogEventStore."""
        return next((FeedPosition(*row) for row in self._rows.read(POSITION)), None)

    def save_position(self, position: FeedPosition) -> None:
        """See WorklogEventStore; the site's feed is read by one job at a time."""
        values = {"updated_through": position.updated, "deleted_through": position.deleted}
        self._rows.put(ChangeFeedRow, {}, values)

    def forget(self, before: datetime) -> int:
        """See WorklogEventStore."""
        return self._rows.run(FORGET, before=before)
