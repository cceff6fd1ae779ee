"""A log line for each committed event."""

from __future__ import annotations

import pytest
import structlog

from tests.adapters.support.audit_chain import KEY, draft
from tests.adapters.support.site_data import in_site, stores_of
from timesheet.adapters.db.audit.log import log_committed
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database


def test_what_is_kept_is_logged_and_what_is_undone_is_not(database: Database) -> None:
    log_committed(database)
    stores_of(database, "acme")
    audit = DbAuditStore(in_site(database, "acme"), "acme", KEY)
    with structlog.testing.capture_logs() as lines:
        audit.append(draft(1))
        database.roll_back()
        audit.append(draft(2))
        assert lines == []
        database.commit()
        database.commit()
    (line,) = lines
    assert {name: line[name] for name in ("site", "seq", "action", "account", "object_id", "request")} == {
        "site": "acme",
        "seq": 1,
        "action": "team.changed",
        "account": "ana",
        "object_id": "team-2",
        "request": "request-2",
    }
    assert "New 2" not in str(line)


def test_what_becomes_of_a_savepoint_says_nothing_of_the_transaction(database: Database) -> None:
    """A line that says that somebody was erased is believed after a restore, so it has to be true."""
    log_committed(database)
    stores_of(database, "acme")
    audit = DbAuditStore(in_site(database, "acme"), "acme", KEY)
    with structlog.testing.capture_logs() as lines:
        audit.append(draft(1))
        database.session.begin_nested().commit()
        database.roll_back()
        assert lines == []
        audit.append(draft(2))
        database.session.begin_nested().rollback()
        database.commit()
    assert [(line["seq"], line["object_id"]) for line in lines] == [(1, "team-2")]


@pytest.fixture(autouse=True)
def plain_structlog() -> None:
    structlog.reset_defaults()
