"""The leaves of one site's people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from timesheet.adapters.db.calendar.legend import keep_legends
from timesheet.adapters.db.site_rows import FoundRows, SiteRows, of_site, recalled
from timesheet.adapters.db.tables.calendar import LeaveRow
from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.calendar.leave import Leave, in_turn
from timesheet.domain.span import DateSpan

WITHIN = (of_site(LeaveRow), LeaveRow.day.between(bindparam("first"), bindparam("last")))
COLUMNS = select(LeaveRow.account_id, LeaveRow.day, LeaveRow.legend_id, LeaveRow.part)
ALL = COLUMNS.where(of_site(LeaveRow))
OF_PEOPLE = COLUMNS.where(*WITHIN, LeaveRow.account_id.in_(bindparam("people", expanding=True)))
OF_PERSON = delete(LeaveRow).where(*WITHIN, LeaveRow.account_id == bindparam("account"))


@dataclass(eq=False, repr=False)
class DbLeaveStore:
    """Implements LeaveStore."""

    _rows: SiteRows

    @recalled
    def all(self) -> tuple[Leave, ...]:
        """See LeaveStore."""
        return _leaves(self._rows.read(ALL))

    @recalled
    def of(self, account_ids: Collection[str], span: DateSpan) -> tuple[Leave, ...]:
        """See LeaveStore."""
        if not account_ids:
            return ()
        return _leaves(self._rows.read(OF_PEOPLE, people=list(account_ids), first=span.first, last=span.last))

    def replace(self, account_id: str, span: DateSpan, leaves: Iterable[Leave]) -> None:
        """See LeaveStore."""
        new = in_turn(leaves)
        if any(leave.account_id != account_id or leave.date not in span for leave in new):
            raise ValueError(
                "a leave of somebody else or outside the span would outlive the next replacement"
            )
        self._rows.lock()
        self._rows.run(OF_PERSON, account=account_id, first=span.first, last=span.last)
        keep_legends(self._rows, {leave.legend_id for leave in new})
        self._rows.add(
            LeaveRow,
            [
                {
                    "account_id": account_id,
                    "day": leave.date,
                    "part": str(leave.part),
                    "legend_id": str(leave.legend_id),
                }
                for leave in new
            ],
        )


def _leaves(found: FoundRows) -> tuple[Leave, ...]:
    return tuple(
        in_turn(Leave(account_id, day, legend_id, Part(part)) for account_id, day, legend_id, part in found)
    )
