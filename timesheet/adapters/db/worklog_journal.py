"""What one site's people are about to write to Jira, and the events that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import SQLAlchemyError

from timesheet.adapters.db.audit_models import WorklogIntentRow
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.domain.audit_action import Action
from timesheet.domain.worklog import Worklog
from timesheet.services.audit import Trail
from timesheet.services.worklog_journal import Intent, record_written

LEFT = (
    select(
        WorklogIntentRow.id,
        WorklogIntentRow.kind,
        WorklogIntentRow.account_id,
        WorklogIntentRow.issue_id,
        WorklogIntentRow.at,
        WorklogIntentRow.worklog_id,
        WorklogIntentRow.write_key,
        WorklogIntentRow.details,
    )
    .where(of_site(WorklogIntentRow), WorklogIntentRow.at < bindparam("before"))
    .order_by(WorklogIntentRow.at, WorklogIntentRow.id)
)
DONE = delete(WorklogIntentRow).where(of_site(WorklogIntentRow), WorklogIntentRow.id == bindparam("intent"))
log = structlog.stdlib.get_logger("timesheet.audit")


class DbJournal:
    """Implements Journal and IntentStore."""

    def __init__(self, database: Database, site: str, trail: Trail) -> None:
        self._database, self._trail = database, trail
        self._rows = SiteRows(database, site)

    def begin(self, intent: Intent) -> None:
        """See Journal."""
        values = {
            "id": intent.id,
            "account_id": intent.account_id,
            "kind": intent.action.partition(".")[2],
            "write_key": intent.write_key,
            "issue_id": intent.issue_id,
            "worklog_id": intent.worklog_id,
            "at": intent.at,
            "details": {
                "author": intent.author,
                "before": dict(intent.before),
                "more": dict(intent.more),
                "started": intent.started.isoformat() if intent.started else None,
                "updated": intent.updated.isoformat() if intent.updated else None,
            },
        }
        with self._database.apart():
            self._rows.add(WorklogIntentRow, [values])

    def drop(self, intent: Intent) -> None:
        """See Journal."""
        with self._database.apart():
            self._rows.run(DONE, intent=intent.id)

    def finish(self, intent: Intent, after: Worklog | None) -> None:
        """See Journal. Jira has the write already, so trouble here must not look as if it had failed."""
        try:
            with self._database.apart():
                self._rows.lock()
                if self._rows.run(DONE, intent=intent.id):
                    record_written(self._trail, intent, after)
        except SQLAlchemyError:
            log.exception(
                "event_left_to_settle", intent=intent.id, worklog=after.id if after else intent.worklog_id
            )

    def left(self, before: datetime) -> Sequence[Intent]:
        """See IntentStore."""
        return [
            Intent(
                Action(f"worklog.{kind}"),
                account_id,
                issue_id,
                at,
                worklog_id,
                details["author"],
                write_key,
                details["before"],
                details["more"],
                _instant(details["started"]),
                _instant(details["updated"]),
                id_,
            )
            for id_, kind, account_id, issue_id, at, worklog_id, write_key, details in self._rows.read(
                LEFT, before=before
            )
        ]


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
