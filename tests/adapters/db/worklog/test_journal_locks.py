"""A write that is announced at the same moment as a closing is in the closing, or finds it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.db.audit.test_store_locks import Sessions, sessions
from tests.adapters.db.worklog.test_journal import CHANGE, NEW
from tests.adapters.support.site_data import in_site
from timesheet.adapters.db.stores import DbStores
from timesheet.adapters.db.worklog.journal import DbJournal
from timesheet.services.ports.journal import Intent

__all__ = ["sessions"]


def journal_of(sessions: Sessions) -> DbJournal:
    return DbJournal(in_site(sessions.database, "acme"), "acme")


@pytest.fixture
def closing(sessions: Sessions) -> Iterator[None]:
    """Hold the lock of a closing, as the last request of the test's own session."""
    with sessions.app.app_context():
        journal_of(sessions).begin(NEW)
        DbStores(in_site(sessions.database, "acme"), "acme").lock_writes()
        yield
        sessions.database.roll_back()


@pytest.mark.parametrize(("intent", "earlier"), [(CHANGE, None), (NEW, NEW)], ids=["new", "repeated"])
@pytest.mark.usefixtures("closing")
def test_nobody_announces_a_write_during_a_closing(
    sessions: Sessions, intent: Intent, earlier: Intent | None
) -> None:
    begun = sessions.begin(lambda: journal_of(sessions).begin(intent, earlier))
    sessions.wait_until_it_waits(begun)
    sessions.database.commit()
    assert begun.result() is True
