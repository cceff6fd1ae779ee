"""The known late changes to closings of one site's teams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, bindparam, select

from timesheet.adapters.db.site_rows import SiteRows, Statement, of_site, recalled
from timesheet.adapters.db.tables.period import ClosingRecordRow, LateChangeRow
from timesheet.domain.errors import Conflict, NotFound
from timesheet.domain.message import message
from timesheet.domain.period.late_change import LateChange

LATE = (
    select(
        ClosingRecordRow.team_id,
        LateChangeRow.record_id,
        LateChangeRow.worklog_id,
        LateChangeRow.what,
        LateChangeRow.found_at,
        LateChangeRow.who,
        LateChangeRow.author,
        LateChangeRow.state,
        LateChangeRow.accepted_by,
        LateChangeRow.accepted_at,
        LateChangeRow.note,
    )
    .join(
        ClosingRecordRow,
        and_(
            ClosingRecordRow.client_key == LateChangeRow.client_key,
            ClosingRecordRow.id == LateChangeRow.record_id,
        ),
    )
    .where(of_site(LateChangeRow))
    .order_by(LateChangeRow.found_at.desc(), LateChangeRow.worklog_id, LateChangeRow.what)
)
LATE_OF_TEAM = LATE.where(ClosingRecordRow.team_id == bindparam("team"))
LATE_CHANGE = LATE.where(
    LateChangeRow.record_id == bindparam("record"),
    LateChangeRow.worklog_id == bindparam("worklog"),
    LateChangeRow.what == bindparam("what"),
)
LATE_OF_RECORDS = LATE.where(LateChangeRow.record_id.in_(bindparam("records", expanding=True)))


@dataclass(eq=False, repr=False)
class DbLateChangeStore:
    """The part of PeriodStore for late changes."""

    _rows: SiteRows

    @recalled
    def late_changes(self, team_id: str) -> tuple[LateChange, ...]:
        """See PeriodStore."""
        return self._late(LATE_OF_TEAM, team=team_id)

    def every_late_change(self) -> tuple[LateChange, ...]:
        """See Closings."""
        return self._late(LATE)

    def late_change(self, record_id: str, worklog_id: int, what: str) -> LateChange | None:
        """See Closings."""
        return next(iter(self._late(LATE_CHANGE, record=record_id, worklog=worklog_id, what=what)), None)

    def add_late_changes(self, changes: Iterable[LateChange]) -> tuple[LateChange, ...]:
        """See PeriodStore."""
        found = {change.identity: change for change in changes}
        if not found:
            return ()
        self._rows.lock()
        records = sorted({change.record_id for change in found.values()})
        stored_by_identity = {one.identity: one for one in self._late(LATE_OF_RECORDS, records=records)}
        for identity in found.keys() & stored_by_identity.keys():
            stored = stored_by_identity[identity]
            again = stored.found_again(found[identity])
            if again != stored:
                self._put_late(again)
            if stored.accepted == again.accepted:
                del found[identity]
        self._rows.add(
            LateChangeRow,
            [_late_values(one) for identity, one in found.items() if identity not in stored_by_identity],
        )
        return tuple(found.values())

    def accept_late_change(self, change: LateChange, by: str, at: datetime, note: str) -> LateChange:
        """See PeriodStore."""
        self._rows.lock()
        stored = self._late(LATE_OF_RECORDS, records=[change.record_id])
        found = next((one for one in stored if one.identity == change.identity), None)
        if found is None:
            raise NotFound(message("This late change is no longer known."))
        if found.accepted:
            raise Conflict(message("Somebody has accepted this change already."), current=found)
        accepted = replace(found, accepted_by=by, accepted_at=at, note=note)
        self._put_late(accepted)
        return accepted

    def _put_late(self, change: LateChange) -> None:
        values = _late_values(change)
        key = {name: values.pop(name) for name in ("record_id", "worklog_id", "what")}
        self._rows.change(LateChangeRow, key, values)

    def _late(self, statement: Statement, **values: object) -> tuple[LateChange, ...]:
        return tuple(LateChange(*row) for row in self._rows.read(statement, **values))


def _late_values(change: LateChange) -> dict[str, object]:
    return {
        "record_id": change.record_id,
        "worklog_id": change.worklog_id,
        "what": change.what,
        "found_at": change.found_at,
        "who": change.who,
        "author": change.author,
        "state": change.state,
        "accepted_by": change.accepted_by,
        "accepted_at": change.accepted_at,
        "note": change.note,
    }
