"""A process that makes changes, one transaction each, until it is killed: ``python -m … URL FIRST``."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime

from flask import Flask

from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.stores import DbStores
from timesheet.domain.audit.event import Origin
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.span import DateSpan
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.store.stores import AuditedStores

CHANGES = 1000
DAY = date(2026, 6, 1)
SPAN = DateSpan(DAY, DAY)


def main(url: str, first: int) -> None:
    """Add a leave for each number, from ``first`` on; print a line for each committed one."""
    app = Flask("writer")
    database = Database(app, url)
    with app.app_context():
        database.enter("acme")
        recorder = AuditRecorder(
            DbAuditStore(database, "acme", AuditKey("key")), lambda: datetime.now(UTC), "ana", Origin.COMMAND
        )
        stores = AuditedStores(DbStores(database, "acme"), lambda: recorder)
        for number in range(first, CHANGES):
            stores.leaves.replace(f"person-{number}", SPAN, [Leave(f"person-{number}", DAY, "vacation")])
            database.commit()
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
