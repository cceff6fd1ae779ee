"""The stored timers of one site's people."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.timer import TimerRow
from timesheet.domain.timer import Timer

COLUMNS = (
    TimerRow.account_id,
    TimerRow.issue_id,
    TimerRow.started_at,
    TimerRow.counts_from,
    TimerRow.paused_at,
    TimerRow.confirmed_at,
)
OF_PERSON = select(*COLUMNS).where(of_site(TimerRow), TimerRow.account_id == bindparam("account"))
OF_PEOPLE = select(*COLUMNS).where(
    of_site(TimerRow), TimerRow.account_id.in_(bindparam("accounts", expanding=True))
)


class DbTimerStore:
    """Implements TimerStore for one site."""

    def __init__(self, database: Database, site: str) -> None:
        self._database, self._rows = database, SiteRows(database, site)

    def read(self, account_id: str) -> Timer | None:
        """See TimerStore."""
        return next((Timer(*row) for row in self._rows.read(OF_PERSON, account=account_id)), None)

    def of(self, account_ids: Collection[str]) -> Sequence[Timer]:
        """See TimerStore."""
        return [Timer(*row) for row in self._rows.read(OF_PEOPLE, accounts=list(account_ids))]

    def add(self, timer: Timer) -> bool:
        """See TimerStore."""
        try:
            with self._database.apart():
                self._rows.add(TimerRow, [{**_key(timer), **_values(timer)}])
        except IntegrityError:
            return False
        return True

    def change(self, timer: Timer) -> bool:
        """See TimerStore."""
        with self._database.apart():
            return bool(self._rows.change(TimerRow, _key(timer), _values(timer)))

    def remove(self, timer: Timer) -> bool:
        """See TimerStore."""
        with self._database.apart():
            return bool(self._rows.remove(TimerRow, **_key(timer)))


def _key(timer: Timer) -> dict[str, object]:
    return {"account_id": timer.account_id, "started_at": timer.started}


def _values(timer: Timer) -> dict[str, object]:
    return {
        "issue_id": timer.issue_id,
        "counts_from": timer.counts_from,
        "paused_at": timer.paused,
        "confirmed_at": timer.confirmed,
    }
