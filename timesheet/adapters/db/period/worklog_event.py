"""The events about worklogs of one site: the waiting ones, and for a while the processed ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.period import ChangeFeedRow, WorklogEventRow
from timesheet.services.ports.change_feed import FeedPosition
from timesheet.services.ports.worklog_event import ReceivedEvent

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
HEARD = select(WorklogEventRow.worklog_id, WorklogEventRow.worklog_version).where(
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
NO_CONTENT = {"issue_id": None, "author": None, "who": None, "started": None}


class DbWorklogEventStore:
    """Implements WorklogEventStore."""

    def __init__(self, database: Database, site: str) -> None:
        self._database, self._site = database, site
        self._rows = SiteRows(database, site)

    def put(self, event: ReceivedEvent) -> bool:
        """See WorklogEventStore; without the site's lock, so that an event waits for nobody."""
        values = {
            "client_key": self._site,
            "worklog_id": event.worklog_id,
            "worklog_version": event.version,
            "issue_id": event.issue_id,
            "author": event.author,
            "who": event.who,
            "started": event.started,
        }
        postgres = self._database.session.get_bind().dialect.name == "postgresql"
        insert = (postgresql if postgres else sqlite).insert(WorklogEventRow).values(**values)
        # The number of rows is unknown to PostgreSQL's driver after such an insert.
        putting = insert.on_conflict_do_nothing().returning(WorklogEventRow.worklog_version)
        return self._database.session.connection().execute(putting).first() is not None

    def waiting(self, worklog_id: int) -> Sequence[ReceivedEvent]:
        """See WorklogEventStore."""
        events = [ReceivedEvent(*row) for row in self._rows.read(WAITING, worklog=worklog_id)]
        return sorted(events, key=lambda event: event.deleted)

    def work_off(self, events: Collection[ReceivedEvent], now: datetime) -> None:
        """See WorklogEventStore."""
        for event in events:
            key = {"worklog_id": event.worklog_id, "worklog_version": event.version}
            self._rows.change(WorklogEventRow, key, {**NO_CONTENT, "done_at": now})

    def heard(self, versions: Collection[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        """See WorklogEventStore."""
        listed = sorted(versions)
        found: set[tuple[int, int]] = set()
        for start in range(0, len(listed), AT_ONCE):
            rows = self._rows.read(HEARD, versions=listed[start : start + AT_ONCE])
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
